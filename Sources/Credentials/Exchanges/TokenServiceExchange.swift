internal import CIEnv
internal import DockerConfig
internal import HTTP
internal import JSON
internal import Registry

/// Any other service that exchanges tokens as OAuth 2 has it (RFC 8693), for an access token that the registry takes as a
/// password.
///
/// The key `audience` is whom the job's token is for. The service is told the registry's name as the `audience` of RFC
/// 8693, which is whom the new token is for.
struct TokenServiceExchange: KeyedExchange {
    static let title = "RFC 8693"
    static let ownKeys: [IdentityRequest.Key] = [.tokenURL]
    static let sharedKeys: [IdentityRequest.Key] = [.scope, .user]
    static let vendors: [String] = []

    let audience: String?
    let username: String?
    private let user: String
    private let registry: String
    private let scope: String?
    private let url: URLParts
    private let context: CloudContext

    /// How long a token lives whose answer does not say, in seconds.
    private static let life = 300

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        let named = try words.required(.tokenURL, example: "https://HOST/token")
        url = try CloudEndpoint.url(named, from: "\(request.source): \(request.registry): token-url", context)
        user = words.optional(.user) ?? "oauth2accesstoken"
        username = user
        registry = "\(words.host)"
        scope = words.optional(.scope)
        audience = words.optional(.audience)
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let request = token.text.withValue { text in
            let scopes = scope.map { [(name: "scope", value: $0)] } ?? []
            return CloudService.form(
                url,
                [
                    ("grant_type", TokenTypes.exchange), ("audience", registry),
                    ("requested_token_type", TokenTypes.accessToken),
                ] + scopes + [("subject_token_type", TokenTypes.jsonWebToken), ("subject_token", text)])
        }
        let call = ExchangeCall(
            service: "the token service at \(url.authority)", token: token, context: context,
            hint: "does it trust this issuer, subject and audience, and is it to give tokens for \(registry)?",
            absence: "check token-url")
        let (answer, start) = try await call.answer(request)
        guard answer["token_type"]?.string?.lowercased() == "bearer" else {
            throw RegistryError(
                .protocolViolation, "\(request.summary): the answer holds no token of the type Bearer",
                hint: "the service must give an access token (RFC 8693 §2.2.1)")
        }
        if let issued = answer["issued_token_type"]?.string,
            ![TokenTypes.accessToken, TokenTypes.jsonWebToken].contains(issued)
        {
            throw RegistryError(
                .protocolViolation,
                "\(request.summary): the answer holds a token of the type \(Excerpt.quoted(issued))",
                hint: "the service must give an access token (RFC 8693 §2.2.1)")
        }
        guard
            let given = ShortLivedToken(
                answer["access_token"]?.string, start: start, told: answer["expires_in"]?.integer, else: Self.life)
        else { throw call.noToken(request) }
        return MintedCredential(username: user, secret: given.token, end: given.end)
    }
}
