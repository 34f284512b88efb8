public import DockerConfig
internal import HTTP
internal import JSON

/// Google's security token service, which exchanges tokens of others, and IAM, which makes service accounts' tokens.
///
/// The two steps of Workload Identity Federation, as the APIs sts.v1 and iamcredentials.v1 describe them.
public struct GoogleSTS: Sendable {
    private let service: CloudService
    private let endpoints: GoogleEndpoints

    /// The type of a JSON Web Token (RFC 8693 §3), such as CI systems give to jobs.
    public static let jsonWebToken = "urn:ietf:params:oauth:token-type:jwt"
    /// The longest life that IAM gives a token without an exception in the organisation's policy, in seconds.
    public static let lifetime = 3600

    private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"

    /// The services, asked by what `context` has.
    public init(_ context: CloudContext) {
        service = CloudService(context)
        endpoints = GoogleEndpoints(context: context)
    }

    /// The audience to ask STS with, of a provider as people name one: `projects/N/locations/global/…/providers/P`, the
    /// same behind `//iam.googleapis.com/` or `https://iam.googleapis.com/`.
    public static func audience(ofProvider name: String) -> String {
        let host = "//iam.googleapis.com/"
        if name.hasPrefix("https:\(host)") { return String(name.dropFirst("https:".utf8.count)) }
        return name.hasPrefix("projects/") || name.hasPrefix("locations/") ? host + name : name
    }

    /// Whether `text` can be a service account's e-mail address.
    public static func isServiceAccount(_ text: String) -> Bool { GoogleImpersonation.isAccount(text) }

    /// Exchanges a token of somebody whom a workload identity pool trusts.
    ///
    /// - Parameters:
    ///   - subjectToken: The token.
    ///   - audience: The provider, `//iam.googleapis.com/projects/…/providers/…`.
    ///   - subjectTokenType: The token's type, a URN of RFC 8693 §3.
    ///   - scope: What the new token is for.
    /// - Returns: A token of the pool's identity.
    /// - Throws: `RegistryError`, of the kind `denied` where it is refused.
    public func exchange(
        subjectToken: Secret, audience: String, subjectTokenType: String = GoogleSTS.jsonWebToken,
        scope: String? = nil
    ) async throws(RegistryError) -> ShortLivedToken {
        let url = try endpoints.sts()
        return try await exchange(
            subjectToken: subjectToken, audience: audience, subjectTokenType: subjectTokenType, scope: scope, at: url)
    }

    /// The same at `url`.
    func exchange(
        subjectToken: Secret, audience: String, subjectTokenType: String, scope: String?, at url: URLParts
    ) async throws(RegistryError) -> ShortLivedToken {
        let request = subjectToken.withValue { token in
            CloudService.json(
                url,
                [
                    "audience": .string(audience), "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
                    "requestedTokenType": .string(Self.accessToken),
                    "scope": .string(scope ?? GoogleEndpoints.cloudPlatform),
                    "subjectTokenType": .string(subjectTokenType), "subjectToken": .string(token),
                ])
        }
        let start = service.pacing.unixTime()
        let response = try await service.send(request)
        guard response.status == 200 else {
            throw RegistryError(
                google: response, to: request, showing: "the token for \(Excerpt.quoted(audience, limit: 200))",
                [subjectToken],
                hint: "does the provider trust the token's issuer and audience, and does its attribute condition hold?")
        }
        // The life is missing where the token shown was one of Google's own.
        guard let token = ShortLivedToken(oauth: response.body, start: start, life: 300) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
        }
        return token
    }

    /// Has a token made for a service account.
    ///
    /// - Parameters:
    ///   - serviceAccount: Its e-mail address.
    ///   - token: The token of who may act as it.
    ///   - delegates: The service accounts in between, each of which may act as the next.
    ///   - lifetime: How long the token is to live, in seconds.
    ///   - scope: What the token is for.
    /// - Returns: A token of the service account's.
    /// - Throws: `RegistryError`, of the kind `denied` where it is refused.
    public func impersonate(
        _ serviceAccount: String, with token: Secret, delegates: [String] = [], lifetime: Int = GoogleSTS.lifetime,
        scope: String? = nil
    ) async throws(RegistryError) -> ShortLivedToken {
        let account = GoogleImpersonation(account: serviceAccount, url: nil, delegates: delegates, lifetime: lifetime)
        return try await impersonate(account, with: token, scope: scope, from: "Google")
    }

    /// The same as a credential file at `place` says.
    func impersonate(
        _ account: GoogleImpersonation, with token: Secret, scope: String? = nil, from place: String
    ) async throws(RegistryError) -> ShortLivedToken {
        guard GoogleImpersonation.isAccount(account.account) else {
            throw RegistryError(
                .badName, "\(Excerpt.quoted(account.account)) is no service account",
                hint: "it is named NAME@PROJECT.iam.gserviceaccount.com")
        }
        let url = try endpoints.iam(account.url, account: account.account, from: place)
        let life = min(max(account.lifetime, 600), 43_200)
        var body = JSONObject()
        if !account.delegates.isEmpty { body["delegates"] = .array(account.delegates.map { .string($0) }) }
        body["scope"] = [.string(scope ?? GoogleEndpoints.cloudPlatform)]
        body["lifetime"] = .string("\(life)s")
        let request = CloudService.json(url, .object(body), headers: [HTTPHeader.bearer(token)])
        let start = service.pacing.unixTime()
        let response = try await service.send(request)
        guard response.status == 200 else {
            throw RegistryError(
                google: response, to: request, showing: "the token that is to act as \(account.account)", [token],
                hint: "who acts as it needs roles/iam.workloadIdentityUser (or serviceAccountTokenCreator) on it")
        }
        let answer = (try? JSONValue(parsing: response.body))?.object
        guard let made = ShortLivedToken.token(answer?["accessToken"]?.string) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
        }
        let end = answer?["expireTime"]?.string.flatMap { Timestamp($0) }?.secondsSince1970
        return ShortLivedToken(made, end: end ?? start + life)
    }
}
