public import CIEnv
internal import HTTP
public import Registry

extension CloudContext {
    /// The variables of `environment`, and nobody to ask: for who wants to know what would be done.
    public init(offline environment: Environment) {
        self.init(client: NoNetwork())
        variable = { environment[$0] }
    }
}

/// A client that reaches nobody.
private struct NoNetwork: HTTPClient {
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        throw HTTPError(.unreachable, of: request, reason: "nobody is to be asked")
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        throw HTTPError(.unreachable, of: request, reason: "nobody is to be asked")
    }
}
