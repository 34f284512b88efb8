public import DockerConfig
internal import HTTP

/// Entra ID's token endpoint (OAuth 2's client credentials, RFC 6749 §4.4).
public struct AzureTokenService: Sendable {
    /// What proves that the client is who it says.
    public enum Proof: Sendable {
        /// Its secret.
        case secret(Secret)
        /// A token of somebody whom it trusts by a federated credential (RFC 7523 §2.2).
        case assertion(Secret)
    }

    /// The scope of a token that Azure's registries take, in all clouds.
    public static let registryScope = "https://containerregistry.azure.net/.default"

    /// How long a token lives whose answer does not say, in seconds.
    static let shortLife = 300

    private let cloud: AzureCloud
    private let context: CloudContext

    /// The service of `cloud`.
    public init(_ context: CloudContext, cloud: AzureCloud = .global) {
        self.cloud = cloud
        self.context = context
    }

    /// Asks for a token.
    ///
    /// - Parameters:
    ///   - tenant: The directory that knows the client: its number, or a domain.
    ///   - client: The application's number.
    ///   - proof: What proves that it asks.
    ///   - scope: What the token is for.
    /// - Returns: The token and its end.
    /// - Throws: `RegistryError`, of the kind `denied` where it is refused.
    public func token(
        tenant: String, client: String, proof: Proof, scope: String = AzureTokenService.registryScope
    ) async throws(RegistryError) -> ShortLivedToken {
        let url = try AzureAuthority(cloud, context).tokenURL(tenant: tenant)
        let form = [("grant_type", "client_credentials"), ("client_id", client), ("scope", scope)]
        let (request, shown) = Self.request(url, form, proof)
        let start = context.pacing.unixTime()
        let response = try await CloudService(context).send(request)
        guard response.status == 200 else { throw RegistryError(azure: response, to: request, [shown], context) }
        guard let token = ShortLivedToken(oauth: response.body, start: start, life: Self.shortLife) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
        }
        return token
    }

    private static func request(
        _ url: URLParts, _ form: [(name: String, value: String)], _ proof: Proof
    ) -> (HTTPRequest, Secret) {
        switch proof {
        case .secret(let secret):
            return (secret.withValue { CloudService.form(url, form + [("client_secret", $0)]) }, secret)
        case .assertion(let token):
            let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            let more = form + [("client_assertion_type", type)]
            return (token.withValue { CloudService.form(url, more + [("client_assertion", $0)]) }, token)
        }
    }
}
