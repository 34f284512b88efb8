public import DockerConfig

/// One request: a value that says everything about what is sent.
public struct HTTPRequest: Sendable {
    /// What is asked of the server.
    public enum Method: String, Sendable {
        /// Read a resource.
        case get = "GET"
        /// Read a resource's headers.
        case head = "HEAD"
        /// Have the body processed.
        case post = "POST"
        /// Put the body in the resource's place.
        case put = "PUT"
        /// Change a resource.
        case patch = "PATCH"
        /// Remove a resource.
        case delete = "DELETE"
    }

    /// What is sent after the headers.
    public enum Body: Sendable {
        /// Nothing.
        case none
        /// These bytes.
        case bytes([UInt8])
        /// Text that no error and no log may show, such as a form with a refresh token.
        case secret(Secret)
        /// Bytes that are made while they are sent.
        case stream(HTTPUpload)

        /// Whether nothing is sent.
        var isNone: Bool {
            if case .none = self { true } else { false }
        }

        /// Whether it can be sent only once.
        public var isSentOnce: Bool {
            if case .stream = self { true } else { false }
        }
    }

    /// What is asked of the server.
    public var method: Method
    /// Where to.
    public var url: URLParts
    /// The headers that are sent besides curl's own (`Host`, `User-Agent`, `Accept`).
    public var headers: [HTTPHeader]
    /// What is sent after the headers.
    public var body: Body
    /// The most bytes of the answer's body that are taken; a longer one is an error.
    public var bodyLimit: Int
    /// The longest time that the whole exchange may take; it does not hold where a body comes or goes in parts.
    public var timeout: Duration
    /// The longest time in which nothing at all may arrive or leave.
    public var idleTimeout: Duration
    /// Whether it may be sent again where nobody knows if the server has done what it asks for.
    public var isRepeatable: Bool

    /// One mebibyte: several times the longest answer of a token service or the longest image manifest.
    public static let defaultBodyLimit = 1 << 20

    /// A request of `method` to `url`.
    public init(
        _ method: Method = .get, _ url: URLParts, headers: [HTTPHeader] = [], body: Body = .none,
        bodyLimit: Int = HTTPRequest.defaultBodyLimit, timeout: Duration = .seconds(30),
        idleTimeout: Duration = .seconds(60)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.bodyLimit = bodyLimit
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        isRepeatable = method == .get || method == .head
    }

    /// The method and the redacted URL, as errors show them: `GET https://r.example/v2/`.
    public var summary: String { "\(method.rawValue) \(url)" }
}

/// One header of a request.
public struct HTTPHeader: Equatable, Sendable {
    /// A header's value.
    public enum Value: Equatable, Sendable {
        /// Text that anybody may see.
        case plain(String)
        /// Credentials. They are not sent on to another origin, whatever the header's name.
        case secret(Secret)
        /// None: a header that libcurl would send by itself is not sent.
        case removed
    }

    /// The header's name.
    public let name: String
    /// The header's value.
    public let value: Value

    /// A header `name: value`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = .plain(value)
    }

    /// A header `name: value` whose value is a secret.
    public init(_ name: String, secret value: Secret) {
        self.name = name
        self.value = .secret(value)
    }

    /// No header `name`, where libcurl would send one.
    init(removed name: String) {
        self.name = name
        value = .removed
    }

    /// Whether the header may only go to the origin that it was meant for.
    var isCredential: Bool {
        if case .secret = value { return true }
        return ["authorization", "cookie", "proxy-authorization"].contains(name.lowercased())
    }
}
