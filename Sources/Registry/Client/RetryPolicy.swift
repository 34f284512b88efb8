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
        // A 408, a 500 and what a gateway says leave open whether something was done. A 403 with a time to wait is a rate
        // limit by another name.
        let mayPass =
            switch response.status {
            case 429, 503: true
            case 408, 500, 502, 504: request.isRepeatable
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

    /// Whether `response` asks for fewer requests, and not only this one.
    static func asksForLess(_ response: HTTPResponse) -> Bool {
        response.status == 429 || [403, 503].contains(response.status) && requestedWait(response) != nil
    }

    /// The pause before a request is made once more whose connection broke, or `nil` where it is not.
    func pause(after error: HTTPError, to request: HTTPRequest, tried: Int, pacing: Pacing) -> Duration? {
        guard error.kind == .interrupted, request.isRepeatable, tried < tries else { return nil }
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
    func pause(tried: Int, pacing: Pacing) -> Duration {
        min(Self.longestPause, firstPause * Double(1 << min(tried - 1, 16))) * pacing.chance()
    }

    /// The longest pause that no server has asked for.
    private static let longestPause: Duration = .seconds(60)
}
