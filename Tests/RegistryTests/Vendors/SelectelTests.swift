@testable import DockerConfig
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Selectel")
struct SelectelTests {
    private let stage: VendorStage

    init() throws {
        stage = try VendorStage(FakeSelectel.self)
    }

    private func vendor(_ variables: [String: String]) async throws -> SelectelVendor {
        try await SelectelVendor(stage.context(FakeSelectel.self) { $0.variable = { variables[$0] } })
    }

    @Test("deletes no manifest for one of its tags: the tag is given to another first")
    func sibling() async throws {
        let image = stage.image(1, ["a", "b"])
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags == ["b": image])
        #expect(!stage.changes.contains { $0.hasPrefix("DELETE") && $0.contains(image.text) })
    }

    @Test(
        "takes the token from OpenStack's variable where there is none of its own, and that is for Selectel",
        arguments: [
            ["OS_TOKEN": "gAAAA", "OS_AUTH_URL": "https://cloud.api.selcloud.ru/identity/v3"],
            ["OS_TOKEN": "gAAAA", "OS_AUTH_URL": "https://api.selvpc.ru/identity/v3"],
            ["OS_TOKEN": "gAAAA", "OS_AUTH_URL": "https://selectel.ru:5000/v3"],
            ["OS_TOKEN": "other", "OS_AUTH_URL": "https://cloud.example/v3", "BERTH_SELECTEL_TOKEN": "gAAAA"],
        ])
    func variables(variables: [String: String]) async throws {
        stage.image(1, ["a"])
        let table = try await vendor(variables).tags([]) { _, _ in }
        #expect(table.map(\.tag.text) == ["a"])
        #expect(stage.lines.count == 2)
    }

    @Test(
        "is not shown another cloud's token",
        arguments: [nil, "https://cloud.example/v3", "https://notselectel.ru/v3", "https://selectel.ru.example/", "-"])
    func otherCloud(address: String?) async throws {
        stage.image(1, ["a"])
        var variables = ["OS_TOKEN": "gAAAA"]
        variables["OS_AUTH_URL"] = address
        _ = try await vendor(variables).tags([]) { _, _ in }
        #expect(!stage.calls.contains { $0.path.hasPrefix("/api/") || !$0.header("X-Auth-Token").isEmpty })
    }

    @Test("lists by the registry itself without a token for the API, and deletes nothing")
    func noToken() async throws {
        let image = stage.image(1, ["a"])
        let vendor = try await vendor([:])
        #expect(try await vendor.tags(.all) { _, _ in }.map(\.tag.text) == ["a"])
        let error = await #expect(throws: RegistryError.self) { try await vendor.remove([image]) }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("BERTH_SELECTEL_TOKEN") == true)
        #expect(stage.lines.count { $0.contains("/api/") } == 0)
    }

    @Test("says that the project has no such registry")
    func registry() async throws {
        let context = VendorContext(try Repository("cr.selcloud.ru/other/app"), stage.settings)
        let vendor = try await SelectelVendor(context)
        let error = await #expect(throws: RegistryError.self) { try await vendor.tags([]) { _, _ in } }
        #expect(error?.kind == .notFound)
        #expect(error?.text.contains("other") == true)
    }

    @Test("says that the garbage collection is running")
    func collection() async throws {
        stage.image(1, ["a"])
        stage.with { $0.notes["status"] = "GARBAGE_COLLECTION" }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.kind) == [.tryLater])
        #expect(Array(stage.tags.keys) == ["a"])
    }

    @Test("has an empty list in a repository without images")
    func empty() async throws {
        #expect(try await vendor(["BERTH_SELECTEL_TOKEN": "gAAAA"]).tags(.all) { _, _ in }.isEmpty)
    }

    @Test("is known by its host")
    func table() throws {
        #expect(try implementation(of: "cr.selcloud.ru") == "selectel")
        #expect(try implementation(of: "registry.digitalocean.com") == "digitalocean")
    }
}
