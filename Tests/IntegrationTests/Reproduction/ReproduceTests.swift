internal import Glibc
internal import TestSupport
internal import Testing

/// A checkout on a developer's machine, of a project at `gitlab.example.com`.
struct CheckedOut: ~Copyable {
    let machine: Machine
    let path: String

    /// A checkout of `branch`, configured by `files`.
    static func make(
        branch: String = "feature/a_b", remote: String? = "git@gitlab.example.com:group/app.git", files: [String]
    ) async throws -> CheckedOut {
        let machine = try Machine()
        let path = try machine.scratch.directory("checkout")
        let checkout = CheckedOut(machine: machine, path: path)
        try await checkout.git(["init", "-q", "-b", "main"])
        for file in files {
            try await checkout.shell("mkdir -p \"$(dirname '\(file)')\" && echo {} >'\(file)'").succeed()
        }
        try await checkout.git(["add", "."])
        try await checkout.git([
            "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "First",
        ])
        try await checkout.git(["checkout", "-q", "-b", branch])
        if let remote { try await checkout.git(["remote", "add", "origin", remote]) }
        return checkout
    }

    /// Runs git in it.
    @discardableResult
    func git(_ arguments: [String]) async throws -> String {
        var command = Command("git", arguments, environment: machine.environment)
        command.directory = path
        return try await command.succeed().lines.joined(separator: "\n")
    }

    /// A script in it.
    func shell(_ script: String, in shell: String = "dash") -> Command {
        var command = Command.shell(script, in: shell, environment: machine.environment)
        command.directory = path
        return command
    }

    /// `berth` with these arguments, in it.
    func berth(_ arguments: [String], _ more: [String: String] = [:]) -> Command {
        var command = Command(Berth.path, arguments, environment: machine.environment.merging(more) { $1 })
        command.directory = path
        return command
    }
}

/// `berth reproduce` in a checkout.
@Suite struct ReproduceTests {
    /// A system, what configures it, the remote, and how its jobs say which branch they are of.
    struct System: CustomTestStringConvertible, Sendable {
        let name: String
        let file: String
        let remote: String
        let variable: String
        var testDescription: String { name }
    }

    static let systems = [
        System(
            name: "gitlab", file: ".gitlab-ci.yml", remote: "https://me:pw@gitlab.example.com/g/app.git",
            variable: "CI_COMMIT_BRANCH"),
        System(
            name: "github", file: ".github/workflows/ci.yml", remote: "git@github.com:g/app.git",
            variable: "GITHUB_REF_NAME"),
        System(
            name: "jenkins", file: "Jenkinsfile", remote: "ssh://git@git.example.com:22/g/app",
            variable: "BRANCH_NAME"),
        System(
            name: "circleci", file: ".circleci/config.yml", remote: "git@github.com:g/app.git",
            variable: "CIRCLE_BRANCH"),
        System(
            name: "bitbucket", file: "bitbucket-pipelines.yml", remote: "git@bitbucket.org:g/app.git",
            variable: "BITBUCKET_BRANCH"),
        System(name: "drone", file: ".drone.yml", remote: "git@git.example.com:g/app.git", variable: "DRONE_BRANCH"),
        System(
            name: "buildkite", file: ".buildkite/pipeline.yml", remote: "git@github.com:g/app.git",
            variable: "BUILDKITE_BRANCH"),
    ]

    @Test(arguments: systems)
    func theSystemIsFoundAndItsVariablesAreSet(system: System) async throws {
        let checkout = try await CheckedOut.make(remote: system.remote, files: [system.file])
        let commit = try await checkout.git(["rev-parse", "HEAD"])
        let script =
            #"printf '%s\n' "$BERTH_CI" "$BERTH_COMMIT" "$BERTH_BRANCH" "$\#(system.variable)" "${MINE-unset}""#
        let outcome = try await checkout.berth(["reproduce", "--", "dash", "-c", script], ["MINE": "x"]).succeed()
        #expect(outcome.lines == [system.name, commit, "feature/a_b", "feature/a_b", "unset"])
        #expect(!outcome.errorText.contains("pw"))
        #expect(jobDirectories(checkout.machine.root).isEmpty)
    }

    @Test(arguments: ["dash", "bash", "zsh", "mksh"])
    func withoutACommandAShellIsGivenThem(shell: String) async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let outcome = try await checkout.shell(
            #"""
            eval "$(berth reproduce gitlab || echo exit 1)"
            printf '%s\n' "$CI_COMMIT_BRANCH" "$CI_PROJECT_PATH" "$BERTH_REPRODUCED"
            test -f "$DOCKER_CONFIG/config.json" && berth release && echo released
            """#, in: shell
        ).succeed()
        #expect(outcome.lines == ["feature/a_b", "group/app", "true", "released"])
        #expect(jobDirectories(checkout.machine.root).isEmpty)
    }

    @Test func aTagAndAChangeAreWhatTheUserSays() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let script = #"printf '%s,' "$BERTH_BRANCH" "$BERTH_TAG" "$BERTH_CHANGE" "$CI_COMMIT_TAG""#
        let tag = try await checkout.berth(["reproduce", "--tag", "v1", "--", "dash", "-c", script]).succeed()
        #expect(tag.text == ",v1,,v1,")
        let change = try await checkout.berth(
            ["reproduce", "--change", "12", "--target", "main", "--", "dash", "-c", script]
        ).succeed()
        #expect(change.text == "feature/a_b,,12,,")
        let both = try await checkout.berth(["reproduce", "--tag", "v1", "--branch", "x", "--", "true"]).run()
        #expect(both.status == 64)
    }

    @Test func itIsAMistakeOutsideOfACheckoutAndTheShellFails() async throws {
        let machine = try Machine()
        var command = berth(["reproduce", "gitlab", "--", "true"], machine.environment)
        command.directory = machine.home
        let outcome = try await command.run()
        #expect(outcome.status == 78)
        #expect(outcome.errorText.contains("hint: "))
        command.arguments = ["reproduce", "gitlab"]
        #expect(try await evaluate(try await command.run().output) == 78)
        command.arguments = ["reproduce", "--nonsense"]
        #expect(try await evaluate(try await command.run().output) == 64)
        command.arguments = ["reproduce", "--nonsense", "--", "true"]
        #expect(try await command.run().output == [])
    }

    @Test func exitCodesAreTheCommandsAndTheDirectoryGoes() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let plain = try checkout.machine.scratch.file("plain", "#!/bin/sh\n", mode: 0o644)
        let cases: [([String], Int32)] = [
            (["true"], 0), (["dash", "-c", "exit 7"], 7), (["no-such-program"], 127), ([plain], 126),
            (["dash", "-c", "kill -TERM $$"], 143),
        ]
        for (command, status) in cases {
            let outcome = try await checkout.berth(["reproduce", "--"] + command).run()
            #expect(outcome.status == status, "\(command) \(outcome.errorText)")
        }
        #expect(jobDirectories(checkout.machine.root).isEmpty)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aSignalIsForwarded(number: Int32) async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let ready = checkout.machine.path("ready")
        let process = try checkout.berth([
            "reproduce", "--", "bash", "-c",
            "trap 'echo got it; exit 5' \(number); echo >\(ready); while :; do sleep 0.01; done",
        ]).start()
        let started = await waitUntil { Files.exists(ready) }
        #expect(started)
        process.signal(number)
        let outcome = try await process.outcome()
        #expect(outcome.status == 5, "\(outcome.errorText)")
        #expect(jobDirectories(checkout.machine.root).isEmpty)
    }

    @Test func itRunsWhereItIsCalled() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml", "sub/file"])
        var command = checkout.berth(["reproduce", "--", "dash", "-c", #"pwd; echo "$CI_PROJECT_DIR""#])
        command.directory = "\(checkout.path)/sub"
        #expect(try await command.succeed().lines == ["\(checkout.path)/sub", checkout.path])
    }

    @Test(arguments: ["github", "gitea", "forgejo"])
    func theFilesThatStepsWriteToAreThere(system: String) async throws {
        let checkout = try await CheckedOut.make(files: [])
        let outcome = try await checkout.berth([
            "reproduce", system, "--", "dash", "-c",
            #"""
            for f in "$GITHUB_ENV" "$GITHUB_OUTPUT" "$GITHUB_PATH" "$GITHUB_STATE" "$GITHUB_STEP_SUMMARY"; do
                echo x >>"$f" && echo "${f#"$BERTH_JOB"}"
            done
            """#,
        ]).succeed()
        #expect(
            outcome.lines
                == ["ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY"].map { "/files/GITHUB_\($0)" })
        #expect(jobDirectories(checkout.machine.root).isEmpty)
    }

    @Test func directoriesThatStepsWriteToAreThereAndGo() async throws {
        let checkout = try await CheckedOut.make(files: [])
        let script = #"for d; do touch "$d/x" && echo "${d#"$BERTH_JOB"}"; done"#
        func directories(_ system: String, _ names: [String]) async throws -> [String] {
            let words = names.map { "\"$\($0)\"" }.joined(separator: " ")
            return try await checkout.berth(["reproduce", system, "--", "dash", "-c", "set -- \(words); \(script)"])
                .succeed().lines
        }
        #expect(
            try await directories("github", ["RUNNER_TEMP", "RUNNER_TOOL_CACHE"])
                == ["/directories/temp", "/directories/tools"])
        #expect(
            try await directories("azure-pipelines", ["AGENT_TEMPDIRECTORY", "BUILD_STAGINGDIRECTORY"])
                == ["/directories/temp", "/directories/staging"])
        #expect(try await directories("jenkins", ["WORKSPACE_TMP"]) == ["/directories/temp"])
        #expect(jobDirectories(checkout.machine.root).isEmpty)
    }

    @Test func aJobInTheJobLiesInItsDirectoryAndGoesWithIt() async throws {
        let checkout = try await CheckedOut.make(files: [])
        let outcome = try await checkout.shell(
            #"""
            unset BERTH_TMP_DIR
            berth reproduce github -- dash -c '
                eval "$(berth ci-env github --shell sh || echo exit 1)"
                test -f "$DOCKER_CONFIG/config.json" && echo "${BERTH_JOB%/berth-*}" "$RUNNER_TEMP"'
            """#
        ).succeed()
        let paths = outcome.lines.first?.split(separator: " ") ?? []
        #expect(paths.count == 2 && paths[0] == paths[1])
        #expect(!Files.exists(String(paths.first ?? "/")))
    }

    @Test func whatIsSetIsNeverOverruled() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        for word in ["DOCKER_CONFIG=/x", "BERTH_COMMIT=1", "BERTH_REPRODUCED=false"] {
            let outcome = try await checkout.berth(["reproduce", "--set", word, "--", "true"]).run()
            #expect(outcome.status == 64, "\(word)")
            #expect(outcome.errorText.contains("--set \(word.prefix { $0 != "=" }): "), "\(word)")
        }
        let taken = ["BERTH_REPRODUCED=true", "RUNNER_TEMP=/x", "GITHUB_ENV=/y"].flatMap { ["--set", $0] }
        let outcome = try await checkout.berth(
            ["reproduce", "github"] + taken + [
                "--", "dash", "-c", #"env | grep -c ^BERTH_REPRODUCED; echo $RUNNER_TEMP $GITHUB_ENV"#,
            ]
        ).succeed()
        #expect(outcome.lines == ["1", "/x /y"])
    }

    @Test func aFormatOfSingleLinesLacksWhatHasSeveral() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let outcome = try await checkout.shell(
            #"file=$(berth reproduce --as-env-file); cat "$file"; berth release --job "${file%/*}""#
        ).succeed()
        #expect(outcome.lines.contains("CI_COMMIT_TITLE=First"))
        #expect(!outcome.lines.contains { $0.hasPrefix("CI_COMMIT_MESSAGE=") })
        #expect(outcome.errorText.contains("CI_COMMIT_MESSAGE"))
        // What somebody asks for by name is there, or it is an error.
        let given = try await checkout.berth(["reproduce", "--as-env-file", "--set", "X=a\nb"]).run()
        #expect(given.status == 65)
    }

    @Test func itIsTheDirectorysCheckoutWhateverGitSaysItsChildren() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let other = try await CheckedOut.make(branch: "other", files: [])
        let outcome = try await checkout.berth(
            ["reproduce", "--", "dash", "-c", "echo $CI_COMMIT_BRANCH"],
            ["GIT_DIR": "\(other.path)/.git", "GIT_WORK_TREE": other.path, "GIT_INDEX_FILE": "/nonexistent"]
        ).succeed()
        #expect(outcome.lines == ["feature/a_b"])
    }

    @Test func theUserIsWhoIsLoggedIn() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let outcome = try await checkout.berth(
            ["reproduce", "--", "dash", "-c", "echo $GITLAB_USER_LOGIN"], ["USER": "ada"]
        ).succeed()
        #expect(outcome.lines == ["ada"])
    }

    @Test func aJobsOwnLineOfBerthWorksWithTheDevelopersLogin() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        try checkout.machine.writeDockerConfig(dockerConfig([("ghcr.io", "me", "mine")]))
        let outcome = try await checkout.berth([
            "reproduce", "--", "dash", "-c",
            #"""
            eval "$(berth ci-env gitlab --login ghcr.io=GHCR_USER,GHCR_TOKEN --oidc quay.io=robot:a+b || echo exit 1)"
            jq -r '.auths["ghcr.io"].auth' "$DOCKER_CONFIG/config.json"
            """#,
        ]).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.lines == [basicAuth("me", "mine")])
        #expect(outcome.errorText.contains("GHCR_TOKEN is not set; a job that is reproduced has its user's own logins"))
        // That of the line within goes a moment later, by its watcher.
        let root = checkout.machine.root
        let isGone = await waitUntil { jobDirectories(root).isEmpty }
        #expect(isGone)
    }

    @Test func aLoginThatIsAskedForHereHasToBeThere() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let words = ["reproduce", "--login", "ghcr.io=GHCR_USER,GHCR_TOKEN"]
        let given = ["GHCR_USER": "me", "GHCR_TOKEN": "mine"]
        let command = ["--", "jq", "-r", #".auths["ghcr.io"].auth"#, "\(checkout.path)/config.json"]
        #expect(try await checkout.berth(words + command, given).run().status == 78)
        let script = #"jq -r '.auths["ghcr.io"].auth' "$DOCKER_CONFIG/config.json""#
        let outcome = try await checkout.berth(
            words + ["--set", "GHCR_USER", "--set", "GHCR_TOKEN", "--", "dash", "-c", script], given
        ).succeed()
        #expect(outcome.lines == [basicAuth("me", "mine")])
    }

    @Test func whatIsGivenStandsInNoCommandLine() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let script = #"tr '\0' ' ' </proc/$PPID/cmdline; echo; echo "$S""#
        let outcome = try await checkout.berth(["reproduce", "--set", "S=hunter2", "--", "dash", "-c", script])
            .succeed()
        #expect(outcome.lines.first?.contains("hunter2") == false)
        #expect(outcome.lines.last == "hunter2")
    }

    @Test func explanationsShowWhereVariablesComeFromAndNothingThatWasGiven() async throws {
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        let outcome = try await checkout.berth([
            "reproduce", "--explain", "--set", "CI_JOB_TOKEN=hunter2", "--", "true",
        ]).succeed()
        #expect(outcome.errorText.contains("the checkout"))
        #expect(!outcome.errorText.contains("hunter2"))
    }

    @Test func aJobPushesWithTheDevelopersLogin() async throws {
        let registry = try await LoopbackRegistry(users: ["me", "other"])
        try await registry.seed("group/app", user: "me")
        let checkout = try await CheckedOut.make(files: [".gitlab-ci.yml"])
        try checkout.machine.writeDockerConfig(
            dockerConfig([(registry.address, "me", LoopbackRegistry.password(of: "me"))]))
        let count = try registry.requests().count
        let copy = "berth copy --insecure-registry \(registry.address)/group/app:1 \(registry.address)/group/app:2"
        let outcome = try await checkout.berth(["reproduce", "--", "dash", "-c", copy]).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try registry.users(after: count).subtracting([""]) == ["me"])
        // The control: who inherits nothing cannot.
        let without = try await checkout.berth(["reproduce", "--inherit", "none", "--", "dash", "-c", copy]).run()
        #expect(without.status == 77, "\(without.errorText)")
    }
}
