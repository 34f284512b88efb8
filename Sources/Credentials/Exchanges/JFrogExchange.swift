internal import CIEnv
internal import DockerConfig
internal import HTTP
internal import JSON
internal import Registry

/// JFrog: an OIDC integration's identity mappings say which jobs are given an access token, whose, and for how long.
struct JFrogExchange: KeyedExchange {
    static let title = "JFrog"
    static let ownKeys: [IdentityRequest.Key] = [.providerName]
    static let sharedKeys: [IdentityRequest.Key] = [.user]
    static let vendors = ["jfrog"]

    let audience: String?
    /// Whose token it is, the answer tells.
    let username: String? = nil
    private let provider: String
    private let user: String?
    private let url: URLParts
    private let context: CloudContext

    private static let urlVariable = "BERTH_JFROG_URL"
    /// How long a token is used that says nothing of its end, in seconds.
    private static let life = 300

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        provider = try words.required(.providerName, example: "NAME")
        user = words.optional(.user)
        audience = words.optional(.audience)
        url = try Self.root(try words.address(or: Self.urlVariable)).appendingPath("/access/api/v1/oidc/token")
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let request = token.text.withValue { text in
            CloudService.json(
                url,
                [
                    "grant_type": .string(TokenTypes.exchange), "subject_token_type": .string(TokenTypes.idToken),
                    "subject_token": .string(text), "provider_name": .string(provider),
                ])
        }
        let call = ExchangeCall(
            service: "JFrog at \(url.authority)", token: token, context: context,
            hint: "does the OIDC integration \(Excerpt.quoted(provider)) have this issuer and audience, and one of its"
                + " identity mappings these claims?",
            absence: "JFrog's platform is not at this address: name it with \(Self.urlVariable)")
        let (answer, start) = try await call.answer(request)
        guard
            let given = ShortLivedToken(
                answer["access_token"]?.string, start: start, told: answer["expires_in"]?.integer, else: Self.life)
        else { throw call.noToken(request) }
        guard let name = Self.name(answer["username"]?.string) ?? Self.subject(of: given) ?? user else {
            throw RegistryError(
                .protocolViolation, "\(request.summary): the answer does not tell whose token it is",
                hint: "name the user with user:NAME")
        }
        return MintedCredential(username: name, secret: given.token, end: given.end)
    }

    /// The platform's address: what is named may be that of a repository below it, `…/artifactory/REPOSITORY`.
    private static func root(_ named: URLParts) throws(RegistryError) -> URLParts {
        let steps = named.pathAndQuery.prefix { $0 != "?" }.split(separator: "/").prefix { $0 != "artifactory" }
        guard let root = URLParts("\(named.scheme)://\(named.authority)\(steps.map { "/\($0)" }.joined())") else {
            throw RegistryError(.badName, "\(urlVariable): \(named) is not the address of JFrog's platform")
        }
        return root
    }

    /// Whose a token is by its subject: `jfrt@…/users/NAME`, or the name alone.
    private static func subject(of token: ShortLivedToken) -> String? {
        name(IDTokenClaims(token.token)?.subject?.split(separator: "/").last.map(String.init))
    }

    /// `text` where it can log in: Basic credentials have no colon in the user's name.
    private static func name(_ text: String?) -> String? {
        guard let text, (1...256).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ":") })
        else { return nil }
        return text
    }
}
