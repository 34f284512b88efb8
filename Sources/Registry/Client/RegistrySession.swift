internal import DockerConfig
internal import HTTP

/// The requests to one repository: where to, with which authorisation, and what is followed.
struct RegistrySession: Sendable {
    let repository: Repository
    /// The API's root, `…/v2/`.
    let root: URLParts
    let parallel: Int
    let pacing: Pacing
    let policy: RetryPolicy
    let hasCredential: Bool
    private let client: any HTTPClient
    private let authenticator: Authenticator
    private let scopes: ScopeSet

    /// Asks the registry how to log in.
    static func open(
        _ repository: Repository, for actions: Set<AuthScope.Action>, _ settings: RegistrySettings
    ) async throws(RegistryError) -> RegistrySession {
        let client = settings.retryingClient()
        let host = repository.host
        let answer = try await settings.memory.ping(host, settings)
        let authenticator = try Authenticator(
            answer, of: host, credential: try await VendorTable.login(repository, answer, settings),
            renewal: VendorTable.renewal(repository, answer, settings), allowsPlainHTTP: settings.allowsPlainHTTP,
            client: client, pacing: settings.pacing)
        return RegistrySession(
            repository: repository, root: answer.root, parallel: settings.parallel, pacing: settings.pacing,
            policy: client.policy, hasCredential: authenticator.hasCredential, client: client,
            authenticator: authenticator,
            scopes: ScopeSet([AuthScope(repository.name, actions)]))
    }

    var executor: (any TaskExecutor)? { client.executor }

    /// The URL of `path` in the repository, such as `tags/list`.
    func url(_ path: String) throws(RegistryError) -> URLParts {
        // Repositories, tags and digests hold nothing that a URL would have to escape.
        guard let url = root.appending(path: "\(repository.name)/\(path)") else {
            throw RegistryError(.badName, "\(repository): \(Excerpt.quoted(path)) is no part of a web address")
        }
        return url
    }

    /// Sends `request` with what it needs to be let in, to be repeated as far as it may.
    ///
    /// - Parameters:
    ///   - request: The request, without an authorisation.
    ///   - extra: What it needs besides what the session is for.
    /// - Returns: The answer, whatever its status.
    /// - Throws: `RegistryError` where there is none.
    func send(_ request: HTTPRequest, extra: AuthScope? = nil) async throws(RegistryError) -> HTTPResponse {
        try await authorised(request, extra, status: \.self) { request throws(HTTPError) in
            try await client.send(request, following: RedirectPolicy()) { refusal(of: $0) }
        }
    }

    /// The same for an answer whose body comes in parts.
    func stream(_ request: HTTPRequest) async throws(RegistryError) -> HTTPStream {
        try await authorised(request, nil, status: \.head) { request throws(HTTPError) in
            try await client.stream(request, following: RedirectPolicy()) { refusal(of: $0) }
        }
    }

    /// What the token for the session's requests allows to be done to the repository: a service may leave out, without
    /// a word, what was asked for; `nil` where there is no token, or it does not tell.
    func granted() async throws(RegistryError) -> Set<String>? {
        guard let header = try await authenticator.authorization(for: scopes), case .secret(let text) = header.value
        else { return nil }
        return text.withValue { TokenClaims(authorization: $0) }?.actions(on: repository.name)
    }

    /// Waits before what has failed is tried once more.
    func pause(tried: Int) async throws(RegistryError) {
        do {
            try await pacing.sleep(policy.pause(tried: tried, pacing: pacing))
        } catch {
            throw RegistryError(.cancelled, "interrupted")
        }
    }

    private func authorised<Answer>(
        _ request: HTTPRequest, _ extra: AuthScope?, status: (Answer) -> HTTPResponse,
        _ send: (HTTPRequest) async throws(HTTPError) -> Answer
    ) async throws(RegistryError) -> Answer {
        let scopes = extra.map { self.scopes.union(ScopeSet([$0])) } ?? self.scopes
        // Uploads may lead to another host, which is told what it needs in the address.
        let isOwn = request.url.origin == root.origin
        let header = isOwn ? try await authenticator.authorization(for: scopes) : nil
        let answer = try await perform(request, header, send)
        let response = status(answer)
        guard response.status == 401, isOwn,
            // Some say so of what a rule protects, where no token helps.
            !DistributionErrors(response.body).isProtection,
            let second = try await authenticator.authorization(after: response, to: header, for: scopes),
            // What can be sent only once is for its sender to send again: the next request has the new token.
            !request.body.isSentOnce
        else { return answer }
        return try await perform(request, second, send)
    }

    private func perform<Answer>(
        _ request: HTTPRequest, _ header: HTTPHeader?, _ send: (HTTPRequest) async throws(HTTPError) -> Answer
    ) async throws(RegistryError) -> Answer {
        var request = request
        if let header { request.headers.append(header) }
        do {
            return try await send(request)
        } catch {
            throw RegistryError(error)
        }
    }

    /// Why a redirect to `target` is not followed: a registry out in the internet has nothing to show that is inside
    /// the client's own network.
    private func refusal(of target: URLParts) -> String? {
        let isInside = NetworkReach.isPrivate(target.host) && target.host != root.host
        return isInside && !repository.host.isPrivate ? "an address inside this network" : nil
    }

    /// The address that the registry names in a `Location` or a `Link` of an answer to a request at `url`.
    ///
    /// - Parameters:
    ///   - text: What it says.
    ///   - url: Where it says so.
    ///   - mayLeave: Whether it may be another host's, which then gets no credentials.
    /// - Returns: The address.
    /// - Throws: `RegistryError` of the kind `protocolViolation` where it must not be asked.
    func target(_ text: String, at url: URLParts, mayLeave: Bool) throws(RegistryError) -> URLParts {
        func refused(_ why: String) -> RegistryError {
            RegistryError(.protocolViolation, "\(repository.host) leads from \(url) to \(why)")
        }
        guard let target = url.resolving(text, at: root) else { throw refused("no web address") }
        guard target.origin != root.origin else { return target }
        guard mayLeave else { throw refused("another host, \(target)") }
        guard target.isSecure || !root.isSecure else { throw refused("\(target), which is not https") }
        if let reason = refusal(of: target) { throw refused("\(target), \(reason)") }
        return target
    }
}

extension RegistryError {
    /// What an answer means that nothing can be done with.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - what: What was to be done, such as `cannot list the tags of r.example/app`.
    ///   - session: Where it was to be done.
    init(_ response: HTTPResponse, _ what: String, _ session: RegistrySession) {
        let errors = DistributionErrors(response.body)
        let words = errors.text.map { ": \($0)" } ?? ""
        let text = "\(what): status \(response.status)\(words)"
        let wait = RetryPolicy.requestedWait(response)
        let host = session.repository.host
        switch response.status {
        case 403 where wait != nil, 408, 429, 500...599:
            self.init(.tryLater, text + (wait.map { ", to be asked again \($0)" } ?? ""))
        case _ where errors.isProtection: self.init(.protected, text, hint: "a rule of the registry's protects it")
        case _ where errors.contains(.manifestReferenced):
            self.init(.held, text, hint: "delete the index that holds it first")
        case _ where errors.contains(.renameInProgress): self.init(.tryLater, text)
        case 401 where !session.hasCredential:
            self.init(.denied, text, hint: "there is no login for \(host); berth login or docker login makes one")
        case 401, 403:
            self.init(.denied, text, hint: "the login for \(host) may lack the right to do this")
        case 404: self.init(.notFound, text)
        case 405: self.init(.unsupported, text)
        default: self.init(errors.contains(.unsupported) ? .unsupported : .protocolViolation, text)
        }
    }
}
