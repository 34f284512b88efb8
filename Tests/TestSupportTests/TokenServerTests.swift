internal import JSON
internal import TestSupport
internal import Testing

/// The token service, judged by Debian's registry, which verifies what it signs.
@Suite("A token server of the tests")
struct TokenServerTests {
    private static let all = "repository:app:pull,push,delete"

    /// Asks for a token by GET.
    private func token(
        of server: TokenServer, _ scope: String = all, user: String? = "me", more: String = ""
    ) async throws -> (status: Int, json: JSONObject) {
        let login = user.map { ["--user", "\($0):\(LoopbackRegistry.password(of: $0))"] } ?? []
        let answer = try await curl("\(server.realm)?service=registry&scope=\(scope)\(more)", login)
        return (answer.status, try JSONValue(parsing: Array(answer.body.utf8)).object ?? JSONObject())
    }

    /// Asks for a token by POST.
    private func token(of server: TokenServer, form: [String]) async throws -> (status: Int, json: JSONObject) {
        let fields = ["service=registry", "scope=\(Self.all)"] + form
        let answer = try await curl(server.realm, fields.flatMap { ["--data-urlencode", $0] })
        return (answer.status, try JSONValue(parsing: Array(answer.body.utf8)).object ?? JSONObject())
    }

    /// Asks the registry for an upload, which needs `push`.
    private func upload(to address: String, token: JSONValue?) async throws -> Int {
        let bearer = ["--header", "Authorization: Bearer \(token?.string ?? "none")", "--request", "POST"]
        return try await curl("http://\(address)/v2/app/blobs/uploads/", bearer).status
    }

    @Test("gives tokens that the registry takes, with the user's name")
    func accepted() async throws {
        let server = try await TokenServer(users: ["me"])
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        let token = try await token(of: server).json["token"]
        #expect(try await upload(to: registry.address, token: token) == 202)
        #expect(try await registry.exchanges().last?.user == "me")
    }

    @Test("is where the registry's challenges lead, or where a test says")
    func challenge() async throws {
        let server = try await TokenServer(users: ["me"])
        let direct = try await LoopbackRegistry(.init(auth: .token(server)))
        let elsewhere = try await LoopbackRegistry(.init(auth: .token(server, realm: "https://localhost:1/token")))
        for (address, realm) in [(direct.address, server.realm), (elsewhere.address, "https://localhost:1/token")] {
            let challenge = try await curl("http://\(address)/v2/").header("www-authenticate")
            #expect(challenge == #"Bearer realm="\#(realm)",service="registry""#)
        }
    }

    @Test("serves a client that knows the protocol")
    func skopeo() async throws {
        let server = try await TokenServer(users: ["me"])
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        try await registry.seed("group/app", user: "me")
        #expect(try server.requests().contains { $0.scopes == ["repository:group/app:pull,push"] })
    }

    @Test("grants what the user may, and says nothing of the rest")
    func fewerActions() async throws {
        let server = try await TokenServer(.init(users: [.init("me", rights: ["app": ["pull"]])]))
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        let answer = try await token(of: server)
        #expect(answer.status == 200)
        #expect(try await upload(to: registry.address, token: answer.json["token"]) == 401)
    }

    @Test("drops an action that it is told not to know")
    func droppedAction() async throws {
        let server = try await TokenServer(users: ["me"])
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        func delete(_ token: JSONValue?) async throws -> Int {
            let digest = "sha256:\(String(repeating: "0", count: 64))"
            let bearer = ["--header", "Authorization: Bearer \(token?.string ?? "")", "--request", "DELETE"]
            return try await curl("http://\(registry.address)/v2/app/manifests/\(digest)", bearer).status
        }
        #expect(try await delete(token(of: server).json["token"]) == 404)
        try server.use(.init(users: [.init("me")], droppedActions: ["delete"]))
        #expect(try await delete(token(of: server).json["token"]) == 401)
    }

    @Test("knows what nobody in particular may do")
    func anonymous() async throws {
        let server = try await TokenServer(.init(anonymousRights: ["app": ["push", "pull"]]))
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        let answer = try await token(of: server, user: nil)
        #expect(try await upload(to: registry.address, token: answer.json["token"]) == 202)
        #expect(try server.requests().last?.hasAuthorization == false)
    }

    @Test("refuses a wrong password", arguments: ["me:wrong", "stranger:secret-stranger-7Kq"])
    func wrongPassword(login: String) async throws {
        let server = try await TokenServer(users: ["me"])
        #expect(try await curl("\(server.realm)?service=registry", ["--user", login]).status == 401)
        #expect(try server.requests().first?.status == 401)
    }

    @Test("gives tokens that end when they say", .timeLimit(.minutes(1)))
    func lifetime() async throws {
        let server = try await TokenServer(.init(users: [.init("me")], lifetime: 2))
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        let address = registry.address
        let begin = ContinuousClock.now
        let answer = try await token(of: server)
        #expect(answer.json["expires_in"] == 2)
        let hasEnded = try await waitUntil { try await upload(to: address, token: answer.json["token"]) == 401 }
        #expect(hasEnded)
        #expect(ContinuousClock.now - begin >= .seconds(2))
    }

    @Test("by OAuth2 takes a password, and then the refresh token that it gave for it")
    func refreshToken() async throws {
        let server = try await TokenServer(users: ["me"])
        let login = ["username=me", "password=\(LoopbackRegistry.password(of: "me"))"]
        let first = try await token(of: server, form: ["grant_type=password", "access_type=offline"] + login)
        let refresh = try #require(first.json["refresh_token"]?.string)
        let second = try await token(of: server, form: ["grant_type=refresh_token", "refresh_token=\(refresh)"])
        let registry = try await LoopbackRegistry(.init(auth: .token(server)))
        #expect(try await upload(to: registry.address, token: second.json["access_token"]) == 202)
        #expect(try server.requests().map(\.grantType) == ["password", "refresh_token"])
    }

    @Test("by OAuth2 takes the identity token of a user, and no other", arguments: [("me", 200), ("stranger", 401)])
    func identityToken(user: String, status: Int) async throws {
        let server = try await TokenServer(users: ["me"])
        let given = "refresh_token=\(TokenServer.identityToken(of: user))"
        #expect(try await token(of: server, form: ["grant_type=refresh_token", given]).status == status)
    }

    @Test("by GET gives a refresh token to who asks for one", arguments: [true, false])
    func offlineToken(isAsked: Bool) async throws {
        let server = try await TokenServer(users: ["me"])
        let answer = try await token(of: server, more: isAsked ? "&offline_token=true" : "")
        #expect((answer.json["refresh_token"] != nil) == isAsked)
    }

    @Test("refuses POST where it is told to", arguments: [404, 405])
    func noPost(status: Int) async throws {
        let server = try await TokenServer(.init(users: [.init("me")], postStatus: status))
        #expect(try await token(of: server, form: ["grant_type=password"]).status == status)
        #expect(try await token(of: server).status == 200)
    }

    @Test("refuses as often as it is told to")
    func refusal() async throws {
        let server = try await TokenServer(
            .init(users: [.init("me")], refusal: .init(429, retryAfter: "7", times: 1)))
        let first = try await curl(server.realm)
        #expect(first.status == 429)
        #expect(first.header("retry-after") == "7")
        #expect(try await curl(server.realm).status == 200)
    }

    @Test("answers without a token where it is told to")
    func noToken() async throws {
        let server = try await TokenServer(.init(users: [.init("me")], answersWithoutToken: true))
        let answer = try await token(of: server)
        #expect(answer.status == 200)
        #expect(answer.json.isEmpty)
    }

    @Test("names the token as it is told to, and need not say when it ends")
    func names() async throws {
        let server = try await TokenServer(
            .init(users: [.init("me")], tokenNames: ["access_token"], tellsLifetime: false))
        #expect(try await token(of: server).json.keys == ["access_token"])
    }

    @Test("tells what was asked for")
    func requests() async throws {
        let server = try await TokenServer(users: ["me"])
        _ = try await token(
            of: server, "repository:a:pull&scope=repository:b:push", more: "&account=me&client_id=probe")
        let request = try #require(try server.requests().first)
        #expect(request.method == "GET")
        #expect(request.path == "/token")
        #expect(request.scopes == ["repository:a:pull", "repository:b:push"])
        #expect(request.service == "registry")
        #expect(request.account == "me")
        #expect(request.client == "probe")
        #expect(request.hasAuthorization)
        #expect(!request.isOffline)
    }
}
