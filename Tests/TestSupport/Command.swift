/// How a program ended, and what it wrote.
public struct Outcome: Sendable {
    /// The exit code, or 128 + n where signal n ended it, as a shell counts.
    public let status: Int32
    /// Standard output.
    public let output: [UInt8]
    /// Standard error.
    public let errors: [UInt8]
    /// How long it took, from the start until it had ended and every writer of its output had closed it.
    public let duration: Duration

    /// Standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text.
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
    /// The lines of standard output, empty ones left out.
    public var lines: [String] { text.split(separator: "\n").map(String.init) }
    /// Standard output as the entries of `env -0`, the last of each name.
    public var environment: [String: [UInt8]] { environmentEntries(output) }
}

/// A program to run with exactly the environment, directory and input that a test names; nothing is inherited.
public struct Command: Sendable {
    /// The program: a path, or a name that is looked up in the `PATH` of `environment`.
    public var program: String
    /// The arguments after the program's name.
    public var arguments: [String]
    /// The whole environment.
    public var environment: [String: String]
    /// The working directory.
    public var directory = "/"
    /// What standard input holds; nil for an empty one.
    public var input: [UInt8]?
    /// Whether standard input stays open behind `input`, until the program has ended or the tests have.
    public var keepsInputOpen = false
    /// Run as this user and group, which only root can.
    public var user: UInt32?
    /// When the program, with what it started, is killed and the run fails.
    public var deadline = Duration.seconds(60)

    /// A program with its arguments.
    public init(_ program: String, _ arguments: [String] = [], environment: [String: String] = Command.bare) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }

    /// A script for a shell that takes `-c`.
    public static func shell(
        _ script: String, in shell: String = "dash", environment: [String: String] = Command.bare
    ) -> Command {
        Command(shell, ["-c", script], environment: environment)
    }

    /// A program, as a line of shell, that serves the tests and ends at the latest when they do, however they do.
    ///
    /// To be ended by a SIGTERM to its group. What it writes goes to the file `log`.
    static func service(_ line: String, log: String) -> Command {
        var command = Command.shell("exec >'\(log)' 2>&1; trap : TERM; \(line) & cat; kill -KILL $!; wait")
        command.keepsInputOpen = true
        command.deadline = .seconds(3600)
        return command
    }

    /// The least that programs need: a search path.
    public static let bare = ["PATH": searchPath]

    /// Where the system's programs are.
    public static let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Runs it to the end.
    ///
    /// The run ends when the program has ended and its outputs are closed, so that a background process which holds
    /// them open shows as a failure.
    public func run() async throws -> Outcome {
        try await start().outcome()
    }

    /// Runs it to the end and fails unless it exits with 0.
    @discardableResult
    public func succeed() async throws -> Outcome {
        let outcome = try await run()
        guard outcome.status == 0 else {
            let said = outcome.errorText + outcome.text
            throw TestFailure("\(program) \(arguments.joined(separator: " ")): exit \(outcome.status): \(said)")
        }
        return outcome
    }

    /// Starts it and returns at once.
    public func start() throws -> ChildProcess {
        try ChildProcess(self)
    }

    /// The program's path and its arguments as they are started.
    var words: [String] {
        var words = [path(of: program)] + arguments
        if let user {
            words = ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--"] + words
        }
        return ["/usr/bin/env", "--chdir=\(directory)"] + words
    }

    private func path(of name: String) -> String {
        if name.contains("/") { return name }
        let folders = (environment["PATH"] ?? Command.searchPath).split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { Files.exists($0) } ?? "/usr/bin/\(name)"
    }
}
