internal import HTTP

/// Sends what is meant for a vendor's API to a server on this machine.
struct DescribedClient: Sendable {
    let address: String
    /// What is one component of a path for the description, and has slashes in it.
    let components: [String]
    private let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))

    init(address: String, components: [String] = []) {
        self.address = address
        self.components = components
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var local = request
        var path = request.url.pathAndQuery
        for name in components {
            let encoded = name.split(separator: "/").joined(separator: "%2F")
            if let range = path.firstRange(of: "/\(name)/") { path.replaceSubrange(range, with: "/\(encoded)/") }
        }
        guard let url = URLParts("http://\(address)\(path)") else {
            throw HTTPError(.invalidRequest, of: request, reason: "no such address")
        }
        local.url = url
        let answer = try await client.send(local)
        return HTTPResponse(status: answer.status, headers: answer.headers, body: answer.body, url: request.url)
    }
}
