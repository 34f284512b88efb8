internal import Glibc
internal import TestSupport

/// A job whose shell has evaluated berth's output and now waits, until a test lets it end or kills it.
struct StayingJob: ~Copyable {
    /// The job's directory, as `BERTH_JOB` names it.
    let directory: String
    private let process: ChildProcess
    private let gate: String

    /// Starts the shell and returns when it has evaluated `line`.
    init(
        _ name: String, on machine: borrowing Machine, line: String = documentedLine, in shell: String = "dash",
        with extra: [String: String] = [:]
    ) async throws {
        let gate = machine.path("\(name).gate")
        let told = machine.path("\(name).told")
        try await Command("mkfifo", [gate]).succeed()
        let environment = machine.gitlabJob(name, registry: "registry.example.com", user: "job", password: "pw")
        // The shell itself waits, with no child of its own that could outlive it.
        let script = "\(line)\necho \"$BERTH_JOB\" >\(told).new; mv \(told).new \(told); read -r line <\(gate)"
        let process = try Command.shell(script, in: shell, environment: environment.merging(extra) { $1 }).start()
        let ready = await waitUntil(.seconds(30)) { Files.exists(told) }
        guard ready, let directory = try Files.text(told).split(separator: "\n").first else {
            process.signalGroup(SIGKILL)
            throw TestFailure("the job \(name) did not start: \(try await process.outcome().errorText)")
        }
        self.directory = String(directory)
        self.process = process
        self.gate = gate
    }

    deinit {
        process.signalGroup(SIGKILL)
    }

    /// How a job's shell comes to its end.
    enum End: Sendable, CaseIterable {
        case normally, killed, groupKilled
    }

    /// Ends the shell and waits for its end.
    consuming func end(_ end: End) async throws {
        switch end {
        case .normally: try Files.write("go\n", to: gate)
        case .killed: process.signal(SIGKILL)
        case .groupKilled: process.signalGroup(SIGKILL)
        }
        _ = try await process.outcome()
    }
}

/// On a machine that is thrown away after the job nobody watches, so that what `gc` does can be seen.
let disposable = ["CI_DISPOSABLE_ENVIRONMENT": "true"]
