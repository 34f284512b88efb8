@testable import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Azure's registries")
struct AzureTests {
    private let stage: VendorStage

    init() throws {
        stage = try VendorStage(FakeAzure.self)
    }

    private static let client = [
        "AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_SECRET": "hunter2",
    ]

    @Test(
        "are known by their hosts",
        arguments: [
            ("acme.azurecr.io", "acr"), ("acme.azurecr.cn", "acr"), ("acme.azurecr.us", "acr"),
            ("acme-b1c2d3.azurecr.io", "acr"), ("acme.westeurope.geo.azurecr.io", "acr"), ("azurecr.io", nil),
            ("acmeazurecr.io", nil),
        ])
    func hosts(host: String, name: String?) throws {
        #expect(try implementation(of: host) == name)
    }

    @Test("are known by their own tokens where the host is the user's")
    func customDomain() throws {
        func find(_ realm: String) throws -> String {
            let answer = RegistryPing.Answer(
                root: try #require(URLParts("https://images.example/v2/")),
                challenges: AuthChallenge.parse([#"Bearer realm="\#(realm)",service="images.example""#]), isOpen: false,
                headers: HTTPFields([]))
            let settings = RegistrySettings(client: FakeRegistry()) { _ in nil }
            return VendorTable.find(try Repository("images.example/app").host, settings, answer).vendor.name
        }
        #expect(try find("https://images.example/oauth2/token") == "acr")
        #expect(try find("https://auth.example/oauth2/token") == "default")
    }

    @Test("list what they know of tags and of manifests without one")
    func list() async throws {
        let tagged = stage.image(1, ["a"]), bare = stage.image(2, minute: 5)
        let found = try await listed(try await AzureVendor(stage.context(FakeAzure.self)), .all)
        #expect(found["a"]?.digest == tagged)
        #expect(found["a"]?.pushed == Timestamp(secondsSince1970: VendorWays.start + 60))
        #expect(found["a"]?.size == 1234)
        #expect(found["a"]?.mediaType == .ociManifest)
        #expect(found["a"]?.platforms?.map(\.description) == ["linux/amd64"])
        #expect(found[bare.text]?.pushed == Timestamp(secondsSince1970: VendorWays.start + 300))
    }

    @Test("tell names, digests and times in one list where no more is wanted")
    func names() async throws {
        stage.image(1, ["a"])
        let context = VendorContext(try Repository("acme.azurecr.io/group/app"), stage.settings)
        #expect(try await AzureVendor(context).tags([]) { _, _ in }.map(\.tag.text) == ["a"])
        #expect(stage.lines.count == 3)
        #expect(stage.lines.last?.contains("/acr/v1/group/app/_tags?") == true)
    }

    @Test("have an empty list in a repository whose tags are null")
    func empty() async throws {
        #expect(try await AzureVendor(stage.context(FakeAzure.self)).tags(.all) { _, _ in }.isEmpty)
    }

    @Test("say what is locked, with the number that their support asks for")
    func locked() async throws {
        stage.image(1, ["a"])
        stage.with { $0.immutable = ["a"] }
        let error = try await stage.delete(["a"]).failed.first?.error
        #expect(error?.kind == .protected)
        #expect(error?.text.contains("Correlation ID: c-1234") == true)
        #expect(error?.hint?.contains("--delete-enabled true") == true)
    }

    @Test("delete an index before what it holds, and keep what another index holds")
    func index() async throws {
        let child = stage.image(1), other = stage.image(2)
        let index = stage.registry.index([child], in: stage.name)
        stage.registry.index([other], tags: ["kept"], in: stage.name)
        let report = try await stage.delete([child.text, index.text, other.text])
        #expect(report.failed.map(\.reference) == [.digest(other)])
        let deleted = stage.changes.filter { $0.hasPrefix("DELETE") }
        #expect(deleted.map { String($0.suffix(64)) } == [index, child].map { String($0.text.suffix(64)) })
    }

    @Test("name the role that is missing")
    func role() async throws {
        stage.image(1, ["a"])
        stage.with { $0.isDenied = true }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map { $0.error.permission?.hasPrefix("AcrDelete") } == [true])
    }

    @Test("are logged in to by Entra ID where docker's config has no login")
    func entra() async throws {
        stage.image(1, ["a"])
        let context = try stage.context(FakeAzure.self) { settings in
            settings.credentials = { _ in nil }
            settings.variable = { Self.client[$0] }
        }
        let table = try await AzureVendor(context).tags([]) { _, _ in }
        #expect(table.map(\.tag.text) == ["a"])
        #expect(stage.lines.count { $0.contains("login.microsoftonline.com") } == 1)
        #expect(stage.lines.count { $0.hasSuffix("/oauth2/exchange") } == 1)
    }

    @Test("are shown no token of Entra ID's by a name that nobody vouches for")
    func foreign() async throws {
        var settings = stage.settings
        settings.implementation = nil
        settings.credentials = { _ in nil }
        settings.variable = { Self.client[$0] }
        let context = VendorContext(try Repository("images.example/app"), settings)
        #expect(try await AzureVendor.login(context) == nil)
        #expect(stage.lines == [])
    }
}
