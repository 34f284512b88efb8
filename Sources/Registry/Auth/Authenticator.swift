internal import DockerConfig
internal import HTTP
internal import POSIX

/// Authorises the requests to one repository.
///
/// Requests with the same scopes share one token, which is renewed before it ends; however many need one at once, it is
/// asked for once.
final class Authenticator: Sendable {
    private enum Way: Sendable {
        /// Everybody is let in, as far as is known.
        case open
        case basic(HTTPHeader?)
        case bearer(TokenService)
    }

    private struct Token {
        let header: HTTPHeader
        /// When it must not be used any more, on the pacing's steady clock.
        let end: Duration
    }

    private struct State {
        var way: Way
        var tokens: [ScopeSet: Token] = [:]
        /// What the registry wants a token for where less was asked for.
        var wider: [ScopeSet: ScopeSet] = [:]
        /// The newest refresh token: a service may replace the one that it is shown.
        var refreshToken: Secret?
        /// The login that was found anew, where the first one has ended.
        var renewed: Credential?
    }

    /// Finds the login anew that was `refused`; `nil` where there is none any more.
    typealias Renewal = @Sendable (_ refused: Credential?) async throws(RegistryError) -> Credential?

    private let host: RegistryHost
    private let root: URLParts
    private let credential: Credential?
    private let renewal: Renewal?
    private let allowsPlainHTTP: Bool
    private let client: any HTTPClient
    private let pacing: Pacing
    private let state: Locked<State>
    private let flights = SingleFlight<ScopeSet, HTTPHeader>()

    /// What authorises requests at the registry that answered `ping`, by `credential` where there is one; where that
    /// has ended, as a cloud's does within hours, by what `renewal` finds then.
    init(
        _ ping: RegistryPing.Answer, of host: RegistryHost, credential: Credential?, renewal: Renewal? = nil,
        allowsPlainHTTP: Bool, client: any HTTPClient, pacing: Pacing
    ) throws(RegistryError) {
        self.host = host
        root = ping.root
        self.credential = credential
        self.renewal = renewal
        self.allowsPlainHTTP = allowsPlainHTTP
        self.client = client
        self.pacing = pacing
        state = Locked(State(way: .open, refreshToken: credential?.identityToken))
        if !ping.isOpen {
            guard let way = try way(by: ping.challenges) else {
                throw RegistryError(noWayIn: ping.challenges, of: host)
            }
            state.withLock { $0.way = way }
        }
    }

    /// Whether there is anything to log in with.
    var hasCredential: Bool { credential != nil }

    /// The header that lets a request in which needs `scopes`; `nil` where none does.
    func authorization(for scopes: ScopeSet) async throws(RegistryError) -> HTTPHeader? {
        let (way, scopes) = state.withLock { ($0.way, $0.wider[scopes] ?? scopes) }
        switch way {
        case .open: return nil
        case .basic(let header): return header
        case .bearer(let service):
            if let header = goodHeader(for: scopes) { return header }
            if let registryToken = credential?.registryToken { return .bearer(registryToken) }
            return try await token(for: scopes, from: service)
        }
    }

    /// The header for another try of a request that `response` refuses with 401, or `nil` where there is no other.
    ///
    /// The registry may have had nothing to say about logging in before, it may say now which scope it wants, or the
    /// token may have been taken back. Whoever it is that redirected requests end at has no say in it.
    ///
    /// - Parameters:
    ///   - response: The refusal.
    ///   - refused: The header that was refused: others may have another by now.
    ///   - scopes: What the request needs.
    /// - Returns: Another header.
    /// - Throws: `RegistryError` where no token is to be had.
    func authorization(
        after response: HTTPResponse, to refused: HTTPHeader?, for scopes: ScopeSet
    ) async throws(RegistryError) -> HTTPHeader? {
        guard response.url.origin == root.origin else { return nil }
        let challenges = AuthChallenge.parse(response.values(for: "WWW-Authenticate"))
        switch state.withLock({ $0.way }) {
        case .open:
            guard let way = try way(by: challenges) else { return nil }
            state.withLock { $0.way = way }
            return try await authorization(for: scopes)
        case .basic(let current): return try await basicHeader(insteadOf: refused, current)
        case .bearer(let service):
            guard credential?.registryToken == nil else { return nil }
            let wanted = challenges.first { $0.scheme == "bearer" }?.parameters["scope"] ?? ""
            let known = state.withLock { $0.wider[scopes] } ?? scopes
            let more = known.union(ScopeSet(wanted.split(separator: " ").compactMap { AuthScope($0) }))
            state.withLock { state in
                state.wider[scopes] = more
                if state.tokens[more]?.header == refused { state.tokens[more] = nil }
            }
            return try await token(for: more, from: service)
        }
    }

    private func goodHeader(for scopes: ScopeSet) -> HTTPHeader? {
        let now = pacing.elapsed()
        guard let token = state.withLock({ $0.tokens[scopes] }), now < token.end else { return nil }
        return token.header
    }

    private func token(
        for scopes: ScopeSet, from service: TokenService
    ) async throws(RegistryError) -> HTTPHeader {
        try await flights.value(for: scopes) { () async throws(RegistryError) in
            // Somebody else may have had it renewed since it was looked for.
            if let header = goodHeader(for: scopes) { return header }
            return try await renew(scopes, from: service)
        }
    }

    private func way(by challenges: [AuthChallenge]) throws(RegistryError) -> Way? {
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            return .bearer(
                try TokenService(bearer, of: host, at: root, allowsPlainHTTP: allowsPlainHTTP, client: client))
        }
        return challenges.contains { $0.scheme == "basic" } ? .basic(try basicHeader()) : nil
    }

    private func basicHeader() throws(RegistryError) -> HTTPHeader? {
        guard let credential = login, credential.identityToken == nil, !credential.username.isEmpty else { return nil }
        return try BasicCredentials(username: credential.username, password: credential.password).header()
    }

    private func renew(_ scopes: ScopeSet, from service: TokenService) async throws(RegistryError) -> HTTPHeader {
        // Its life is counted from before it was asked for: what the clocks of others say does not matter then.
        let start = pacing.elapsed()
        let answer = try await answer(for: scopes, from: service)
        let header = HTTPHeader.bearer(answer.token)
        let margin = min(Self.margin, answer.lifetime / 4)
        state.withLock { state in
            state.tokens[scopes] = Token(header: header, end: start + answer.lifetime - margin)
            if let refreshToken = answer.refreshToken, state.refreshToken != nil { state.refreshToken = refreshToken }
        }
        return header
    }

    /// Asks for a token, and once more where the login that was refused can be found anew.
    private func answer(
        for scopes: ScopeSet, from service: TokenService
    ) async throws(RegistryError) -> TokenResponse {
        let used = login
        do {
            return try await service.token(for: scopes.scopes, as: identity)
        } catch {
            guard error.kind == .denied, try await hasLogin(insteadOf: used) else { throw error }
            return try await service.token(for: scopes.scopes, as: identity)
        }
    }

    /// The header by a login that was found anew, where `refused` is that of the login so far; `nil` where there is no
    /// other.
    private func basicHeader(
        insteadOf refused: HTTPHeader?, _ current: HTTPHeader?
    ) async throws(RegistryError) -> HTTPHeader? {
        // Somebody else may have found it since, or find it while this looks.
        guard current == refused else { return current }
        guard hasCredential, let found = try await renewal?(login) else { return nil }
        use(found)
        guard let header = try basicHeader(), header != refused else { return nil }
        state.withLock { $0.way = .basic(header) }
        return header
    }

    /// Whether there is another login than `used`, which was refused: one that somebody else has found since, or that is
    /// found now.
    private func hasLogin(insteadOf used: Credential?) async throws(RegistryError) -> Bool {
        if login != used { return true }
        guard hasCredential, let found = try await renewal?(used) else { return false }
        use(found)
        return found != used
    }

    /// The login by now.
    private var login: Credential? { state.withLock(\.renewed) ?? credential }

    private func use(_ found: Credential) {
        state.withLock { state in
            guard found != state.renewed ?? credential else { return }
            state.renewed = found
            state.refreshToken = found.identityToken
        }
    }

    private var identity: TokenService.Identity {
        let (refreshToken, renewed) = state.withLock { ($0.refreshToken, $0.renewed) }
        if let refreshToken { return .refreshToken(refreshToken) }
        guard let credential = renewed ?? credential, !credential.username.isEmpty else { return .nobody }
        return .user(BasicCredentials(username: credential.username, password: credential.password))
    }

    /// How long before its end a token is renewed, so that it is still good when the request arrives.
    private static let margin: Duration = .seconds(10)
}
