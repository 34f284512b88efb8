internal import JSON

/// A reverse proxy of HTTP/1.1 on this machine that passes everything on, but for what its rules spoil.
///
/// One without a server behind it answers 404 to everything: it is the wrong host, and its log tells what reached it.
public struct FaultyProxy: ~Copyable, Sendable {
    /// One request as it came.
    public struct Request: Sendable {
        /// The HTTP method.
        public let method: String
        /// The path and query.
        public let uri: String
        /// All header fields in their order.
        public let headers: [(name: String, value: String)]
        /// Which of the rules was applied to it, counted from 0; nil for none.
        public let rule: Int?

        /// The value of the first header field of that name, in whatever case.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// `host:port`.
    public var address: String { service.address }

    private let upstream: String?
    private let service: Service
    private let files: ServerFiles
    private let scratch: ScratchDirectory

    /// Starts one in front of `upstream`, a `host:port` with plain HTTP, and returns when it listens on `host`, which is
    /// a loopback address.
    public init(to upstream: String?, rules: [Rule] = [], host: String = "127.0.0.1") async throws {
        let scratch = try ScratchDirectory()
        let files = try ServerFiles(in: scratch.path)
        try files.use(Self.settings(upstream, rules))
        service = try await Service(
            script: "faulty_proxy.py", [files.settings, files.requests, host], log: files.log)
        self.upstream = upstream
        self.files = files
        self.scratch = scratch
    }

    /// Puts rules in the place of those before, at once; what they count begins anew.
    public func use(_ rules: [Rule]) throws {
        try files.use(Self.settings(upstream, rules))
    }

    /// All requests so far, in the order in which they came; complete when the client has its answer, or its cut.
    public func requests() throws -> [Request] {
        try files.all().map { json in
            Request(
                method: json["method"]?.string ?? "", uri: json["uri"]?.string ?? "",
                headers: (json["headers"]?.array ?? []).compactMap(\.array).map { field in
                    (field.first?.string ?? "", field.last?.string ?? "")
                },
                rule: json["rule"]?.integer)
        }
    }

    /// The requests' log as it is, in which a test can search for what must not be there.
    public func log() throws -> String {
        try Files.text(files.requests)
    }

    /// The most memory that the proxy has had, in bytes.
    public func peakMemory() throws -> Int {
        let status = try Files.text("/proc/\(try service.worker())/status")
        guard let start = status.firstRange(of: "VmHWM:")?.upperBound,
            let kilobytes = Int(status[start...].drop { $0.isWhitespace }.prefix { $0.isNumber })
        else { throw TestFailure("no VmHWM: \(status)") }
        return kilobytes * 1024
    }

    private static func settings(_ upstream: String?, _ rules: [Rule]) -> JSONObject {
        var json = JSONObject()
        json["upstream"] = .optional(upstream)
        json["rules"] = .array(rules.map(\.json))
        return json
    }
}
