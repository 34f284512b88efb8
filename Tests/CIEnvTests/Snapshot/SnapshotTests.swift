internal import CIEnv
internal import JSON
internal import TestSupport
internal import Testing

/// The document that `berth snapshot` writes.
@Suite("A snapshot")
struct SnapshotTests {
    @Test("has placeholders where secrets stood in other values")
    func inside() throws {
        let token = "glcbt-64_abcdefghijklmnop"
        let result = try snapshot([
            "CI_JOB_TOKEN": token, "CI_REGISTRY_PASSWORD": token, "CI_DEPENDENCY_PROXY_PASSWORD": token,
            "CI_REPOSITORY_URL": "https://gitlab-ci-token:\(token)@gitlab.example.com/group/app.git",
            "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
        ])
        #expect(
            result.snapshot.values == [
                "CI_JOB_TOKEN": "{{CI_JOB_TOKEN}}", "CI_REGISTRY_PASSWORD": "{{CI_JOB_TOKEN}}",
                "CI_DEPENDENCY_PROXY_PASSWORD": "{{CI_JOB_TOKEN}}",
                "CI_REPOSITORY_URL": "https://gitlab-ci-token:{{CI_JOB_TOKEN}}@gitlab.example.com/group/app.git",
                "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
            ])
        #expect(result.snapshot.secrets == ["CI_JOB_TOKEN"])
        #expect(result.masked == ["CI_REPOSITORY_URL"])
    }

    @Test("hides all of a value in which a URL's password stands that is another's")
    func urlPassword() throws {
        let result = try snapshot(["http_proxy": "http://me:hunter2@proxy:3128", "ARGUMENTS": "-p hunter2"])
        #expect(result.snapshot.values == ["http_proxy": "{{http_proxy}}", "ARGUMENTS": "{{ARGUMENTS}}"])
    }

    @Test("hides a value that has a placeholder's form already")
    func ambiguous() throws {
        let result = try snapshot([
            "MY_TOKEN": "hunter2-of-mine", "A": "{{MY_TOKEN}} {{x}}", "B": "{{x}}", "C": "{{{MY_TOKEN}}}",
        ])
        #expect(
            result.snapshot.values == ["MY_TOKEN": "{{MY_TOKEN}}", "A": "{{A}}", "B": "{{x}}", "C": "{{C}}"])
    }

    @Test("has nothing of berth's own job, nor of the shell's own variables")
    func ownJob() throws {
        let job = "/tmp/berth-0/gitlab-1-x"
        let result = try snapshot(
            [
                "BERTH_JOB": job, "DOCKER_CONFIG": "\(job)/docker", "REGISTRY_AUTH_FILE": "\(job)/containers/auth.json",
                "PATH": "\(job)/bin:/usr/bin::/bin", "BUILDX_CONFIG": "/root-of-x/.docker/buildx", "_": "/usr/bin/env",
                "SHLVL": "1", "PWD": "/x", "OLDPWD": "/y", "OTHER": "\(job)-not", "BERTH_BRANCH": "main",
            ], job: job)
        #expect(
            result.snapshot.values == ["PATH": "/usr/bin::/bin", "OTHER": "\(job)-not", "BERTH_BRANCH": "main"])
    }

    @Test("is read as it was written", arguments: HostileValues.all.filter { !$0.utf8.contains(0) })
    func reading(value: String) throws {
        let written = try snapshot(["A": value, "CI_JOB_TOKEN": "t-of-the-job"], secret: ["B"]).snapshot
        let text = Array(written.json.text(indented: true).utf8)
        #expect(try Snapshot(parsing: text, named: "f") == written)
    }

    @Test("has a shape that programs can rely on")
    func shape() throws {
        let result = try snapshot(["B": "b", "A": "a", "CI_JOB_TOKEN": "t-of-the-job"])
        #expect(
            result.snapshot.json.text(indented: false)
                == #"{"version":1,"system":"gitlab","createdAt":"2026-01-02T03:04:05Z","variables":"#
                + #"{"A":"a","B":"b","CI_JOB_TOKEN":"{{CI_JOB_TOKEN}}"},"secrets":["CI_JOB_TOKEN"]}"# + "\n")
    }

    /// Documents that are none, and what is said of each.
    static let corrupt: [(text: String, says: String)] = [
        ("", "no JSON at line 1"), ("{", "no JSON at line 1"), ("[]", "it has no version"), ("{}", "it has no version"),
        (#"{"version": "1"}"#, "it has no version"), (#"{"version": 2}"#, "its version is 2"),
        (#"{"version": 1}"#, "its system is none"), (#"{"version": 1, "system": "nosuch"}"#, "its system is none"),
        (#"{"version": 1, "system": "gitlab", "secrets": []}"#, "it has no variables"),
        (#"{"version": 1, "system": "gitlab", "variables": [], "secrets": []}"#, "it has no variables"),
        (#"{"version": 1, "system": "gitlab", "variables": {}}"#, "it has no list of secrets"),
        (#"{"version": 1, "system": "gitlab", "variables": {}, "secrets": [1]}"#, "it has no list of secrets"),
        (#"{"version": 1, "system": "gitlab", "variables": {"A": 1}, "secrets": []}"#, "variable 1 has"),
        (#"{"version": 1, "system": "gitlab", "variables": {"A": "a", "": "b"}, "secrets": []}"#, "variable 2 has"),
        (#"{"version": 1, "system": "gitlab", "variables": {"A=B": "a"}, "secrets": []}"#, "variable 1 has"),
        (#"{"version": 1, "system": "gitlab", "variables": {"A": "a\u0000"}, "secrets": []}"#, "variable 1 has"),
        (#"{"version": 1, "system": "gitlab", "variables": {"A\u0000": "a"}, "secrets": []}"#, "no JSON at line 1"),
    ]

    @Test("is told from everything else", arguments: corrupt)
    func others(document: (text: String, says: String)) throws {
        let error = try #require(throws: CIEnvError.self) {
            try Snapshot(parsing: Array(document.text.utf8), named: "job.json")
        }
        #expect(error.kind == .badData)
        #expect(error.text.hasPrefix("job.json is no snapshot: \(document.says)"), "\(error.text)")
        #expect(error.hint != nil)
    }
}

/// A snapshot that is played again.
@Suite("A replayed job")
struct ReplayTests {
    private static let snapshot = Snapshot(
        system: "gitlab", createdAt: "",
        variables: [
            JobVariable("CI_JOB_TOKEN", "{{CI_JOB_TOKEN}}"), JobVariable("CI_REGISTRY_PASSWORD", "{{CI_JOB_TOKEN}}"),
            JobVariable("EMPTY", ""), JobVariable("TEMPLATE", "{{ .Values }} {{OTHER}} {{{CI_JOB_TOKEN}}}"),
            JobVariable("URL", "https://me:{{CI_JOB_TOKEN}}@x/{{P}}{{P}}"),
        ], secrets: ["CI_JOB_TOKEN", "P"])

    @Test("lacks what was a secret, and keeps placeholders inside of other values")
    func nothingGiven() {
        let replay = Replay(Self.snapshot, given: [:])
        #expect(
            replay.variables == [
                JobVariable("EMPTY", ""), JobVariable("TEMPLATE", "{{ .Values }} {{OTHER}} {{{CI_JOB_TOKEN}}}"),
                JobVariable("URL", "https://me:{{CI_JOB_TOKEN}}@x/{{P}}{{P}}"),
            ])
        #expect(replay.missing == ["CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD"])
        #expect(replay.incomplete == ["TEMPLATE", "URL"])
        #expect(replay.filled == [])
    }

    @Test("has what was given for a secret wherever that stood")
    func given() {
        let replay = Replay(Self.snapshot, given: ["CI_JOB_TOKEN": "{{P}}$1", "OTHER": "x"])
        #expect(
            replay.variables == [
                JobVariable("CI_JOB_TOKEN", "{{P}}$1"), JobVariable("CI_REGISTRY_PASSWORD", "{{P}}$1"),
                JobVariable("EMPTY", ""), JobVariable("TEMPLATE", "{{ .Values }} {{OTHER}} {{{P}}$1}"),
                JobVariable("URL", "https://me:{{P}}$1@x/{{P}}{{P}}"),
            ])
        #expect(replay.missing == [])
        #expect(replay.incomplete == ["URL"])
        #expect(replay.filled == ["CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "TEMPLATE", "URL"])
    }
}
