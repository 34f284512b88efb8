internal import HTTP

/// What is tried again, and when.
struct RetryPolicy: Sendable {
    /// What a server asks for in `Retry-After` (RFC 9110 §10.2.3).
    enum Wait: Equatable, Sendable, CustomStringConvertible {
        case seconds(Int)
        /// At this time, in seconds since 1970.
        case until(Int, text: String)

        var description: String {
            switch self {
            case .seconds(let seconds): "in \(seconds) s"
            case .until(_, let text): "at \(text)"
            }
        }
    }

    /// The most requests, the first one counted.
    let tries: Int
    /// The longest pause before the second request where the server names none; doubled for each further one.
    let firstPause: Duration

    init(tries: Int = 3, firstPause: Duration = .seconds(1)) {
        self.tries = tries
        self.firstPause = firstPause
    }

    /// The pause before `response`'s request is made once more, or `nil` where it is not.
    func pause(after response: HTTPResponse, to request: HTTPRequest, tried: Int, pacing: Pacing) -> Duration? {
        let wait = Self.requestedWait(response)
        // 408 and a 500 leave open whether something was done; 403 with a time to wait is a rate limit by another name.
        let isRepeatable = request.method == .get || request.method == .head
        let mayPass =
            switch response.status {
            case 429, 502, 503, 504: true
            case 408, 500: isRepeatable
            case 403: wait != nil
            default: false
            }
        guard mayPass, tried < tries else { return nil }
        return switch wait {
        case .seconds(let seconds): .seconds(seconds)
        case .until(let time, _): .seconds(max(0, time - pacing.unixTime()))
        case nil: pause(tried: tried, pacing: pacing)
        }
    }

    /// The pause before a request is made once more whose connection broke, or `nil` where it is not.
    func pause(after error: HTTPError, to request: HTTPRequest, tried: Int, pacing: Pacing) -> Duration? {
        guard error.kind == .interrupted, request.method == .get || request.method == .head, tried < tries else {
            return nil
        }
        return pause(tried: tried, pacing: pacing)
    }

    /// What the server asks for; a number of any length, the absurd ones as a hundred years.
    static func requestedWait(_ response: HTTPResponse) -> Wait? {
        guard let text = response.first("Retry-After"), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return .seconds(min(Int(text) ?? .max, 100 * 365 * 86_400))
        }
        return HTTPDate.unixTime(text).map { .until($0, text: text) }
    }

    /// Exponential with full jitter: clients that were refused together do not come back together.
    private func pause(tried: Int, pacing: Pacing) -> Duration {
        firstPause * Double(1 << (tried - 1)) * pacing.chance()
    }
}

/// A client that is patient, up to a point in time.
struct RetryingClient: HTTPClient {
    let client: any HTTPClient
    let policy: RetryPolicy
    let pacing: Pacing
    /// When everything must be over, on the pacing's steady clock.
    let deadline: Duration

    /// Sends `request` until there is an answer that waiting will not change, or no time left to wait.
    func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        var tried = 0
        while true {
            let left = deadline - pacing.elapsed()
            guard left > .zero else { throw HTTPError(.timeout, of: request, reason: "no answer in time") }
            var limited = request
            limited.timeout = min(request.timeout, left)
            tried += 1
            do {
                let response = try client.send(limited)
                let pause = policy.pause(after: response, to: request, tried: tried, pacing: pacing)
                guard let pause, canWait(pause) else { return response }
                pacing.sleep(pause)
            } catch {
                let pause = policy.pause(after: error, to: request, tried: tried, pacing: pacing)
                guard let pause, canWait(pause) else { throw error }
                pacing.sleep(pause)
            }
        }
    }

    private func canWait(_ pause: Duration) -> Bool {
        pacing.elapsed() + pause < deadline
    }
}
