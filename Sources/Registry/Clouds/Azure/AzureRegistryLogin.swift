public import DockerConfig
public import HTTP
internal import JSON

/// The login at one of Azure's registries by a token of Entra ID: the registry exchanges it for a refresh token.
public struct AzureRegistryLogin: Sendable {
    private let context: CloudContext
    private let host: RegistryHost
    private let root: URLParts?
    private let isTrusted: Bool

    /// The user name that goes with a refresh token: a number of nobody's.
    public static let username = "00000000-0000-0000-0000-000000000000"
    /// How long a refresh token lives that does not say so itself, in seconds: three hours, as the vendor has it.
    private static let life = 10_800

    /// A login at `host`.
    ///
    /// - Parameters:
    ///   - host: The registry.
    ///   - context: What sends the requests.
    ///   - root: The root of the registry's API where that is known; else `https://HOST/`.
    ///   - isTrusted: Whether the user says that `host` is a registry of Azure's though its name does not. A token is
    ///     good at all registries of the tenant, so that it is not shown to anybody who asks for it.
    public init(_ host: RegistryHost, _ context: CloudContext, at root: URLParts? = nil, isTrusted: Bool = false) {
        self.context = context
        self.host = host
        self.root = root
        self.isTrusted = isTrusted
    }

    /// Exchanges a token of Entra ID.
    ///
    /// - Parameters:
    ///   - token: The token, for the scope of registries.
    ///   - tenant: The directory that it is from, where that is known.
    /// - Returns: A refresh token of the registry's.
    /// - Throws: `RegistryError`, of the kind `denied` where the registry refuses it.
    public func refreshToken(for token: Secret, tenant: String? = nil) async throws(RegistryError) -> ShortLivedToken {
        let url = try exchangeURL()
        var form = [(name: "grant_type", value: "access_token"), ("service", host.authority)]
        if let tenant { form.append(("tenant", tenant)) }
        let request = token.withValue { CloudService.form(url, form + [("access_token", $0)]) }
        let start = context.pacing.unixTime()
        let response = try await CloudService(context).send(request)
        guard response.status == 200 else { throw refused(response, request, token) }
        let answer = (try? JSONValue(parsing: response.body))?.object
        guard let refreshToken = ShortLivedToken.token(answer?["refresh_token"]?.string) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no refresh token")
        }
        let told = CloudToken.end(ofJSONWebToken: refreshToken)
        let end = told.flatMap { $0 > start ? min($0, start + ShortLivedToken.longestLife) : nil } ?? start + Self.life
        return ShortLivedToken(refreshToken, end: end)
    }

    /// The login by the credentials that the environment leads to.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where there are none or they are refused.
    public func refreshToken(by credentials: AzureCredentials) async throws(RegistryError) -> ShortLivedToken {
        // Not even asked for where it could not be used.
        try requireTrust()
        return try await refreshToken(for: try await credentials.accessToken(), tenant: credentials.tenant)
    }

    /// Makes sure that the registry may be shown a token of Azure's, before one is asked for.
    ///
    /// - Throws: `RegistryError` of the kind `denied` where it may not.
    public func requireTrust() throws(RegistryError) { _ = try exchangeURL() }

    /// The login as docker keeps it: the refresh token as a password, which every client can use.
    public static func credential(_ refreshToken: Secret) -> Credential {
        Credential(username: username, password: refreshToken)
    }

    /// The login with the refresh token as an identity token, which is shown to the token service alone.
    public static func identity(_ refreshToken: Secret) -> Credential {
        Credential(username: username, password: Secret(""), identityToken: refreshToken)
    }

    private func exchangeURL() throws(RegistryError) -> URLParts {
        guard AzureCloud(registry: host) != nil || host.isLoopback || isTrusted else {
            throw RegistryError(
                .denied, "\(host) is not shown a token of Azure's, as its name is not that of a registry there",
                hint: "name it NAME.azurecr.io, or say --repo-implementation acr")
        }
        guard let root = root ?? host.url(scheme: "https"), root.host == host.apiHost,
            let url = root.resolving("/oauth2/exchange")
        else { throw RegistryError(.badName, "\(host) has no address to exchange a token at") }
        return try CloudEndpoint.url(url.text, from: "\(host)", context)
    }

    private func refused(_ response: HTTPResponse, _ request: HTTPRequest, _ token: Secret) -> RegistryError {
        let words = CloudWords.line(DistributionErrors(response.body).text, without: [token])
        let said = "\(request.summary): status \(response.status)" + (words.map { ", \($0)" } ?? "")
        let kind = RegistryError.Kind(tokenService: response.status)
        guard kind == .denied else { return RegistryError(kind, said) }
        return RegistryError(
            .denied, "\(host) refuses the token of Azure's (\(said))",
            hint: "is it of the registry's tenant, and has who asks a role there, such as AcrPull?")
    }
}
