internal import DockerConfig
internal import HTTP

/// One run of ``LoginCheck``.
struct LoginAttempt {
    let client: any HTTPClient
    let host: RegistryHost
    let allowsPlainHTTP: Bool
    let identity: TokenService.Identity

    func run() async throws(RegistryError) -> LoginCheck.Verdict {
        let answer = try await RegistryPing(client: client, host: host, allowsPlainHTTP: allowsPlainHTTP).ask()
        if answer.isOpen { return .loginNotNeeded }
        if let bearer = answer.challenges.first(where: { $0.scheme == "bearer" }) {
            let service = try TokenService(
                bearer, of: host, at: answer.root, allowsPlainHTTP: allowsPlainHTTP, client: client)
            let token = try await service.token(for: [], as: identity).token
            let header = HTTPHeader.bearer(token)
            return try await present(header, at: answer.root)
        }
        guard answer.challenges.contains(where: { $0.scheme == "basic" }) else {
            throw RegistryError(noWayIn: answer.challenges, of: host)
        }
        guard case .user(let credentials) = identity else {
            throw RegistryError(.denied, "\(host) wants a user name and a password, and there is only a token")
        }
        return try await present(credentials.header(), at: answer.root)
    }

    /// Shows the registry `authorization`, and nobody else: see ``TokenService``.
    private func present(
        _ authorization: HTTPHeader, at url: URLParts
    ) async throws(RegistryError) -> LoginCheck.Verdict {
        let request = HTTPRequest(.get, url, headers: [authorization])
        let response: HTTPResponse
        do {
            response = try await client.send(request, following: RedirectPolicy()) {
                $0.origin == url.origin ? nil : "where the credentials must not go"
            }
        } catch {
            throw RegistryError(error)
        }
        guard response.status == 200 else { throw RegistryError(refusal: response, of: request, host: host) }
        return .accepted
    }
}

extension RegistryError {
    /// A registry that wants to be logged in to by none of the ways that there are.
    init(noWayIn challenges: [AuthChallenge], of host: RegistryHost) {
        let offered = challenges.isEmpty ? "no way" : challenges.map(\.scheme).joined(separator: ", ").prefix(100)
        self.init(
            .protocolViolation, "\(host) offers \(offered) to log in, where Basic or Bearer is needed",
            hint: "is this the address of an image registry?")
    }
}
