internal import JSON

extension FaultyProxy {
    /// A fault and the requests that meet it.
    ///
    /// Of several rules the first that matches and is not used up is applied, and only that one.
    public struct Rule: Sendable {
        /// The method; any for nil.
        public var method: String?
        /// A regular expression that is found in the path and query.
        public var path: String
        /// How many matching requests pass before the first fault.
        public var skipping: Int
        /// How many requests meet the fault; all for nil.
        public var times: Int?
        /// What happens.
        public var fault: Fault

        /// A fault for all requests, or for those that match.
        public init(_ fault: Fault, method: String? = nil, path: String = "", skipping: Int = 0, times: Int? = nil) {
            self.method = method
            self.path = path
            self.skipping = skipping
            self.times = times
            self.fault = fault
        }
    }

    /// What a request can meet.
    ///
    /// A fault of the body that an answer cannot have, since it has no body or one that is shorter, is a test's mistake
    /// and answered with the status 599.
    public enum Fault: Sendable {
        /// The proxy's own answer; the server is not asked. `{uri}` in a header is the request's path and query.
        case answer(Int, headers: [String: String] = [:], body: String = "")
        /// The answer comes later.
        case delay(Duration)
        /// The answer's body comes in parts of so many bytes, each after a pause.
        case drip(bytes: Int, every: Duration)
        /// The connection ends before an answer; the server is not asked.
        case cutBeforeAnswer
        /// The connection ends in the middle of the answer's headers.
        case cutInHeaders
        /// The connection ends after so many bytes of the answer's body.
        case cutBody(after: Int)
        /// The answer's body is its first bytes only, and that is the length it tells.
        case truncateBody(to: Int)
        /// The length that the answer tells is wrong by so much: more than comes before the end, or less.
        case claimLength(by: Int)
        /// The server does what was asked, and the connection ends before its answer.
        case applyThenCut
        /// So many bytes of the request's body reach the server, then both connections end.
        case cutUpload(after: Int)
        /// A header field of the answer has another value, or is not there for nil. `{uri}` as above.
        case replaceHeader(String, String?)
        /// One bit of the answer's body is another.
        case flipByte(at: Int)
        /// The answer's body goes on for as long as the client reads.
        case endlessBody
        /// The answer has so many header fields more.
        case extraHeaders(Int)
        /// The answer's body is another text.
        case replaceBody(String)
        /// Nothing comes, and the connection stays until the client ends it.
        case silence

        /// Too many requests: `Retry-After` in seconds or as a date.
        public static func tooManyRequests(retryAfter: String?) -> Fault {
            .answer(429, headers: retryAfter.map { ["Retry-After": $0] } ?? [:])
        }

        /// A redirect (307) to the same path at another host, `host:port`.
        public static func redirect(to host: String) -> Fault {
            .answer(307, headers: ["Location": "http://\(host){uri}"])
        }

        /// A challenge to get a token from this realm.
        public static func challenge(realm: String, service: String = "registry") -> Fault {
            .answer(401, headers: ["WWW-Authenticate": #"Bearer realm="\#(realm)",service="\#(service)""#])
        }

        /// A `Docker-Content-Digest` that is right for no content.
        public static let wrongDigest = replaceHeader(
            "Docker-Content-Digest", "sha256:\(String(repeating: "0", count: 64))")

        /// JSON that is none.
        public static let rubbish = replaceBody(#"{"rubbish": ["#)
    }
}

extension FaultyProxy.Rule {
    var json: JSONValue {
        [
            "method": .optional(method), "path": .string(path), "skipping": .integer(skipping),
            "times": .optional(times), "fault": fault.json,
        ]
    }
}

extension FaultyProxy.Fault {
    fileprivate var json: JSONValue {
        switch self {
        case .answer(let status, let headers, let body):
            let fields = headers.map { JSONValue.strings([$0.key, $0.value]) }
            return ["kind": "answer", "status": .integer(status), "headers": .array(fields), "body": .string(body)]
        case .delay(let time): return ["kind": "delay", "seconds": .real(time / .seconds(1))]
        case .drip(let bytes, let pause):
            return ["kind": "drip", "bytes": .integer(bytes), "seconds": .real(pause / .seconds(1))]
        case .cutBeforeAnswer: return ["kind": "cutBeforeAnswer"]
        case .cutInHeaders: return ["kind": "cutInHeaders"]
        case .cutBody(let count): return ["kind": "cutBody", "count": .integer(count)]
        case .truncateBody(let count): return ["kind": "truncateBody", "count": .integer(count)]
        case .claimLength(let difference): return ["kind": "claimLength", "difference": .integer(difference)]
        case .applyThenCut: return ["kind": "applyThenCut"]
        case .cutUpload(let count): return ["kind": "cutUpload", "count": .integer(count)]
        case .replaceHeader(let name, let value):
            return ["kind": "replaceHeader", "name": .string(name), "value": .optional(value)]
        case .flipByte(let position): return ["kind": "flipByte", "count": .integer(position)]
        case .endlessBody: return ["kind": "endlessBody"]
        case .extraHeaders(let count): return ["kind": "extraHeaders", "count": .integer(count)]
        case .replaceBody(let body): return ["kind": "replaceBody", "body": .string(body)]
        case .silence: return ["kind": "silence"]
        }
    }
}
