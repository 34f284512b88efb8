internal import POSIX

/// A job that cannot be given what it needs.
///
/// Text and hint are for people, one line each, and never hold a secret.
public struct CIEnvError: Error, Equatable, Sendable {
    /// What went wrong, as far as it decides the exit code.
    public enum Kind: Equatable, Sendable {
        /// Options that make no sense.
        case usage
        /// Something that was given is not what it should be, such as a value that a shell's format cannot carry.
        case badData
        /// The environment or the machine is not set up as it must be.
        case badConfiguration
        /// The system refuses, such as a full disk.
        case failed
    }

    /// What went wrong.
    public let kind: Kind
    /// What and why.
    public let text: String
    /// What to do about it.
    public let hint: String?

    /// An error.
    public init(_ kind: Kind, _ text: String, hint: String? = nil) {
        self.kind = kind
        self.text = text
        self.hint = hint
    }
}

extension CIEnvError: CustomStringConvertible {
    /// The text without the hint.
    public var description: String { text }
}

extension CIEnvError {
    /// A system call that failed.
    init(_ error: SystemError, hint: String? = nil) {
        self.init(.failed, error.description, hint: hint)
    }
}

/// Makes a system call's error one of the job's.
func attempt<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(CIEnvError) -> Result {
    do {
        return try body()
    } catch {
        throw CIEnvError(error)
    }
}
