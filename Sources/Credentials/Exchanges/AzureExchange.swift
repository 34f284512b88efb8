internal import CIEnv
internal import Registry

/// Azure's registries: Entra ID gives an application's token for that of a job which it trusts by a federated credential,
/// and the registry a refresh token for that one.
struct AzureExchange: KeyedExchange {
    static let title = "Azure"
    static let ownKeys: [IdentityRequest.Key] = [.tenant, .client]
    static let sharedKeys: [IdentityRequest.Key] = [.scope]
    static let vendors = ["acr"]
    static let podTokenVariable: String? = "AZURE_FEDERATED_TOKEN_FILE"

    let audience: String?
    let username: String? = AzureRegistryLogin.username
    private let tenant: String
    private let client: String
    private let scope: String
    private let service: AzureTokenService
    private let login: AzureRegistryLogin
    private let context: CloudContext

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        let example = "00000000-0000-0000-0000-000000000000"
        tenant = try words.required(.tenant, or: "AZURE_TENANT_ID", example: example)
        client = try words.required(.client, or: "AZURE_CLIENT_ID", example: example)
        scope = words.optional(.scope) ?? AzureTokenService.registryScope
        let context = words.naming([.tenant: "AZURE_TENANT_ID", .client: "AZURE_CLIENT_ID"])
        let cloud = AzureCloud(registry: words.host) ?? .global
        audience = words.optional(.audience) ?? cloud.federationAudience
        service = AzureTokenService(context, cloud: cloud)
        // What stands in variables was said of no registry: only what was said of this one vouches for it.
        login = AzureRegistryLogin(words.host, context, isTrusted: Self.isNamed(by: request))
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        let given: ShortLivedToken
        do {
            try login.requireTrust()
            given = try await service.token(
                tenant: tenant, client: client, proof: .assertion(token.text), scope: scope)
        } catch {
            throw error.showing(token, context)
        }
        let refresh = try await login.refreshToken(for: given.token, tenant: tenant)
        return MintedCredential(username: AzureRegistryLogin.username, secret: refresh.token, end: refresh.end)
    }
}

extension AzureCloud {
    /// Whom a token must be for that one of this cloud's applications trusts.
    fileprivate var federationAudience: String {
        switch self {
        case .global: "api://AzureADTokenExchange"
        case .government: "api://AzureADTokenExchangeUSGov"
        case .china: "api://AzureADTokenExchangeChina"
        }
    }
}
