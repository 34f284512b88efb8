internal import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable {
    /// What went wrong.
    public let code: Code

    /// What was attempted, in words that fit behind "cannot", such as `open`.
    public let operation: String

    /// What it was attempted on: mostly a path.
    public let path: String

    /// An error `code` of `operation` on `path`.
    public init(_ code: Code, _ operation: String, _ path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// The error of the system call that has just failed.
    static func last(_ operation: String, _ path: String) -> SystemError {
        SystemError(Code(rawValue: errno), operation, path)
    }

    /// An error number (errno(3)).
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number.
        public let rawValue: Int32

        /// An error number.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// ENOENT: there is no such file.
        public static let notFound = Code(rawValue: ENOENT)
        /// ENOTDIR: a file where a directory must be.
        public static let notDirectory = Code(rawValue: ENOTDIR)
        /// EISDIR: a directory where a file must be.
        public static let isDirectory = Code(rawValue: EISDIR)
        /// EEXIST: there is such a file already.
        public static let exists = Code(rawValue: EEXIST)
        /// ELOOP: a symbolic link where none may be, or one that leads to itself.
        public static let link = Code(rawValue: ELOOP)
        /// EACCES: the permissions do not allow it.
        public static let denied = Code(rawValue: EACCES)
        /// EPERM: not allowed to this user.
        public static let notPermitted = Code(rawValue: EPERM)
        /// EROFS: the file system is read-only.
        public static let readOnly = Code(rawValue: EROFS)
        /// ENOSPC: the disk is full.
        public static let noSpace = Code(rawValue: ENOSPC)
        /// EFBIG: longer than the limit.
        public static let tooLarge = Code(rawValue: EFBIG)
        /// ENOTEMPTY: a directory that has something in it.
        public static let notEmpty = Code(rawValue: ENOTEMPTY)
        /// ETIMEDOUT: the time ran out.
        public static let timedOut = Code(rawValue: ETIMEDOUT)
        /// Nobody waits for it any more.
        public static let cancelled = Code(rawValue: ECANCELED)
        /// EWOULDBLOCK: somebody else has it.
        public static let wouldBlock = Code(rawValue: EWOULDBLOCK)
        /// EPIPE: nobody reads any more.
        public static let brokenPipe = Code(rawValue: EPIPE)
        /// EINVAL: no such value may be given.
        public static let invalid = Code(rawValue: EINVAL)
    }
}

extension SystemError: CustomStringConvertible {
    /// One line: `cannot open /tmp/x: No such file or directory`.
    public var description: String { "cannot \(operation) \(path): \(code)" }
}

extension SystemError.Code: CustomStringConvertible {
    /// The system's own words.
    public var description: String { unsafe String(cString: strerror(rawValue)) }
}
