/// What one check of ``Examination`` has found.
///
/// Text and hint are for people, one line each, and never hold a secret.
public struct Finding: Equatable, Sendable {
    /// How bad it is.
    public enum Status: String, CaseIterable, Sendable {
        /// As it should be.
        case ok
        /// It may go wrong.
        case warn
        /// It goes wrong, or has.
        case fail
    }

    /// What was looked at.
    public enum Check: String, CaseIterable, Sendable {
        /// Which CI system it is.
        case ci
        /// The options that come from variables.
        case options
        /// The job's directory and its lease.
        case job
        /// docker's config.
        case config
        /// The files of other clients.
        case clients
        /// Where registries' credentials come from, and when they end.
        case credentials
        /// The programs that have credentials.
        case helpers
        /// The job's OIDC token.
        case oidc
        /// Who may read the files.
        case permissions
        /// What ended jobs left.
        case leftovers
        /// This machine's clock.
        case clock
        /// How registries are reached.
        case network
        /// Whether registries take the logins.
        case verify
    }

    /// What was looked at.
    public let check: Check
    /// How bad it is.
    public let status: Status
    /// What was found.
    public let text: String
    /// What to do about it.
    public let hint: String?

    /// A finding.
    public init(_ check: Check, _ status: Status, _ text: String, hint: String? = nil) {
        self.check = check
        self.status = status
        self.text = text
        self.hint = hint
    }
}
