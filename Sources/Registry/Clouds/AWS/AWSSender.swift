internal import HTTP

/// Sends requests to AWS with patience: each try is made, and so signed, anew.
///
/// AWS asks for fewer requests by an error's name with status 400 and without a time to wait. All who share the limiters
/// then slow down together.
struct AWSSender: Sendable {
    /// What sends, and the clock.
    let context: CloudContext
    /// How many requests may be on their way at once.
    private let limiters: HostLimiters
    private let policy: RetryPolicy
    /// The longest time for a request, its repetitions and the pauses between them included.
    private let patience: Duration

    /// A sender that sends a request no more than `tries` times, within `patience`.
    init(
        context: CloudContext, tries: Int = 8, patience: Duration = .seconds(120),
        limiters: HostLimiters = HostLimiters(most: 8)
    ) {
        self.context = context
        self.patience = patience
        self.limiters = limiters
        var policy = RetryPolicy(tries: tries)
        policy.throttle = { response in
            response.status == 400 && AWSFailure(response).mayPass ? .zero : nil
        }
        self.policy = policy
    }

    /// Sends what `make` makes, until there is an answer that waiting will not change.
    ///
    /// - Throws: `RegistryError` where there is no answer, or `make` throws.
    func send(
        _ make: () async throws(RegistryError) -> HTTPRequest
    ) async throws(RegistryError) -> HTTPResponse {
        let pacing = context.pacing
        let deadline = pacing.elapsed() + patience
        var tried = 0
        while true {
            var request = try await make()
            request.timeout = min(request.timeout, max(.seconds(1), deadline - pacing.elapsed()))
            tried += 1
            let pause: Duration
            do throws(HTTPError) {
                let (response, wait) = try await exchange(request, tried: tried)
                guard let wait, pacing.elapsed() + wait < deadline else { return response }
                pause = wait
            } catch {
                guard let wait = policy.pause(after: error, to: request, tried: tried, pacing: pacing),
                    pacing.elapsed() + wait < deadline
                else { throw RegistryError(error) }
                pause = wait
            }
            do { try await pacing.sleep(pause) } catch {
                throw RegistryError(.cancelled, "\(request.summary): interrupted")
            }
        }
    }

    /// Sends `request` once; with the answer, the pause before it is sent again, `nil` where it is not.
    private func exchange(
        _ request: HTTPRequest, tried: Int
    ) async throws(HTTPError) -> (HTTPResponse, wait: Duration?) {
        let pacing = context.pacing
        let limiter = limiters.limiter(for: request.url)
        try await limiter.enter(request, pacing)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await context.client.send(request)
        } catch {
            limiter.leave()
            throw error
        }
        let wait = policy.pause(after: response, to: request, tried: tried, pacing: pacing)
        limiter.leave(asksForLess: policy.asksForLess(response), askedToWait: wait, at: pacing.elapsed())
        return (response, wait)
    }
}
