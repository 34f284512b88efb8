/// A system call that failed.
public struct SystemError: Error, Equatable, Sendable {
    /// The error number, such as `ENOENT`.
    public let code: Int32
    /// What was attempted, in the words of the system call, such as `open`.
    public let operation: String
    /// The file it was attempted on.
    public let path: String
    /// An error `code` of `operation` on `path`.
    public init(code: Int32, operation: String, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }
}
