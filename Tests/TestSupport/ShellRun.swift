internal import Glibc

/// What came of a program that a test ran to its end.
public struct ShellRun: Sendable {
    /// The exit code, or 128 and the signal's number, as shells count.
    public let status: Int32

    /// Standard output.
    public let output: [UInt8]

    /// Standard error.
    public let errors: String

    /// Standard output as the entries of `env -0`, the last of each name.
    public var environment: [String: [UInt8]] { environmentEntries(output) }
}

/// The entries of `env -0`, the last of each name.
///
/// Values are bytes: a shell's mistake need not be UTF-8, and texts that are equal need not be the same.
func environmentEntries(_ output: [UInt8]) -> [String: [UInt8]] {
    var environment: [String: [UInt8]] = [:]
    for entry in output.split(separator: 0) {
        guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
        environment[String(decoding: entry[..<equals], as: UTF8.self)] = [UInt8](entry[(equals + 1)...])
    }
    return environment
}

/// Why a program could not be run.
public struct ShellRunError: Error, CustomStringConvertible {
    /// What was attempted, and the system's number for why it failed.
    public let description: String

    fileprivate init(_ operation: String, code: Int32 = errno) {
        description = "\(operation): error \(code)"
    }
}

/// A directory in which shells run, and which is removed with its owner.
public struct ShellDirectory: ~Copyable {
    /// The directory's path.
    public let path: String

    /// What also holds the shells' home, since some fill it, and what they print.
    private let base: String

    /// Makes a new directory that nobody else can read.
    public init() throws {
        var template = "/tmp/shells-XXXXXX".utf8CString
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            return unsafe mkdtemp(start) != nil
        }
        let base = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard made, unsafe mkdir("\(base)/work", 0o700) == 0, unsafe mkdir("\(base)/home", 0o700) == 0 else {
            throw ShellRunError("mkdir")
        }
        self.base = base
        path = "\(base)/work"
    }

    deinit {
        // Best effort: a directory left behind fails no test.
        _ = try? Self.spawn(["rm", "-rf", "--", base], environment: [:], directory: "/")
    }

    /// Writes `text` to the file `name`.
    public func write(_ text: String, to name: String) throws {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { throw ShellRunError("fopen") }
        let bytes = Array(text.utf8)
        let written = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, written == bytes.count else { throw ShellRunError("fwrite") }
    }

    /// Runs a program of the system here to its end, with `environment`, the system's `PATH` and an empty `HOME`.
    ///
    /// What it prints goes through files outside the directory, so that no pipe can fill up, and no glob sees them.
    public func run(_ arguments: [String], environment: [String: String] = [:]) throws -> ShellRun {
        let output = "\(base)/output"
        let errors = "\(base)/errors"
        let status = try Self.spawn(
            arguments, environment: environment.merging(["HOME": "\(base)/home"]) { given, _ in given },
            directory: path, output: output, errors: errors)
        return ShellRun(
            status: status, output: try Self.read(output),
            errors: String(decoding: try Self.read(errors), as: UTF8.self))
    }

    /// The names of all files here, sorted.
    public func fileNames() throws -> [String] {
        let list = try run(["ls", "-A1", "--quoting-style=escape"], environment: ["LC_ALL": "C"])
        return String(decoding: list.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Whether the system has the program `name`.
    public static func isInstalled(_ name: String) -> Bool {
        searchPath.split(separator: ":").contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
    }
}

extension ShellDirectory {
    private static let searchPath = "/usr/local/bin:/usr/bin:/bin"

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "r") else { throw ShellRunError("fopen") }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], directory: String,
        output: String = "/dev/null", errors: String = "/dev/null"
    ) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let new = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, new, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, new, 0o600)

        // `env` changes the directory: Swift's Glibc hides the action that would.
        let entries = environment.merging(["PATH": searchPath]) { given, _ in given }.map { "\($0)=\($1)" }
        let argv = unsafe (["env", "-C", directory] + arguments).map { unsafe strdup($0) } + [nil]
        let envp = unsafe entries.map { unsafe strdup($0) } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }

        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, "env", &actions, nil, argv, envp)
        guard code == 0 else { throw ShellRunError("posix_spawn", code: code) }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw ShellRunError("waitpid") }
        }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
