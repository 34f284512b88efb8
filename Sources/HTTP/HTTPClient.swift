/// What sends requests.
public protocol HTTPClient: Sendable {
    /// Sends `request` and waits for the whole answer.
    ///
    /// A redirect is an answer like any other; ``send(_:following:refusing:)`` follows them. The task's cancellation
    /// ends the transfer, with an error of the kind `cancelled`.
    ///
    /// - Throws: `HTTPError` where there is no answer, or none that can be taken.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse

    /// Sends `request` and waits for the head of its answer.
    ///
    /// The request's body limit and total time do not hold for the body.
    ///
    /// - Throws: `HTTPError` where there is no answer, or none that can be taken.
    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream

    /// The thread that makes the transfers.
    ///
    /// Tasks that do little but send requests should prefer it: each request then saves two switches of threads. `nil`
    /// where there is no such thread.
    var executor: (any TaskExecutor)? { get }
}

extension HTTPClient {
    /// No thread of its own.
    public var executor: (any TaskExecutor)? { nil }

    /// Sends `request` and what it is redirected to, as far as `policy` allows.
    ///
    /// - Parameters:
    ///   - request: The first request.
    ///   - policy: What may be followed.
    ///   - refusing: A further rule: the reason why a redirect's target must not be asked, or `nil` where it may be.
    /// - Returns: The first answer that is not a redirect.
    /// - Throws: `HTTPError`, of the kind `redirect` where one must not be followed.
    public func send(
        _ request: HTTPRequest, following policy: RedirectPolicy,
        refusing: @Sendable (URLParts) -> String? = { _ in nil }
    ) async throws(HTTPError) -> HTTPResponse {
        try await follow(request, policy, refusing, head: { $0 }) { request throws(HTTPError) in
            try await send(request)
        }
    }

    /// The same for an answer whose body is read part by part.
    public func stream(
        _ request: HTTPRequest, following policy: RedirectPolicy,
        refusing: @Sendable (URLParts) -> String? = { _ in nil }
    ) async throws(HTTPError) -> HTTPStream {
        try await follow(request, policy, refusing, head: \.head) { request throws(HTTPError) in
            try await stream(request)
        }
    }

    private func follow<Answer>(
        _ request: HTTPRequest, _ policy: RedirectPolicy, _ refusing: (URLParts) -> String?,
        head: (Answer) -> HTTPResponse, _ ask: (HTTPRequest) async throws(HTTPError) -> Answer
    ) async throws(HTTPError) -> Answer {
        var request = request
        var followed = 0
        while true {
            let answer = try await ask(request)
            guard let next = try policy.next(after: head(answer), to: request, followed: followed, refusing: refusing)
            else { return answer }
            request = next
            followed += 1
        }
    }
}
