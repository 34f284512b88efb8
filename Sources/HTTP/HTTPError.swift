/// A request that got no answer, or none that can be taken.
///
/// A status such as 404 is an answer, not an error of this module. Texts hold neither headers, bodies nor a URL's query.
public struct HTTPError: Error, Equatable, Sendable {
    /// What went wrong, as far as it decides what to do about it.
    public enum Kind: Equatable, Sendable {
        /// The request cannot be sent as it is, such as one with a newline in a header.
        case invalidRequest
        /// There is no such host, or its name cannot be looked up now.
        case unresolvedHost
        /// Nothing answers at the address.
        case unreachable
        /// A connection was there and broke before the answer was whole.
        case interrupted
        /// The time that the request was given ran out.
        case timeout
        /// The server does not speak TLS, or none that both sides accept.
        case tls
        /// The server's certificate is not to be trusted, or the trusted authorities cannot be read.
        case certificate
        /// The answer is longer than the limit.
        case tooLarge
        /// A redirect that must not be followed.
        case redirect
        /// The answer is not HTTP as it should be.
        case protocolViolation
        /// The body is whole, and not what it was announced to be.
        case corrupt
        /// Nobody waits for the answer any more.
        case cancelled
    }

    /// What went wrong.
    public let kind: Kind
    /// Which request: its method and redacted URL.
    public let request: String
    /// Why, in a few words.
    public let reason: String

    /// An error of `request`.
    public init(_ kind: Kind, of request: HTTPRequest, reason: String) {
        self.kind = kind
        self.request = request.summary
        self.reason = reason
    }
}

extension HTTPError: CustomStringConvertible {
    /// One line: `GET https://r.example/v2/: connection refused`.
    public var description: String { "\(request): \(reason)" }
}
