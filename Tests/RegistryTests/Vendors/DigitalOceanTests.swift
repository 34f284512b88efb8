@testable import DockerConfig
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("DigitalOcean")
struct DigitalOceanTests {
    private let stage: VendorStage

    init() throws {
        stage = try VendorStage(FakeDigitalOcean.self)
    }

    @Test("deletes a manifest by force with all of its tags")
    func force() async throws {
        let image = stage.image(1, ["a", "b"])
        let report = try await stage.delete([image.text], force: true)
        #expect(report.failed.map(\.error) == [])
        #expect(stage.tags == [:])
        #expect(stage.changes.map { $0.hasSuffix("/digests/\(image)") } == [true])
    }

    @Test("shows manifests without a tag besides the tags with their own times")
    func untagged() async throws {
        let tagged = stage.image(1, ["a"]), bare = stage.image(2, minute: 5)
        let found = try await listed(try await DigitalOceanVendor(stage.context(FakeDigitalOcean.self)), .all)
        #expect(found["a"]?.digest == tagged)
        #expect(found["a"]?.pushed == Timestamp(secondsSince1970: VendorWays.start + 60))
        #expect(found[bare.text]?.pushed == Timestamp(secondsSince1970: VendorWays.start + 300))
        #expect(found.count == 2)
    }

    @Test("says that the garbage collection is running, and not that a right is missing")
    func collection() async throws {
        stage.image(1, ["a"])
        stage.with { $0.notes["gc"] = "scanning manifests" }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.kind) == [.tryLater])
        #expect(report.failed.first?.error.text.contains("garbage collection") == true)
        #expect(Array(stage.tags.keys) == ["a"])
    }

    @Test("names the scope that is missing where the last garbage collection has ended")
    func scope() async throws {
        stage.image(1, ["a"])
        stage.with { $0.notes["gc"] = "succeeded" }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map(\.error.permission) == ["registry:delete"])
    }

    @Test("asks no faster than it lets in")
    func pace() async throws {
        let names = (0..<9).map { "t-\($0)" }
        for (number, name) in names.enumerated() { stage.image(number, [name]) }
        _ = try await stage.delete(names)
        // The clock stands still unless somebody sleeps: each waits for all before it.
        #expect(stage.clock.slept.max() ?? .zero >= .milliseconds(240))
    }

    @Test("logs in to the registry by the token's variable where docker's config has no login")
    func variable() async throws {
        var settings = stage.settings
        settings.credentials = { _ in nil }
        settings.variable = { $0 == "DIGITALOCEAN_ACCESS_TOKEN" ? "dop_v1_t" : nil }
        let context = VendorContext(try Repository(FakeDigitalOcean.repository), settings)
        let login = try await DigitalOceanVendor.login(context)
        #expect(login?.username == "dop_v1_t")
        #expect(login?.password == Secret("dop_v1_t"))
        stage.image(1, ["a"])
        let table = try await DigitalOceanVendor(context).tags([]) { _, _ in }
        #expect(table.map(\.tag.text) == ["a"])
    }

    @Test("says what to set where there is no login at all")
    func nobody() async throws {
        var settings = stage.settings
        settings.credentials = { _ in nil }
        let context = VendorContext(try Repository(FakeDigitalOcean.repository), settings)
        let error = await #expect(throws: RegistryError.self) { try await DigitalOceanVendor(context) }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("DIGITALOCEAN_ACCESS_TOKEN") == true)
    }

    @Test("takes no repository without a registry's name")
    func name() async throws {
        let context = VendorContext(try Repository("registry.digitalocean.com/app"), stage.settings)
        let error = await #expect(throws: RegistryError.self) { try await DigitalOceanVendor(context) }
        #expect(error?.kind == .badName)
    }
}
