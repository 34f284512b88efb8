internal import CSystem
internal import Glibc

/// This process: who it is, what it was given, and what it says.
public enum CurrentProcess {
    /// The process id.
    public static var pid: Int { Int(getpid()) }

    /// The parent's process id.
    public static var parent: Int { Int(getppid()) }

    /// The user whose rights it has.
    public static var user: UInt32 { geteuid() }

    /// The value of an environment variable, or `nil` where it is unset, or is not UTF-8 and so cannot be handed on
    /// byte for byte.
    public static func environmentValue(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(validatingCString: value)
    }

    /// Its whole environment as `NAME=value`, for a child; bytes, as not all of it need be UTF-8.
    static var environmentEntries: [[UInt8]] {
        var entries: [[UInt8]] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            unsafe entries.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
            unsafe next += 1
        }
        return entries
    }

    /// Its whole environment, each name once; bytes, as not all of it need be UTF-8.
    public static var environment: [(name: [UInt8], value: [UInt8])] {
        var names: Set<[UInt8]> = []
        return environmentEntries.compactMap { entry in
            let name = Array(entry.prefix { $0 != UInt8(ascii: "=") })
            // Of several with one name the first counts, as it does for programs.
            guard name.count < entry.count, names.insert(name).inserted else { return nil }
            return (name, Array(entry[(name.count + 1)...]))
        }
    }

    /// The same with `overriding` in the place of what has these names, and without what is not to be kept.
    static func environmentEntries(
        overriding: [(name: String, value: String)], keeping isKept: (String) -> Bool = { _ in true }
    ) -> [[UInt8]] {
        let names = Set(overriding.map { Array($0.name.utf8) })
        let kept = environmentEntries.filter { entry in
            let name = Array(entry.prefix { $0 != UInt8(ascii: "=") })
            return !names.contains(name) && isKept(String(decoding: name, as: UTF8.self))
        }
        return kept + overriding.map { Array("\($0.name)=\($0.value)".utf8) }
    }

    /// Keeps ended children until they are asked for.
    ///
    /// Whoever started this process may have had SIGCHLD ignored, and children then go without a trace: waiting for one
    /// would tell nothing, or never end.
    static func keepEndedChildren() {
        _ = signal(SIGCHLD, SIG_DFL)
    }

    /// The directory that relative paths start from.
    public static var workingDirectory: String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// The home directory in the user database, for where `HOME` is unset.
    ///
    /// The file is read as it is: `getpwuid` would load what else the machine asks for users (systemd, LDAP) into a static
    /// program, and that crashes for a user who is not in the file, as those of containers are not.
    public static var homeInUserDatabase: String? {
        guard let text = try? FileDescriptor(reading: "/etc/passwd").readAll(limit: 16 << 20) else { return nil }
        return home(of: geteuid(), in: text)
    }

    /// The home directory of a user by the text of a user database, the lines of which are `name:x:user:group::home:shell`.
    static func home(of user: UInt32, in database: [UInt8]) -> String? {
        for line in database.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 6, String(decoding: fields[2], as: UTF8.self) == String(user) else { continue }
            return fields[5].isEmpty ? nil : String(decoding: fields[5], as: UTF8.self)
        }
        return nil
    }

    /// The host name.
    public static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The path of the running program's file.
    public static var executable: String? { try? FilePath.linkTarget("/proc/self/exe") }

    /// Overwrites the values of the options `names` in the process's command line, which everybody on the machine can see
    /// (`ps`, `/proc/PID/cmdline`); the options' own names stay.
    ///
    /// What has been read of the arguments before stays as it is.
    public static func hideValues(ofOptions names: Set<String>) {
        guard let area = unsafe berth_argument_area(),
            let shown = try? FileDescriptor(reading: "/proc/self/cmdline").readAll(limit: 8 << 20)
        else { return }
        var start = 0, isValue = false
        for word in shown.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
            let text = String(decoding: word, as: UTF8.self)
            let name = text.prefix { $0 != "=" }
            var secret = 0..<0
            if isValue {
                secret = 0..<word.count
            } else if name.count < text.count, names.contains(String(name)) {
                secret = (name.utf8.count + 1)..<word.count
            }
            isValue = !isValue && names.contains(text)
            for index in secret {
                // Nothing is written where the kernel does not show what stands there.
                let place = unsafe area + start + index
                guard unsafe UInt8(bitPattern: place.pointee) == word[word.startIndex + index] else { return }
                unsafe place.pointee = CChar(bitPattern: UInt8(ascii: "*"))
            }
            start += word.count + 1
        }
    }

    /// Makes a write that nobody reads an error, instead of the process's end.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Ends the process at once, with this exit code.
    ///
    /// Nothing is tidied up on the way, as other threads may be using it still: nothing is written through C's streams.
    public static func exit(_ code: Int32) -> Never {
        _exit(code)
    }

    /// Ends the process as an unhandled signal does.
    public static func die(of signal: Signal) -> Never {
        berth_die_of_signal(signal.rawValue)
        exit(128 + signal.rawValue)
    }
}

/// One of the three streams that a process is born with.
public enum StandardStream: Int32, Sendable {
    /// What is read.
    case input = 0
    /// Where results go.
    case output = 1
    /// Where everything goes that is said to a person.
    case error = 2

    /// Whether a person sits at the other end.
    public var isTerminal: Bool { isatty(rawValue) == 1 }

    /// What is open, or `nil` where the stream was closed.
    public var status: FileStatus? { try? FileStatus(descriptor: rawValue, path: name) }

    private var name: String {
        switch self {
        case .input: "standard input"
        case .output: "standard output"
        case .error: "standard error"
        }
    }

    /// Writes all of `text`.
    public func write(_ text: String) throws(SystemError) {
        try FileDescriptor.write(Array(text.utf8), to: rawValue, path: name)
    }

    /// All that is left to read.
    public func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        let copy = fcntl(rawValue, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .last("read", name) }
        return try FileDescriptor(owning: copy, path: name).readAll(limit: limit)
    }
}
