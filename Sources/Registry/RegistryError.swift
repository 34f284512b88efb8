internal import HTTP

/// A registry that could not be asked, or would not.
///
/// Text and hint are for people, one line each, and never hold a secret.
public struct RegistryError: Error, Equatable, Sendable {
    /// What went wrong, as far as it decides the exit code.
    public enum Kind: Equatable, Sendable {
        /// The registry knows who asks and refuses.
        case denied
        /// The registry cannot be reached, or not safely.
        case unreachable
        /// It may work later: too many requests, a fault of the server, a timeout.
        case tryLater
        /// What answers does not behave as a registry must.
        case protocolViolation
        /// A name that cannot be a registry's, a repository's, a tag's or a digest's.
        case badName
        /// What the registry holds is corrupt: a manifest that is none, bytes that do not have their digest.
        case badData
        /// There is no such repository, tag, manifest or blob.
        case notFound
        /// The registry cannot do what is asked for, or has it switched off.
        case unsupported
        /// It was not done, as more would have been lost than was named.
        case held
        /// The vendor protects it: it is locked, immutable, retained, or downloaded too often.
        case protected
        /// Nobody waits for it any more.
        case cancelled
    }

    /// What was found in the place of what was to be deleted.
    public enum Finding: Equatable, Sendable {
        /// The tag, leading to another manifest.
        case moved
        /// Nothing.
        case nothing
        /// Something that needs it; what that is, for people.
        case needed(String)
    }

    /// What went wrong.
    public let kind: Kind
    /// What and why.
    public let text: String
    /// What to do about it.
    public let hint: String?
    /// The name of the permission that is missing, as the vendor has it; only with the kind `denied`.
    public var permission: String?
    /// What was found in the place of what was to be deleted, where it is that which went wrong.
    public internal(set) var finding: Finding?

    /// An error.
    public init(_ kind: Kind, _ text: String, hint: String? = nil) {
        self.kind = kind
        self.text = text
        self.hint = hint
    }
}

extension RegistryError: CustomStringConvertible {
    /// The text without the hint.
    public var description: String { text }
}

extension RegistryError {
    /// What a request without an answer means.
    init(_ error: HTTPError) {
        switch error.kind {
        case .cancelled:
            self.init(.cancelled, error.description)
        case .corrupt:
            self.init(
                .badData, error.description,
                hint: "something between here and the registry may change what it transfers, or the registry is damaged"
            )
        case .timeout, .interrupted:
            self.init(.tryLater, error.description)
        case .unresolvedHost, .unreachable:
            self.init(.unreachable, error.description, hint: "check the registry's name and port, and the proxy")
        case .tls:
            self.init(
                .unreachable, error.description,
                hint: "does it speak plain HTTP? Without TLS, only a registry on this machine is trusted")
        case .certificate:
            self.init(
                .unreachable, error.description,
                hint: "name the authority that signed the registry's certificate with SSL_CERT_FILE")
        case .tooLarge, .redirect, .protocolViolation, .invalidRequest:
            self.init(.protocolViolation, error.description)
        }
    }

    /// What an answer means that nothing can be done with.
    init(unexpected response: HTTPResponse, to request: HTTPRequest) {
        let text = "\(request.summary): status \(response.status)"
        let wait = RetryPolicy.requestedWait(response)
        switch response.status {
        case 403 where wait != nil, 408, 429, 500...599:
            self.init(.tryLater, text + (wait.map { ", to be asked again \($0)" } ?? ""))
        case 401, 403: self.init(.denied, text)
        default: self.init(.protocolViolation, text, hint: "is this the address of an image registry?")
        }
    }
}

extension RegistryError {
    /// The same, with what was found in the place of what was to be deleted.
    func found(_ finding: Finding) -> RegistryError {
        var error = self
        error.finding = finding
        return error
    }

    /// The same, with the name of what is missing where it says that something is not allowed and names nothing.
    func missing(_ permission: String, at host: RegistryHost) -> RegistryError {
        guard kind == .denied, self.permission == nil else { return self }
        // That there is no login at all is the better hint.
        let hasLogin = hint?.hasPrefix("there is no login") != true
        var error = RegistryError(kind, text, hint: hasLogin ? "the login for \(host) needs \(permission)" : hint)
        error.permission = permission
        return error
    }
}
