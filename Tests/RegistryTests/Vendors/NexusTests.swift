import DockerConfig
import HTTP
import JSON
@testable import Registry
@testable import RegistryTestSupport
import Testing

/// A Nexus whose repository has a port of its own.
private struct PortNexus: FakeVendor {
    static let name = "nexus"
    static let repository = "nexus.example:5000/team/app"
    static let login: Credential? = Credential(username: "ci", password: Secret("hunter2"))
    static let variables = ["BERTH_NEXUS_URL": "https://api.nexus.example/nexus/"]
    static let ways = FakeNexus.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard let inner = call.withoutPrefix("/nexus") else { return nil }
        var site = FakeNexusSite(repository: "docker-hosted", image: "team/app")
        site.host = "api.nexus.example"
        return site.answer(inner, &world)
    }
}

/// The same, where two of Nexus's repositories have an image of the name.
private struct AmbiguousNexus: FakeVendor {
    static let name = "nexus"
    static let repository = PortNexus.repository
    static let login = PortNexus.login
    static let variables = ["BERTH_NEXUS_URL": "https://api.nexus.example"]
    static let ways = FakeNexus.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeNexusSite(repository: "docker-hosted", image: "team/app", other: "docker-proxy")
        site.host = "api.nexus.example"
        return site.answer(call, &world)
    }
}

/// The same, where the address says which repository is meant.
private struct NamedNexus: FakeVendor {
    static let name = "nexus"
    static let repository = PortNexus.repository
    static let login = PortNexus.login
    static let variables = ["BERTH_NEXUS_URL": "https://api.nexus.example/repository/docker-hosted/"]
    static let ways = FakeNexus.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.path.hasPrefix("/service/rest/v1/search"), call.query["repository"] != "docker-hosted" { return nil }
        var site = FakeNexusSite(repository: "docker-hosted", image: "team/app")
        site.host = "api.nexus.example"
        return site.answer(call, &world)
    }
}

/// A Nexus whose search lags behind.
private struct LaggingNexus: FakeVendor {
    static let name = "nexus"
    static let repository = FakeNexus.repository
    static let secrets = FakeNexus.secrets
    static let ways = FakeNexus.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeNexusSite(repository: "docker-hosted", image: "team/app")
        site.stale = ["moved": Digest(of: [])]
        return site.answer(call, &world)
    }
}

/// A Nexus whose search knows nothing of the image.
private struct UnindexedNexus: FakeVendor {
    static let name = "nexus"
    static let repository = FakeNexus.repository
    static let secrets = FakeNexus.secrets
    static let ways = FakeNexus.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeNexusSite(repository: "docker-hosted", image: "team/other").answer(call, &world)
    }
}

/// A Nexus that does not tell the digest of one of its components.
private struct HashlessNexus: FakeVendor {
    static let name = "nexus"
    static let repository = FakeNexus.repository
    static let secrets = FakeNexus.secrets
    static let ways = FakeNexus.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.path == "/service/rest/v1/search" else { return FakeNexus().answer(call, &world) }
        let item: JSONValue = [
            "id": "1", "repository": "docker-hosted", "format": "docker", "name": "team/app", "version": "b",
            "assets": [["path": "v2/team/app/manifests/b", "checksum": ["sha1": "00"]]],
        ]
        return .json(200, ["items": [item], "continuationToken": .null])
    }
}

extension VendorCall {
    /// The call as a server gets it that a proxy keeps below `prefix`, where it is one of the API's.
    fileprivate func withoutPrefix(_ prefix: String) -> VendorCall? {
        guard path.hasPrefix(prefix + "/") else { return path.hasPrefix("/v2/") ? self : nil }
        var inner = request
        guard let url = URLParts("\(request.url.origin)\(request.url.pathAndQuery.dropFirst(prefix.count))") else {
            return nil
        }
        inner.url = url
        return VendorCall(request: inner, body: body)
    }
}

@Suite("Nexus")
struct NexusTests {
    @Test("is known by its server's name and its realm")
    func table() throws {
        let settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        let host = try RegistryHost("r.example:5000")
        func find(_ headers: HTTPFields, _ challenge: String) throws -> String {
            let answer = RegistryPing.Answer(
                root: try #require(URLParts("https://r.example:5000/v2/")),
                challenges: AuthChallenge.parse([challenge]),
                isOpen: false, headers: headers)
            return VendorTable.find(host, settings, answer).vendor.name
        }
        #expect(try find([.init("Server", "Nexus/3.94.0-01 (COMMUNITY)")], "") == "nexus")
        #expect(try find([], #"Basic realm="Sonatype Nexus Repository Manager""#) == "nexus")
        #expect(try find([.init("Server", "nginx")], #"Basic realm="Registry""#) == "default")
    }

    @Test("finds the repository of an image that a port of its own serves")
    func port() async throws {
        let stage = try VendorStage(PortNexus.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.open().tags(.all) { _, _ in }.map(\.tag.text) == ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(
            stage.changes == [
                "DELETE https://api.nexus.example/nexus/service/rest/v1/components/docker-hosted%3A%2Fa%3D%3D"
            ])
    }

    @Test("does not guess which of two repositories is meant")
    func ambiguous() async throws {
        let stage = try VendorStage(AmbiguousNexus.self)
        stage.image(1, ["a"])
        await #expect { try await stage.open().tags([]) { _, _ in } } throws: { error in
            let error = error as? RegistryError
            return error?.text.contains("docker-hosted, docker-proxy") == true
                && error?.hint?.contains("/repository/") == true
        }
        #expect(try await stage.delete(["a"]).deleted == [])
        #expect(stage.changes == [])
    }

    @Test("takes the repository from its address")
    func named() async throws {
        let stage = try VendorStage(NamedNexus.self)
        stage.image(1, ["a"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == [:])
    }

    @Test("deletes no tag of which its search shows another manifest than its registry")
    func lagging() async throws {
        let stage = try VendorStage(LaggingNexus.self)
        let image = stage.image(1, ["moved", "other"])
        let report = try await stage.delete(["moved"])
        #expect(report.failed.map(\.error.kind) == [.tryLater])
        #expect(stage.tags == ["moved": image, "other": image])
        #expect(stage.changes == [])
    }

    @Test("shows what an index holds as no tag")
    func children() async throws {
        let stage = try VendorStage(FakeNexus.self)
        let child = stage.image(1)
        stage.registry.index([child], tags: ["multi"], in: stage.name)
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["multi"])
    }

    @Test("finds one tag by one search, in whatever number of tags")
    func one() async throws {
        let stage = try VendorStage(FakeNexus.self)
        for number in 0..<300 { stage.image(number, ["v\(number)"]) }
        #expect(try await stage.delete(["v7"]).failed.map(\.error) == [])
        // The root, a look, a search and a deletion.
        #expect(stage.lines.count == 4)
    }

    @Test("finds many tags by reading a list of all")
    func many() async throws {
        let stage = try VendorStage(FakeNexus.self)
        let names = (0..<420).map { "v\($0)" }
        for (number, name) in names.enumerated() { stage.image(number, [name]) }
        #expect(try await stage.delete(names).failed.map(\.error) == [])
        let searches = stage.lines.filter { $0.contains("/v1/search") }
        #expect(searches.count == 9)
    }

    @Test("searches nothing that a list has shown")
    func listed() async throws {
        let stage = try VendorStage(FakeNexus.self)
        for number in 0..<10 { stage.image(number, ["v\(number)"]) }
        let repository = try await stage.open()
        _ = try await repository.tags(.all) { _, _ in }
        stage.forgetRequests()
        let report = try await repository.delete(
            [.init(.tag(try Tag("v1"))), .init(.tag(try Tag("v2")))], force: false
        ) { _, _ in }
        #expect(report.deleted.count == 2)
        #expect(stage.lines.count == 4)
    }

    @Test("deletes nothing by the protocol of which its search knows nothing", arguments: [false, true])
    func unindexed(force: Bool) async throws {
        let stage = try VendorStage(UnindexedNexus.self)
        let image = stage.image(1, ["a"])
        let report = try await stage.delete([image.text], force: force)
        #expect(report.failed.map(\.error.kind) == [.tryLater])
        #expect(report.failed.first?.error.hint?.contains("index") == true)
        #expect(stage.tags == ["a": image])
        #expect(stage.changes == [])
        let vendor = try await NexusVendor(stage.context(UnindexedNexus.self))
        #expect(try await vendor.remove([.ofNothing()]) == [.absent])
    }

    @Test("has an empty list where the registry has no tag either")
    func empty() async throws {
        let stage = try VendorStage(UnindexedNexus.self)
        let found = Noted<[ListedTag]>([])
        try await NexusVendor(stage.context(UnindexedNexus.self)).list([]) { entry in found.note { $0.append(entry) } }
        #expect(found.value.isEmpty)
    }

    @Test("passes over no tag whose digest it does not tell")
    func hashless() async throws {
        let stage = try VendorStage(HashlessNexus.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.delete([image.text, "a"]).failed.map(\.error.kind).contains(.protocolViolation))
        #expect(stage.tags == ["a": image, "b": image])
    }

    @Test("says of an image that it does not know where to look")
    func unknown() async throws {
        let stage = try VendorStage(FakeNexus.self)
        await #expect { try await stage.open().tags([]) { _, _ in } } throws: { error in
            (error as? RegistryError)?.hint?.contains("BERTH_NEXUS_URL") == true
        }
    }
}
