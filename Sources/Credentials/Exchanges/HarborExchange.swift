internal import CIEnv
internal import HTTP
internal import JSON
internal import Registry

/// Harbor in its OIDC mode: it takes a token of its own identity provider, about a user who has logged in before, in the
/// place of a password, and tells that user's CLI secret.
///
/// Harbor trusts no other provider, and so none of a CI system that is not that provider. The CLI secret has no end; it
/// is kept no longer than the token that it was got with.
struct HarborExchange: KeyedExchange {
    static let title = "Harbor"
    static let ownKeys: [IdentityRequest.Key] = []
    static let vendors = ["harbor"]

    let audience: String?
    /// Who the token is about, the answer tells.
    let username: String? = nil
    private let url: URLParts
    private let context: CloudContext

    private static let urlVariable = "BERTH_HARBOR_URL"
    /// How long a credential is used where the token says nothing of its end, in seconds.
    private static let life = 300

    /// No host's name tells it, and who asks Harbor gets what is good there alone: here the job's word counts.
    static func isHome(_ host: RegistryHost, _ context: CloudContext) -> Bool {
        host.knownVendor(named: context.namedImplementation, variable: context.variable).map(vendors.contains) == true
    }

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        audience = words.optional(.audience)
        url = try words.address(or: Self.urlVariable).appendingPath("/api/v2.0/users/current")
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let request = HTTPRequest(.get, url, headers: [.bearer(token.text)])
        let call = ExchangeCall(
            service: "Harbor at \(url.authority)", token: token, context: context,
            hint: "Harbor takes tokens of its own OIDC provider for its own client id, about a user who has logged in"
                + " before; from any other job, log in with a robot account: --login HOST=USERVAR,PASSWORDVAR",
            absence: "Harbor's API is not at this address: name it with \(Self.urlVariable)")
        let (answer, start) = try await call.answer(request)
        let secret = ShortLivedToken.token(answer["oidc_user_meta"]?.object?["secret"]?.string)
        guard let user = answer["username"]?.string, !user.isEmpty, !user.contains(":"), let secret else {
            throw RegistryError(
                .protocolViolation, "\(request.summary): the answer holds no user with a CLI secret",
                hint: "is Harbor in its OIDC mode?")
        }
        let told = IDTokenClaims(token.text)?.expiry.flatMap { $0 > start ? $0 : nil } ?? start + Self.life
        return MintedCredential(
            username: user, secret: secret, end: min(told, start + ShortLivedToken.longestLife))
    }
}

extension CloudContext {
    /// What the job says of its registry, as far as the host's name does not tell more.
    fileprivate var namedImplementation: NamedImplementation? {
        for name in ["BERTH_REPO_IMPLEMENTATION", "WERF_REPO_IMPLEMENTATION", "WERF_REPO_CONTAINER_REGISTRY"] {
            // A job may ask for credentials at several registries, of which this says only one thing.
            if let value = variable(name) { return NamedImplementation(value, source: name, yieldsToHost: true) }
        }
        return nil
    }
}
