internal import Glibc

/// The processes of this machine, as Linux shows them in `/proc` (proc(5)).
public struct ProcessTable: Sendable {
    private let root: String

    /// The table at `root`; tests give one of their own.
    public init(root: String = "/proc") {
        self.root = root
    }

    /// One process for good: its number, and when it was started, since numbers are used again.
    public struct Identity: Hashable, Sendable {
        /// The process id.
        public let pid: Int
        /// The start, in clock ticks since the machine was started.
        public let startTime: Int

        /// The process `pid` that was started at `startTime`.
        public init(pid: Int, startTime: Int) {
            self.pid = pid
            self.startTime = startTime
        }
    }

    /// What is known of a process.
    public struct Entry: Equatable, Sendable {
        /// Which process it is.
        public let identity: Identity
        /// Its parent's process id; 0 where that is outside this process id namespace, or where there is none.
        public let parent: Int
        /// Its program's name, cut after 15 bytes.
        public let name: String
        /// Whether it has ended, and only its exit code waits to be fetched.
        public let isZombie: Bool
    }

    /// The process `pid`, or `nil` where there is none to be seen.
    public func entry(_ pid: Int) -> Entry? {
        guard let text = text("\(pid)/stat") else { return nil }
        // The name stands in parentheses and may hold any character, parentheses and spaces included.
        guard let opening = text.firstIndex(of: UInt8(ascii: "(")), let closing = text.lastIndex(of: UInt8(ascii: ")")),
            opening < closing
        else { return nil }
        let fields = text[(closing + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, let parent = Self.number(fields[1]), let startTime = Self.number(fields[19])
        else { return nil }
        return Entry(
            identity: Identity(pid: pid, startTime: startTime), parent: parent,
            name: String(decoding: text[(opening + 1)..<closing], as: UTF8.self),
            isZombie: fields[0].first == UInt8(ascii: "Z") || fields[0].first == UInt8(ascii: "X"))
    }

    /// Whether `child` is a copy that `parent` made of itself, such as a shell's subshell: it has the same program and
    /// the same arguments.
    public func isFork(_ child: Int, of parent: Int) -> Bool {
        guard let words = text("\(child)/cmdline"), !words.isEmpty, words == text("\(parent)/cmdline"),
            let program = try? FileStatus(path: "\(root)/\(child)/exe")
        else { return false }
        return (try? FileStatus(path: "\(root)/\(parent)/exe").identity) == program.identity
    }

    /// Whether the process still runs.
    public func isAlive(_ process: Identity) -> Bool {
        guard let entry = entry(process.pid) else { return false }
        return entry.identity == process && !entry.isZombie
    }

    /// What the process has open as `descriptor`, or `nil` where that may not be seen.
    public func openFile(_ descriptor: Int, of pid: Int) -> FileStatus? {
        try? FileStatus(path: "\(root)/\(pid)/fd/\(descriptor)")
    }

    /// The id of this start of the machine, the same until it is started again.
    public var bootID: String? {
        text("sys/kernel/random/boot_id").map { String(decoding: $0.filter { $0 > 0x20 }, as: UTF8.self) }
    }

    /// What names this process id namespace, such as `pid:[4026531836]`; containers have their own.
    public var pidNamespace: String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink("\(root)/self/ns/pid", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func text(_ name: String) -> [UInt8]? {
        guard let file = try? FileDescriptor(reading: "\(root)/\(name)") else { return nil }
        return try? file.readAll(limit: 65_536)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: digits, as: UTF8.self))
    }
}
