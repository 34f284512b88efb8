internal import JSON
internal import TestSupport
internal import Testing

/// A program that runs the jobs of GitLab's pipelines here, on the machine itself.
enum GitLabEngine: String, CaseIterable, CustomTestStringConvertible, Sendable {
    /// gitlab-emulator. It knows no inputs.
    case emulator = "gle"
    /// gitlabci-local.
    case local = "gcil"

    var testDescription: String { rawValue }

    /// The command that runs a job of a checkout's pipeline.
    ///
    /// - Parameters:
    ///   - job: The job's name.
    ///   - node: Which of its parallel ones, as in `1/2`; nil where there is one.
    ///   - checkout: The directory.
    ///   - environment: All variables.
    /// - Returns: The command.
    func command(_ job: String, node: String?, in checkout: String, _ environment: [String: String]) -> Command {
        // The environment does not get past what the pipeline says of a variable, as a project's settings do.
        let settings = environment.filter { $0.key.hasPrefix("BERTH_") }.map { "\($0.key)=\($0.value)" }
        let words =
            switch self {
            case .emulator:
                ["--ignore-docker"] + settings.flatMap { ["--var", $0] }
                    + (node.map { ["--parallel", $0, job] } ?? ["--full", job])
            case .local:
                ["-H", "-R", "--no-verbose"] + settings.flatMap { ["-e", $0] }
                    + ["--", node.map { "\(job) \($0)" } ?? job]
            }
        var command = Command("\(Tools.python)/\(rawValue)", words, environment: environment)
        command.directory = checkout
        return command
    }
}

/// A machine with a GitLab runner whose jobs share its one HOME, and a registry that lets each user into `group/USER`.
struct GitLabMachine: ~Copyable {
    /// The machine.
    let machine: Machine
    /// Where the jobs' checkouts are.
    let builds: String

    /// A machine that somebody has logged in on, at that registry.
    init(registry: String = "registry.example.com") throws {
        let machine = try Machine()
        let builds = try machine.scratch.directory("builds")
        try machine.writeDockerConfig(dockerConfig([(registry, "stranger", "a-strangers-password")]))
        self.machine = machine
        self.builds = builds
    }

    /// A checkout of a project with that pipeline, with the project's own templates beside it.
    ///
    /// - Parameters:
    ///   - name: The checkout's name.
    ///   - pipeline: The text of `.gitlab-ci.yml`.
    ///   - files: More files and their texts.
    /// - Returns: The directory.
    /// - Throws: `TestFailure` where it cannot be made.
    func checkout(_ name: String, _ pipeline: String, files: [String: String] = [:]) async throws -> String {
        let path = "\(builds)/\(name)"
        try Files.makeDirectory(path)
        try await Command("cp", ["-R", "\(TemplateFiles.root)/gitlab", "\(path)/ci"]).succeed()
        for (name, text) in files { try Files.write(text, to: "\(path)/\(name)") }
        try Files.write(pipeline, to: "\(path)/.gitlab-ci.yml")
        var commit = Command.shell(
            """
            git init -q -b main . && git add -A &&
            git -c user.name=tests -c user.email=tests@example.com -c commit.gpgsign=false commit -q -m tests
            """, environment: Command.bare.merging(["HOME": path]) { $1 })
        commit.directory = path
        try await commit.succeed()
        return path
    }

    /// Runs a job of a checkout's pipeline to its end.
    func run(
        _ engine: GitLabEngine, _ job: String = "push", node: String? = nil, in checkout: String,
        registry: String = "registry.example.com", user: String = "alice", with extra: [String: String] = [:]
    ) async throws -> Outcome {
        let environment = self.job("7", in: checkout, registry: registry, user: user).merging(extra) { $1 }
        return try await engine.command(job, node: node, in: checkout, environment).run()
    }

    /// The variables of a job, as a runner with the shell executor gives them, and those that keep engines to themselves.
    func job(_ id: String, in checkout: String, registry: String, user: String) -> [String: String] {
        let password = LoopbackRegistry.password(of: user)
        return Machine.gitlab(id, registry: registry, user: user, password: password).merging([
            "HOME": machine.home, "TMPDIR": machine.base, "LC_ALL": "C.UTF-8",
            "PATH": "\(Tools.python):\(Command.searchPath)",
            "CI_REGISTRY_IMAGE": "\(registry)/group/\(user)", "CI_SHARED_ENVIRONMENT": "true",
            "CI_PROJECT_DIR": checkout, "RUNNER_TEMP_PROJECT_DIR": "\(checkout).tmp",
            "DEBUG_UPDATES_DISABLE": "true",
        ]) { $1 }
    }

    /// What jobs have left, by path; nothing, unless something is wrong.
    ///
    /// Directories that are there for every job, and what the engines keep for themselves, are no leftovers.
    func leftovers() async throws -> [String] {
        var left = Files.names(in: machine.base).filter { $0 != "berth-\(Berth.user)" }.map { "\(machine.base)/\($0)" }
        left += Files.names(in: machine.root).map { "\(machine.root)/\($0)" }
        let engines = ["/.config/gcil", "/.taskstats"]
        left += Files.snapshot(machine.home).keys.filter { path in
            !["/.docker", "/.docker/config.json", "/.config"].contains(path) && !engines.contains { path.hasPrefix($0) }
        }
        for name in Files.names(in: builds) {
            if name.hasSuffix(".tmp") {
                left += Files.names(in: "\(builds)/\(name)").map { "\(builds)/\(name)/\($0)" }
            } else if Files.exists("\(builds)/\(name)/.git") {
                let status = try await Command(
                    "git", ["-C", "\(builds)/\(name)", "status", "--porcelain", "--ignored"],
                    environment: Command.bare.merging(["HOME": "/nonexistent"]) { $1 }
                ).succeed()
                left += status.lines
            } else {
                left.append("\(builds)/\(name)")
            }
        }
        return left
    }
}
