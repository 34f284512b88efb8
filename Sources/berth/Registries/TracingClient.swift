internal import HTTP

/// Tells of each request what came of it, for who looks for the cause of something.
struct TracingClient: HTTPClient {
    let client: any HTTPClient
    let clock: Pacing
    let reporter: Reporter

    var executor: (any TaskExecutor)? { client.executor }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await traced(request, status: \.status) { () throws(HTTPError) in try await client.send(request) }
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        try await traced(request, status: \.head.status) { () throws(HTTPError) in try await client.stream(request) }
    }

    private func traced<Answer>(
        _ request: HTTPRequest, status: (Answer) -> Int, _ send: () async throws(HTTPError) -> Answer
    ) async throws(HTTPError) -> Answer {
        let start = clock.elapsed()
        func tell(_ outcome: String) {
            let (seconds, attoseconds) = (clock.elapsed() - start).components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            reporter.debug("\(request.summary): \(outcome), \(milliseconds) ms")
        }
        do throws(HTTPError) {
            let answer = try await send()
            tell("\(status(answer))")
            return answer
        } catch {
            tell(error.reason)
            throw error
        }
    }
}
