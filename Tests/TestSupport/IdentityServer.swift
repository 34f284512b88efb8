internal import JSON

/// A CI system that gives its jobs OIDC tokens, and a service that gives short-lived passwords in exchange (RFC 8693).
public final class IdentityServer: Sendable {
    /// What can be changed while it runs.
    public struct Settings: Sendable {
        /// How many seconds a password lives.
        public var lifetime: Int
        /// How many seconds an exchange takes.
        public var delay: Double
        /// Whether every exchange is refused, in words that have the token in them.
        public var refuses: Bool

        /// A service that answers at once unless something else is said.
        public init(lifetime: Int = 3600, delay: Double = 0, refuses: Bool = false) {
            self.lifetime = lifetime
            self.delay = delay
            self.refuses = refuses
        }
    }

    /// What a request was for, and what was answered.
    public struct Request: Sendable, Equatable {
        /// `token` or `exchange`.
        public let kind: String
        /// The status.
        public let status: Int
        /// Whom the OIDC token was for.
        public let audience: String?
    }

    /// `127.0.0.1:port`.
    public var address: String { service.address }
    /// Where tokens are exchanged.
    public var exchange: String { "http://\(address)/exchange" }
    /// The file with the passwords that were given out, which a ``TokenServer`` can be shown.
    public var minted: String { "\(scratch.path)/minted.log" }
    /// The file with one line for each request.
    public var log: String { files.requests }

    private let service: Service
    private let files: ServerFiles
    private let scratch: ScratchDirectory

    /// Starts it and returns when it listens.
    public init(_ settings: Settings = Settings()) async throws {
        let scratch = try ScratchDirectory()
        files = try ServerFiles(in: scratch.path)
        try files.use(settings.json)
        let minted = try scratch.file("minted.log", "")
        service = try await Service(
            script: "identity_server.py", [files.settings, files.requests, minted], log: files.log)
        self.scratch = scratch
    }

    /// Puts settings in the place of those before, at once.
    public func use(_ settings: Settings) throws {
        try files.use(settings.json)
    }

    /// The requests that were answered so far.
    public func requests() throws -> [Request] {
        try files.all().compactMap { json in
            guard let kind = json["kind"]?.string, let status = json["status"]?.integer else { return nil }
            return Request(kind: kind, status: status, audience: json["audience"]?.string)
        }
    }

    /// How many exchanges were asked for so far, those included that nobody has answered yet.
    public func exchangesAsked() throws -> Int {
        try files.all().count { $0["kind"] == "asked" }
    }

    /// The passwords that were given out, in their order.
    public func passwords() throws -> [String] {
        try Files.text(minted).split(separator: "\n").compactMap { line in
            try JSONValue(parsing: Array(line.utf8)).object?["password"]?.string
        }
    }

    /// The variables that GitHub gives a job which may have a token (`permissions: id-token: write`), whose service
    /// this is.
    public func githubJob(_ id: String) -> [String: String] {
        [
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "group/app", "GITHUB_RUN_ID": id, "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "build",
            "GITHUB_SHA": "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901", "GITHUB_REF": "refs/heads/main",
            "GITHUB_ACTOR": "someone", "ACTIONS_ID_TOKEN_REQUEST_URL": "http://\(address)/id-token?v=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
        ]
    }
}

extension IdentityServer.Settings {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        json["lifetime"] = .integer(lifetime)
        // JSON's numbers with a point are text to the tests' own values.
        json["delay"] = .string("\(delay)")
        json["refuses"] = .bool(refuses)
        return json
    }
}
