internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Synchronization
internal import Testing

@testable internal import Registry

extension ScriptedClient {
    /// A session with what this plays, for pulling from `r.example/app`.
    func session(
        _ credential: Credential? = nil, _ repository: String = "r.example/app", clock: StillClock = StillClock()
    ) async throws -> RegistrySession {
        var settings = RegistrySettings(client: self) { _ in credential }
        settings.pacing = clock.pacing()
        return try await RegistrySession.open(try Repository(repository), for: [.pull], settings)
    }
}

extension RegistrySession {
    /// Reads the manifest of a tag.
    func read(_ tag: String = "v1") async throws -> HTTPResponse {
        try await send(HTTPRequest(.get, url("manifests/\(tag)"), headers: [HTTPHeader("Accept", MediaType.accepted)]))
    }
}

private let bearer = ScriptedClient.Answer.status(
    401, ["WWW-Authenticate": #"Bearer realm="https://auth.example/token",service="s""#])

private func token(_ name: String, _ more: String = "") -> ScriptedClient.Answer {
    .status(200, [:], #"{"token":"\#(name)"\#(more)}"#)
}

private let me = Credential(username: "me", password: Secret("pw"))

@Suite("Requests that need a token")
struct SharedTokenTests {
    private let clock = StillClock()

    private func registry(_ life: Duration = .seconds(60)) -> FakeRegistry {
        let registry = FakeRegistry(.init(tokenLife: life), clock: clock)
        registry.image(1, tags: ["v1"])
        return registry
    }

    private func session(_ registry: FakeRegistry, _ actions: Set<AuthScope.Action> = [.pull]) async throws
        -> RegistrySession
    {
        try await RegistrySession.open(registry.repository(), for: actions, registry.settings(parallel: 100))
    }

    private func tokens(_ registry: FakeRegistry) -> Int { registry.lines("GET https://auth.example").count }

    private func readMany(_ session: RegistrySession, _ count: Int = 100) async throws -> [Int] {
        try await withThrowingTaskGroup { group in
            for _ in 0..<count { group.addTask { try await session.read().status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("share one, however many they are", arguments: 0..<20)
    func one(_: Int) async throws {
        let registry = registry()
        #expect(try await readMany(session(registry)) == Array(repeating: 200, count: 100))
        #expect(tokens(registry) == 1)
    }

    @Test("have it renewed once where it was taken back", arguments: 0..<20)
    func revoked(_: Int) async throws {
        let registry = registry()
        let session = try await session(registry)
        _ = try await session.read()
        registry.with { $0.tokens = [:] }
        #expect(try await readMany(session) == Array(repeating: 200, count: 100))
        #expect(tokens(registry) == 2)
    }

    /// A registry whose answers about the tag `late` come when a gate opens.
    private struct LateAnswers: HTTPClient {
        let registry: FakeRegistry
        let gate: Gate

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let response = try await registry.send(request)
            if request.url.text.hasSuffix("late") { await gate.pass() }
            return response
        }

        func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream { try await registry.stream(request) }
    }

    @Test("take the one that others have had renewed, where they hear later that theirs is refused")
    func lateRefusal() async throws {
        let registry = registry(), gate = Gate()
        registry.image(1, tags: ["late"])
        var settings = registry.settings()
        settings.client = LateAnswers(registry: registry, gate: gate)
        let session = try await RegistrySession.open(registry.repository(), for: [.pull], settings)
        _ = try await session.read()
        registry.with { $0.tokens = [:] }
        let late = Task.immediate { try await session.read("late").status }
        #expect(try await session.read().status == 200)
        gate.open()
        #expect(try await late.value == 200)
        #expect(tokens(registry) == 2)
    }

    @Test("have it renewed before it ends, and no sooner")
    func renewal() async throws {
        let registry = registry()
        let session = try await session(registry)
        _ = try await session.read()
        clock.advance(by: .seconds(49))
        _ = try await session.read()
        #expect(tokens(registry) == 1)
        clock.advance(by: .seconds(2))
        _ = try await session.read()
        #expect(tokens(registry) == 2)
        // Never was one shown that had ended.
        #expect(registry.lines("GET app").count == 3)
    }

    @Test("have one that lives for seconds renewed in its last quarter")
    func shortLife() async throws {
        let registry = registry(.seconds(4))
        let session = try await session(registry)
        _ = try await session.read()
        clock.advance(by: .milliseconds(2900))
        _ = try await session.read()
        #expect(tokens(registry) == 1)
        clock.advance(by: .milliseconds(200))
        _ = try await session.read()
        #expect(tokens(registry) == 2)
    }

    @Test("ask once more, for what the registry says is missing, and then always")
    func insufficient() async throws {
        let registry = registry()
        let session = try await session(registry)
        let image = try #require(registry.tags()["v1"])
        let deletion = HTTPRequest(.delete, try session.url("manifests/\(image)"))
        #expect(try await session.send(deletion).status == 202)
        #expect(
            registry.asked.last { $0.line.contains("auth.example") }?.url.hasSuffix(
                "scope=repository%3Aapp%3Apull%2Cdelete") == true)
        #expect(tokens(registry) == 2)
        // When that ends, the next one is asked for with it at once.
        clock.advance(by: .seconds(60))
        #expect(try await session.send(deletion).status == 404)
        #expect(tokens(registry) == 3)
        #expect(registry.lines("DELETE app").count == 3)
    }

    @Test("are refused where the new token does not do either")
    func stillRefused() async throws {
        let registry = registry()
        registry.with { $0.behaviour.denied = ["pull"] }
        #expect(try await session(registry).read().status == 401)
        #expect(registry.lines("GET app").count == 2)
        #expect(tokens(registry) == 2)
    }

    @Test("all fail where the service fails, and the next one asks it again")
    func serviceFails() async throws {
        let registry = registry()
        let session = try await session(registry)
        registry.upon("GET https://auth.example", .status(403))
        await #expect(throws: RegistryError.self) { try await session.read() }
        #expect(try await session.read().status == 200)
    }
}

@Suite("A request to a registry")
struct AuthenticatorTests {
    @Test("that lets everybody in carries nothing, whatever there is")
    func open() async throws {
        let client = ScriptedClient([.status(200), .status(200)])
        _ = try await client.session(me).read()
        #expect(client.asked.last?.contains("Authorization") == false)
    }

    @Test("that only asks when it comes to it is made again with a token")
    func opensLater() async throws {
        let client = ScriptedClient([.status(200), bearer, token("T"), .status(200)])
        #expect(try await client.session(me).read().status == 200)
        #expect(client.asked[2].hasSuffix("account=me&scope=repository%3Aapp%3Apull | Authorization: Basic bWU6cHc="))
        #expect(client.asked[3].hasSuffix("| Authorization: Bearer T"))
    }

    @Test("by Basic carries user and password each time")
    func basic() async throws {
        let challenge = ScriptedClient.Answer.status(401, ["WWW-Authenticate": "Basic realm=x"])
        let client = ScriptedClient([challenge, .status(200), challenge])
        let session = try await client.session(me)
        #expect(try await session.read().status == 200)
        // Refused once it is refused: nothing else can be shown.
        #expect(try await session.read().status == 401)
        #expect(client.asked.count == 3)
        #expect(client.asked[1].hasSuffix("| Authorization: Basic bWU6cHc="))
    }

    static let without: [Credential?] = [
        nil, Credential(username: "", password: Secret(""), identityToken: Secret("I")),
    ]

    @Test("by Basic without a user carries nothing", arguments: without)
    func nobody(credential: Credential?) async throws {
        let challenge = ScriptedClient.Answer.status(401, ["WWW-Authenticate": "Basic realm=x"])
        let client = ScriptedClient([challenge, challenge])
        #expect(try await client.session(credential).read().status == 401)
        #expect(client.asked[1].contains("Authorization") == false)
    }

    @Test("by somebody unknown asks for a token without a name")
    func anonymous() async throws {
        let client = ScriptedClient([bearer, token("T"), .status(200)])
        #expect(try await client.session().read().status == 200)
        #expect(
            client.asked[1] == "GET https://auth.example/token?client_id=berth&service=s&scope=repository%3Aapp%3Apull")
    }

    @Test("with an access token shows that, and asks for no other")
    func registryToken() async throws {
        let credential = Credential(username: "", password: Secret(""), registryToken: Secret("R"))
        let client = ScriptedClient([bearer, .status(200), bearer])
        let session = try await client.session(credential)
        #expect(try await session.read().status == 200)
        #expect(client.asked[1].hasSuffix("| Authorization: Bearer R"))
        #expect(try await session.read().status == 401)
        #expect(client.asked.count == 3)
    }

    @Test("with an identity token trades it, and then the one that it got for it")
    func rotation() async throws {
        let credential = Credential(username: "", password: Secret(""), identityToken: Secret("I1"))
        let clock = StillClock()
        let client = ScriptedClient([
            bearer, token("T1", #","refresh_token":"I2""#), .status(200), token("T2"), .status(200), token("T3"),
            .status(200),
        ])
        let session = try await client.session(credential, clock: clock)
        for _ in 1...3 {
            _ = try await session.read()
            clock.advance(by: .seconds(60))
        }
        #expect(client.asked[1].hasSuffix("grant_type=refresh_token&refresh_token=I1"))
        #expect(client.asked[3].hasSuffix("grant_type=refresh_token&refresh_token=I2"))
        #expect(client.asked[5].hasSuffix("grant_type=refresh_token&refresh_token=I2"))
        #expect(client.asked.last?.hasSuffix("| Authorization: Bearer T3") == true)
    }

    @Test("with a password goes on with that, whatever else the service offers")
    func noRotation() async throws {
        let clock = StillClock()
        let client = ScriptedClient([
            bearer, token("T1", #","refresh_token":"I2""#), .status(200), token("T2"), .status(200),
        ])
        let session = try await client.session(me, clock: clock)
        _ = try await session.read()
        clock.advance(by: .seconds(60))
        _ = try await session.read()
        #expect(client.asked[3].hasSuffix("Authorization: Basic bWU6cHc="))
    }

    @Test("looks for the credential of its repository", arguments: ["r.example/group/app", "r.example:5000/a/b/c"])
    func pathScoped(name: String) async throws {
        let asked = Mutex<[RegistryKey]>([])
        let settings = RegistrySettings(client: ScriptedClient([.status(200)])) { key in
            asked.withLock { $0.append(key) }
            return nil
        }
        _ = try await RegistrySession.open(try Repository(name), for: [.pull], settings)
        #expect(asked.withLock { $0 } == [try #require(RegistryKey(name))])
    }

    @Test("is not made where there is no way in that is known")
    func noWayIn() async throws {
        let client = ScriptedClient([.status(401, ["WWW-Authenticate": "Negotiate"])])
        let error = await #expect(throws: RegistryError.self) { try await client.session(me) }
        #expect(error?.kind == .protocolViolation)
    }
}
