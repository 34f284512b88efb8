import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Docker Hub")
struct DockerHubTests {
    private func stage() throws -> VendorStage { try VendorStage(FakeDockerHub.self) }

    @Test(
        "is known by its registries' hosts",
        arguments: [
            ("acme/app", true), ("docker.io/acme/app", true), ("index.docker.io/acme/app", true),
            ("registry-1.docker.io/acme/app", true), ("registry.hub.docker.com/acme/app", true),
            ("dhi.io/python", true),
            ("docker.io.evil.example/acme/app", false), ("docker.io:5000/acme/app", false),
            ("hub.docker.com/a/b", false),
        ])
    func known(repository: String, isHub: Bool) throws {
        let settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        let finding = VendorTable.known(try Repository(repository).host, settings)
        #expect((finding?.vendor.name == "dockerhub") == isHub)
    }

    // MARK: logins

    struct Login: Sendable, CustomTestStringConvertible {
        var secrets: [VendorSecret: String] = [:]
        var docker: String?
        /// The body that is sent to log in; `nil` where nobody does.
        var body: String?
        /// What the list is asked for with.
        var shows: String?
        var host = "docker.io"

        var testDescription: String { "\(secrets.keys.map(\.rawValue).sorted()) \(docker ?? "-") \(host)" }
    }

    private static let webToken = "eyJhbGciOiJub25lIn0.eyJpYXQiOjB9.signature"

    static let logins: [Login] = [
        Login(
            secrets: [.dockerHubUsername: "u", .dockerHubToken: "dckr_pat_t"], docker: "d",
            body: #"{"identifier":"u","secret":"dckr_pat_t"}"#, shows: "Bearer minted"),
        Login(
            secrets: [.dockerHubUsername: "u", .dockerHubPassword: "p\""], docker: "d",
            body: #"{"identifier":"u","secret":"p\""}"#, shows: "Bearer minted"),
        Login(
            secrets: [.dockerHubUsername: "u", .dockerHubPassword: "p", .dockerHubToken: "t"],
            body: #"{"identifier":"u","secret":"t"}"#, shows: "Bearer minted"),
        // A token without a name: that of docker's login.
        Login(
            secrets: [.dockerHubToken: "dckr_pat_t"], docker: "d",
            body: #"{"identifier":"docker","secret":"dckr_pat_t"}"#,
            shows: "Bearer minted"),
        // What the API has given out itself.
        Login(secrets: [.dockerHubToken: webToken], docker: "d", shows: "Bearer \(webToken)"),
        Login(
            secrets: [.dockerHubUsername: "u", .dockerHubToken: webToken], docker: "d", shows: "Bearer \(webToken)"),
        Login(docker: "d", body: #"{"identifier":"docker","secret":"d"}"#, shows: "Bearer minted"),
        Login(),
        // Another registry's password is nothing for Hub.
        Login(docker: "d", host: "mirror.example"),
    ]

    @Test("is logged in to by what is meant for it", arguments: logins)
    func login(login: Login) async throws {
        let list = #"{"count":0,"next":null,"results":[]}"#
        let client = ScriptedClient(
            (login.body == nil ? [] : [.status(200, [:], #"{"access_token":"minted"}"#)]) + [.status(200, [:], list)])
        var settings = RegistrySettings(client: client) { _ in
            login.docker.map { Credential(username: "docker", password: Secret($0)) }
        }
        settings.implementation = NamedImplementation("dockerhub", source: "the test")
        settings.secrets = login.secrets.mapValues { Secret($0) }
        let repository = try await ManagedRepository.open(try Repository("\(login.host)/acme/app"), settings)
        #expect(try await repository.tags([]) { _, _ in }.isEmpty)
        if let body = login.body {
            #expect(client.asked.first?.hasPrefix("POST https://hub.docker.com/v2/auth/token | ") == true)
            #expect(client.asked.first?.hasSuffix(" | \(body)\n") == true)
        }
        let address = "GET https://hub.docker.com/v2/namespaces/acme/repositories/app/tags?page=1&page_size=100"
        #expect(client.asked.last?.hasPrefix(address) == true)
        #expect(client.asked.last?.contains(" | Authorization: \(login.shows ?? "")") == (login.shows != nil))
    }

    @Test("asks whose a token is that nobody tells")
    func nobodysToken() async throws {
        var settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        settings.secrets[.dockerHubToken] = Secret("dckr_pat_t")
        let error = await #expect(throws: RegistryError.self) {
            _ = try await ManagedRepository.open(try Repository("acme/app"), settings)
        }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("--repo-docker-hub-username") == true)
        #expect(error?.text.contains("dckr_pat_t") == false)
    }

    @Test("says that it takes no login, and what it takes")
    func refusedLogin() async throws {
        let client = ScriptedClient([.status(401, [:], #"{"detail":"Incorrect authentication credentials"}"#)])
        var settings = RegistrySettings(client: client) { _ in Credential(username: "u", password: Secret("p")) }
        settings.pacing = StillClock().pacing()
        let repository = try await ManagedRepository.open(try Repository("acme/app"), settings)
        let error = await #expect(throws: RegistryError.self) { try await repository.tags([]) { _, _ in } }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("Incorrect authentication credentials") == true)
        #expect(error?.hint?.contains("second factor") == true)
    }

    @Test("is logged in to once for all repositories, and again before the token ends")
    func renewal() async throws {
        let stage = try stage(), settings = stage.settings
        stage.image(1, ["a"])
        func list() async throws {
            _ = try await ManagedRepository.open(try Repository(FakeDockerHub.repository), settings).tags([]) { _, _ in
            }
        }
        func logins() -> Int { stage.lines.filter { $0.hasPrefix("POST ") }.count }
        try await list()
        try await list()
        #expect(logins() == 1)
        stage.clock.advance(by: .seconds(500))
        try await list()
        #expect(logins() == 1)
        stage.clock.advance(by: .seconds(90))
        try await list()
        #expect(logins() == 2)
    }

    @Test("shows what is public to everybody, and says what deleting needs")
    func anonymous() async throws {
        let stage = try stage()
        stage.image(1, ["a"])
        var settings = stage.settings
        settings.secrets = [:]
        let repository = try await ManagedRepository.open(try Repository(FakeDockerHub.repository), settings)
        #expect(try await repository.tags([]) { _, _ in }.map(\.tag.text) == ["a"])
        let report = try await repository.delete([DeletionTarget(.tag(try Tag("a")))], force: false) { _, _ in }
        #expect(report.failed.map(\.error.kind) == [.denied])
        #expect(report.failed.first?.error.hint?.contains("--repo-docker-hub-token") == true)
        #expect(stage.changes.isEmpty)
    }

    // MARK: lists

    private func list(_ answers: [ScriptedClient.Answer]) async throws -> (TagTable, [String]) {
        let client = ScriptedClient(answers)
        var settings = RegistrySettings(client: client) { _ in nil }
        settings.parallel = 1
        let table = try await ManagedRepository.open(try Repository("acme/app"), settings).tags(.all) { _, _ in }
        return (table, client.asked)
    }

    private func page(_ tags: [String], count: Int, next: String? = nil) -> ScriptedClient.Answer {
        let digest = "sha256:\(String(repeating: "a", count: 64))"
        let entries = tags.map { #"{"name":"\#($0)","digest":"\#(digest)"}"# }.joined(separator: ",")
        return .status(
            200, [:], #"{"count":\#(count),"next":\#(next.map { "\"\($0)\"" } ?? "null"),"results":[\#(entries)]}"#)
    }

    @Test("lists a tag once that has moved to the next page, and what has come behind the last one")
    func growingList() async throws {
        let elsewhere = "https://elsewhere.example/?page=3"
        let (table, asked) = try await list([
            page(hundred, count: 101, next: elsewhere), page(["t-99", "t-100"], count: 102, next: elsewhere),
            page(["t-101"], count: 102),
        ])
        #expect(table.map(\.tag.text) == (0...101).map { "t-\($0)" })
        // Where the answers lead is not where the credentials go.
        #expect(asked.map { $0.prefix(67) } == Array(repeating: asked[0].prefix(67), count: 3))
    }

    @Test("is not read for ever where each page claims that there is a next one")
    func endlessList() async throws {
        let pages = (0..<200).map { page(["t-\($0)"], count: 1, next: "https://hub.docker.com/") }
        let error = await #expect(throws: RegistryError.self) { _ = try await list(pages) }
        #expect(error?.kind == .protocolViolation)
        #expect(error?.text.contains("no end") == true)
    }

    private let hundred = (0..<100).map { "t-\($0)" }

    @Test("takes no list for whole that has become shorter while it was read")
    func shrinkingList() async throws {
        for last in [page([], count: 100), .status(404, [:], #"{"message":"not found"}"#)] {
            let error = await #expect(throws: RegistryError.self) {
                _ = try await list([page(hundred, count: 101), last])
            }
            #expect(error?.kind == .tryLater)
        }
    }

    @Test("lists tags of which it does not tell where they lead")
    func oldTag() async throws {
        let (table, _) = try await list([
            .status(200, [:], #"{"count":1,"next":null,"results":[{"name":"old","images":[]}]}"#)
        ])
        #expect(table.map(\.tag.text) == ["old"])
        #expect(table.first?.facts == nil)
    }

    @Test("tells an index's platforms, size and time")
    func facts() async throws {
        let (table, _) = try await list([
            .status(
                200, [:],
                """
                {"count":1,"results":[{"name":"a","digest":"sha256:\(String(repeating: "a", count: 64))","full_size":77,
                "media_type":"application/vnd.oci.image.index.v1+json","tag_last_pushed":"2026-01-02T03:04:05.678Z",
                "images":[{"os":"linux","architecture":"arm64","variant":"v8"},{"os":"unknown","architecture":"unknown"}]}]}
                """)
        ])
        let facts = try #require(table.first?.facts)
        #expect(facts.mediaType == .ociIndex)
        #expect(facts.size == 77)
        #expect(facts.platforms?.map(\.description) == ["linux/arm64/v8"])
        #expect(facts.pushed?.secondsSince1970 == Timestamp("2026-01-02T03:04:05Z")?.secondsSince1970)
    }

    // MARK: deletion

    @Test("says that the right is missing where Hub's API fails with its registry's refusal, and tries it once")
    func embeddedRefusal() async throws {
        let stage = try stage()
        stage.image(1, ["a"])
        stage.with {
            $0.isDenied = true
            $0.notes["denial"] = "500"
        }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.kind) == [.denied])
        #expect(report.failed.first?.error.permission?.contains("Read, Write, Delete") == true)
        #expect(stage.changes.filter { $0.hasPrefix("DELETE") }.count == 1)
    }

    @Test("deletes a manifest also where that goes on behind an error")
    func lateDeletion() async throws {
        let stage = try stage()
        let image = stage.image(1)
        stage.with { $0.notes["late"] = "yes" }
        let report = try await stage.delete([image.text])
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted == [.init(.digest(image), digest: image)])
        #expect(!stage.has(image))
    }

    @Test("leaves alone what something still leads to, by force too")
    func referenced() async throws {
        let stage = try stage()
        let child = stage.image(1), index = stage.registry.index([child], tags: ["multi"], in: stage.name)
        let report = try await stage.delete([child.text], force: true)
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(stage.has(child))
        #expect(stage.tags == ["multi": index])
    }

    @Test("says who may delete manifests where the registry refuses who asks")
    func deniedManifest() async throws {
        let stage = try stage()
        let image = stage.image(1)
        stage.with { $0.isDenied = true }
        let report = try await stage.delete([image.text])
        #expect(report.failed.map(\.error.kind) == [.denied])
        #expect(stage.has(image))
    }

    @Test("makes no more than five changes in a second")
    func pace() async throws {
        let stage = try stage()
        for number in 0..<20 { stage.image(number, ["t-\(number)"]) }
        _ = try await stage.delete((0..<20).map { "t-\($0)" })
        #expect(stage.clock.slept.reduce(.zero, +) >= .milliseconds(19 * 200))
        #expect(stage.tags == [:])
    }
}
