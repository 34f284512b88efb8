import Glibc

/// A private directory of one test, removed with all that it holds at the end of the scope that owns it.
public struct ScratchDirectory: ~Copyable, Sendable {
    /// The absolute path.
    public let path: String

    /// Makes the directory, below `TMPDIR` or `/tmp`, readable by its owner only unless `mode` says otherwise.
    public init(mode: UInt32 = 0o700) throws {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/berth-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestFailure("no scratch directory: error \(errno)") }
        path = template.dropLast().withUnsafeBufferPointerText
        Files.setMode(path, mode)
    }

    deinit {
        removeTree(path)
    }

    /// Makes a directory in it and returns its path.
    public func directory(_ name: String, mode: UInt32 = 0o700) throws -> String {
        try Files.makeDirectory("\(path)/\(name)", mode: mode)
        return "\(path)/\(name)"
    }

    /// Writes a file in it and returns its path.
    public func file(_ name: String, _ text: String, mode: UInt32 = 0o600) throws -> String {
        try Files.write(text, to: "\(path)/\(name)", mode: mode)
        return "\(path)/\(name)"
    }
}

extension ArraySlice where Element == CChar {
    fileprivate var withUnsafeBufferPointerText: String {
        String(decoding: map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Removes a tree, links themselves and not what they lead to; says nothing about what it could not remove.
private func removeTree(_ path: String) {
    if let facts = statOnly(path), facts == S_IFDIR {
        Files.setMode(path, 0o700)
        for name in Files.names(in: path) { removeTree("\(path)/\(name)") }
        unsafe _ = rmdir(path)
    } else {
        unsafe _ = unlink(path)
    }
}

private func statOnly(_ path: String) -> mode_t? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}
