internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// How requests to a vendor's own API are let in: all the ways that there are.
enum VendorAuthentication: Sendable {
    /// Everybody is.
    case none
    /// By user and password (RFC 7617).
    case basic(BasicCredentials)
    /// The same by the login that docker's config has at that moment: it may be one that is made anew when it ends.
    case login(@Sendable () -> Credential?)
    /// By a token (RFC 6750).
    case bearer(Secret)
    /// By a token in a header field of the vendor's, such as `PRIVATE-TOKEN`.
    case field(String, Secret)
    /// By a token that is made when it is needed, and anew when it has ended.
    case minted(@Sendable () async throws(RegistryError) -> Secret)
    /// By the registry's own tokens, for what is meant to be done to the repository.
    case registry(RepositoryClient)
}

/// A vendor's own API over HTTP: sends requests as patiently as all others are sent, and says what answers mean.
struct VendorClient: Sendable {
    /// Where the API begins, without a slash at its end.
    let base: URLParts
    /// The API's name for people: `Docker Hub`.
    let name: String
    /// How requests are let in.
    let authentication: VendorAuthentication
    /// What all requests say in their header.
    var headers: [HTTPHeader] = []
    /// The shortest time between two requests that change something.
    var interval: Duration = .zero
    /// What an answer means that the vendor gives in its own way, where it is an error: by its status it would be the
    /// second.
    var explain: @Sendable (HTTPResponse, RegistryError) -> RegistryError = { $1 }
    private let settings: RegistrySettings
    private let client: RetryingClient
    /// When the next request may change something, on the pacing's steady clock.
    private let nextChange = NextChange()

    private final class NextChange: Sendable {
        let time = Locked<Duration>(.zero)
    }

    /// A client of the API at `base`; `throttle` tells of answers that ask for patience in the vendor's own way.
    init(
        _ name: String, at base: URLParts, _ authentication: VendorAuthentication, _ settings: RegistrySettings,
        throttle: @escaping @Sendable (HTTPResponse) -> Duration? = { _ in nil }
    ) {
        self.base = base
        self.name = name
        self.authentication = authentication
        self.settings = settings
        var policy = RetryPolicy(tries: 8)
        policy.throttle = throttle
        client = settings.retryingClient(policy)
    }

    /// The most requests at once.
    var width: Int { settings.parallel }
    /// The thread that makes the transfers.
    var executor: (any TaskExecutor)? { settings.client.executor }

    /// The address of `path`, which is encoded already and begins with a slash, below the base.
    func url(_ path: String, query: [(name: String, value: String)] = []) throws(RegistryError) -> URLParts {
        guard let url = try base.appendingPath(path).appending(query: query) else {
            throw RegistryError(.badName, "\(name): \(Excerpt.quoted(path)) is no part of a web address")
        }
        return url
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// - Throws: `RegistryError` where there is none, of the kind `tryLater` where nobody knows whether what was asked
    ///   for was done.
    func send(
        _ method: HTTPRequest.Method, _ url: URLParts, body: HTTPRequest.Body = .none, headers more: [HTTPHeader] = [],
        isRepeatable: Bool? = nil, bodyLimit: Int = VendorClient.bodyLimit
    ) async throws(RegistryError) -> HTTPResponse {
        var request = HTTPRequest(method, url, headers: headers + more, body: body, bodyLimit: bodyLimit)
        if let isRepeatable { request.isRepeatable = isRepeatable }
        if method != .get && method != .head { try await waitForChange() }
        switch authentication {
        case .registry(let client): return try await client.session.send(request)
        case .none: return try await send(request, nil)
        case .basic(let credentials): return try await send(request, try credentials.header())
        case .login(let find):
            let login = find()
            if let token = login?.registryToken ?? login?.identityToken {
                return try await send(request, .bearer(token))
            }
            let credentials = login.map { BasicCredentials(username: $0.username, password: $0.password) }
            return try await send(request, try credentials?.header())
        case .bearer(let token): return try await send(request, .bearer(token))
        case .field(let name, let token): return try await send(request, HTTPHeader(name, secret: token))
        case .minted(let mint): return try await send(request, .bearer(try await mint()))
        }
    }

    /// Reads a page, or anything else that must be there.
    ///
    /// - Parameters:
    ///   - url: Its address.
    ///   - what: What cannot be done without it: `cannot list the tags of r.example/app`.
    ///   - permission: What who may read it has, by the vendor's name.
    /// - Returns: The answer, read as JSON, and the address of the next page, where its `Link` has one.
    /// - Throws: `RegistryError` for every status but 200, and for what is no JSON.
    func page(
        _ url: URLParts, _ what: String, permission: String? = nil
    ) async throws(RegistryError) -> (json: JSONNode, next: URLParts?, response: HTTPResponse) {
        let response = try await send(.get, url, headers: [HTTPHeader("Accept", "application/json")])
        guard response.status == 200 else { throw error(response, what, permission: permission) }
        return (try json(response, what), try next(in: response, what), response)
    }

    /// Reads the body of `response`.
    func json(_ response: HTTPResponse, _ what: String) throws(RegistryError) -> JSONNode {
        do {
            return try JSONNode(parsing: response.body)
        } catch {
            throw RegistryError(
                .protocolViolation, "\(what): what \(name) answers is no JSON (\(error.description))",
                hint: "does \(base) lead to \(name)?")
        }
    }

    /// The address that `text`, an answer's word for its next page, means: never one at another origin, where the
    /// credentials would go along.
    func target(_ text: String, at url: URLParts, _ what: String) throws(RegistryError) -> URLParts {
        guard let target = url.resolving(text, at: base) else {
            throw RegistryError(.protocolViolation, "\(what): \(name)'s next page has no web address")
        }
        guard target.origin == base.origin else {
            throw RegistryError(.protocolViolation, "\(what): \(name)'s next page is at another host, \(target.origin)")
        }
        return target
    }

    /// The most bytes of an answer: a page of a thousand rich descriptions has several million.
    static let bodyLimit = 32 << 20

    private func next(in response: HTTPResponse, _ what: String) throws(RegistryError) -> URLParts? {
        try LinkHeader.next(in: response.values(for: "Link")).map { link throws(RegistryError) in
            try target(link, at: response.url, what)
        }
    }

    private func send(_ request: HTTPRequest, _ header: HTTPHeader?) async throws(RegistryError) -> HTTPResponse {
        var request = request
        if let header { request.headers.append(header) }
        let origin = request.url.origin
        do {
            return try await client.send(request, following: RedirectPolicy()) {
                $0.origin == origin ? nil : "where the credentials must not go"
            }
        } catch {
            throw RegistryError(error)
        }
    }

    private func waitForChange() async throws(RegistryError) {
        guard interval > .zero else { return }
        let now = settings.pacing.elapsed()
        let start = nextChange.time.withLock { next in
            let start = max(now, next)
            next = start + interval
            return start
        }
        guard start > now else { return }
        do { try await settings.pacing.sleep(start - now) } catch { throw RegistryError(.cancelled, "interrupted") }
    }
}
