@testable import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("Google's registries")
struct GoogleTests {
    private let stage: VendorStage

    init() throws {
        stage = try VendorStage(FakeGoogle.self)
    }

    private func vendor() async throws -> GoogleVendor { try await GoogleVendor(stage.context(FakeGoogle.self)) }

    @Test(
        "are known by their hosts",
        arguments: [
            ("gcr.io", "gcr"), ("eu.gcr.io", "gcr"), ("mirror.gcr.io", "gcr"), ("europe-docker.pkg.dev", "gcr"),
            ("us-central1-docker.pkg.dev", "gcr"), ("europe-python.pkg.dev", nil), ("a.b-docker.pkg.dev", nil),
            ("agcr.io", nil),
        ])
    func hosts(host: String, name: String?) throws {
        #expect(try implementation(of: host) == name)
    }

    @Test("have no time that is 0, and list manifests without a tag")
    func list() async throws {
        let tagged = stage.image(1, ["a"]), bare = stage.image(2)
        let found = try await listed(try await vendor(), [])
        #expect(found["a"]?.digest == tagged)
        #expect(found["a"]?.created == nil)
        #expect(found["a"]?.size == 1234)
        #expect(Set(found.keys) == ["a", bare.text])
    }

    @Test("delete a manifest by force with its tags, which they would refuse to lose")
    func force() async throws {
        let image = stage.image(1, ["a", "b"]), other = stage.image(2, ["c"])
        let report = try await stage.delete([image.text], force: true)
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted.map(\.reference).contains(.digest(image)))
        #expect(stage.tags == ["c": other])
        #expect(!stage.has(image))
    }

    @Test("delete an index before what it holds")
    func index() async throws {
        let child = stage.image(1)
        let index = stage.registry.index([child], in: stage.name)
        let report = try await stage.delete([child.text, index.text])
        #expect(report.failed.map(\.error) == [])
        #expect(!stage.has(child))
    }

    @Test("keep a manifest that has got a tag since, whatever the last look said")
    func held() async throws {
        let image = stage.image(1, ["a"])
        let removals = try await vendor().remove([image])
        guard case .failed(let error)? = removals.first else {
            Issue.record("\(removals)")
            return
        }
        #expect(error.kind == .held)
        #expect(error.text.contains("as the fake says"))
    }

    @Test("name the permission that is missing")
    func permission() async throws {
        stage.image(1, ["a"])
        stage.with { $0.isDenied = true }
        let report = try await stage.delete(["a"])
        #expect(report.failed.map { $0.error.permission?.hasPrefix("artifactregistry.tags.delete") } == [true])
    }

    @Test("refuse to have anything deleted from a cache, without a word to it")
    func readOnly() async throws {
        let context = VendorContext(try Repository("mirror.gcr.io/library/alpine"), stage.settings)
        let error = await #expect(throws: RegistryError.self) {
            try await GoogleVendor(context).remove([.ofNothing()])
        }
        #expect(error?.kind == .unsupported)
        #expect(stage.lines == [])
    }

    @Test(
        "are shown a token of Google's only where they are Google's, or where the user says so",
        arguments: [
            ("europe-docker.pkg.dev/p/r/app", false, true), ("mirror.gcr.io/library/alpine", false, false),
            ("images.example/app", false, false), ("images.example/app", true, true),
        ])
    func token(name: String, isNamed: Bool, isShown: Bool) async throws {
        var settings = stage.settings
        settings.implementation = isNamed ? NamedImplementation("gcr", source: "the test") : nil
        let login = try await GoogleVendor.login(VendorContext(try Repository(name), settings))
        #expect((login != nil) == isShown)
    }

    @Test("are shown a new token where the first one has ended")
    func renewal() async throws {
        stage.image(1, ["a"])
        let tokens = Noted(["ya29.t", "ya29.ended"])
        let context = try stage.context(FakeGoogle.self) { settings in
            settings.variable = { name in
                guard name == "CLOUDSDK_AUTH_ACCESS_TOKEN" else { return nil }
                let token = tokens.value.last
                tokens.note { if $0.count > 1 { $0.removeLast() } }
                return token
            }
        }
        #expect(try await GoogleVendor(context).tags([]) { _, _ in }.map(\.tag.text) == ["a"])
        // The root, a token that is refused, one that is not, and the list.
        #expect(stage.lines.count == 4)
    }

    @Test("are read without a login where there are no credentials")
    func nobody() async throws {
        let context = try stage.context(FakeGoogle.self) { settings in
            // A metadata server that does not know whom it is asked for.
            settings.variable = { _ in nil }
            settings.client = ScriptedClient([.status(404)])
        }
        #expect(try await GoogleVendor.login(context) == nil)
    }

    @Test("say so where what answers is not Google's")
    func foreign() async throws {
        stage.registry.image(1, tags: ["a"], in: "app")
        var settings = stage.settings
        settings.client = stage.registry
        let context = VendorContext(try Repository("europe-docker.pkg.dev/app"), settings)
        let error = await #expect(throws: RegistryError.self) {
            try await GoogleVendor(context).tags([]) { _, _ in }
        }
        #expect(error?.kind == .protocolViolation)
        #expect(error?.hint?.contains("--repo-implementation default") == true)
    }
}
