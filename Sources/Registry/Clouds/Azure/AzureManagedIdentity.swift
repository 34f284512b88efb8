internal import DockerConfig
internal import HTTP

/// The identity that Azure gives a machine, a container or an app.
///
/// Apps and containers have an endpoint of their own in two variables; machines ask the instance metadata service.
struct AzureManagedIdentity: Sendable {
    private let context: CloudContext

    /// App Service's and Container Apps' own endpoint, and what proves that a request to it comes from inside.
    static let endpointVariable = "IDENTITY_ENDPOINT"
    static let headerVariable = "IDENTITY_HEADER"

    private static let machineURL = "http://169.254.169.254/metadata/identity/oauth2/token"

    init(_ context: CloudContext) {
        self.context = context
    }

    /// Whether the variables name an endpoint.
    var hasEndpoint: Bool {
        context.variable(Self.endpointVariable) != nil && context.variable(Self.headerVariable) != nil
    }

    /// Asks for a token.
    ///
    /// - Returns: `nil` where there is nobody to ask.
    /// - Throws: `RegistryError` where somebody answers and has no token.
    func token(scope: String, client: String?) async throws(RegistryError) -> ShortLivedToken? {
        let request = try request(scope, client)
        let service = CloudService(context)
        // Without its header the service refuses, which tells that it is there.
        if !hasEndpoint, try await service.probe(HTTPRequest(.get, request.url)) == nil { return nil }
        let start = context.pacing.unixTime()
        let response = try await service.send(request)
        if response.status == 200,
            let token = ShortLivedToken(oauth: response.body, start: start, life: AzureTokenService.shortLife)
        {
            return token
        }
        let refusal = AzureRefusal(response.body, without: secrets)
        // Other clouds have their metadata at the same address, and answer what they do not know with little.
        guard hasEndpoint || refusal.sentence != nil || response.status >= 500 || response.status == 429 else {
            return nil
        }
        let said = "\(request.summary): status \(response.status)" + (refusal.sentence.map { ", \($0)" } ?? "")
        throw RegistryError(
            .init(tokenService: response.status), "the managed identity gives no token (\(said))",
            hint: "assign an identity to this machine or app; AZURE_CLIENT_ID chooses one of several")
    }

    private var secrets: [Secret] { context.variable(Self.headerVariable).map { [Secret($0)] } ?? [] }

    private func request(_ scope: String, _ client: String?) throws(RegistryError) -> HTTPRequest {
        // These services are asked for a resource, which is the scope without its last part.
        let suffix = "/.default"
        let resource = scope.hasSuffix(suffix) ? String(scope.dropLast(suffix.utf8.count)) : scope
        var query = [(name: "resource", value: resource)]
        if let client { query.append(("client_id", client)) }
        let endpoint = hasEndpoint ? context.variable(Self.endpointVariable) : nil
        let root = try CloudEndpoint.url(
            endpoint ?? Self.machineURL, from: Self.endpointVariable, context, plainHTTP: .thisLink)
        let version = (name: "api-version", value: endpoint == nil ? "2018-02-01" : "2019-08-01")
        guard let url = root.appending(query: [version] + query) else {
            throw RegistryError(.badName, "\(Self.endpointVariable) is too long for a web address")
        }
        guard endpoint != nil, let header = secrets.first else {
            return HTTPRequest(.get, url, headers: [HTTPHeader("Metadata", "true")])
        }
        return HTTPRequest(.get, url, headers: [HTTPHeader("X-IDENTITY-HEADER", secret: header)])
    }
}
