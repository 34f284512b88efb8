/// What sends requests.
public protocol HTTPClient: Sendable {
    /// Sends `request` and waits for the whole answer.
    ///
    /// A redirect is an answer like any other; ``send(_:following:refusing:)`` follows them.
    ///
    /// - Throws: `HTTPError` where there is no answer, or none that can be taken.
    func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse
}

extension HTTPClient {
    /// Sends `request` and what it is redirected to, as far as `policy` allows.
    ///
    /// - Parameters:
    ///   - request: The first request.
    ///   - policy: What may be followed.
    ///   - refusing: A further rule: the reason why a redirect's target must not be asked, or `nil` where it may be.
    /// - Returns: The first answer that is not a redirect.
    /// - Throws: `HTTPError`, of the kind `redirect` where one must not be followed.
    public func send(
        _ request: HTTPRequest, following policy: RedirectPolicy, refusing: (URLParts) -> String? = { _ in nil }
    ) throws(HTTPError) -> HTTPResponse {
        var request = request
        var followed = 0
        while true {
            let response = try send(request)
            guard let next = try policy.next(after: response, to: request, followed: followed) else { return response }
            if let reason = refusing(next.url) {
                throw HTTPError(.redirect, of: request, reason: "redirected to \(next.url), \(reason)")
            }
            request = next
            followed += 1
        }
    }
}
