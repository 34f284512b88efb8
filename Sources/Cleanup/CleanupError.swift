/// A cleanup that cannot begin, or had better not.
///
/// Text and hint are for people, one line each whatever a policy has in it, and never hold a secret.
public struct CleanupError: Error, Equatable, Sendable {
    /// What went wrong, as far as it decides the exit code.
    public enum Kind: Equatable, Sendable {
        /// The command line makes no sense.
        case usage
        /// A policy or plan is corrupt.
        case badData
        /// Something is not set up as it must be: a shallow clone, a program that is missing.
        case badConfiguration
        /// A cluster or a git remote cannot be reached.
        case unreachable
        /// A cluster or a git remote refuses.
        case denied
        /// It would delete more than may go at once, or it was interrupted.
        case stopped
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
        self.text = text.visible
        self.hint = hint?.visible
    }
}

extension CleanupError: CustomStringConvertible {
    /// The text without the hint.
    public var description: String { text }
}
