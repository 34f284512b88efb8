internal import DockerConfig
internal import HTTP

/// A service that gives tokens for a registry (distribution's token authentication, with its OAuth 2 form).
struct TokenService: Sendable {
    /// Who asks for a token.
    enum Identity: Sendable {
        case nobody
        case user(BasicCredentials)
        /// By a refresh token, which docker calls identity token.
        case refreshToken(Secret)
    }

    let client: any HTTPClient
    /// The registry whose tokens these are.
    let host: RegistryHost
    let realm: URLParts
    let service: String?

    private static let clientID = "berth"

    /// The service that `challenge` names, where it may be given credentials.
    init(
        _ challenge: AuthChallenge, of host: RegistryHost, at registryURL: URLParts, allowsPlainHTTP: Bool,
        client: any HTTPClient
    ) throws(RegistryError) {
        guard let text = challenge.parameters["realm"], let realm = URLParts(text) else {
            throw RegistryError(.protocolViolation, "\(host) names no web address to get a token from")
        }
        let policy = RealmPolicy(registry: host, registryURL: registryURL, allowsPlainHTTP: allowsPlainHTTP)
        if let reason = policy.refusal(of: realm) {
            throw RegistryError(
                .protocolViolation, "\(host) wants the credentials sent to \(realm.origin), \(reason)",
                hint: "they were not sent; check the registry's own configuration (its token realm)")
        }
        self.client = client
        self.host = host
        self.realm = realm
        service = challenge.parameters["service"]
    }

    /// Asks for a token that is good for `scopes`.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where the service refuses who asks.
    func token(for scopes: [AuthScope], as identity: Identity) async throws(RegistryError) -> TokenResponse {
        switch identity {
        case .nobody:
            let request = try query(scopes, account: nil, header: nil)
            let response = try await send(request)
            guard ![401, 403].contains(response.status) else {
                throw RegistryError(
                    .denied, "\(host) lets nobody in without a login (\(request.summary): status \(response.status))",
                    hint: "there is no login for \(host); berth login or docker login makes one")
            }
            return try read(response, of: request)
        case .refreshToken(let token):
            return try await redeem(form(scopes, [("grant_type", "refresh_token")], secret: ("refresh_token", token)))
        case .user(let credentials):
            // Where a token is user and password, it must not stand in an address.
            let isSecret = credentials.password.withValue { $0 == credentials.username }
            let request = try query(
                scopes, account: isSecret ? nil : credentials.username, header: try credentials.header())
            let response = try await send(request)
            // Who does not know this form may know OAuth 2's.
            guard [404, 405].contains(response.status) else { return try read(response, of: request) }
            return try await redeem(
                form(
                    scopes, [("grant_type", "password"), ("username", credentials.username)],
                    secret: ("password", credentials.password)))
        }
    }

    private func redeem(_ request: HTTPRequest) async throws(RegistryError) -> TokenResponse {
        try read(await send(request), of: request)
    }

    private var parameters: [(name: String, value: String)] {
        [("client_id", Self.clientID)] + (service.map { [("service", $0)] } ?? [])
    }

    private func query(
        _ scopes: [AuthScope], account: String?, header: HTTPHeader?
    ) throws(RegistryError) -> HTTPRequest {
        let query =
            parameters + (account.map { [("account", $0)] } ?? []) + scopes.map { (name: "scope", value: $0.text) }
        guard let url = realm.appending(query: query) else {
            throw RegistryError(.protocolViolation, "\(host) names a web address to get a token from that is too long")
        }
        return HTTPRequest(.get, url, headers: header.map { [$0] } ?? [])
    }

    private func form(
        _ scopes: [AuthScope], _ grant: [(name: String, value: String)], secret: (name: String, value: Secret)
    ) -> HTTPRequest {
        let scope = scopes.isEmpty ? [] : [(name: "scope", value: scopes.map(\.text).joined(separator: " "))]
        let form = secret.value.withValue {
            PercentEncoding.form(parameters + scope + grant + [(secret.name, $0)])
        }
        let type = HTTPHeader("Content-Type", "application/x-www-form-urlencoded")
        return HTTPRequest(.post, realm, headers: [type], body: .secret(Secret(form)))
    }

    /// Sends `request`, which carries the credentials.
    ///
    /// They would not go along to another origin, whose answer would then tell nothing about them: a token that is given
    /// to anybody might even pass for the proof that they are good.
    private func send(_ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse {
        do {
            return try await client.send(request, following: RedirectPolicy()) {
                $0.origin == request.url.origin ? nil : "where the credentials must not go"
            }
        } catch {
            throw RegistryError(error)
        }
    }

    private func read(_ response: HTTPResponse, of request: HTTPRequest) throws(RegistryError) -> TokenResponse {
        guard response.status == 200 else {
            throw RegistryError(refusal: response, of: request, host: host)
        }
        guard let token = TokenResponse(response.body) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
        }
        return token
    }
}

extension RegistryError {
    /// What an answer other than 200 to a request with credentials means.
    init(refusal response: HTTPResponse, of request: HTTPRequest, host: RegistryHost) {
        let error = RegistryError(unexpected: response, to: request)
        // OAuth 2 refuses a refresh token with 400 (RFC 6749 §5.2).
        let isInvalidGrant = response.status == 400 && TokenError(response.body)?.code == "invalid_grant"
        guard error.kind == .denied || isInvalidGrant else {
            self = error
            return
        }
        self.init(
            .denied, "\(host) refuses the user name or password (\(error.text))",
            hint: "check both; a token may have expired or lack the right to use the registry")
    }
}
