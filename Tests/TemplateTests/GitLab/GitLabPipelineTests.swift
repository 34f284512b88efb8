internal import JSON
internal import TestSupport
internal import Testing

/// GitLab's template, in pipelines that two engines run.
@Suite("The GitLab template in a pipeline")
struct GitLabPipelineTests {
    @Test(
        "two jobs at a time push as whom each is logged in, from one HOME, and leave nothing behind",
        arguments: GitLabEngine.allCases)
    func twoJobs(engine: GitLabEngine) async throws {
        let registry = try await LoopbackRegistry(users: ["alice", "bob"])
        let release = try await Release()
        let runner = try GitLabMachine(registry: registry.address)
        let image = try await ImageLayout(in: runner.machine.scratch.path)
        let meeting = try runner.machine.scratch.directory("meeting")
        try await Command("mkfifo", ["\(meeting)/alice", "\(meeting)/bob"]).succeed()
        let pipeline = try await pipeline(
            engine, inputs(release),
            """
              script:
                - echo >"\(meeting)/$OTHER" & read -r met <"\(meeting)/$CI_REGISTRY_USER"
                - >-
                  skopeo --insecure-policy copy --quiet --dest-tls-verify=false "oci:\(image.path):latest"
                  "docker://$CI_REGISTRY_IMAGE:1"
            """)
        let before = try Files.read("\(runner.machine.home)/.docker/config.json")
        var jobs: [ChildProcess] = []
        for (user, other) in [("alice", "bob"), ("bob", "alice")] {
            let checkout = try await runner.checkout(user, pipeline)
            var environment = runner.job(user, in: checkout, registry: registry.address, user: user)
            environment["OTHER"] = other
            jobs.append(try engine.command("push", node: nil, in: checkout, environment).start())
        }
        for job in jobs {
            let outcome = try await job.outcome()
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        }
        let puts = try registry.requests().filter { $0.method == "PUT" && $0.uri.hasSuffix("/manifests/1") }
        let pushes = Set(puts.map { "\($0.user) \($0.uri)" })
        #expect(pushes == ["alice /v2/group/alice/manifests/1", "bob /v2/group/bob/manifests/1"])
        #expect(try registry.users(after: 0) == ["alice", "bob"])
        #expect(try await runner.leftovers() == [])
        #expect(try Files.read("\(runner.machine.home)/.docker/config.json") == before)
        #expect(try release.server.requests() == ["/\(release.archive)", "/\(release.archive)"])
    }

    @Test("a job that fails leaves nothing behind", arguments: GitLabEngine.allCases)
    func failing(engine: GitLabEngine) async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        let pipeline = try await pipeline(
            engine, inputs(release), #"  script: [ls -d "$DOCKER_CONFIG" >"$TMPDIR/../config", cd /, exit 3, ls]"#)
        // Without a watcher, nobody but after_script is there to do it.
        let outcome = try await runner.run(
            engine, in: try await runner.checkout("app", pipeline), with: ["BERTH_WATCH": "never"])
        #expect(outcome.status != 0)
        #expect(try Files.text("\(runner.machine.scratch.path)/config").hasPrefix(runner.machine.root))
        #expect(try await runner.leftovers() == [])
    }

    @Test("a job whose after_script is another loses its directory with its shell", arguments: GitLabEngine.allCases)
    func ownAfterScript(engine: GitLabEngine) async throws {
        let runner = try GitLabMachine()
        let pipeline = try await pipeline(
            engine, [:],
            #"""
              script: [ls -d "$DOCKER_CONFIG" >"$TMPDIR/../config"]
              after_script: [echo mine]
            """#)
        let checkout = try await runner.checkout("app", pipeline)
        let outcome = try await runner.run(engine, in: checkout, with: ["PATH": withBerth])
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        let root = runner.machine.root
        #expect(try Files.text("\(runner.machine.scratch.path)/config").hasPrefix(root))
        #expect(await waitUntil { Files.names(in: root).isEmpty })
    }

    @Test("a before_script of the job's own takes the template's along", arguments: GitLabEngine.allCases)
    func ownBeforeScript(engine: GitLabEngine) async throws {
        let runner = try GitLabMachine()
        let pipeline = try await pipeline(
            engine, [:],
            """
              before_script:
                - !reference [.berth, before_script]
                - mine=$BERTH_JOB
              script: [ls "$mine/docker/config.json"]
            """)
        let checkout = try await runner.checkout("app", pipeline)
        let outcome = try await runner.run(engine, in: checkout, with: ["PATH": withBerth])
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(try await runner.leftovers() == [])
    }

    @Test("where there are no inputs, variables say the same", arguments: GitLabEngine.allCases)
    func plain(engine: GitLabEngine) async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        let checkout = try await runner.checkout(
            "app",
            """
            include: [{local: ci/berth.gitlab-ci.yml}]
            push:
              extends: .berth
              script: ['jq -r ".auths | keys[]" "$DOCKER_CONFIG/config.json"']
            """)
        let variables = ["BERTH_LOGIN": "quay.example.com=QUAY_USER,QUAY_TOKEN", "QUAY_USER": "u", "QUAY_TOKEN": "t"]
        let outcome = try await runner.run(engine, in: checkout, with: release.settings.merging(variables) { $1 })
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.lines.contains("quay.example.com") && outcome.lines.contains("registry.example.com"))
        #expect(try await runner.leftovers() == [])
    }

    @Test("its transcripts of two jobs at a time can be shown")
    func transcripts() async throws {
        let scratch = try ScratchDirectory()
        var show = Command(
            "\(Berth.packageRoot)/scripts/show-gitlab", [Berth.path],
            environment: ["PATH": Command.searchPath, "TMPDIR": scratch.path, "HOME": scratch.path])
        show.deadline = .seconds(180)
        let run = try await show.run()
        #expect(run.status == 0, "\(run.text)\(run.errorText)")
        #expect(run.text.contains("The job of alice:") && run.text.contains("The job of bob:"))
        #expect(Files.names(in: scratch.path).isEmpty)
    }
}

/// What stands between a job and its script.
@Suite("The GitLab template's installation")
struct GitLabInstallationTests {
    @Test("an archive with another checksum stops the job before anything of it runs", arguments: GitLabEngine.allCases)
    func wrongChecksum(engine: GitLabEngine) async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        var inputs = inputs(release)
        inputs["sha256"] = .string(String(repeating: "0", count: 64))
        let outcome = try await ran(engine, inputs, on: runner)
        #expect(outcome.status != 0)
        let said = outcome.text + outcome.errorText
        #expect(
            said.contains("berth: BERTH_SHA256 does not name \(release.sha256), the checksum of \(release.archive)\n"))
        #expect(!said.contains("the script"))
        #expect(try await runner.leftovers() == [])
    }

    @Test("a runner that has the version downloads nothing", arguments: GitLabEngine.allCases)
    func installed(engine: GitLabEngine) async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        let outcome = try await ran(engine, inputs(release), on: runner, with: ["PATH": withBerth])
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.lines.contains("the script: \(Berth.path)"))
        #expect(try release.server.requests() == [])
    }

    @Test("a runner that has another version is given this one", arguments: GitLabEngine.allCases)
    func otherVersion(engine: GitLabEngine) async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        let old = try runner.machine.scratch.directory("old")
        try Files.write("#!/bin/sh\necho 0.0.1\n", to: "\(old)/berth", mode: 0o755)
        let path = "\(old):\(Tools.python):\(Command.searchPath)"
        let outcome = try await ran(engine, inputs(release), on: runner, with: ["PATH": path])
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(try release.server.requests() == ["/\(release.archive)"])
        #expect(outcome.lines.contains { $0.hasPrefix("the script: \(runner.builds)/app.tmp/") })
        #expect(try await runner.leftovers() == [])
    }

    @Test("without a release and a checksum, one line says what to set", arguments: GitLabEngine.allCases)
    func missing(engine: GitLabEngine) async throws {
        let runner = try GitLabMachine()
        let outcome = try await ran(engine, [:], on: runner)
        #expect(outcome.status != 0)
        let said = (outcome.text + outcome.errorText).split(separator: "\n").filter { $0.hasPrefix("berth:") }
        let version = try await Release.builtVersion()
        #expect(said == ["berth: nothing says where to get \(version): set BERTH_RELEASES and BERTH_SHA256"])
        #expect(!outcome.text.contains("the script"))
        #expect(try await runner.leftovers() == [])
    }

    @Test("where the login fails, the script does not run, and nothing is left", arguments: GitLabEngine.allCases)
    func failingLogin(engine: GitLabEngine) async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        var inputs = inputs(release)
        inputs["login"] = "quay.example.com=NO_SUCH_USER,NO_SUCH_TOKEN"
        let outcome = try await ran(engine, inputs, on: runner)
        #expect(outcome.status != 0)
        #expect((outcome.text + outcome.errorText).contains("NO_SUCH_TOKEN is not set"))
        #expect(!outcome.text.contains("the script"))
        #expect(try await runner.leftovers() == [])
    }

    @Test(
        "no input is ever read as a script", arguments: GitLabEngine.allCases,
        ["login", "oidc", "inherit", "releases"])
    func hostileInput(engine: GitLabEngine, name: String) async throws {
        let runner = try GitLabMachine()
        let hostile = "x'; touch read; $(touch read) `touch read` & touch read #"
        let path = name == "releases" ? "\(Tools.python):\(Command.searchPath)" : withBerth
        let outcome = try await ran(engine, [name: .string(hostile), "sha256": "0"], on: runner, with: ["PATH": path])
        #expect(outcome.status != 0)
        #expect(try await runner.leftovers() == [])
    }

    /// What came of a job whose script says that it runs.
    private func ran(
        _ engine: GitLabEngine, _ inputs: [String: JSONValue], on runner: borrowing GitLabMachine,
        with extra: [String: String] = [:]
    ) async throws -> Outcome {
        let script = #"  script: ['echo "the script: $(command -v berth)"']"#
        let checkout = try await runner.checkout("app", try await pipeline(engine, inputs, script))
        return try await runner.run(engine, in: checkout, with: extra)
    }
}

/// A search path on which berth is.
private let withBerth = "\(Berth.folder):\(Tools.python):\(Command.searchPath)"

/// The inputs that name a release.
private func inputs(_ release: borrowing Release) -> [String: JSONValue] {
    [
        "releases": .string(release.address), "version": .string(release.version), "sha256": .string(release.sha256),
    ]
}

/// The pipeline of a project whose job `push` extends the template: by its inputs, where the engine knows them.
private func pipeline(_ engine: GitLabEngine, _ inputs: [String: JSONValue], _ job: String) async throws -> String {
    let push = "push:\n  extends: .berth\n\(job)\n"
    switch engine {
    case .local:
        let values = inputs.map { "      \($0.key): \($0.value.text())" }.joined()
        return "include:\n  - local: ci/templates/berth.yml\n\(values.isEmpty ? "" : "    inputs:\n")\(values)\(push)"
    case .emulator: return try await GitLabTemplate(.berth).expanded(inputs) + push
    }
}
