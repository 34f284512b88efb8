import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Amazon ECR and its doubts")
struct ECRTests {
    private func context(_ stage: VendorStage, _ host: String, named: Bool = false) throws -> VendorContext {
        var settings = stage.settings
        let variables = FakeECR.variables.merging(["AWS_REGION": "eu-central-1"]) { $1 }
        settings.variable = { variables[$0] }
        settings.implementation = named ? NamedImplementation("ecr", source: "the test") : nil
        return VendorContext(try Repository("\(host)/group/app"), settings)
    }

    @Test("gives its password to no registry that only says it is one of Amazon's")
    func stranger() async throws {
        let stage = try VendorStage(FakeECR.self)
        #expect(try await ECRVendor.login(context(stage, "evil.example")) == nil)
        #expect(try await ECRPublicVendor.login(context(stage, "evil.example")) == nil)
        #expect(stage.lines == [])
        let host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
        #expect(try await ECRVendor.login(context(stage, host))?.username == "AWS")
    }

    @Test("deletes nothing from an account's registry for another host's sake")
    func otherHost() async throws {
        let stage = try VendorStage(FakeECR.self)
        let error = #expect(throws: RegistryError.self) { try ECRVendor(context(stage, "evil.example")) }
        #expect(error?.hint?.contains("--repo-implementation ecr") == true)
        _ = try ECRVendor(context(stage, "registry.corp.example", named: true))
    }

    @Test("keeps an archived image whose tags were not named")
    func archived() async throws {
        let stage = try VendorStage(FakeECR.self)
        let image = stage.image(1, ["v1", "v2"])
        stage.with { $0.notes["archived"] = image.text }
        let report = try await stage.delete([image.text])
        #expect(report.failed.map(\.error.kind) == [.held])
        #expect(stage.tags == ["v1": image, "v2": image])
    }

    @Test("does not take what cannot be looked at for what is not there")
    func unreadable() async throws {
        let stage = try VendorStage(FakeECR.self)
        let image = stage.image(1, ["a"])
        stage.with { $0.notes["unreadable"] = "a" }
        let target = DeletionTarget(.tag(try Tag("a")), expected: image)
        let report = try await stage.open().delete([target], force: false) { _, _ in }
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.denied])
        #expect(stage.tags == ["a": image])
    }
}

@Suite("What is said of an API's address, and of secrets")
struct VendorContextTests {
    @Test("does not repeat an address, which may have a password in it")
    func address() throws {
        let stage = try VendorStage(FakeHarbor.self)
        var settings = stage.settings
        settings.variable = { $0 == "BERTH_HARBOR_URL" ? "https://ci:S3cret@harbor.example" : nil }
        let context = VendorContext(try Repository("harbor.example/p/app"), settings)
        let error = #expect(throws: RegistryError.self) {
            try context.endpoint("BERTH_HARBOR_URL", standard: "https://h.example")
        }
        #expect(error?.text.contains("BERTH_HARBOR_URL") == true)
        #expect("\(error.debugDescription)".contains("S3cret") == false)
    }

    @Test(
        "keeps secrets from a registry that may not be meant, where a command speaks to several",
        arguments: [("other.example", false, false), ("quay.io", false, true), ("other.example", true, true)])
    func several(host: String, isNamed: Bool, isGiven: Bool) throws {
        var settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        settings.secrets = [.harborPassword: Secret("hunter2")]
        settings.implementation = isNamed ? NamedImplementation("harbor", source: "the test") : nil
        let repository = try Repository("\(host)/p/app")
        #expect(VendorContext(repository, settings).secret(.harborPassword) != nil)
        settings.hasSeveralHosts = true
        #expect((VendorContext(repository, settings).secret(.harborPassword) != nil) == isGiven)
    }

    @Test("an API that does not know what the registry has deletes nothing, and is not believed")
    func strangeAPI() async throws {
        let stage = try VendorStage(FakeStrangeAPI.self)
        let image = stage.image(1, ["a", "b"])
        let report = try await stage.delete(["a"])
        #expect(report.deleted == [])
        #expect(report.failed.map(\.error.kind) == [.protocolViolation])
        #expect(stage.tags == ["a": image, "b": image])
    }
}

/// DigitalOcean's registry, behind something that answers every deletion with 404.
private struct FakeStrangeAPI: FakeVendor {
    static let name = FakeDigitalOcean.name
    static let repository = FakeDigitalOcean.repository
    static let login = FakeDigitalOcean.login
    static let secrets = FakeDigitalOcean.secrets
    static let variables = FakeDigitalOcean.variables
    static let ways = FakeDigitalOcean.ways

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        call.method == "DELETE" ? FakeRegistry.Reply(404) : FakeDigitalOcean().answer(call, &world)
    }
}
