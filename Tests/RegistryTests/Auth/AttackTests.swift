internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

private let me = Credential(username: "me", password: Secret("pw"))
private let basic = ScriptedClient.Answer.status(401, ["WWW-Authenticate": "Basic realm=x"])

private func bearer(_ realm: String) -> ScriptedClient.Answer {
    .status(401, ["WWW-Authenticate": #"Bearer realm="\#(realm)",service="s""#])
}

extension ScriptedClient {
    fileprivate func repository(_ name: String = "r.example/app") async throws -> RepositoryClient {
        RepositoryClient(repository: try Repository(name), session: try await session(me, name))
    }

    /// The hosts that were shown anything secret.
    fileprivate var trusted: Set<String> {
        Set(
            asked.filter { $0.contains("Authorization") || $0.contains("refresh_token") }.compactMap { line in
                line.split(separator: " ").dropFirst().first.flatMap { URLParts(String($0))?.host }
            })
    }
}

@Suite("An attack on the credentials")
struct CredentialAttackTests {
    @Test(
        "by a challenge of the host that a blob is redirected to gets nothing", arguments: ["Basic realm=x", "Bearer"])
    func challengeOfAnotherHost(kind: String) async throws {
        let evil = kind == "Bearer" ? bearer("https://evil.example/token") : basic
        let client = ScriptedClient([
            basic, .status(307, ["Location": "https://cdn.example/blob"]), evil,
        ])
        let session = try await client.session(me)
        #expect(try await session.send(HTTPRequest(.get, session.url("blobs/x"))).status == 401)
        #expect(client.trusted == ["r.example"])
        #expect(client.asked.count == 3)
    }

    @Test("by a blob's redirect leaves the authorisation behind")
    func redirect() async throws {
        let client = ScriptedClient([basic, .status(307, ["Location": "https://cdn.example/blob?sig=1"]), .status(200)])
        let session = try await client.session(me)
        #expect(try await session.send(HTTPRequest(.get, session.url("blobs/x"))).status == 200)
        #expect(client.asked.last == "GET https://cdn.example/blob?sig=1")
    }

    static let realms = [
        "http://r.example/token", "http://auth.example/token", "https://127.0.0.1/token",
        "https://169.254.169.254/token",
        "https://[::1]/token", "https://localhost/token", "https://10.0.0.1/token", "ftp://r.example/token", "token",
    ]

    @Test("by a realm that is not to be trusted gets nothing", arguments: realms)
    func realm(realm: String) async throws {
        let client = ScriptedClient([bearer(realm)])
        let error = await #expect(throws: RegistryError.self) { try await client.session(me) }
        #expect(error?.kind == .protocolViolation)
        #expect(client.asked.count == 1)
    }

    @Test("by a realm that is named later gets nothing either", arguments: realms)
    func laterRealm(realm: String) async throws {
        let client = ScriptedClient([.status(200), bearer(realm)])
        let session = try await client.session(me)
        await #expect(throws: RegistryError.self) { try await session.read() }
        #expect(client.asked.count == 2)
    }

    @Test("by a token service that sends its clients on gets nothing")
    func redirectedService() async throws {
        let client = ScriptedClient([
            bearer("https://auth.example/token"), .status(307, ["Location": "https://evil.example/token"]),
        ])
        let session = try await client.session(me)
        await #expect(throws: RegistryError.self) { try await session.read() }
        #expect(client.trusted == ["auth.example"])
        #expect(client.asked.count == 2)
    }

    @Test("by a place for an upload at another host gets nothing")
    func uploadElsewhere() async throws {
        let client = ScriptedClient([
            basic, .status(202, ["Location": "https://storage.example/place?sig=1"]), .status(201),
        ])
        let repository = try await client.repository()
        let digest = Digest(of: [1])
        try await repository.finish(try await repository.beginUpload(), with: .bytes([1]), as: digest)
        #expect(client.trusted == ["r.example"])
        #expect(client.asked.last?.hasPrefix("PUT https://storage.example/place?sig=1&digest=sha256%3A") == true)
    }

    static let places = [
        "http://storage.example/place", "https://169.254.169.254/place", "https://localhost/place",
        "https://[fd00::1]/",
        "ftp://r.example/place",
    ]

    @Test("by a place for an upload that is not safe gets neither them nor the blob", arguments: places)
    func unsafeUpload(place: String) async throws {
        let client = ScriptedClient([basic, .status(202, ["Location": place])])
        let repository = try await client.repository()
        let error = await #expect(throws: RegistryError.self) { try await repository.beginUpload() }
        #expect(error?.kind == .protocolViolation)
        #expect(client.asked.count == 2)
    }

    @Test("by a place in plain HTTP at the registry itself is turned into one over TLS")
    func plainUpload() async throws {
        let client = ScriptedClient([basic, .status(202, ["Location": "http://r.example/v2/app/blobs/uploads/1?s=2"])])
        #expect(
            try await client.repository().beginUpload().location.text
                == "https://r.example:443/v2/app/blobs/uploads/1?s=2")
    }
}

@Suite("An attack on the network")
struct NetworkAttackTests {
    static let inside = [
        "https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
        "https://localhost/", "https://x.localhost/",
    ]

    @Test("by a redirect of a public registry to the inside is not followed", arguments: inside)
    func redirect(target: String) async throws {
        let client = ScriptedClient([.status(200), .status(307, ["Location": target])])
        let session = try await client.session()
        let error = await #expect(throws: RegistryError.self) { try await session.read() }
        #expect(error?.kind == .protocolViolation)
        #expect(client.asked.count == 2)
    }

    @Test("is none where the registry is inside itself")
    func privateRegistry() async throws {
        let client = ScriptedClient([.status(200), .status(307, ["Location": "https://10.0.0.2/blob"]), .status(200)])
        #expect(try await client.session(nil, "10.0.0.1/app").read().status == 200)
    }

    @Test("by a redirect to plain HTTP is not followed")
    func downgrade() async throws {
        let client = ScriptedClient([.status(200), .status(307, ["Location": "http://cdn.example/blob"])])
        let session = try await client.session()
        await #expect(throws: RegistryError.self) { try await session.read() }
        #expect(client.asked.count == 2)
    }

    @Test("by redirects without end ends")
    func loop() async throws {
        let client = ScriptedClient(
            [.status(200)]
                + Array(repeating: .status(307, ["Location": "https://r.example/v2/app/manifests/v1"]), count: 9))
        let session = try await client.session()
        await #expect(throws: RegistryError.self) { try await session.read() }
        #expect(client.asked.count == 7)
    }

    static let links = [
        "https://evil.example/v2/app/tags/list?last=a", "//evil.example/v2/", "https://r.example:444/v2/app/tags/list",
        "https://127.0.0.1/v2/", "ftp://r.example/", "https://me@r.example/v2/",
    ]

    @Test("by the next page of a list at another host is not followed", arguments: links)
    func link(target: String) async throws {
        let client = ScriptedClient([
            basic, .status(200, ["Link": "<\(target)>; rel=next"], #"{"tags":["a"]}"#),
            .status(200, [:], #"{"tags":["b"]}"#),
        ])
        let repository = try await client.repository()
        let error = await #expect(throws: RegistryError.self) { try await TagTable(repository.tags) }
        #expect(error?.kind == .protocolViolation)
        #expect(client.asked.count == 2)
    }

    @Test("by the next page in plain HTTP is asked over TLS all the same")
    func plainLink() async throws {
        let client = ScriptedClient([
            basic, .status(200, ["Link": "<http://r.example/v2/app/tags/list?last=a>; rel=next"], #"{"tags":["a"]}"#),
            .status(200, [:], #"{"tags":["b"]}"#),
        ])
        let repository = try await client.repository()
        #expect(try await TagTable(repository.tags).map(\.tag.text) == ["a", "b"])
        #expect(client.asked.last?.hasPrefix("GET https://r.example:443/v2/app/tags/list?last=a |") == true)
    }
}
