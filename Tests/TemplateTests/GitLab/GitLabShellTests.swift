internal import Glibc
internal import JSON
internal import TestSupport
internal import Testing

/// GitLab's template in the shells of people's images, each stage handed over as GitLab's runner does it.
@Suite("The GitLab template in a runner's shell")
struct GitLabShellTests {
    @Test("the job has its directory for as long as its script runs", arguments: RunnerShell.allCases)
    func passing(shell: RunnerShell) async throws {
        let job = try await RunnerJob(shell)
        let outcome = try await job.script(#"ls "$DOCKER_CONFIG"; docker-credential-berth list"#).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text == "config.json\n{\"registry.example.com\":\"alice\"}\n")
        #expect(!job.runner.machine.jobs.isEmpty)
        try await job.endsCleanly()
    }

    @Test("a job that fails has its own exit code, and leaves nothing behind", arguments: RunnerShell.allCases)
    func failing(shell: RunnerShell) async throws {
        let job = try await RunnerJob(shell)
        let outcome = try await job.script("cd /; (exit 3); echo on").run()
        // bash forgets the code in the runner's older way of handing over, which is what FF_USE_NEW_BASH_EVAL_STRATEGY is for.
        #expect(outcome.status == (shell == .bash ? 1 : 3))
        #expect(outcome.text == "")
        try await job.endsCleanly()
    }

    @Test("a job that is cancelled leaves nothing behind", arguments: RunnerShell.allCases, [SIGTERM, SIGKILL])
    func cancelled(shell: RunnerShell, signal: Int32) async throws {
        let job = try await RunnerJob(shell)
        let running = try await job.started()
        running.signalGroup(signal)
        _ = try await running.outcome()
        #expect(!job.runner.machine.jobs.isEmpty)
        try await job.endsCleanly()
    }

    @Test("a job whose before_script is broken off leaves nothing behind", arguments: RunnerShell.allCases)
    func brokenOff(shell: RunnerShell) async throws {
        let job = try await RunnerJob(shell, sha256: "no checksum")
        let outcome = try await job.script("echo on").run()
        #expect(outcome.status == 1)
        #expect(outcome.text == "")
        #expect(outcome.errorText.hasPrefix("berth: BERTH_SHA256 does not name "))
        try await job.endsCleanly()
    }

    @Test(
        "a job whose runner is killed loses its directory at once, and its program to a later job",
        arguments: RunnerShell.allCases)
    func runnerKilled(shell: RunnerShell) async throws {
        let job = try await RunnerJob(shell, watch: "auto")
        let running = try await job.started()
        let (root, temporary) = (job.runner.machine.root, "\(job.checkout).tmp")
        running.signalGroup(SIGKILL)
        _ = try await running.outcome()
        #expect(await waitUntil { Files.names(in: root).isEmpty })
        #expect(Files.names(in: temporary) == ["berth-7"])

        try await Command("touch", ["-d", "3 days ago", "\(temporary)/berth-7"]).succeed()
        let next = try await job.script("ls ../app.tmp", id: "8").run()
        #expect(next.text == "berth-8\n", "\(next.errorText)")
    }

    @Test("where after_script has a container of its own, it has nothing to say", arguments: RunnerShell.allCases)
    func otherContainer(shell: RunnerShell) async throws {
        let job = try await RunnerJob(shell)
        _ = try await job.script(":").succeed()
        try await Command("rm", ["-r", job.runner.machine.root]).succeed()
        try await job.endsCleanly()
    }
}

/// A shell that GitLab's runner finds in images.
enum RunnerShell: CaseIterable, CustomTestStringConvertible, Sendable {
    /// bash, with `FF_USE_NEW_BASH_EVAL_STRATEGY` off and on.
    case bash, bashNewEval
    /// dash, which needs `FF_POSIXLY_CORRECT_ESCAPES`.
    case dash
    /// An image that has busybox and nothing else.
    case busybox

    var testDescription: String { "\(self)" }

    /// The shell's program.
    fileprivate var program: String {
        switch self {
        case .bash, .bashNewEval: "bash"
        case .dash: "dash"
        case .busybox: "ash"
        }
    }

    /// What the runner hands to the shell for the lines of a stage.
    fileprivate func stage(_ lines: [String]) -> String {
        let script = lines.map { $0 + "\n" }.joined()
        let text =
            switch self {
            case .dash: "'\(script.replacing("'", with: #"'"'"'"#))'"
            case .bash, .bashNewEval, .busybox:
                "$'\(script.replacing(#"\"#, with: #"\\"#).replacing("'", with: #"\'"#).replacing("\n", with: #"\n"#))'"
            }
        return """
            if set -o | grep pipefail > /dev/null; then set -o pipefail; fi; set -o errexit
            set +o noclobber
            : | \(self == .bashNewEval ? "(eval \(text))" : "eval \(text)")
            exit 0

            """
    }
}

/// A job whose stages a runner hands to a shell, on a machine without anything but that shell's programs.
private struct RunnerJob: ~Copyable {
    let runner: GitLabMachine
    let checkout: String
    private let shell: RunnerShell
    private let release: Release
    private let before: [String]
    private let after: [String]
    private let environment: [String: String]

    /// A job of a pipeline with the template; without a watcher, so that what goes is what after_script takes away.
    init(_ shell: RunnerShell, sha256: String? = nil, watch: String = "never") async throws {
        let release = try await Release()
        let runner = try GitLabMachine()
        let checkout = try runner.machine.scratch.directory("builds/app")
        var path = Command.searchPath
        if shell == .busybox {
            path = try runner.machine.scratch.directory("busybox")
            try await Command("busybox", ["--install", "-s", path]).succeed()
        }
        let environment = runner.job("7", in: checkout, registry: "registry.example.com", user: "alice")
            .merging(release.settings) { $1 }
            .merging(["PATH": path, "BERTH_WATCH": watch]) { $1 }
            .merging(sha256.map { ["BERTH_SHA256": $0] } ?? [:]) { $1 }
        let job = try await GitLabTemplate.parse(try await GitLabTemplate(.berth).expanded()).first?.object?[".berth"]?
            .object
        before = job?["before_script"]?.array?.compactMap(\.string) ?? []
        after = job?["after_script"]?.array?.compactMap(\.string) ?? []
        self.environment = environment
        self.shell = shell
        self.release = release
        self.runner = runner
        self.checkout = checkout
    }

    /// The stage of before_script and script.
    func script(_ line: String, id: String = "7") -> Command {
        stage(before + [line], id: id)
    }

    /// The stage of a script that goes on until it is ended, when it has begun.
    func started() async throws -> ChildProcess {
        let (begun, gate) = (runner.machine.path("begun"), runner.machine.path("gate"))
        try await Command("mkfifo", [gate]).succeed()
        let process = try script(": >'\(begun)'; read -r line <'\(gate)'").start()
        #expect(await waitUntil(.seconds(30)) { Files.exists(begun) })
        return process
    }

    /// Runs the stage of after_script, in which nothing may fail, or be said, or be left.
    func endsCleanly() async throws {
        let outcome = try await stage(after, id: "7").run()
        #expect(outcome.status == 0)
        #expect(outcome.text + outcome.errorText == "")
        #expect(Files.names(in: runner.machine.base).filter { $0 != "berth-\(Berth.user)" } == [])
        #expect(runner.machine.jobs == [])
        #expect(Files.names(in: "\(checkout).tmp") == [])
        #expect(Files.snapshot(runner.machine.home).keys.sorted() == ["/.docker", "/.docker/config.json"])
    }

    private func stage(_ lines: [String], id: String) -> Command {
        let folder = (environment["PATH"] ?? "").split(separator: ":").first { Files.exists("\($0)/\(shell.program)") }
        var command = Command(
            "\(folder ?? "/bin")/\(shell.program)", environment: environment.merging(["CI_JOB_ID": id]) { $1 })
        command.directory = checkout
        command.input = Array(shell.stage(lines).utf8)
        return command
    }
}
