internal import CIEnv
internal import Testing

/// What is known of a job.
@Suite struct JobFactsTests {
    @Test(arguments: SampleJob.all)
    func `a job's variables give its facts`(job: SampleJob) throws {
        let facts = try #require(CISystem.named(job.system)).facts(in: Environment(job.environment))
        #expect(facts.system == job.system)
        #expect(facts.summary == job.facts)
    }

    @Test(arguments: SampleJob.all)
    func `a job's variables tell whether its code is from a fork`(job: SampleJob) throws {
        let system = try #require(CISystem.named(job.system))
        let isFork = system.isFork(in: Environment(job.environment)) { path in
            Issue.record("no variable names a file, but \(path) is read")
            return nil
        }
        #expect(isFork == job.isFork)
    }

    @Test(arguments: ["github", "gitea", "forgejo"])
    func `an instance's address with a password in it is no address`(name: String) throws {
        let environment = Environment([
            "GITHUB_SERVER_URL": "https://user:hunter2@git.example.com", "GITHUB_REPOSITORY": "group/app",
            "GITHUB_RUN_ID": "5", "GITHUB_ACTOR": "me", "GITHUB_TOKEN": "token",
        ])
        let system = try #require(CISystem.named(name))
        #expect(!"\(system.facts(in: environment))".contains("hunter2"))
        #expect(system.logins(in: environment).logins.isEmpty)
    }

    @Test(arguments: SampleJob.all.filter { $0.environment["BERTH_REPO"] == nil })
    func `the user's own repository counts on every system`(job: SampleJob) throws {
        var environment = job.environment
        environment["BERTH_REPO"] = "docker.io/me/app"
        let facts = try #require(CISystem.named(job.system)).facts(in: Environment(environment))
        #expect(facts.repository == Sourced("docker.io/me/app", from: "BERTH_REPO"))
    }

    @Test func `a fact names the variable that it came from`() {
        let environment = Environment([
            "GITLAB_CI": "true", "CI_COMMIT_SHA": "abc", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix",
            "CI_JOB_URL": "https://j",
        ])
        let facts = CISystem.detect(in: environment).facts(in: environment)
        #expect(facts.commit?.source == "CI_COMMIT_SHA")
        #expect(facts.branch?.source == "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
        #expect(facts.jobURL?.source == "CI_JOB_URL")
    }

    @Test(arguments: [
        ("https://github.com/owner/app.git", "https://github.com/owner/app"),
        ("https://github.com/owner/app/", "https://github.com/owner/app"),
        ("http://git.example.com:8080/a", "http://git.example.com:8080/a"),
        ("https://user:p%40ss@git.example.com/a/b.git", "https://git.example.com/a/b"),
        ("https://token@git.example.com/a?token=x#y", "https://git.example.com/a"),
        ("HTTPS://git.example.com/a", "https://git.example.com/a"),
        ("ssh://git@git.example.com:2222/a/b.git", "https://git.example.com/a/b"),
        ("git://git.example.com/a.git", "https://git.example.com/a"),
        ("git@git.example.com:a/b.git", "https://git.example.com/a/b"),
        ("git.example.com:a/b", "https://git.example.com/a/b"),
    ])
    func `a repository's page follows from its address, without the user and the token in it`(
        address: String, page: String
    ) {
        let environment = Environment(["BUILDKITE": "true", "BUILDKITE_REPO": address])
        #expect(CISystem.detect(in: environment).facts(in: environment).projectURL?.value == page)
    }

    @Test(arguments: [
        "/srv/git/app.git", "../app", "file:///srv/git/app.git", "https://github.com", "https:///app", "@:a",
        // Passwords that were not escaped.
        "https://user:pa/ss@git.example.com/app", "https://user:p@ss/word@git.example.com/app",
        "https://user:pa ss/@git.example.com/app",
    ])
    func `an address that has no page gives none`(address: String) {
        let environment = Environment(["BUILDKITE": "true", "BUILDKITE_REPO": address])
        #expect(CISystem.detect(in: environment).facts(in: environment).projectURL == nil)
    }

    @Test(arguments: ["12; rm -rf /", "false", "true", "-1", "٣", "", "12345678901234567890", "https://h/pull/x"])
    func `what is no number is no change`(text: String) {
        let environment = Environment(["BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": text])
        #expect(CISystem.detect(in: environment).facts(in: environment).change == nil)
    }

    @Test(arguments: ["0", "-5", "1h", "", "9223372036854775807", "99999999999999999999"])
    func `what is no length of time is no timeout`(text: String) {
        let environment = Environment(["BUILDKITE": "true", "BUILDKITE_TIMEOUT": text])
        #expect(CISystem.detect(in: environment).facts(in: environment).timeoutSeconds == nil)
    }
}

/// Whether a job of GitHub's runs code from a fork, which only the event's file tells.
@Suite struct GitHubForkTests {
    @Test(arguments: [
        (#"{"pull_request": {"head": {"repo": {"full_name": "stranger/app", "fork": true}}}}"#, true),
        (#"{"pull_request": {"head": {"repo": {"full_name": "Owner/App"}}}}"#, false),
        // The fork was deleted.
        (#"{"pull_request": {"head": {"repo": null}}}"#, true),
        (#"{"ref": "refs/heads/main"}"#, false),
        ("{", false), ("", false), ("[]", false),
    ])
    func `a pull request's event tells where its code is from`(event: String, isFork: Bool) throws {
        for system in ["github", "gitea", "forgejo"] {
            #expect(try self.isFork(system, "pull_request") { $0 == "/event.json" ? Array(event.utf8) : nil } == isFork)
        }
    }

    @Test func `an event that cannot be read is no fork's`() throws {
        #expect(try !isFork("github", "pull_request") { _ in nil })
    }

    @Test(arguments: ["pull_request_target", "push", ""])
    func `other events run the repository's own code`(event: String) throws {
        let fork = #"{"pull_request": {"head": {"repo": {"full_name": "stranger/app"}}}}"#
        #expect(try !isFork("github", event) { _ in Array(fork.utf8) })
    }

    private func isFork(_ system: String, _ event: String, reading read: (String) -> [UInt8]?) throws -> Bool {
        let environment = Environment([
            "GITHUB_REPOSITORY": "owner/app", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": "/event.json",
        ])
        return try #require(CISystem.named(system)).isFork(in: environment, reading: read)
    }
}
