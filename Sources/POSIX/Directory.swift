internal import CSystem
internal import Glibc

/// An open directory, through which everything in it is reached.
///
/// Names are single components, links are never followed, and what is made is private: directories 0700, files 0600
/// from the moment of their creation, whatever the umask. Nobody who swaps a path for a link can lead it elsewhere.
public struct Directory: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// The path it was opened by; for messages, and for what it is the parent of.
    public let path: String

    private let isForOwner: Bool

    private var raw: Int32 { descriptor.raw }

    private init(owning raw: Int32, path: String, forOwner: Bool) {
        descriptor = FileDescriptor(owning: raw, path: path)
        self.path = path
        isForOwner = forOwner
    }

    /// Opens the directory at `path`.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - followingLinks: Whether the last component may be a link.
    ///   - forOwner: Whether what root makes in it is for its owner and not for root.
    /// - Throws: `SystemError` where it cannot be opened.
    public init(path: String, followingLinks: Bool = true, forOwner: Bool = false) throws(SystemError) {
        let raw = unsafe open(path, Self.flags | (followingLinks ? 0 : O_NOFOLLOW))
        guard raw >= 0 else { throw .last("open", path) }
        self.init(owning: raw, path: path, forOwner: forOwner)
    }

    private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    private func child(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    /// What the directory itself is.
    public func status() throws(SystemError) -> FileStatus { try descriptor.status() }

    /// What `name` is, a link itself and not what it leads to.
    public func status(of name: String) throws(SystemError) -> FileStatus {
        var status = stat()
        guard unsafe fstatat(raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last("look at", child(name)) }
        return FileStatus(status)
    }

    /// Waits for the directory's lock; see ``FileDescriptor/lock()``.
    public func lock() throws(SystemError) { try descriptor.lock() }

    /// Takes the directory's lock where nobody has it, and says whether it did.
    public func tryLock() throws(SystemError) -> Bool { try descriptor.tryLock() }

    /// Waits until what was made, renamed and removed in it is on the disk.
    public func sync() throws(SystemError) { try descriptor.sync() }

    /// The names in it, in no order, `.` and `..` left out.
    public func names() throws(SystemError) -> [String] {
        try rawNames().map { String(decoding: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }
    }

    /// The names as the system has them, with the zero byte behind each: any other byte can be in one.
    private func rawNames() throws(SystemError) -> [[CChar]] {
        // A descriptor of its own, as closedir closes it and the position is the stream's.
        let copy = unsafe openat(raw, ".", Self.flags)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else { throw .last("list", path) }
        defer { unsafe closedir(stream) }
        var names: [[CChar]] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe bytes.prefix { $0 != 0 }.map(CChar.init(bitPattern:)) + [0]
            }
            if name != [0x2E, 0], name != [0x2E, 0x2E, 0] { names.append(name) }
        }
        return names
    }

    /// Opens the directory `name` in it.
    public func subdirectory(_ name: String) throws(SystemError) -> Directory {
        try subdirectory(name.utf8.map(CChar.init(bitPattern:)) + [0], name)
    }

    private func subdirectory(_ rawName: [CChar], _ name: String) throws(SystemError) -> Directory {
        let opened = unsafe openat(raw, rawName, Self.flags | O_NOFOLLOW)
        guard opened >= 0 else { throw .last("open", child(name)) }
        return Directory(owning: opened, path: child(name), forOwner: isForOwner)
    }

    /// Makes the directory `name` in it, 0700, and opens it.
    ///
    /// - Throws: `SystemError`, with `exists` where there is such a name already.
    public func makeSubdirectory(_ name: String) throws(SystemError) -> Directory {
        guard unsafe mkdirat(raw, name, 0o700) == 0 else { throw .last("make", child(name)) }
        let made = try subdirectory(name)
        // The umask may have taken away what the owner needs.
        guard fchmod(made.raw, 0o700) == 0 else { throw .last("make", child(name)) }
        try handOver(made.raw, name)
        return made
    }

    /// The content of the file `name`.
    ///
    /// - Throws: `SystemError`, with `tooLarge` where it is longer than `limit` bytes.
    public func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8] {
        let opened = unsafe openat(raw, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw .last("open", child(name)) }
        return try FileDescriptor(owning: opened, path: child(name)).readAll(limit: limit)
    }

    /// Makes the file `name`, 0600, with `content`; what could not be written whole is removed again.
    ///
    /// - Parameters:
    ///   - name: A name that is not taken yet.
    ///   - content: What it will hold.
    ///   - sync: Whether to wait until it is on the disk.
    /// - Throws: `SystemError`, with `exists` where there is such a name already.
    public func create(_ name: String, _ content: [UInt8], sync: Bool = false) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let opened = unsafe openat(raw, name, flags, 0o600)
        guard opened >= 0 else { throw .last("create", child(name)) }
        let file = FileDescriptor(owning: opened, path: child(name))
        do throws(SystemError) {
            guard fchmod(opened, 0o600) == 0 else { throw SystemError.last("create", child(name)) }
            try handOver(opened, name)
            try file.write(content)
            if sync { try file.sync() }
        } catch {
            unsafe _ = unlinkat(raw, name, 0)
            throw error
        }
    }

    /// Gives what root has made in the directory of somebody else to the directory's owner, who could not read it otherwise:
    /// `sudo -E` has a job's programs run as root.
    private func handOver(_ made: Int32, _ name: String) throws(SystemError) {
        guard isForOwner, CurrentProcess.user == 0 else { return }
        var status = stat()
        guard unsafe fstat(raw, &status) == 0 else { throw .last("look at", path) }
        // Where everybody may make files, the directory's owner has nothing to do with them.
        guard status.st_uid != 0, status.st_mode & 0o022 == 0 else { return }
        guard fchown(made, status.st_uid, status.st_gid) == 0 else { throw .last("create", child(name)) }
    }

    /// Puts `content` in the place of the file `name`, which others see as it was or as it will be, and nothing between.
    ///
    /// The file on the way there is called `name.new-…`; ``removeUnfinished(_:)`` finds it where this was killed.
    public func replace(_ name: String, _ content: [UInt8]) throws(SystemError) {
        let unfinished = "\(name).new-\(RandomText.make(length: 12))"
        try create(unfinished, content, sync: true)
        do {
            try rename(unfinished, to: name)
        } catch {
            unsafe _ = unlinkat(raw, unfinished, 0)
            throw error
        }
        try sync()
    }

    /// Removes what a killed ``replace(_:_:)`` of `name` left; only to be called where no other can be running.
    public func removeUnfinished(_ name: String) throws(SystemError) {
        for other in try names() where other.hasPrefix("\(name).new-") { try? remove(other) }
    }

    /// Makes a symbolic link `name` that leads to `target`.
    public func makeLink(_ name: String, to target: String) throws(SystemError) {
        guard unsafe symlinkat(target, raw, name) == 0 else { throw .last("create", child(name)) }
    }

    /// Renames `name` in it, replacing a file that has the new name.
    public func rename(_ name: String, to newName: String) throws(SystemError) {
        guard unsafe renameat(raw, name, raw, newName) == 0 else { throw .last("rename", child(name)) }
    }

    /// Renames `name` in it, unless there is something of the new name.
    ///
    /// - Throws: `SystemError`, with `exists` where there is.
    public func renameWithoutReplacing(_ name: String, to newName: String) throws(SystemError) {
        if unsafe berth_rename_noreplace(raw, name, raw, newName) == 0 { return }
        guard errno == EINVAL else { throw .last("rename", child(name)) }
        // A file system (some network ones) that cannot. A directory only ever replaces an empty one.
        try rename(name, to: newName)
    }

    /// Removes the file or link `name`; it may be gone already.
    public func remove(_ name: String) throws(SystemError) {
        guard unsafe unlinkat(raw, name, 0) == 0 || errno == ENOENT else { throw .last("remove", child(name)) }
    }

    /// Removes `name` with all that is in it, links themselves and not what they lead to; it may be gone already.
    ///
    /// Goes on where something cannot be removed, and throws the first such error at the end.
    public func removeTree(_ name: String) throws(SystemError) {
        try removeTree(name.utf8.map(CChar.init(bitPattern:)) + [0])
    }

    private func removeTree(_ rawName: [CChar]) throws(SystemError) {
        if unsafe unlinkat(raw, rawName, 0) == 0 || errno == ENOENT { return }
        let code = SystemError.Code(rawValue: errno)
        let name = String(decoding: rawName.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard code == .isDirectory || code == .notPermitted else { throw SystemError(code, "remove", child(name)) }
        var failure: SystemError?
        do {
            // A directory that its owner may not list or write would keep its content for good.
            let directory = try openForRemoval(rawName, name)
            for inner in try directory.rawNames() {
                do { try directory.removeTree(inner) } catch { failure = failure ?? error }
            }
        } catch {
            failure = error
        }
        if unsafe unlinkat(raw, rawName, AT_REMOVEDIR) == 0 || errno == ENOENT { return }
        throw failure ?? .last("remove", child(name))
    }

    private func openForRemoval(_ rawName: [CChar], _ name: String) throws(SystemError) -> Directory {
        do {
            let directory = try subdirectory(rawName, name)
            if try directory.status().permissions & 0o700 != 0o700 { fchmod(directory.raw, 0o700) }
            return directory
        } catch  where error.code == .denied {
            // No link can be changed by this: it is a directory, or opening it would have failed with ELOOP.
            unsafe _ = fchmodat(raw, rawName, 0o700, 0)
            return try subdirectory(rawName, name)
        }
    }
}
