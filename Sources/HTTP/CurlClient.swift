/// An HTTP client on libcurl.
///
/// For now one blocking easy handle: requests of one client wait for each other and use each other's connections. The
/// engine for many requests in flight, on the multi interface, takes its place with the registry client; what is sent,
/// trusted and refused stays as it is here.
///
/// libcurl is initialised by the first request and not before. Proxies come from the variables that libcurl itself
/// reads: `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`. The machine itself is never asked through one.
public final class CurlClient: HTTPClient {
    /// What holds for all requests of a client.
    public struct Options: Equatable, Sendable {
        /// The program and its version: `berth/1.2.3`.
        public var userAgent: String
        /// The authorities that servers are checked against.
        public var trust: TrustStore
        /// The longest time to wait for a connection.
        public var connectTimeout: Duration

        /// Options of a client that calls itself `userAgent`.
        public init(userAgent: String, trust: TrustStore, connectTimeout: Duration = .seconds(10)) {
            self.userAgent = userAgent
            self.trust = trust
            self.connectTimeout = connectTimeout
        }
    }

    private let options: Options
    private let handle = Locked(EasyHandle())

    /// A client that has done nothing yet.
    public init(_ options: Options) {
        self.options = options
    }

    /// Sends `request` and waits for the whole answer; see ``HTTPClient/send(_:)``.
    public func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        try handle.withLock { handle throws(HTTPError) in try handle.perform(request, options) }
    }
}
