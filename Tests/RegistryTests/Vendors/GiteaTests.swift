@testable import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Gitea and Forgejo")
struct GiteaTests {
    private let stage: VendorStage

    init() throws {
        stage = try VendorStage(FakeGitea.self)
    }

    private func vendor(_ change: (inout RegistrySettings) -> Void = { _ in }) async throws -> GiteaVendor {
        try await GiteaVendor(stage.context(FakeGitea.self, change))
    }

    @Test("are known by what the registry says, and by the public ones' hosts")
    func table() throws {
        let challenges = AuthChallenge.parse([
            #"Bearer realm="https://git.example/v2/token",service="container_registry",scope="*",Basic realm="Gitea Package API""#
        ])
        let answer = RegistryPing.Answer(
            root: try #require(URLParts("https://git.example/v2/")), challenges: challenges, isOpen: false,
            headers: HTTPFields([]))
        let settings = RegistrySettings(client: FakeRegistry()) { _ in nil }
        let host = try Repository("git.example/acme/app").host
        #expect(VendorTable.find(host, settings, answer).vendor.name == "gitea")
        #expect(try implementation(of: "codeberg.org") == "gitea")
        #expect(try implementation(of: "git.example") == nil)
    }

    @Test("list all names though a full page has no link to the next")
    func pages() async throws {
        for number in 0..<2100 { stage.image(0, ["t-\(number)"]) }
        let table = try await vendor().tags([]) { _, _ in }
        #expect(table.count == 2100)
        #expect(stage.lines.count { $0.contains("/tags/list") } == 3)
        #expect(stage.lines.count { $0.contains("/api/") } == 0)
    }

    @Test("are not followed in a circle of full pages")
    func circle() async throws {
        for number in 0..<1000 { stage.image(0, ["t-\(number)"]) }
        stage.with { $0.notes["ignoresLast"] = "yes" }
        let error = await #expect(throws: RegistryError.self) { try await vendor().tags([]) { _, _ in } }
        #expect(error?.kind == .protocolViolation)
    }

    @Test("list all versions where the server gives fewer at a time than it is asked for")
    func smallPages() async throws {
        stage.with { $0.notes["pageSize"] = "7" }
        for number in 0..<40 { stage.image(number, ["t-\(number)"], minute: number) }
        let found = try await listed(try await vendor(), .created)
        #expect(found.values.count { $0.pushed != nil } == 40)
    }

    @Test("find a tag's time though the server keeps its name in lower case")
    func lowerCase() async throws {
        stage.image(1, ["V1-Beta"])
        let found = try await listed(try await vendor(), .created)
        #expect(found["V1-Beta"]?.pushed == Timestamp(secondsSince1970: VendorWays.start + 60))
    }

    @Test("list manifests without a tag, and nothing of an image with a longer name")
    func untagged() async throws {
        let tagged = stage.image(1, ["a"]), bare = stage.image(2, minute: 9)
        for wanted in [ManifestReader.Wanted.all, []] {
            let found = try await listed(try await vendor(), wanted)
            #expect(Set(found.keys) == ["a", bare.text])
            #expect(found["a"]?.digest == tagged)
            #expect(found[bare.text]?.pushed == Timestamp(secondsSince1970: VendorWays.start + 540))
        }
    }

    @Test("are listed without times by a login that may not use the package API")
    func noVersions() async throws {
        stage.image(1, ["a"])
        stage.with { $0.notes["versions"] = "refused" }
        let found = try await listed(try await vendor(), .all)
        #expect(found["a"]?.pushed == nil)
        #expect(found["a"]?.created == Timestamp("2024-01-02T03:04:05Z"))
    }

    @Test("delete tags and no manifest for a login that may not see what has no tag")
    func unseen() async throws {
        let image = stage.image(1), other = stage.image(2, ["b", "c"])
        stage.with { $0.notes["versions"] = "refused" }
        let report = try await stage.delete([image.text, "b"])
        #expect(report.failed.map(\.reference).contains(.digest(image)))
        #expect(report.failed.map(\.error.permission).contains("read:package"))
        #expect(report.deleted.map(\.reference).contains(.tag(try Tag("b"))))
        #expect(stage.has(image))
        #expect(stage.tags["c"] == other)
    }

    @Test("delete a manifest where the server has no list of versions")
    func noList() async throws {
        let image = stage.image(1, ["a"])
        stage.with { $0.notes["versions"] = "none" }
        #expect(try await stage.delete([image.text, "a"]).failed.map(\.error) == [])
        #expect(!stage.has(image))
    }

    @Test("list what has no tag where the registry does not know a package without tags")
    func onlyUntagged() async throws {
        let bare = stage.image(2)
        stage.with { $0.notes["lost"] = "first" }
        for wanted in [ManifestReader.Wanted.all, []] {
            #expect(try await Array(listed(try await vendor(), wanted).keys) == [bare.text])
        }
    }

    @Test("have no list of which the second page is missing")
    func lostPage() async throws {
        for number in 0..<1100 { stage.image(0, ["t-\(number)"]) }
        stage.with { $0.notes["lost"] = "second" }
        for wanted in [ManifestReader.Wanted.all, []] {
            let error = await #expect(throws: RegistryError.self) { try await listed(try await vendor(), wanted) }
            #expect(error?.kind == .notFound)
        }
    }

    @Test("have no list of versions of which the second page is missing")
    func lostVersions() async throws {
        stage.image(1, ["a"])
        let bare = stage.image(2)
        stage.with { $0.notes["versions"] = "half" }
        let error = await #expect(throws: RegistryError.self) { try await listed(try await vendor(), []) }
        #expect(error?.kind == .notFound)
        #expect(try await listed(try await vendor(), .all)[bare.text] == nil)
    }

    @Test("delete an image whose manifest went with its last tag")
    func lastTag() async throws {
        let image = stage.image(1, ["a"])
        let report = try await stage.delete(["a", image.text])
        #expect(report.failed.map(\.error) == [])
        #expect(Set(report.deleted.map(\.reference)) == [.tag(try Tag("a")), .digest(image)])
    }

    @Test("keep what a tagged index holds when a tag of that goes by digest")
    func index() async throws {
        let child = stage.image(1, ["a"])
        stage.registry.index([child], tags: ["all"], in: stage.name)
        let report = try await stage.delete([child.text, "a"])
        #expect(report.failed.map(\.reference) == [.digest(child)])
        #expect(report.failed.map(\.error.kind) == [.held])
    }

    @Test("name the scope that a token lacks")
    func scope() async throws {
        stage.image(1, ["a"])
        stage.with { $0.isDenied = true }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.permission) == ["write:package"])
    }

    @Test("are asked where BERTH_GITEA_URL says")
    func endpoint() async throws {
        stage.image(1, ["a"])
        let vendor = try await vendor { settings in
            settings.variable = { $0 == "BERTH_GITEA_URL" ? "https://example.org/gitea/" : nil }
        }
        _ = try? await vendor.tags(.all) { _, _ in }
        #expect(stage.lines.contains { $0.hasPrefix("GET https://example.org/gitea/api/v1/packages/acme?") })
    }

    @Test("take no repository without an owner")
    func name() async throws {
        let context = VendorContext(try Repository("gitea.example/app"), stage.settings)
        let error = await #expect(throws: RegistryError.self) { try await GiteaVendor(context) }
        #expect(error?.kind == .badName)
    }
}
