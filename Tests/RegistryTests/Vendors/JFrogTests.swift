import DockerConfig
import HTTP
import JSON
@testable import Registry
@testable import RegistryTestSupport
import Testing

/// An Artifactory whose repository has a host of its own.
private struct SubdomainJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = "docker-local.art.example/team/app"
    static let login = FakeJFrog.login
    static let variables = ["BERTH_JFROG_URL": "https://art.example"]
    static let ways = FakeJFrog.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeJFrogSite(key: "docker-local", image: "team/app")
        site.host = "art.example"
        return site.answer(call, &world)
    }
}

/// A remote repository, which has its images in a cache, and a token instead of a login.
private struct RemoteJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = "acme.jfrog.io/docker-remote/team/app"
    static let secrets: [VendorSecret: Secret] = [.jfrogToken: Secret(token)]
    static let ways = FakeJFrog.ways
    static let token = "e30.\(Base64.encodeURL(Array(#"{"sub":"jfrt@01/users/ci"}"#.utf8))).c2ln"

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.path == "/v2/token",
            call.header("Authorization") != "Basic \(Base64.encode(Array("ci:\(Self.token)".utf8)))"
        {
            return nil
        }
        var site = FakeJFrogSite(key: "docker-remote-cache", image: "team/app")
        site.authorization = ("Authorization", "Bearer \(Self.token)")
        return site.answer(call, &world)
    }
}

/// A virtual repository, which has the images of a local one.
private struct VirtualJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = "acme.jfrog.io/team/app"
    static let secrets: [VendorSecret: Secret] = [.jfrogToken: Secret("AKCp1")]
    static let login = FakeJFrog.login
    static let ways = FakeJFrog.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeJFrogSite(key: "docker-local", image: "team/app")
        site.authorization = ("X-JFrog-Art-Api", "AKCp1")
        return site.answer(call, &world)
    }
}

/// The same, where two repositories have the image.
private struct AmbiguousJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = "acme.jfrog.io/team/app"
    static let login = FakeJFrog.login
    static let ways = FakeJFrog.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeJFrogSite(key: "docker-local", image: "team/app", other: "docker-prod").answer(call, &world)
    }
}

/// A user who may read and not query.
private struct ReaderJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = FakeJFrog.repository
    static let login = FakeJFrog.login
    static let ways = FakeJFrog.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeJFrogSite(key: "docker-local", image: "team/app")
        site.mayQuery = false
        return site.answer(call, &world)
    }
}

/// A virtual repository that shows by the protocol what no query finds.
private struct HiddenJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = FakeJFrog.repository
    static let login = FakeJFrog.login
    static let ways = FakeJFrog.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeJFrogSite(key: "docker-elsewhere", image: "team/other").answer(call, &world)
    }
}

@Suite("JFrog")
struct JFrogTests {
    @Test("is known by its cloud's hosts, by its headers and by its realm")
    func table() throws {
        let settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        #expect(VendorTable.known(try RegistryHost("acme.jfrog.io"), settings)?.vendor.name == "jfrog")
        #expect(VendorTable.known(try RegistryHost("acmejfrog.io"), settings) == nil)
        let host = try RegistryHost("r.example")
        func find(_ headers: HTTPFields, _ challenge: String = "") throws -> String {
            let answer = RegistryPing.Answer(
                root: try #require(URLParts("https://r.example/v2/")), challenges: AuthChallenge.parse([challenge]),
                isOpen: false, headers: headers)
            return VendorTable.find(host, settings, answer).vendor.name
        }
        #expect(try find([.init("X-JFrog-Version", "Artifactory/7.90.1 79001900")]) == "jfrog")
        #expect(try find([.init("x-artifactory-node-id", "one")]) == "jfrog")
        #expect(try find([], #"Basic realm="Artifactory Realm""#) == "jfrog")
        #expect(try find([], #"Basic realm="Realm""#) == "default")
    }

    @Test("finds a repository that has a host of its own")
    func subdomain() async throws {
        let stage = try VendorStage(SubdomainJFrog.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.open().tags(.all) { _, _ in }.map(\.tag.text) == ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(stage.changes.suffix(1) == ["DELETE https://art.example/artifactory/docker-local/team/app/a"])
    }

    @Test("deletes of a remote repository what its cache has, with a token")
    func remote() async throws {
        let stage = try VendorStage(RemoteJFrog.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
    }

    @Test("finds the local repository of a virtual one, with an API key")
    func virtual() async throws {
        let stage = try VendorStage(VirtualJFrog.self)
        let image = stage.image(1, ["a", "b"])
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
    }

    @Test("does not guess which of two repositories is meant")
    func ambiguous() async throws {
        let stage = try VendorStage(AmbiguousJFrog.self)
        stage.image(1, ["a"])
        let report = try await stage.delete(["a"])
        #expect(report.deleted == [])
        #expect(report.failed.first?.error.text.contains("several") == true)
        #expect(stage.changes.filter { $0.hasPrefix("DELETE") } == [])
    }

    @Test("lists by the protocol for who may not query, and deletes nothing then")
    func reader() async throws {
        let stage = try VendorStage(ReaderJFrog.self)
        stage.image(1, ["a", "b"])
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["a", "b"])
        #expect(try await stage.delete(["a"]).failed.map(\.error.kind) == [.denied])
        #expect(stage.tags.count == 2)
    }

    @Test("shows what an index holds as no tag, and keeps it while the index stays")
    func children() async throws {
        let stage = try VendorStage(FakeJFrog.self)
        let child = stage.image(1)
        let index = stage.registry.index([child], tags: ["multi"], in: stage.name)
        #expect(try await stage.open().tags([]) { _, _ in }.map(\.tag.text) == ["multi"])
        #expect(try await stage.delete([child.text]).failed.map(\.error.kind) == [.held])
        let report = try await stage.delete([child.text, index.text, "multi"])
        #expect(report.failed.map(\.error) == [])
        #expect(!stage.has(child))
    }

    @Test("deletes by force all folders of a manifest")
    func force() async throws {
        let stage = try VendorStage(FakeJFrog.self)
        let image = stage.image(1, ["a", "b"]), other = stage.image(2, ["c"])
        #expect(try await stage.delete([image.text], force: true).failed.map(\.error) == [])
        #expect(stage.tags == ["c": other])
    }

    @Test(
        "deletes no manifest that its queries do not find, and says how to name the repository",
        arguments: [false, true])
    func hidden(force: Bool) async throws {
        let stage = try VendorStage(HiddenJFrog.self)
        let image = stage.image(1, ["a"])
        let report = try await stage.delete([image.text], force: force)
        #expect(report.failed.map(\.error.kind) == [.unsupported])
        #expect(report.failed.first?.error.hint?.contains("BERTH_JFROG_URL=https://HOST/artifactory/") == true)
        #expect(stage.tags == ["a": image])
        #expect(stage.has(image))
        let vendor = try await JFrogVendor(stage.context(HiddenJFrog.self))
        #expect(try await vendor.remove([.ofNothing()]) == [.absent])
    }

    @Test("takes the newer manifest where a tag's folder has two")
    func twoManifests() async throws {
        let old = Digest(of: [1]), new = Digest(of: [2])
        func row(_ name: String, _ digest: Digest, _ time: String) -> String {
            #"{"repo":"docker-local","path":"team/app/v1","name":"\#(name)","modified":"\#(time)","#
                + #""sha256":"\#(digest.text.dropFirst(7))"}"#
        }
        let rows = [
            row("list.manifest.json", new, "2024-02-01T00:00:00.000Z"),
            row("manifest.json", old, "2024-01-01T00:00:00.000+00:00"),
        ]
        let client = ScriptedClient([.status(200, [:], #"{"results":[\#(rows.joined(separator: ","))]}"#)])
        let settings = RegistrySettings(client: client) { _ in nil }
        let vendor = try await JFrogVendor(VendorContext(try Repository(FakeJFrog.repository), settings))
        let table = try await vendor.tags(.all) { _, _ in }
        #expect(table.map(\.facts?.digest) == [new])
        #expect(table.map(\.facts?.pushed) == [Timestamp("2024-02-01T00:00:00Z")])
    }

    /// An answer with the folders of these numbers.
    private func page(_ numbers: Range<Int>) -> ScriptedClient.Answer {
        let hash = Digest(of: []).text.dropFirst(7)
        let rows = numbers.map { number in
            #"{"repo":"docker-local","path":"team/app/v\#(number)","name":"manifest.json","sha256":"\#(hash)"}"#
        }
        return .status(200, [:], #"{"results":[\#(rows.joined(separator: ","))]}"#)
    }

    private func list(_ answers: [ScriptedClient.Answer]) async throws -> (count: Int, asked: [String]) {
        let client = ScriptedClient(answers)
        let settings = RegistrySettings(client: client) { _ in nil }
        let vendor = try await JFrogVendor(VendorContext(try Repository(FakeJFrog.repository), settings))
        return (try await vendor.tags(.all) { _, _ in }.count, client.asked)
    }

    @Test("misses no tag where others are deleted while it lists")
    func shrinking() async throws {
        // Two of the first thousand are gone before the second page is read.
        let (count, asked) = try await list([page(0..<1000), page(1001..<1200), page(502..<1200)])
        #expect(count == 1200)
        #expect(asked.map { $0.contains(".offset(0)") } == [true, false, false])
        #expect(asked[1].contains(".offset(999)"))
        #expect(asked[2].contains(".offset(500)"))
    }

    @Test("shows no tag twice where others are pushed while it lists")
    func growing() async throws {
        #expect(try await list([page(0..<1000), page(990..<1100)]).count == 1100)
    }

    @Test("gives up where so much is deleted that it cannot tell what it missed")
    func shrinkingFast() async throws {
        await #expect {
            try await list([page(0..<1000), page(2000..<2100), page(1600..<2100)])
        } throws: { error in
            (error as? RegistryError)?.kind == .tryLater
        }
    }

    @Test(
        "is asked at a legacy host for the repository that the host names",
        arguments: [
            ("acme-docker.jfrog.io", ["team", "docker"]),
            ("my-acme-docker.jfrog.io", ["team", "acme-docker", "docker"]),
            ("acme.jfrog.io", ["team"]),
        ])
    func legacyHost(host: String, keys: [String]) async throws {
        let client = ScriptedClient([.status(200, [:], #"{"results":[]}"#), .status(200, [:], #"{"results":[]}"#)])
        let settings = RegistrySettings(client: client) { _ in nil }
        let vendor = try await JFrogVendor(VendorContext(try Repository("\(host)/team/app"), settings))
        _ = try? await vendor.tags([]) { _, _ in }
        let asked = try #require(client.asked.first)
        let words = asked.split(separator: "\"").map(String.init)
        let named = words.indices.filter { words[$0] == "repo" && words[$0 + 1] == ":" }.map { words[$0 + 2] }
        #expect(named == keys.flatMap { [$0, "\($0)-cache"] })
    }
}

@Suite("A registry's list of tags")
struct TagLinkTests {
    @Test("goes on where a link names another repository's list: only what comes behind the address counts")
    func link() async throws {
        let registry = FakeRegistry(
            {
                var behaviour = FakeRegistry.Behaviour()
                behaviour.pageSize = 2
                // As Artifactory has it, without the virtual repository.
                behaviour.linkPrefix = "https://r.example/v2/elsewhere"
                return behaviour
            }())
        for number in 0..<5 { registry.image(number, tags: ["v\(number)"]) }
        var names: [String] = []
        for try await tag in try await registry.client().tags { names.append(tag.text) }
        #expect(names == ["v0", "v1", "v2", "v3", "v4"])
    }
}
