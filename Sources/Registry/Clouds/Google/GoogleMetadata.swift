package import DockerConfig
internal import HTTP

/// The metadata server of Google's machines, which has the tokens of the machine's service account.
///
/// Something else may be at its address, as other clouds have theirs there too: Google's names itself in each answer.
package struct GoogleMetadata: Sendable {
    private let context: CloudContext
    private let service: CloudService

    /// The variable that names another host for it, as Google's own libraries have it.
    static let variable = "GCE_METADATA_HOST"
    /// By its address: a name would be looked up first, which takes long where the server is not.
    private static let address = "169.254.169.254"
    /// The names that the server has on Google's machines.
    private static let names: Set<String> = ["metadata.google.internal", "metadata"]
    private static let account = "/computeMetadata/v1/instance/service-accounts/default"
    private static let flavor = HTTPHeader("Metadata-Flavor", "Google")

    /// The server that this machine has, or that `context` names.
    package init(_ context: CloudContext) {
        self.context = context
        service = CloudService(context)
    }

    /// Asks for a token.
    ///
    /// - Returns: `nil` where there is no such server.
    /// - Throws: `RegistryError` where it answers and has no token, or where the user names it and it does not answer.
    func token() async throws(RegistryError) -> ShortLivedToken? {
        let named = context.variable(Self.variable)
        let root = try root(named)
        if named == nil {
            let answer = try await service.probe(HTTPRequest(.get, root, headers: [Self.flavor]))
            guard let answer, Self.isGoogles(answer) else { return nil }
        }
        let request = HTTPRequest(.get, try root.appendingPath("\(Self.account)/token"), headers: [Self.flavor])
        let start = context.pacing.unixTime()
        let response = try await answer(request)
        guard let token = ShortLivedToken(oauth: response.body, start: start, life: 60) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
        }
        return token
    }

    /// Asks for an OIDC token that says who the service account is.
    ///
    /// https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity
    ///
    /// - Parameter audience: Whom it is to be for.
    /// - Returns: What the server gives.
    /// - Throws: `RegistryError` where it does not answer, or has no service account.
    package func identityToken(audience: String?) async throws(RegistryError) -> Secret? {
        guard let audience else {
            throw RegistryError(
                .badName, "Google's metadata server makes tokens for a named audience only", hint: "say audience:…")
        }
        let root = try root(context.variable(Self.variable))
        let page = try root.appendingPath("\(Self.account)/identity")
        guard let url = page.appending(query: [("audience", audience), ("format", "full")]) else {
            throw RegistryError(.badName, "no audience for Google's metadata server: \(Excerpt.quoted(audience))")
        }
        let response = try await answer(HTTPRequest(.get, url, headers: [Self.flavor]))
        return String(validating: response.body, as: UTF8.self).map(Secret.init)
    }

    private func answer(_ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse {
        let response = try await service.send(request)
        guard Self.isGoogles(response) else {
            throw RegistryError(
                .protocolViolation, "\(request.summary): what answers is not Google's metadata server",
                hint: "is \(Self.variable) right?")
        }
        guard response.status == 200 else {
            let hint = "give the machine or the pod a service account"
            throw RegistryError(
                google: response, to: request, showing: "the machine, which has no service account", [], hint: hint)
        }
        return response
    }

    private static func isGoogles(_ response: HTTPResponse) -> Bool {
        response.first("Metadata-Flavor")?.lowercased() == "google"
    }

    private func root(_ named: String?) throws(RegistryError) -> URLParts {
        let text = "http://\(named ?? Self.address)"
        if let url = URLParts(text), Self.names.contains(url.host) { return url }
        return try CloudEndpoint.url(text, from: Self.variable, context, plainHTTP: .thisLink)
    }
}
