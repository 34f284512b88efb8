internal import Glibc

/// An open file, closed when its owner goes.
public struct FileDescriptor: ~Copyable, Sendable {
    let raw: Int32

    /// What errors call it.
    let path: String

    /// Takes over `raw`.
    init(owning raw: Int32, path: String) {
        self.raw = raw
        self.path = path
    }

    /// Opens the file at `path` for reading, following links.
    ///
    /// Does not wait for the other side of a named pipe.
    public init(reading path: String) throws(SystemError) {
        let raw = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else { throw .last("open", path) }
        self.init(owning: raw, path: path)
    }

    /// Opens the file at `path` for writing at its end; it has to exist.
    public init(appendingTo path: String) throws(SystemError) {
        let raw = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard raw >= 0 else { throw .last("open", path) }
        self.init(owning: raw, path: path)
    }

    deinit {
        close(raw)
    }

    /// What is open.
    public func status() throws(SystemError) -> FileStatus {
        try FileStatus(descriptor: raw, path: path)
    }

    /// All that is left to read.
    ///
    /// - Throws: `SystemError`, with `tooLarge` where there are more than `limit` bytes.
    public func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var expected = (try? status().size) ?? 0
        while true {
            // One byte more than is expected, so that the usual file needs two calls: its content and its end.
            let room = max(4096, min(expected, limit) + 1 - content.count)
            let piece = try read(atMost: room)
            if piece.isEmpty { return content }
            content = content.isEmpty ? piece : content + piece
            expected = max(expected, 2 * content.count)
            guard content.count <= limit else { throw SystemError(.tooLarge, "read", path) }
        }
    }

    private func read(atMost count: Int) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result: Int
            repeat {
                result = unsafe Glibc.read(raw, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = .last("read", path) }
            filled = max(0, result)
        }
        if let failure { throw failure }
        return piece
    }

    /// Writes all of `content`.
    public func write(_ content: [UInt8]) throws(SystemError) {
        try Self.write(content, to: raw, path: path)
    }

    /// Writes all of `content` to `raw`, however often the system takes a part only.
    static func write(_ content: [UInt8], to raw: Int32, path: String) throws(SystemError) {
        var offset = 0
        while offset < content.count {
            let count = unsafe content.withUnsafeBytes {
                unsafe Glibc.write(raw, $0.baseAddress?.advanced(by: offset), content.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("write", path) }
            offset += count
        }
    }

    /// Waits until what was written is on the disk.
    public func sync() throws(SystemError) {
        guard fsync(raw) == 0 else { throw .last("save", path) }
    }

    /// Waits for the lock that only one open file of a directory or file can have (flock(2)).
    ///
    /// It ends with the descriptor, also when the process is killed.
    public func lock() throws(SystemError) {
        while flock(raw, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .last("lock", path) }
        }
    }

    /// Takes the lock where nobody has it, and says whether it did.
    public func tryLock() throws(SystemError) -> Bool {
        if flock(raw, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw .last("lock", path) }
        return false
    }
}
