public import POSIX

/// The files of a machine, as far as ``Examination`` looks at them; nothing is changed through it.
public struct FileView: Sendable {
    /// What a file is, and who may do what with it.
    public struct Facts: Equatable, Sendable {
        /// What it is.
        public var kind: FileStatus.Kind
        /// The user that owns it.
        public var owner: UInt32
        /// The permission bits.
        public var permissions: UInt32

        /// A file's facts.
        public init(kind: FileStatus.Kind, owner: UInt32, permissions: UInt32) {
            self.kind = kind
            self.owner = owner
            self.permissions = permissions
        }
    }

    /// What is at a path, at the end of links; `nil` where there is nothing, or it may not be seen.
    public var facts: @Sendable (_ path: String) -> Facts?
    /// The bytes of the file at a path.
    public var read: @Sendable (_ path: String) throws(SystemError) -> [UInt8]
    /// The path with every link in it resolved; `nil` where it leads nowhere.
    public var resolved: @Sendable (_ path: String) -> String?
    /// Whether this process may execute the file at a path.
    public var isExecutable: @Sendable (_ path: String) -> Bool

    /// Files that these see.
    public init(
        facts: @escaping @Sendable (_ path: String) -> Facts?,
        read: @escaping @Sendable (_ path: String) throws(SystemError) -> [UInt8],
        resolved: @escaping @Sendable (_ path: String) -> String?,
        isExecutable: @escaping @Sendable (_ path: String) -> Bool
    ) {
        self.facts = facts
        self.read = read
        self.resolved = resolved
        self.isExecutable = isExecutable
    }

    /// The most bytes that are read: more than any config has.
    private static let limit = 4 << 20

    /// This machine's.
    public static let system = FileView(
        facts: { path in
            (try? FileStatus(path: path)).map { Facts(kind: $0.kind, owner: $0.owner, permissions: $0.permissions) }
        },
        read: { path throws(SystemError) in
            // Opening a device may do something, so it is looked at before.
            guard try FileStatus(path: path).kind == .file else { throw SystemError(.invalid, "read", path) }
            return try FileDescriptor(reading: path).readAll(limit: limit)
        },
        resolved: { try? FilePath.resolved($0) },
        isExecutable: { path in
            (try? FileStatus(path: path).kind) == .file && FilePath.isExecutable(path)
        })

    /// Whether two paths lead to the same thing.
    func leadToTheSame(_ first: String, _ second: String) -> Bool {
        first == second || (resolved(first).map { $0 == resolved(second) } ?? false)
    }

    /// The file that a program's name leads to in `searchPath`, else one that cannot be executed.
    func program(_ name: String, in searchPath: String?) -> (path: String, isExecutable: Bool)? {
        let directories = (searchPath ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let paths = directories.map { "\($0.isEmpty ? "." : String($0))/\(name)" }
        if let path = paths.first(where: isExecutable) { return (path, true) }
        return paths.first { facts($0) != nil }.map { ($0, false) }
    }
}
