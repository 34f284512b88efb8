public import DockerConfig

/// Tokens of Entra ID, by the credentials that Azure's own libraries would find.
///
/// In this order: a client's secret, a workload's federated token, the managed identity of the machine or app.
public struct AzureCredentials: Sendable {
    private let context: CloudContext
    private let service: AzureTokenService
    private let cache: TokenCache<String>

    /// The credentials that `context` leads to, for the cloud of the registry `host`.
    public init(_ context: CloudContext, registry host: RegistryHost? = nil) {
        self.context = context
        service = AzureTokenService(context, cloud: host.flatMap { AzureCloud(registry: $0) } ?? .global)
        cache = TokenCache(pacing: context.pacing)
    }

    /// An access token that is still good; many may ask at once.
    ///
    /// - Parameter scope: What it is for.
    /// - Returns: The token.
    /// - Throws: `RegistryError`, of the kind `denied` where there are no credentials or Azure refuses them.
    public func accessToken(
        scope: String = AzureTokenService.registryScope
    ) async throws(RegistryError) -> Secret {
        try await cache.token(for: scope) { () async throws(RegistryError) in
            switch try find() {
            case .client(let client, let tenant, let secret):
                return try await service.token(tenant: tenant, client: client, proof: .secret(secret), scope: scope)
            case .workload(let client, let tenant, let path):
                let proof = AzureTokenService.Proof.assertion(try federatedToken(path))
                return try await service.token(tenant: tenant, client: client, proof: proof, scope: scope)
            case .machine(let client):
                if let token = try await AzureManagedIdentity(context).token(scope: scope, client: client) {
                    return token
                }
                throw RegistryError(
                    .denied,
                    "there are no Azure credentials: neither \(Self.secret), \(Self.tokenFile) nor"
                        + " \(AzureManagedIdentity.endpointVariable) is set, and no metadata service of Azure's answers",
                    hint: "set \(Self.client), \(Self.tenant) and \(Self.secret), or give the machine an identity")
            }
        }
    }

    /// The tenant that the variables name.
    public var tenant: String? { context.variable(Self.tenant) }

    /// Whether there are any that somebody named, and not only a machine that may have an identity.
    var isNamed: Bool {
        guard case .machine(let client)? = try? find() else { return true }
        return client != nil || context.variable(AzureManagedIdentity.endpointVariable) != nil
    }

    /// What is used, for people: `AZURE_CLIENT_SECRET of the client 1234`.
    public var source: String {
        do throws(RegistryError) {
            switch try find() {
            case .client(let client, _, _): return "\(Self.secret) of the client \(Excerpt.line(client))"
            case .workload(let client, _, let path):
                return "\(Self.tokenFile) (\(Excerpt.line(path))) for the client \(Excerpt.line(client))"
            case .machine(let client):
                return "the managed identity" + (client.map { " of the client \(Excerpt.line($0))" } ?? "")
            }
        } catch {
            return "nothing: \(error.text)"
        }
    }
}

extension AzureCredentials {
    /// What there is.
    private enum Source {
        case client(String, tenant: String, secret: Secret)
        case workload(String, tenant: String, path: String)
        case machine(client: String?)
    }

    private static let client = "AZURE_CLIENT_ID"
    private static let tenant = "AZURE_TENANT_ID"
    private static let secret = "AZURE_CLIENT_SECRET"
    private static let tokenFile = "AZURE_FEDERATED_TOKEN_FILE"

    private func find() throws(RegistryError) -> Source {
        if let secret = context.variable(Self.secret) {
            let (client, tenant) = try names(besides: Self.secret)
            return .client(client, tenant: tenant, secret: Secret(secret))
        }
        if let path = try context.tokenPath(Self.tokenFile) {
            let (client, tenant) = try names(besides: Self.tokenFile)
            return .workload(client, tenant: tenant, path: path)
        }
        return .machine(client: context.variable(Self.client))
    }

    private func names(besides variable: String) throws(RegistryError) -> (client: String, tenant: String) {
        let missing = [Self.client, Self.tenant].filter { context.variable($0) == nil }
        guard let client = context.variable(Self.client), let tenant = context.variable(Self.tenant) else {
            let names = missing.joined(separator: " and ")
            throw RegistryError(
                .denied, "\(variable) is set without \(names)", hint: "set \(names), or unset \(variable)")
        }
        return (client, tenant)
    }

    /// Read anew each time: whoever writes it replaces it before it ends.
    private func federatedToken(_ path: String) throws(RegistryError) -> Secret {
        guard let bytes = try context.readFile(path) else {
            throw RegistryError(
                .denied, "\(Self.tokenFile) is \(Excerpt.line(path)), which is not there",
                hint: "does the pod carry the label azure.workload.identity/use, or the job write the file?")
        }
        guard let token = ShortLivedToken.token(CloudToken.text(bytes)) else {
            throw RegistryError(
                .denied, "\(Excerpt.line(path)): there is no token in it",
                hint: "it should hold the token and nothing else")
        }
        return token
    }
}
