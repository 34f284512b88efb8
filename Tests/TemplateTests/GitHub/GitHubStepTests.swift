internal import Glibc
internal import TestSupport
internal import Testing

/// What no run of a whole workflow shows: the action's two programs by themselves, as a runner starts them.
@Suite("ci-templates/github, step by step", .timeLimit(.minutes(2)))
struct GitHubStepTests {
    @Test("whoever cancels the job while berth is at work leaves nothing behind")
    func cancelledAtWork() async throws {
        let step = try await Step()
        let asked = "\(step.directory)/asked"
        let silent = try CannedServer { _, _ in
            try? Files.write("", to: asked)
            return .silence
        }
        let main = try step.command(
            "main.js",
            [
                "INPUT_VERIFY": "true", "INPUT_LOGIN": "127.0.0.1:\(silent.port)=REGISTRY_USER,REGISTRY_PASSWORD",
                "REGISTRY_USER": "alice", "REGISTRY_PASSWORD": "secret",
            ]
        ).start()
        #expect(await waitUntil(.seconds(30)) { Files.exists(asked) })
        main.signal(SIGINT)
        let run = try await main.outcome()
        _ = silent.finish()
        #expect(run.status == 1)
        #expect(run.text.contains("::error title=berth::"))
        #expect(try step.left() == [])
        #expect(try step.text("GITHUB_ENV").isEmpty)
    }

    @Test("post removes the job's directory, and may run again")
    func twice() async throws {
        let step = try await Step()
        try await step.command("main.js").succeed()
        let directory = try step.state("job")
        #expect(Files.exists("\(directory)/docker/config.json"))
        let state = ["STATE_job": directory, "STATE_berth": try step.state("berth")]
        for _ in 1...2 {
            let post = try await step.command("post.js", state).succeed()
            #expect(!post.text.contains("::"))
            #expect(!Files.exists(directory))
        }
    }

    @Test("post has nothing to do where main has not come so far")
    func nothing() async throws {
        let step = try await Step()
        let post = try await step.command("post.js").succeed()
        #expect(post.text.isEmpty)
    }

    @Test("programs that the action runs do not see its inputs")
    func inputs() async throws {
        let step = try await Step()
        try await step.command("main.js", ["INPUT_REGISTRY-TOKEN": "secret", "INPUT_TTL": "10m"]).succeed()
        let lease = try Files.text("\(try step.state("job"))/lease.json")
        #expect(!lease.contains("secret"))
        let config = try Files.text("\(try step.state("job"))/docker/config.json")
        #expect(config.contains("\"ghcr.io\""))
    }
}

/// A step of a job: the files and variables that a runner gives it.
private struct Step: ~Copyable {
    /// A directory of its own.
    var directory: String { scratch.path }

    private let version: String
    private let scratch: ScratchDirectory
    private static let files = ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE"]

    init() async throws {
        let scratch = try ScratchDirectory()
        for name in Self.files { _ = try scratch.file(name, "") }
        _ = try scratch.directory("temp")
        _ = try scratch.directory("home")
        version = try await Release.builtVersion()
        self.scratch = scratch
    }

    /// A program of the action; berth is on this runner.
    func command(_ program: String, _ variables: [String: String] = [:]) throws -> Command {
        var environment = [
            "PATH": "\(Berth.folder):\(Command.searchPath)", "HOME": "\(scratch.path)/home",
            "RUNNER_TEMP": "\(scratch.path)/temp", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "owner/app", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "push",
            "GITHUB_ACTOR": "octocat", "INPUT_VERSION": version,
        ]
        for name in Self.files { environment[name] = "\(scratch.path)/\(name)" }
        return Command(
            "\(try Workflow.node())/node", ["\(TemplateFiles.root)/github/\(program)"],
            environment: environment.merging(variables) { $1 })
    }

    /// What one of the runner's files holds.
    func text(_ file: String) throws -> String { try Files.text("\(scratch.path)/\(file)") }

    /// What `main` has kept for `post`.
    func state(_ name: String) throws -> String {
        let lines = try text("GITHUB_STATE").split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("\(name)<<") }) else {
            throw TestFailure("main has not kept \(name)")
        }
        return String(lines[start + 1])
    }

    /// The files in the runner's temporary directory.
    func left() throws -> [String] {
        Files.snapshot("\(scratch.path)/temp").filter { $0.value.kind != .directory }.keys.sorted()
    }
}
