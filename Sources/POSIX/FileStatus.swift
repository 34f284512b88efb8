internal import Glibc

/// What the system knows of a file.
public struct FileStatus: Equatable, Sendable {
    /// A kind of file.
    public enum Kind: Equatable, Sendable {
        /// A file with content.
        case file
        /// A directory.
        case directory
        /// A symbolic link.
        case link
        /// A pipe, with or without a name.
        case pipe
        /// A socket.
        case socket
        /// A device and anything else.
        case other
    }

    /// Which file it is: no two have the same at a time.
    public struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    /// What it is.
    public let kind: Kind
    /// Which one it is.
    public let identity: Identity
    /// The user that owns it.
    public let owner: UInt32
    /// The permission bits, such as `0o600`.
    public let permissions: UInt32
    /// The number of names that it has; 0 for a file that is open but deleted.
    public let linkCount: Int
    /// The length in bytes.
    public let size: Int
    /// When its content was last changed, in seconds since 1970.
    public let modified: Int

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            default: .other
            }
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        owner = status.st_uid
        permissions = status.st_mode & 0o7777
        linkCount = Int(status.st_nlink)
        size = status.st_size
        modified = status.st_mtim.tv_sec
    }

    /// The status of what is at `path`, following links.
    public init(path: String) throws(SystemError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .last("look at", path) }
        self.init(status)
    }

    /// The status of what is at `path` itself, be it a link that leads nowhere.
    public init(ofLinkAt path: String) throws(SystemError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw .last("look at", path) }
        self.init(status)
    }

    /// The status of what is open as `descriptor`.
    init(descriptor: Int32, path: String) throws(SystemError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last("look at", path) }
        self.init(status)
    }
}
