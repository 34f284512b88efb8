internal import JSON

/// A token service of the tests' own, whose tokens a real registry verifies: by GET, and by POST as OAuth2 has it.
///
/// Users have the passwords of `LoopbackRegistry.password(of:)`.
public final class TokenServer: Sendable {
    /// One who can have tokens.
    public struct User: Sendable {
        /// The name.
        public var name: String
        /// What it may do: actions by the names of repositories, in which `*` stands for anything.
        public var rights: [String: [String]]

        /// A user who may do everything unless its rights are said.
        public init(_ name: String, rights: [String: [String]] = ["*": ["pull", "push", "delete", "*"]]) {
            self.name = name
            self.rights = rights
        }
    }

    /// An answer in the place of a token.
    public struct Refusal: Sendable {
        /// The status.
        public var status: Int
        /// What `Retry-After` says; without one for nil.
        public var retryAfter: String?
        /// How many requests are refused; all for nil.
        public var times: Int?

        /// A refusal of all requests, or of the next few.
        public init(_ status: Int, retryAfter: String? = nil, times: Int? = nil) {
            self.status = status
            self.retryAfter = retryAfter
            self.times = times
        }
    }

    /// What can be changed while it runs.
    public struct Settings: Sendable {
        /// Who can have tokens.
        public var users: [User]
        /// What who shows no credentials may do.
        public var anonymousRights: [String: [String]]
        /// After how many seconds a token ends: the registry's own minute of tolerance is taken off.
        public var lifetime: Int
        /// Actions that are never granted, as some services do not know `delete`.
        public var droppedActions: [String]
        /// The status of every POST, at a service that knows only GET; nil where both work.
        public var postStatus: Int?
        /// An answer in the place of tokens.
        public var refusal: Refusal?
        /// Whether the answer is a good one, and has no token in it.
        public var answersWithoutToken: Bool
        /// The members in which the token comes.
        public var tokenNames: [String]
        /// Whether the answer says when the token ends.
        public var tellsLifetime: Bool
        /// A file with passwords that are everybody's until they end (``IdentityServer/minted``).
        public var minted: String?

        /// What lets in these users only, and behaves well unless something else is said.
        public init(
            users: [User] = [], anonymousRights: [String: [String]] = [:], lifetime: Int = 300,
            droppedActions: [String] = [], postStatus: Int? = nil, refusal: Refusal? = nil,
            answersWithoutToken: Bool = false, tokenNames: [String] = ["token", "access_token"],
            tellsLifetime: Bool = true, minted: String? = nil
        ) {
            self.users = users
            self.anonymousRights = anonymousRights
            self.lifetime = lifetime
            self.droppedActions = droppedActions
            self.postStatus = postStatus
            self.refusal = refusal
            self.answersWithoutToken = answersWithoutToken
            self.tokenNames = tokenNames
            self.tellsLifetime = tellsLifetime
            self.minted = minted
        }
    }

    /// One request for a token.
    public struct Request: Sendable, Equatable {
        /// GET or POST.
        public let method: String
        /// The path without the query.
        public let path: String
        /// The scopes, each for itself, in their order.
        public let scopes: [String]
        /// The service that the token is for.
        public let service: String?
        /// The user that it names, by `account` or `username`.
        public let account: String?
        /// OAuth2's `grant_type`.
        public let grantType: String?
        /// The client's name for itself, `client_id`.
        public let client: String?
        /// Whether it asks for a refresh token.
        public let isOffline: Bool
        /// Whether it has an Authorization header.
        public let hasAuthorization: Bool
        /// The answer's status.
        public let status: Int
    }

    /// `127.0.0.1:port`.
    public var address: String { service.address }
    /// The realm of its challenges.
    public var realm: String { "http://\(address)/token" }

    private let service: Service
    private let files: ServerFiles
    private let certificate: String
    private let scratch: ScratchDirectory

    /// An identity token, as a docker config has it, that is good for a user's refresh grants.
    public static func identityToken(of user: String) -> String {
        "identity-\(user)-9Vx"
    }

    /// Starts a service that knows these users.
    public convenience init(users: [String]) async throws {
        try await self.init(Settings(users: users.map { User($0) }))
    }

    /// Starts a service and returns when it listens.
    public init(_ settings: Settings) async throws {
        let scratch = try ScratchDirectory()
        files = try ServerFiles(in: scratch.path)
        try files.use(settings.json)
        let (key, certificate) = ("\(scratch.path)/key.pem", "\(scratch.path)/certificate.pem")
        let kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        try await Command(
            "openssl", ["req"] + kind + ["-subj", "/CN=tokens", "-keyout", key, "-out", certificate]
        ).succeed()
        service = try await Service(
            script: "token_server.py", [files.settings, files.requests, key, certificate], log: files.log)
        self.certificate = certificate
        self.scratch = scratch
    }

    /// Puts settings in the place of those before, at once.
    public func use(_ settings: Settings) throws {
        try files.use(settings.json)
    }

    /// The requests so far, in the order of their answers; complete when the client has its answer.
    public func requests() throws -> [Request] {
        try files.all().map(Request.init)
    }

    /// What a registry's configuration says under `auth`.
    func registrySettings(realm: String?) -> String {
        """
        {token: {realm: "\(realm ?? self.realm)", service: registry, issuer: tests, rootcertbundle: "\(certificate)"}}
        """
    }
}

extension TokenServer.Settings {
    fileprivate var json: JSONObject {
        var json = JSONObject()
        var known = JSONObject()
        for user in users {
            known[user.name] = [
                "password": .string(LoopbackRegistry.password(of: user.name)),
                "identityToken": .string(TokenServer.identityToken(of: user.name)),
                "rights": .rights(user.rights),
            ]
        }
        json["users"] = .object(known)
        json["anonymousRights"] = .rights(anonymousRights)
        json["lifetime"] = .integer(lifetime)
        json["droppedActions"] = .strings(droppedActions)
        json["postStatus"] = .optional(postStatus)
        json["answersWithoutToken"] = .bool(answersWithoutToken)
        json["tokenNames"] = .strings(tokenNames)
        json["tellsLifetime"] = .bool(tellsLifetime)
        json["minted"] = .optional(minted)
        if let refusal {
            json["refusal"] = [
                "status": .integer(refusal.status), "retryAfter": .optional(refusal.retryAfter),
                "times": .optional(refusal.times),
            ]
        }
        return json
    }
}

extension TokenServer.Request {
    fileprivate init(_ json: JSONObject) {
        method = json["method"]?.string ?? ""
        path = json["path"]?.string ?? ""
        scopes = json["scopes"]?.array?.compactMap(\.string) ?? []
        service = json["service"]?.string
        account = json["account"]?.string
        grantType = json["grant_type"]?.string
        client = json["client"]?.string
        isOffline = json["offline"] == true
        hasAuthorization = json["authorization"] == true
        status = json["status"]?.integer ?? 0
    }
}

extension JSONValue {
    /// A number, or null for none.
    static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

    /// Text, or null for none.
    static func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// Texts in their order.
    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }

    fileprivate static func rights(_ rights: [String: [String]]) -> JSONValue {
        var json = JSONObject()
        for (name, actions) in rights { json[name] = .strings(actions) }
        return .object(json)
    }
}
