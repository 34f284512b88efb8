internal import POSIX

/// A docker config that cannot be read or written.
///
/// Text and hint are for people, one line each, and never hold a secret.
public struct DockerConfigError: Error, Equatable, Sendable {
    /// What went wrong, as far as it decides the exit code.
    public enum Kind: Equatable, Sendable {
        /// What was given is not what it should be, such as a corrupt file.
        case badData
        /// The machine is not set up as it must be, such as a file that may not be read.
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

extension DockerConfigError: CustomStringConvertible {
    /// The text without the hint.
    public var description: String { text }
}

extension DockerConfigError {
    /// A system call that failed.
    init(_ error: SystemError, _ kind: Kind = .failed, hint: String? = nil) {
        self.init(kind, error.description, hint: hint)
    }
}
