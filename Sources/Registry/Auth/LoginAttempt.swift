internal import DockerConfig
internal import HTTP

/// One run of ``LoginCheck``.
struct LoginAttempt {
    let client: any HTTPClient
    let host: RegistryHost
    let allowsPlainHTTP: Bool
    let credentials: BasicCredentials

    private static let clientID = "berth"

    func run() throws(RegistryError) -> LoginCheck.Verdict {
        let response = try ping()
        switch response.status {
        case 200: return .loginNotNeeded
        case 401: break
        default: throw RegistryError(unexpected: response, to: HTTPRequest(.get, response.url))
        }

        let challenges = AuthChallenge.parse(response.values(for: "WWW-Authenticate"))
        if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
            let token = try token(by: bearer, registryURL: response.url)
            let header = HTTPHeader("Authorization", secret: token.withValue { Secret("Bearer \($0)") })
            return try present(header, at: response.url)
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            let offered = challenges.isEmpty ? "no way" : challenges.map(\.scheme).joined(separator: ", ").prefix(100)
            throw RegistryError(
                .protocolViolation, "\(host) offers \(offered) to log in, where Basic or Bearer is needed",
                hint: "is this the address of an image registry?")
        }
        return try present(credentials.header(), at: response.url)
    }

    /// Asks for the API's root without credentials, over TLS first.
    private func ping() throws(RegistryError) -> HTTPResponse {
        let mayDoWithoutTLS = host.isLoopback || allowsPlainHTTP
        do {
            // What does not speak TLS may also just be silent; there must be time left to try without.
            return try get(scheme: "https", timeout: .seconds(mayDoWithoutTLS ? 5 : 15))
        } catch {
            // A bad certificate is never a reason to do without one.
            let speaksNoTLS = [.tls, .unreachable, .timeout].contains(error.kind)
            guard mayDoWithoutTLS, speaksNoTLS else { throw RegistryError(error) }
        }
        do {
            return try get(scheme: "http", timeout: .seconds(15))
        } catch {
            throw RegistryError(error)
        }
    }

    /// Why `target` does not speak for the registry that was asked at `url`: what it offers is then not its word.
    ///
    /// Another port may be somebody else's; only the way from plain HTTP to TLS leads to one.
    private static func refusal(of target: URLParts, at url: URLParts) -> String? {
        let isUpgrade = target.isSecure && !url.isSecure
        let isSame = target.host == url.host && (target.port == url.port || isUpgrade)
        return isSame ? nil : "which is not the registry"
    }

    private func get(scheme: String, timeout: Duration) throws(HTTPError) -> HTTPResponse {
        // A host that could be read has a URL.
        guard let url = host.url(scheme: scheme) else { preconditionFailure("\(host) has no URL") }
        let request = HTTPRequest(.get, url, timeout: timeout)
        return try client.send(request, following: RedirectPolicy()) { Self.refusal(of: $0, at: url) }
    }

    /// Shows the registry `authorization`.
    private func present(_ authorization: HTTPHeader, at url: URLParts) throws(RegistryError) -> LoginCheck.Verdict {
        let request = HTTPRequest(.get, url, headers: [authorization])
        let response = try send(request)
        switch response.status {
        case 200: return .accepted
        default: throw refusal(response, of: request)
        }
    }

    /// Has the challenge's realm give a token for the credentials (distribution's token authentication).
    private func token(by challenge: AuthChallenge, registryURL: URLParts) throws(RegistryError) -> Secret {
        guard let text = challenge.parameters["realm"], let realm = URLParts(text) else {
            throw RegistryError(.protocolViolation, "\(host) names no web address to get a token from")
        }
        let policy = RealmPolicy(registry: host, registryURL: registryURL, allowsPlainHTTP: allowsPlainHTTP)
        if let reason = policy.refusal(of: realm) {
            throw RegistryError(
                .protocolViolation, "\(host) wants the credentials sent to \(realm.origin), \(reason)",
                hint: "they were not sent; check the registry's own configuration (its token realm)")
        }

        let request = try tokenRequest(to: realm, service: challenge.parameters["service"])
        let response = try send(request)
        switch response.status {
        case 200:
            guard let token = TokenResponse(response.body)?.token else {
                throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
            }
            return token
        default: throw refusal(response, of: request)
        }
    }

    /// By GET with Basic; an identity token is a refresh token, which goes by POST.
    private func tokenRequest(to realm: URLParts, service: String?) throws(RegistryError) -> HTTPRequest {
        var parameters: [(name: String, value: String)] = [("client_id", Self.clientID)]
        if let service { parameters.append(("service", service)) }

        if credentials.username == LoginCheck.identityTokenUsername {
            let form = credentials.password.withValue {
                PercentEncoding.form(parameters + [("grant_type", "refresh_token"), ("refresh_token", $0)])
            }
            let type = HTTPHeader("Content-Type", "application/x-www-form-urlencoded")
            return HTTPRequest(.post, realm, headers: [type], body: .secret(Secret(form)))
        }
        parameters.append(("account", credentials.username))
        guard let url = realm.appending(query: parameters) else {
            throw RegistryError(.protocolViolation, "\(host) names a web address to get a token from that is too long")
        }
        return HTTPRequest(.get, url, headers: [try credentials.header()])
    }

    /// Sends `request`, which carries the credentials.
    ///
    /// They would not go along to another origin, whose answer would then tell nothing about them: a token that is given
    /// to anybody might even pass for the proof that they are good.
    private func send(_ request: HTTPRequest) throws(RegistryError) -> HTTPResponse {
        do {
            return try client.send(request, following: RedirectPolicy()) {
                $0.origin == request.url.origin ? nil : "where the credentials must not go"
            }
        } catch {
            throw RegistryError(error)
        }
    }

    /// What an answer other than 200 to a request with the credentials means.
    private func refusal(_ response: HTTPResponse, of request: HTTPRequest) -> RegistryError {
        let error = RegistryError(unexpected: response, to: request)
        // OAuth 2 refuses a refresh token with 400 (RFC 6749 §5.2).
        let isInvalidGrant = response.status == 400 && TokenError(response.body)?.code == "invalid_grant"
        guard error.kind == .denied || isInvalidGrant else { return error }
        return RegistryError(
            .denied, "\(host) refuses the user name or password (\(error.text))",
            hint: "check both; a token may have expired or lack the right to use the registry")
    }
}
