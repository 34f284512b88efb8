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

    /// Sends to `url` what `make` makes, until there is an answer that waiting will not change.
    ///
    /// - Throws: `RegistryError` where there is no answer, or `make` throws.
    func send(
        to url: URLParts, _ make: () throws(RegistryError) -> HTTPRequest
    ) async throws(RegistryError) -> HTTPResponse {
        let pacing = context.pacing
        let deadline = pacing.elapsed() + patience
        func canWait(_ pause: Duration) -> Bool { pacing.elapsed() + pause < deadline }
        let limiter = limiters.limiter(for: url)
        var tried = 0
        while true {
            guard canWait(limiter.pause(at: pacing.elapsed())) else {
                throw RegistryError(.tryLater, "\(url.host) asks to wait longer than there is time")
            }
            do {
                try await limiter.enter(HTTPRequest(.post, url), pacing, until: deadline)
            } catch {
                throw RegistryError(error)
            }
            // Made when it is its turn: a signature is good for minutes.
            var request: HTTPRequest
            do throws(RegistryError) { request = try make() } catch {
                limiter.leave()
                throw error
            }
            request.timeout = min(request.timeout, max(.seconds(1), deadline - pacing.elapsed()))
            tried += 1
            let pause: Duration
            do throws(HTTPError) {
                let response = try await context.client.send(request)
                let wait = policy.pause(after: response, to: request, tried: tried, pacing: pacing)
                limiter.leave(asksForLess: policy.asksForLess(response), askedToWait: wait, at: pacing.elapsed())
                guard let wait, canWait(wait) else { return response }
                pause = wait
            } catch {
                limiter.leave()
                guard let wait = policy.pause(after: error, to: request, tried: tried, pacing: pacing), canWait(wait)
                else { throw RegistryError(error) }
                pause = wait
            }
            do { try await pacing.sleep(pause) } catch {
                throw RegistryError(.cancelled, "\(request.summary): interrupted")
            }
        }
    }
}
