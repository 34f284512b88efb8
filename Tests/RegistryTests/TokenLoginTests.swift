internal import DockerConfig
internal import HTTP
internal import Registry
internal import TestSupport
internal import Testing

@Suite("A login by a token", .timeLimit(.minutes(1)))
struct TokenLoginTests {
    /// What one login came to, and the requests that both servers saw.
    struct Run {
        let result: Result<LoginCheck.Verdict, RegistryError>
        let registry: [String]
        let tokenService: [String]

        /// The error's kind, where there was an error.
        var failure: RegistryError? {
            if case .failure(let error) = result { error } else { nil }
        }
    }

    private static let good = answer("200 OK", body: #"{"token": "t0ken"}"#)
    private static let authorization = "Authorization: Basic YWxpY2U6czNjcmV0Lw=="

    private static func answer(_ status: String, _ headers: [String] = [], body: String = "") -> CannedServer.Answer {
        .text((["HTTP/1.1 \(status)"] + headers + ["", body]).joined(separator: "\r\n"))
    }

    /// Logs in at a registry that names a token service, which gives `answers`; the registry takes every token.
    private func login(
        tokenService answers: [CannedServer.Answer], username: String = "alice", password: String = "s3cret/",
        shown: [CannedServer.Answer] = [answer("200 OK")]
    ) async throws -> Run {
        try await onThread {
            let tokenService = CannedServer(answers)
            let challenge =
                #"WWW-Authenticate: Bearer realm="http://127.0.0.1:\#(tokenService.port)/auth?x=1",service="r s""#
            let registry = CannedServer([Self.answer("401 Unauthorized", [challenge])] + shown)
            let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))
            let address = "127.0.0.1:\(registry.port)"
            let result = Result { () throws(RegistryError) in
                try LoginCheck(client: client, pacing: .instant)
                    .verify(host: RegistryHost(address), username: username, password: Secret(password))
            }
            return Run(result: result, registry: registry.finish(), tokenService: tokenService.finish())
        }
    }

    @Test("asks the registry, shows the service the password and the registry the token")
    func exchange() async throws {
        let run = try await login(tokenService: [Self.good])
        #expect(try run.result.get() == .accepted)
        #expect(run.registry.map { $0.prefix { $0 != "\r\n" } } == ["GET /v2/ HTTP/1.1", "GET /v2/ HTTP/1.1"])
        #expect(run.registry.map { $0.contains("Authorization") } == [false, true])
        #expect(run.registry.last?.contains("\r\nAuthorization: Bearer t0ken\r\n") == true)
        let asked = try #require(run.tokenService.first)
        #expect(asked.hasPrefix("GET /auth?x=1&client_id=berth&service=r%20s&account=alice HTTP/1.1\r\n"))
        #expect(asked.contains("\r\n\(Self.authorization)\r\n"))
    }

    @Test("sends an identity token in a form, and nowhere else")
    func identityToken() async throws {
        let run = try await login(
            tokenService: [Self.answer("200 OK", body: #"{"access_token": "t0ken"}"#)],
            username: LoginCheck.identityTokenUsername)
        #expect(try run.result.get() == .accepted)
        let asked = try #require(run.tokenService.first)
        #expect(asked.hasPrefix("POST /auth?x=1 HTTP/1.1\r\n"))
        #expect(!asked.contains("Authorization"))
        #expect(asked.contains("\r\nContent-Type: application/x-www-form-urlencoded\r\n"))
        #expect(
            asked.hasSuffix(
                "\r\n\r\nclient_id=berth&service=r%20s&grant_type=refresh_token&refresh_token=s3cret%2F"))
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let status: String
        var headers: [String] = []
        var body = ""
        /// How often the service is asked before that.
        var times = 1
        let kind: RegistryError.Kind

        var testDescription: String { ([status] + headers + [body]).joined(separator: " ") }
    }

    static let refusals = [
        Refusal(status: "401 Unauthorized", kind: .denied),
        Refusal(status: "403 Forbidden", kind: .denied),
        Refusal(status: "403 Forbidden", headers: ["Retry-After: 1"], times: 3, kind: .tryLater),
        Refusal(status: "429 Too Many Requests", times: 3, kind: .tryLater),
        Refusal(status: "429 Too Many Requests", headers: ["Retry-After: 3600"], kind: .tryLater),
        Refusal(status: "500 Fault", times: 3, kind: .tryLater),
        Refusal(status: "503 Unavailable", times: 3, kind: .tryLater),
        Refusal(status: "404 Not Found", kind: .protocolViolation),
        Refusal(status: "204 No Content", kind: .protocolViolation),
        Refusal(status: "200 OK", kind: .protocolViolation),
        Refusal(status: "200 OK", body: "<html>", kind: .protocolViolation),
        Refusal(status: "200 OK", body: #""token""#, kind: .protocolViolation),
        Refusal(status: "200 OK", body: #"{"token": 1}"#, kind: .protocolViolation),
        Refusal(status: "200 OK", body: #"{"token": "", "access_token": ""}"#, kind: .protocolViolation),
        Refusal(status: "200 OK", body: #"{"error": {"token": "x"}}"#, kind: .protocolViolation),
        Refusal(status: "200 OK", body: #"{"token": "x\r\nX-Evil: 1"}"#, kind: .protocolViolation),
    ]

    @Test("fails as the token service does", arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        let answer = Self.answer(refusal.status, refusal.headers, body: refusal.body)
        let run = try await login(tokenService: Array(repeating: answer, count: 4))
        let error = try #require(run.failure)
        #expect(error.kind == refusal.kind)
        #expect(run.tokenService.count == refusal.times)
        #expect(!"\(error.text) \(error.hint ?? "")".contains("s3cret"))
        #expect(!"\(error.text) \(error.hint ?? "")".contains("alice"))
        // The registry saw neither the credentials nor a made-up token.
        #expect(run.registry.count == 1)
    }

    @Test("is denied where the service takes no such identity token")
    func invalidGrant() async throws {
        let run = try await login(
            tokenService: [Self.answer("400 Bad Request", body: #"{"error": "invalid_grant"}"#)],
            username: LoginCheck.identityTokenUsername)
        #expect(run.failure?.kind == .denied)
    }

    @Test("is denied where the registry does not take the token")
    func tokenRefused() async throws {
        let run = try await login(tokenService: [Self.good], shown: [Self.answer("401 Unauthorized")])
        #expect(run.failure?.kind == .denied)
    }

    @Test("is not accepted, and nothing is sent, where the service sends it on", arguments: ["<token>", "alice"])
    func redirectedElsewhere(username: String) async throws {
        // A service that gives everybody a token, as Docker Hub does: a wrong password must not pass for a right one.
        let (run, elsewhere) = try await withOpenService { port in
            try await login(
                tokenService: [Self.answer("307 Go", ["Location: http://127.0.0.1:\(port)/auth"])], username: username)
        }
        #expect(run.failure?.kind == .protocolViolation)
        #expect(run.registry.count == 1)
        #expect(elsewhere == [])
    }

    @Test("is tried at another path of the service with the password")
    func redirectedWithin() async throws {
        let run = try await login(tokenService: [Self.answer("307 Go", ["Location: /other"]), Self.good])
        #expect(try run.result.get() == .accepted)
        #expect(run.tokenService.last?.hasPrefix("GET /other HTTP/1.1\r\n") == true)
        #expect(run.tokenService.last?.contains(Self.authorization) == true)
    }

    /// A server besides those of the login, that gives everybody a token.
    private func withOpenService(_ body: (Int) async throws -> Run) async throws -> (Run, [String]) {
        let server = CannedServer([Self.good])
        let run = try await body(server.port)
        return (run, server.finish())
    }
}

@Suite("A login without a token", .timeLimit(.minutes(1)))
struct FirstAnswerTests {
    private func login(
        _ answers: [String], username: String = "alice"
    ) async throws -> (Result<LoginCheck.Verdict, RegistryError>, [String]) {
        try await onThread {
            let registry = CannedServer(answers.map { .text("HTTP/1.1 \($0)\r\n\r\n") })
            let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))
            let address = "127.0.0.1:\(registry.port)"
            let result = Result { () throws(RegistryError) in
                try LoginCheck(client: client, pacing: .instant)
                    .verify(host: RegistryHost(address), username: username, password: Secret("s3cret/"))
            }
            return (result, registry.finish())
        }
    }

    private static let basic = "401 No\r\nWWW-Authenticate: Basic realm=r"

    @Test("is not needed where the registry lets everybody in, and shows it nothing")
    func open() async throws {
        let (result, requests) = try await login(["200 OK"])
        #expect(try result.get() == .loginNotNeeded)
        #expect(requests.count == 1)
        #expect(!requests[0].contains("Authorization"))
    }

    static let endings: [(answers: [String], kind: RegistryError.Kind, requests: Int)] = [
        (["401 No"], .protocolViolation, 1),
        (["401 No\r\nWWW-Authenticate: Digest realm=r"], .protocolViolation, 1),
        (["401 No\r\nWWW-Authenticate: Bearer service=r"], .protocolViolation, 1),
        (["401 No\r\nWWW-Authenticate: Bearer realm=nonsense"], .protocolViolation, 1),
        (["401 No\r\nWWW-Authenticate: Bearer realm=\"http://auth.example/\""], .protocolViolation, 1),
        (["401 No\r\nWWW-Authenticate: Bearer realm=\"https://a:b@auth.example/\""], .protocolViolation, 1),
        (["404 Not Found"], .protocolViolation, 1), (["403 Forbidden"], .denied, 1),
        (["307 Go\r\nLocation: http://localhost:1/v2/"], .protocolViolation, 1),
        (["503 Later", "503 Later", "503 Later", "200 OK"], .tryLater, 3),
        ([basic, "401 No"], .denied, 2), ([basic, "403 No"], .denied, 2), ([basic, "404 No"], .protocolViolation, 2),
        ([basic, "307 Go\r\nLocation: http://127.0.0.1:1/v2/"], .protocolViolation, 2),
        ([basic, "429 Later\r\nRetry-After: 60"], .tryLater, 2),
    ]

    @Test("fails as the registry does", arguments: endings)
    func failing(answers: [String], kind: RegistryError.Kind, requests: Int) async throws {
        let (result, seen) = try await login(answers)
        let error = #expect(throws: RegistryError.self) { try result.get() }
        #expect(error?.kind == kind)
        #expect(seen.count == requests)
    }

    @Test("cannot have a colon in its user name, which would move a part of it into the password")
    func colon() async throws {
        let (result, seen) = try await login([Self.basic, "200 OK"], username: "al:ice")
        #expect(throws: RegistryError.self) { try result.get() }
        #expect(seen.count == 1)
    }
}
