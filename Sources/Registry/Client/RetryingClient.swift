internal import HTTP

/// A client that is patient, up to a point in time, and together with all who use the same limiter.
struct RetryingClient: HTTPClient {
    /// How long a request may take, its repetitions and the pauses between them included.
    enum Patience: Sendable {
        /// Until then, on the pacing's steady clock, whatever the number of requests.
        case until(Duration)
        /// So long each.
        case each(Duration)
    }

    let client: any HTTPClient
    let policy: RetryPolicy
    let pacing: Pacing
    let patience: Patience
    let limiters: HostLimiters

    var executor: (any TaskExecutor)? { client.executor }

    /// Sends `request` until there is an answer that waiting will not change, or no time left to wait.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await perform(request, head: { $0 }) { request throws(HTTPError) in try await client.send(request) }
    }

    /// The same for a request that `prepare` makes ready when it is its turn, for each try anew.
    func send(
        _ request: HTTPRequest, preparing prepare: (HTTPRequest) throws(HTTPError) -> HTTPRequest
    ) async throws(HTTPError) -> HTTPResponse {
        try await perform(request, head: { $0 }) { request throws(HTTPError) in
            try await client.send(try prepare(request))
        }
    }

    /// The same for an answer whose body comes in parts: the body is not tried again.
    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        try await perform(request, head: \.head) { request throws(HTTPError) in try await client.stream(request) }
    }

    private func perform<Answer>(
        _ request: HTTPRequest, head: (Answer) -> HTTPResponse,
        _ send: (HTTPRequest) async throws(HTTPError) -> Answer
    ) async throws(HTTPError) -> Answer {
        let deadline: Duration =
            switch patience {
            case .until(let time): time
            case .each(let time): pacing.elapsed() + time
            }
        func canWait(_ pause: Duration) -> Bool { pacing.elapsed() + pause < deadline }
        let limiter = limiters.limiter(for: request.url)
        var tried = 0
        while true {
            guard canWait(limiter.pause(at: pacing.elapsed())) else {
                throw HTTPError(.timeout, of: request, reason: "the server asks to wait longer than there is time")
            }
            try await limiter.enter(request, pacing, until: deadline)
            let left = deadline - pacing.elapsed()
            guard left > .zero else {
                limiter.leave()
                throw HTTPError(.timeout, of: request, reason: "no answer in time")
            }
            var limited = request
            limited.timeout = min(request.timeout, left)
            limited.idleTimeout = min(request.idleTimeout, left)
            tried += 1
            let pause: Duration
            do throws(HTTPError) {
                let answer = try await send(limited)
                let response = head(answer)
                let wait = policy.pause(after: response, to: request, tried: tried, pacing: pacing)
                limiter.leave(
                    asksForLess: policy.asksForLess(response), askedToWait: wait, at: pacing.elapsed())
                guard let wait, canWait(wait), !request.body.isSentOnce else { return answer }
                pause = wait
            } catch {
                limiter.leave()
                guard let wait = policy.pause(after: error, to: request, tried: tried, pacing: pacing), canWait(wait),
                    !request.body.isSentOnce
                else { throw error }
                pause = wait
            }
            do { try await pacing.sleep(pause) } catch {
                throw HTTPError(.cancelled, of: request, reason: "interrupted")
            }
        }
    }
}
