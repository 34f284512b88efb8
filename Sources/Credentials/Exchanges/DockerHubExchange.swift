internal import CIEnv
internal import DockerConfig
internal import HTTP
internal import JSON
internal import Registry

/// Docker Hub: an organisation's OIDC connection says which jobs are given an access token for its registry.
struct DockerHubExchange: KeyedExchange {
    static let title = "Docker Hub"
    static let ownKeys: [IdentityRequest.Key] = [.connection]
    static let sharedKeys: [IdentityRequest.Key] = [.user]
    static let vendors = ["dockerhub"]

    let audience: String?
    let username: String?
    private let user: String
    private let connection: String
    /// How long the token is to live, in seconds.
    private let life: Int
    private let url: URLParts
    private let context: CloudContext

    private static let urlVariable = "BERTH_DOCKER_HUB_IDENTITY_URL"
    private static let lifeVariable = "DOCKERHUB_OIDC_EXPIREIN"
    /// What may be asked for, in seconds.
    private static let lives = 300...3600

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        connection = try words.required(
            .connection, or: "DOCKERHUB_OIDC_CONNECTIONID", example: "00000000-0000-0000-0000-000000000000")
        user = try words.required(
            .user, or: "BERTH_REPO_DOCKER_HUB_USERNAME", "WERF_REPO_DOCKER_HUB_USERNAME", "DOCKERHUB_USERNAME",
            example: "ORGANISATION")
        username = user
        audience = words.optional(.audience) ?? "https://identity.docker.com"
        life = try Self.life(context)
        let named = try CloudEndpoint.named(by: Self.urlVariable, context)
        let root =
            if let named { named } else {
                try CloudEndpoint.url("https://identity.docker.com", from: Self.title, context)
            }
        url = try root.appendingPath("/oauth/token")
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let request = token.text.withValue { text in
            CloudService.form(
                url,
                [
                    ("grant_type", TokenTypes.exchange), ("subject_token_type", TokenTypes.idToken),
                    ("subject_token", text), ("connection_id", connection), ("expires_in", "\(life)"),
                ])
        }
        let call = ExchangeCall(
            service: Self.title, token: token, context: context,
            hint:
                "does the organisation's OIDC connection \(Excerpt.quoted(connection)) allow this issuer and subject?",
            absence: "check \(Self.urlVariable)")
        let (answer, start) = try await call.answer(request)
        guard
            let given = ShortLivedToken(
                answer["access_token"]?.string, start: start, told: answer["expires_in"]?.integer, else: life)
        else { throw call.noToken(request) }
        return MintedCredential(username: user, secret: given.token, end: given.end)
    }

    private static func life(_ context: CloudContext) throws(RegistryError) -> Int {
        guard let text = context.variable(lifeVariable) else { return lives.upperBound }
        guard let life = Int(text), lives.contains(life) else {
            throw RegistryError(
                .badName, "\(lifeVariable) is \(Excerpt.quoted(text))",
                hint: "it is a number of seconds from \(lives.lowerBound) to \(lives.upperBound)")
        }
        return life
    }
}

/// Names that RFC 8693 has for what is exchanged (§2.1, §3).
enum TokenTypes {
    /// The grant.
    static let exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    /// A token of OpenID Connect about somebody.
    static let idToken = "urn:ietf:params:oauth:token-type:id_token"
    /// A JSON Web Token.
    static let jsonWebToken = "urn:ietf:params:oauth:token-type:jwt"
    /// A token that lets somebody in.
    static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
}
