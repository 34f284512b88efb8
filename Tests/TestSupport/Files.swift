import Glibc

/// What tests do with files; every path is absolute.
public enum Files {
    /// What a path is, without following a link.
    public enum Kind: Sendable, Equatable {
        case file, directory, link, other
    }

    /// The facts of one path that tests compare.
    public struct Facts: Sendable, Equatable {
        /// What it is.
        public let kind: Kind
        /// The permission bits.
        public let mode: UInt32
        /// The owner.
        public let owner: UInt32
        /// The content of a file, the target of a link.
        public let content: [UInt8]
    }

    /// Writes `content` to a new or emptied file of exactly that mode.
    public static func write(_ content: [UInt8], to path: String, mode: UInt32 = 0o600) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw TestFailure("cannot create \(path): error \(errno)") }
        defer { close(descriptor) }
        fchmod(descriptor, mode)
        var rest = content[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw TestFailure("cannot write \(path): error \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes text to a new or emptied file of exactly that mode.
    public static func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// The bytes of a file.
    public static func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TestFailure("cannot open \(path): error \(errno)") }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw TestFailure("cannot read \(path): error \(errno)") }
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }

    /// The text of a file.
    public static func text(_ path: String) throws -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Makes a directory of exactly that mode; its parent has to be there.
    public static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws {
        guard unsafe mkdir(path, mode) == 0, unsafe chmod(path, mode) == 0 else {
            throw TestFailure("cannot make \(path): error \(errno)")
        }
    }

    /// Makes a symbolic link at `path` that leads to `target`.
    public static func link(_ path: String, to target: String) throws {
        guard unsafe symlink(target, path) == 0 else { throw TestFailure("cannot link \(path): error \(errno)") }
    }

    /// Whether something is at `path`, a dangling link included.
    public static func exists(_ path: String) -> Bool {
        facts(path) != nil
    }

    /// The permission bits of what is at `path`.
    public static func mode(_ path: String) -> UInt32? {
        facts(path)?.mode
    }

    /// Changes the permission bits.
    public static func setMode(_ path: String, _ mode: UInt32) {
        unsafe _ = chmod(path, mode)
    }

    /// Changes the owner and the group to the same number.
    public static func setOwner(_ path: String, _ owner: UInt32) {
        unsafe _ = lchown(path, owner, owner)
    }

    /// What is at `path`, with its content; nil where there is nothing.
    public static func facts(_ path: String) -> Facts? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        let content =
            switch kind {
            case .file: (try? read(path)) ?? []
            case .link: target(of: path)
            case .directory, .other: [UInt8]()
            }
        return Facts(kind: kind, mode: status.st_mode & 0o7777, owner: status.st_uid, content: content)
    }

    /// The sorted names in a directory; empty where there is no such directory.
    public static func names(in path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Everything below a directory by its path relative to it: two equal snapshots mean that nothing was changed.
    public static func snapshot(_ root: String) -> [String: Facts] {
        var found: [String: Facts] = [:]
        var open = [""]
        while let folder = open.popLast() {
            for name in names(in: root + folder) {
                let path = "\(folder)/\(name)"
                guard let facts = facts(root + path) else { continue }
                found[path] = facts
                if facts.kind == .directory { open.append(path) }
            }
        }
        return found
    }

    /// The paths that two snapshots do not agree on.
    public static func differences(_ before: [String: Facts], _ after: [String: Facts]) -> [String] {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    }

    private static func target(of path: String) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(path, &buffer, buffer.count)
        return buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
    }
}
