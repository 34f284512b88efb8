internal import HTTP
internal import JSON

/// Why a service of AWS does not do what it was asked, in its own words.
///
/// In JSON (`__type` and `message`, of which either may be written otherwise), or in XML (`<Code>` and `<Message>`),
/// which comes even from services that speak JSON where the request has not got as far as these.
struct AWSFailure: Error, Equatable, Sendable {
    /// The status code.
    let status: Int
    /// The error's name, such as `RepositoryNotFoundException`; empty where there is none.
    let code: String
    /// The service's words, fit to be shown; empty where there are none.
    let message: String

    /// The most bytes that are looked at.
    private static let sizeLimit = 1 << 16

    /// Reads the answer to a request that was not done.
    init(_ response: HTTPResponse) {
        status = response.status
        let header = response.first("x-amzn-ErrorType")
        guard response.body.count <= Self.sizeLimit else {
            (code, message) = (Self.name(header), "")
            return
        }
        if let root = try? JSONNode(parsing: response.body) {
            let inner = root.member("Error") ?? root
            let type = root.text("__type") ?? inner.text("Code") ?? inner.text("code") ?? header
            let words = inner.text("message") ?? inner.text("Message")
            (code, message) = (Self.name(type), Excerpt.line(words ?? "", limit: 300))
        } else {
            let document = XMLText(response.body)
            code = Self.name(document.text(of: "Code") ?? header)
            message = Excerpt.line(document.text(of: "Message") ?? "", limit: 300)
        }
    }

    /// A failure, as a test or a service's answer of another form has it.
    init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Whether the request comes too early, and nothing was done.
    var isThrottle: Bool { status == 429 || Self.throttles.contains(code) }

    /// Whether the same request may go well the next time, as nothing was done.
    var mayPass: Bool { isThrottle || code == "IDPCommunicationError" }

    /// Whether the credentials have ended before their time.
    var isExpiry: Bool { ["ExpiredToken", "ExpiredTokenException"].contains(code) }

    /// Whether the machine's clock is wrong by more than AWS allows, which is five minutes.
    var isClockSkew: Bool {
        ["RequestTimeTooSkewed", "RequestExpired"].contains(code)
            || message.hasPrefix("Signature expired") || message.hasPrefix("Signature not yet current")
    }

    /// Names that AWS's services have for one thing (AWS SDKs, retry mode "standard"), and ECR's own.
    private static let throttles: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "ThrottleException", "RequestThrottled",
        "RequestThrottledException", "TooManyRequestsException", "TooManyRequests", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "EC2ThrottledException", "SlowDown", "PriorRequestNotComplete", "TOOMANYREQUESTS",
        "toomanyrequests",
    ]

    /// The name alone, of `prefix#name:address`; empty where it cannot be one.
    private static func name(_ text: String?) -> String {
        let name = (text ?? "").split(separator: "#").last ?? ""
        let short = name.prefix { $0 != ":" }
        let isName = short.utf8.count <= 100 && short.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x2E }
        return isName ? String(short) : ""
    }
}
