internal import TestSupport
internal import Testing

/// `berth snapshot` in a job, and `berth reproduce --from` on somebody's own machine.
@Suite struct ReplayTests {
    /// A snapshot of a job, as a file on a developer's machine.
    private func snapshot(_ machine: borrowing Machine) async throws -> String {
        let runner = try Machine()
        let path = machine.path("job.json")
        let environment = SnapshotCommandTests.environment(runner)
        try Files.write(try await berth(["snapshot", "-q"], environment).succeed().output, to: path)
        return path
    }

    private static func developer(_ machine: borrowing Machine) -> [String: String] {
        machine.environment.merging([
            "MY_OWN": "x", "EDITOR": "vi", "CI_JOB_NAME": "mine", "XDG_RUNTIME_DIR": machine.base,
        ]) { $1 }
    }

    private func environment(_ outcome: Outcome) -> [String: String] {
        outcome.environment.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    /// What is not the CI system's: berth's own, and the session's.
    private static let others: Set<String> = [
        "HOME", "PATH", "TMPDIR", "LC_ALL", "XDG_RUNTIME_DIR", "BERTH_TMP_DIR", "BERTH_REPRODUCED", "DOCKER_CONFIG",
        "WERF_DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG", "BUILDX_CONFIG", "AWS_ECR_CACHE_DIR",
        "BERTH_JOB", "BERTH_CI", "BERTH_REPO", "BERTH_COMMIT", "BERTH_BRANCH", "BERTH_JOB_URL", "BERTH_PIPELINE_URL",
        "CONTAINERS_REGISTRIES_CONF",
    ]

    @Test func theEnvironmentIsTheJobsButForSecrets() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["reproduce", "-q", "--from", try await snapshot(machine), "--", "env", "-0"], Self.developer(machine)
        ).succeed()
        let found = outcome.environment.filter { !Self.others.contains($0.key) && !$0.key.hasPrefix("WERF_") }
        let runner = try Machine()
        var expected = SnapshotCommandTests.environment(runner).filter { name, _ in
            !Self.others.contains(name) && !SnapshotCommandTests.hidden.contains(name)
        }
        expected["CI_REPOSITORY_URL"] = "https://gitlab-ci-token:{{CI_JOB_TOKEN}}@gitlab.example.com/group/app.git"
        #expect(found == expected.mapValues { Array($0.utf8) })
    }

    @Test func theSessionIsTheDevelopers() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["reproduce", "-q", "--from", try await snapshot(machine), "--", "env", "-0"], Self.developer(machine)
        ).succeed()
        let found = environment(outcome)
        #expect(found["HOME"] == machine.home)
        #expect(found["TMPDIR"] == machine.base)
        #expect(found["BERTH_REPRODUCED"] == "true")
        #expect(found["DOCKER_CONFIG"]?.hasPrefix(machine.root) == true)
        #expect(found["MY_OWN"] == nil && found["EDITOR"] == nil)
    }

    @Test func keepEnvLetsTheRestIn() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["reproduce", "-q", "--keep-env", "--from", try await snapshot(machine), "--", "env", "-0"],
            Self.developer(machine)
        ).succeed()
        let found = environment(outcome)
        #expect(found["MY_OWN"] == "x" && found["EDITOR"] == "vi")
        #expect(found["CI_JOB_NAME"] == "build")
    }

    @Test func whatIsSetFillsTheSecretWhereverItStood() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            [
                "reproduce", "--from", try await snapshot(machine), "--set", "CI_JOB_TOKEN", "--set", "CI_JOB_NAME=a=b",
                "--set", "NEW=", "--", "env", "-0",
            ], Self.developer(machine).merging(["CI_JOB_TOKEN": "of-mine"]) { $1 }
        ).succeed()
        let found = environment(outcome)
        #expect(found["CI_JOB_TOKEN"] == "of-mine")
        #expect(found["CI_REPOSITORY_URL"] == "https://gitlab-ci-token:of-mine@gitlab.example.com/group/app.git")
        #expect(found["CI_JOB_NAME"] == "a=b")
        #expect(found["NEW"] == "")
        #expect(
            outcome.errorText.contains(
                "no value: BUILD_KEY, CI_REGISTRY_PASSWORD, DOCKER_AUTH_CONFIG, DOUBLE, HEADER, QUERY\n"))
    }

    @Test func explanationsShowNothingThatFilledASecret() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["reproduce", "--explain", "--from", try await snapshot(machine), "--set", "CI_JOB_TOKEN", "--", "true"],
            Self.developer(machine).merging(["CI_JOB_TOKEN": "of-mine"]) { $1 }
        ).succeed()
        #expect(outcome.errorText.contains("CI_REPOSITORY_URL"))
        #expect(!outcome.errorText.contains("of-mine"))
    }

    @Test func aCheckoutThatIsElsewhereIsTold() async throws {
        let machine = try Machine()
        let path = try machine.scratch.file(
            "job.json",
            #"{"version":1,"system":"gitlab","secrets":[],"#
                + #""variables":{"GITLAB_CI":"true","CI_PROJECT_DIR":"/nonexistent/app"}}"#
        )
        let words = ["reproduce", "--from", path], script = ["--", "dash", "-c", #"echo "$CI_PROJECT_DIR""#]
        let environment = Self.developer(machine)
        let outcome = try await berth(words + script, environment).succeed()
        #expect(outcome.lines == ["/nonexistent/app"])
        #expect(outcome.errorText.contains(#"--set CI_PROJECT_DIR="$PWD" names this directory"#))
        let mended = try await berth(words + ["--set", "CI_PROJECT_DIR=\(machine.home)"] + script, environment)
            .succeed()
        #expect(mended.lines == [machine.home])
        #expect(!mended.errorText.contains("--set"))
    }

    @Test func itIsReadFromStandardInputToo() async throws {
        let machine = try Machine()
        let path = try await snapshot(machine)
        var command = berth(
            ["reproduce", "-q", "--from", "-", "--", "dash", "-c", "echo $CI_JOB_ID"], Self.developer(machine))
        command.input = try Files.read(path)
        #expect(try await command.succeed().text == "1\n")
    }

    /// What is given for a snapshot, and the exit code.
    static let corrupt: [(text: String, status: Int32)] = [
        ("", 65), ("{", 65), (#"{"version": 2}"#, 65), (#"{"version":1,"system":"x","variables":{},"secrets":[]}"#, 65),
        (#"{"version":1,"system":"gitlab","variables":{"A":"\u0000"},"secrets":[]}"#, 65),
        (#"{"version":1,"system":"gitlab","variables":{"A=B":""},"secrets":[]}"#, 65),
        // A job of GitLab's without any of GitLab's variables.
        (#"{"version":1,"system":"gitlab","variables":{"A":"b"},"secrets":[]}"#, 78),
    ]

    @Test(arguments: corrupt)
    func whatIsNoSnapshotIsRefusedAndTheShellFails(document: (text: String, status: Int32)) async throws {
        let machine = try Machine()
        let path = try machine.scratch.file("job.json", document.text)
        let environment = Self.developer(machine)
        let outcome = try await berth(["reproduce", "--from", path, "--", "true"], environment).run()
        #expect(outcome.status == document.status, "\(outcome.errorText)")
        #expect(outcome.output == [])
        let printed = try await berth(["reproduce", "--from", path], environment).run()
        #expect(printed.status == document.status)
        #expect(try await evaluate(printed.output) == document.status)
        #expect(jobDirectories(machine.root).isEmpty)
    }

    /// Values that break what is written carelessly.
    static let hostile = [
        "$(touch canary)", "`touch canary`", "'; touch canary; '", "a\nb\n", "\"", "\\", " ", "*", "日本語", "{{x}}", "-n",
        "é\u{301}", "\u{1}\u{7F}", "#", "=", "a=b",
    ]

    @Test(arguments: ["dash", "bash", "zsh"])
    func valuesComeThroughByteForByte(shell: String) async throws {
        let machine = try Machine()
        let runner = machine.environment.merging(
            Dictionary(uniqueKeysWithValues: Self.hostile.enumerated().map { ("V\($0)", $1) })
        ) { $1 }
        let path = machine.path("job.json")
        try Files.write(
            try await berth(["snapshot", "-q"], runner.merging(["GITLAB_CI": "true"]) { $1 }).succeed().output, to: path
        )
        let direct = try await berth(["reproduce", "-q", "--from", path, "--", "env", "-0"], Self.developer(machine))
            .succeed()
        var command = Command.shell(
            "eval \"$(berth reproduce -q --from '\(path)' || echo exit 1)\"; env -0", in: shell,
            environment: Self.developer(machine))
        command.directory = try machine.scratch.directory("work")
        let evaluated = try await command.succeed()
        for (number, value) in Self.hostile.enumerated() {
            #expect(direct.environment["V\(number)"] == Array(value.utf8))
            #expect(evaluated.environment["V\(number)"] == Array(value.utf8))
        }
        #expect(Files.names(in: machine.path("work")) == [])
    }

    @Test func aSystemOrABranchBesidesASnapshotIsAContradiction() async throws {
        let machine = try Machine()
        let path = try await snapshot(machine)
        for words in [["github"], ["--branch", "x"], ["--tag", "v1"], ["--change", "1"], ["--target", "main"]] {
            let outcome = try await berth(
                ["reproduce"] + words + ["--from", path, "--", "true"], Self.developer(machine)
            ).run()
            #expect(outcome.status == 64, "\(words)")
        }
    }
}
