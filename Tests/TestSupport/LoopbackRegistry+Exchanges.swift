extension LoopbackRegistry {
    /// One request below `/v2/` and how it was answered, whoever asked.
    public struct Exchange: Sendable, Hashable {
        /// The HTTP method.
        public let method: String
        /// The path and query.
        public let uri: String
        /// The user whose password or token it carried; nil for nobody's.
        public let user: String?
        /// The client's name for itself.
        public let agent: String
        /// The answer's status.
        public let status: Int
        /// How many bytes the answer's body had; 0 for a challenge, whose length is not logged.
        public let bytes: Int
    }

    /// All requests so far, in the order of their answers.
    ///
    /// The registry logs an answer when it has been given, which is a moment later than the client has it. It logs
    /// before that a request has come, so this waits until each one that has come has been answered.
    public func exchanges() async throws -> [Exchange] {
        let log = log
        var exchanges: [Exchange] = []
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            let rows = try await Self.rows(of: log)
            exchanges = rows.compactMap(Exchange.init)
            if Set(rows.map { $0[1] }).count == exchanges.count { return exchanges }
        }
        throw TestFailure("the registry has not answered all requests: \(exchanges)")
    }

    /// The log's lines on requests that came and on answers, each as its fields.
    private static func rows(of log: String) async throws -> [[String]] {
        let program = #"""
            function field(name) {
                if (!match($0, " " name "=(\"[^\"]*\"|[^ ]*)")) return ""
                value = substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
                gsub(/"/, "", value)
                return value
            }
            # Only lines between the two tell the user.
            / auth\.user\.name=/ { users[field("http.request.id")] = field("auth.user.name") }
            /msg="(authorizing request|response completed|error authorizing context)/ {
                id = field("http.request.id")
                kind = substr(field("msg"), 1, 2)
                # One that fails after it has begun is logged twice.
                if (kind != "au" && answered[id]++) next
                print kind "\t" id "\t" field("http.request.method") \
                    "\t" field("http.request.uri") "\t" users[id] "\t" field("http.request.useragent") \
                    "\t" field("http.response.status") "\t" field("http.response.written")
            }
            """#
        return try await Command("awk", [program, log]).succeed().lines.map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

extension LoopbackRegistry.Exchange {
    /// What a line of the log says of an answer; nil where it is about something else.
    fileprivate init?(_ fields: [String]) {
        guard fields.count > 7, fields[0] != "au" else { return nil }
        method = fields[2]
        uri = fields[3]
        user = fields[4].isEmpty ? nil : fields[4]
        agent = fields[5]
        // A challenge is logged by its reason alone.
        status = fields[0] == "er" ? 401 : Int(fields[6]) ?? 0
        bytes = Int(fields[7]) ?? 0
    }
}
