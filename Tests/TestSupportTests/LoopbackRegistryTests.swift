internal import TestSupport
internal import Testing

/// Debian's registry as the tests set it up.
@Suite("A registry of the tests")
struct LoopbackRegistryTests {
    @Test("lets everybody in where nothing else is said")
    func open() async throws {
        let registry = try await LoopbackRegistry()
        #expect(try await curl("http://\(registry.address)/v2/").status == 200)
    }

    @Test("tells every request with its answer, whoever asked", arguments: [("me", 200), ("stranger", 401)])
    func exchanges(user: String, status: Int) async throws {
        let registry = try await LoopbackRegistry(users: ["me"])
        let login = "\(user):\(LoopbackRegistry.password(of: user))"
        _ = try await curl("http://\(registry.address)/v2/_catalog?n=5", ["--user", login, "--user-agent", "probe/1"])
        let exchange = try #require(try await registry.exchanges().first)
        #expect(exchange.method == "GET")
        #expect(exchange.uri == "/v2/_catalog?n=5")
        #expect(exchange.user == (status == 200 ? "me" : nil))
        #expect(exchange.agent == "probe/1")
        #expect(exchange.status == status)
        #expect(try await registry.exchanges().count == 1)
    }

    @Test("counts each of many requests at once")
    func manyRequests() async throws {
        let registry = try await LoopbackRegistry()
        let range = "http://\(registry.address)/v2/?n=[1-200]"
        try await Command("curl", ["--silent", "--parallel", "--parallel-max", "16", range]).succeed()
        #expect(Set(try await registry.exchanges().map(\.uri)).count == 200)
    }

    @Test("deletes manifests only where it may", arguments: [(true, 202), (false, 405)])
    func deletes(isAllowed: Bool, status: Int) async throws {
        let registry = try await LoopbackRegistry(.init(deletes: isAllowed))
        try await registry.seed("app")
        let manifest = "http://\(registry.address)/v2/app/manifests"
        let digest = try #require(try await curl("\(manifest)/1", Self.acceptsDocker).header("docker-content-digest"))
        #expect(try await curl("\(manifest)/\(digest)", ["--request", "DELETE"]).status == status)
    }

    @Test("takes nothing where it is read-only")
    func readOnly() async throws {
        let registry = try await LoopbackRegistry(.init(isReadOnly: true))
        let answer = try await curl("http://\(registry.address)/v2/app/blobs/uploads/", ["--request", "POST"])
        #expect(answer.status == 405)
    }

    @Test("starts on what another one stored")
    func directory() async throws {
        let scratch = try ScratchDirectory()
        let storage = try scratch.directory("storage")
        do {
            let first = try await LoopbackRegistry(.init(storage: .directory(storage)))
            try await first.seed("group/app", tag: "7")
        }
        let second = try await LoopbackRegistry(.init(storage: .directory(storage)))
        let tags = try await curl("http://\(second.address)/v2/group/app/tags/list")
        #expect(tags.body.contains(#""7""#))
    }

    private static let acceptsDocker = ["--header", "Accept: application/vnd.docker.distribution.manifest.v2+json"]
}
