internal import HTTP

/// Sends requests to AWS with patience: each try is signed anew, when it is its turn, as a signature is good for minutes.
///
/// AWS asks for fewer requests by an error's name with status 400 and without a time to wait. All who share the limiters
/// then slow down together.
struct AWSSender: Sendable {
    /// What sends, and the clock.
    let context: CloudContext
    private let client: RetryingClient

    /// A sender that sends a request no more than `tries` times, within `patience`: the repetitions and the pauses between
    /// them included.
    init(
        context: CloudContext, tries: Int = 8, patience: Duration = .seconds(120),
        limiters: HostLimiters = HostLimiters(most: 8)
    ) {
        self.context = context
        var policy = RetryPolicy(tries: tries)
        policy.throttle = { response in
            response.status == 400 && AWSFailure(response).mayPass ? .zero : nil
        }
        client = RetryingClient(
            client: context.client, policy: policy, pacing: context.pacing, patience: .each(patience),
            limiters: limiters)
    }

    /// Sends `request`, as `sign` makes it anew for each try, until there is an answer that waiting will not change.
    ///
    /// - Throws: `RegistryError` where there is no answer, or `sign` throws.
    func send(
        _ request: HTTPRequest, signing sign: (HTTPRequest) throws(RegistryError) -> HTTPRequest = { $0 }
    ) async throws(RegistryError) -> HTTPResponse {
        var refusal: RegistryError?
        do {
            return try await client.send(request) { request throws(HTTPError) in
                do throws(RegistryError) { return try sign(request) } catch {
                    refusal = error
                    throw HTTPError(.invalidRequest, of: request, reason: error.text)
                }
            }
        } catch {
            throw refusal ?? RegistryError(error)
        }
    }
}
