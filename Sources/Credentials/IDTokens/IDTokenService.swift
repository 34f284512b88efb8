internal import CIEnv
internal import DockerConfig
internal import HTTP
internal import JSON
internal import Registry

/// A CI system's service that makes OIDC tokens for its jobs: GitHub's, and those of its likes, and Azure Pipelines'.
struct IDTokenService {
    private let kind: Kind
    private let environment: Environment
    private let cloud: CloudContext

    private enum Kind {
        case gitHub
        case azurePipelines
    }

    init(_ source: IDTokenSource, _ environment: Environment, _ cloud: CloudContext) {
        kind = source == .azurePipelinesService ? .azurePipelines : .gitHub
        self.environment = environment
        self.cloud = cloud
    }

    private var urlVariable: String {
        kind == .gitHub ? IDTokenVariables.gitHubURL : IDTokenVariables.azureURL
    }

    private var tokenVariable: String {
        kind == .gitHub ? IDTokenVariables.gitHubToken : IDTokenVariables.azureToken
    }

    /// The token for `audience`, where the service makes them for any; `nil` where the answer has none.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where the job is not let in.
    func token(audience: String?) async throws(RegistryError) -> Secret? {
        let access = environment[tokenVariable] ?? ""
        let request = try request(audience: audience, access: access)
        let response = try await CloudService(cloud).send(request)
        let object = (try? JSONValue(parsing: response.body))?.object
        guard response.status == 200 else { throw refusal(response, object, to: request, access) }
        // The token stands in no log that GitHub's own tools write either.
        return object?[kind == .gitHub ? "value" : "oidcToken"]?.string.map(Secret.init)
    }

    private func request(audience: String?, access: String) throws(RegistryError) -> HTTPRequest {
        let base = try CloudEndpoint.url(environment[urlVariable] ?? "", from: urlVariable, cloud)
        var query: [(name: String, value: String)] = []
        switch kind {
        case .gitHub: if let audience { query = [("audience", audience)] }
        case .azurePipelines:
            query = [("api-version", "7.1")]
            if let connection = environment[IDTokenVariables.azureConnection] {
                query.append(("serviceConnectionId", connection))
            }
        }
        guard let url = base.appending(query: query), url.origin == base.origin else {
            throw RegistryError(.badName, "\(urlVariable) names no address that can be asked")
        }
        switch kind {
        case .gitHub:
            return HTTPRequest(.get, url, headers: [HTTPHeader("Authorization", secret: Secret("bearer \(access)"))])
        case .azurePipelines:
            let headers = [
                HTTPHeader("Authorization", secret: Secret("Bearer \(access)")),
                HTTPHeader("Content-Type", "application/json"),
                // Without it, who is not let in is sent to a page for people.
                HTTPHeader("X-TFS-FedAuthRedirect", "Suppress"),
            ]
            var request = HTTPRequest(.post, url, headers: headers, body: .bytes([]))
            // A token that is asked for twice does no harm.
            request.isRepeatable = true
            return request
        }
    }

    private func refusal(
        _ response: HTTPResponse, _ object: JSONObject?, to request: HTTPRequest, _ access: String
    ) -> RegistryError {
        let said = object?["message"]?.string ?? object?["error"]?.string
        let words = CloudWords.line(said, without: [Secret(access)]).map { ", \($0)" } ?? ""
        let hint: String
        switch (kind, response.status) {
        case (_, 300...399): hint = "it points elsewhere, where the job's token is not sent: is \(urlVariable) right?"
        case (.gitHub, 401), (.gitHub, 403):
            hint = "may the job have tokens (permissions: {id-token: write}), and does it run still?"
        case (.azurePipelines, 401), (.azurePipelines, 403):
            hint = "may the pipeline use the service connection, and is \(tokenVariable) this job's?"
        default: hint = "is \(urlVariable) the address that the CI system has set?"
        }
        return RegistryError(
            RegistryError.Kind(tokenService: response.status),
            "no OIDC token: \(request.summary): status \(response.status)\(words)", hint: hint)
    }
}
