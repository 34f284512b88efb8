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
    /// How long a vendor wants to be left alone after an answer that does not say so in its header, such as 400
    /// `ThrottlingException`; `nil` where it means something else.
    var throttle: @Sendable (HTTPResponse) -> Duration? = { _ in nil }

    init(tries: Int = 3, firstPause: Duration = .seconds(1)) {
        self.tries = tries
        self.firstPause = firstPause
    }

    /// The pause before `response`'s request is made once more, or `nil` where it is not.
    func pause(after response: HTTPResponse, to request: HTTPRequest, tried: Int, pacing: Pacing) -> Duration? {
        let wait = Self.requestedWait(response)
        let throttle = throttle(response)
        // A 408, a 500 and what a gateway says leave open whether something was done. A 403 with a time to wait is a rate
        // limit by another name.
        let mayPass =
            switch response.status {
            case 429, 503: true
            case 408, 500, 502, 504: request.isRepeatable
            case 403: wait != nil || throttle != nil
            default: throttle != nil
            }
        guard mayPass, tried < tries else { return nil }
        return switch wait {
        case .seconds(let seconds): .seconds(seconds)
        case .until(let time, _): .seconds(max(0, time - pacing.unixTime()))
        case nil: (throttle ?? .zero) + pause(tried: tried, pacing: pacing)
        }
    }

    /// Whether `response` asks for fewer requests, and not only this one.
    func asksForLess(_ response: HTTPResponse) -> Bool {
        response.status == 429 || [403, 503].contains(response.status) && Self.requestedWait(response) != nil
            || throttle(response) != nil
    }

    /// The pause before a request is made once more whose connection broke, or `nil` where it is not.
    func pause(after error: HTTPError, to request: HTTPRequest, tried: Int, pacing: Pacing) -> Duration? {
        guard error.kind == .interrupted, request.isRepeatable, tried < tries else { return nil }
        return pause(tried: tried, pacing: pacing)
    }

    /// What the server asks for; a number of any length, the absurd ones as a hundred years.
    static func requestedWait(_ response: HTTPResponse) -> Wait? {
        guard let text = response.first("Retry-After"), !text.isEmpty else { return vendorsWait(response) }
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return .seconds(min(Int(text) ?? .max, 100 * 365 * 86_400))
        }
        return HTTPDate.unixTime(text).map { .until($0, text: text) }
    }

    /// What a server asks for in the fields that vendors have made for it, which good answers have as well: Docker Hub's
    /// `X-Retry-After`, GitHub's `X-RateLimit-Reset`, GitLab's and DigitalOcean's `RateLimit-Reset`.
    private static func vendorsWait(_ response: HTTPResponse) -> Wait? {
        guard response.status == 429 || response.status == 403 else { return nil }
        func number(_ name: String) -> Int? {
            guard let text = response.first(name), text.utf8.allSatisfy(\.isDigit), let number = Int(text) else {
                return nil
            }
            return number
        }
        let remaining = number("X-RateLimit-Remaining") ?? number("RateLimit-Remaining")
        // A 403 may be a refusal as well; only one that has used up the last request is about their number.
        guard response.status == 429 || remaining == 0 else { return nil }
        // Where requests are left, it is another limit that was met, whose end these fields do not tell.
        let isUsedUp = (remaining ?? 0) == 0
        let reset =
            number("X-Retry-After") ?? (isUsedUp ? number("X-RateLimit-Reset") ?? number("RateLimit-Reset") : nil)
        // Most give the time of day, some the seconds until then.
        return reset.map { $0 >= 1_000_000_000 ? .until($0, text: "\($0) (unix time)") : .seconds($0) }
    }

    /// Exponential with full jitter: clients that were refused together do not come back together.
    func pause(tried: Int, pacing: Pacing) -> Duration {
        min(Self.longestPause, firstPause * Double(1 << min(tried - 1, 16))) * pacing.chance()
    }

    /// The longest pause that no server has asked for.
    private static let longestPause: Duration = .seconds(60)
}
