internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("The rights at a repository")
struct RightsProbeTests {
    private func rights(_ registry: FakeRegistry) async throws -> AccessRights {
        try await ManagedRepository.open(registry.repository(), registry.settings()).rights()
    }

    private func expected(
        pull: Bool? = true, push: Bool? = true, list: Bool? = true, delete: Bool? = true, _ missing: [String] = []
    )
        -> AccessRights
    {
        var rights = AccessRights()
        (rights.pull, rights.push, rights.list, rights.delete, rights.missing) = (pull, push, list, delete, missing)
        return rights
    }

    @Test("are all there, and finding out leaves nothing behind", arguments: [nil, Duration.seconds(60)])
    func all(tokenLife: Duration?) async throws {
        let registry = FakeRegistry(.init(tokenLife: tokenLife))
        let image = registry.image(1, tags: ["v1"])
        #expect(try await rights(registry) == expected())
        #expect(registry.with { $0.uploads.count } == 0)
        #expect(registry.tags() == ["v1": image])
        #expect(registry.with { $0.repositories["app"]?.manifests.count } == 1)
        #expect(registry.lines("PUT", "PATCH") == [])
    }

    static let missing: [(action: String, tokenLife: Duration?)] = [
        ("pull", nil), ("push", nil), ("delete", nil), ("pull", .seconds(60)), ("push", .seconds(60)),
        ("delete", .seconds(60)),
    ]

    @Test("lack what is not allowed, and it is named", arguments: missing)
    func lacking(action: String, tokenLife: Duration?) async throws {
        let registry = FakeRegistry(.init(denied: [action], tokenLife: tokenLife))
        registry.image(1, tags: ["v1"])
        let rights = expected(
            pull: action != "pull", push: action != "push", list: action != "pull", delete: action != "delete",
            ["repository:app:\(action)"])
        #expect(try await self.rights(registry) == rights)
    }

    @Test("lack deletion where that is switched off")
    func off() async throws {
        let registry = FakeRegistry(.init(deletes: false))
        registry.image(1, tags: ["v1"])
        #expect(try await rights(registry) == expected(delete: false, ["delete (switched off at the registry)"]))
    }

    @Test("at a repository that is not there yet are those to make one")
    func noRepository() async throws {
        #expect(try await rights(FakeRegistry()) == expected())
    }

    @Test("lack writing where the registry makes no repository")
    func cannotBeMade() async throws {
        let registry = FakeRegistry()
        registry.upon("POST", 1...9, .status(404, [:], #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#))
        #expect(try await rights(registry) == expected(push: false, ["r.example/app (no such repository)"]))
    }

    @Test("cannot be known where the answer makes no sense")
    func nonsense() async throws {
        let registry = FakeRegistry()
        registry.upon("POST", 1...9, .status(418))
        #expect(try await rights(registry) == expected(push: nil))
    }

    @Test(
        "are not made up where the registry does not answer",
        arguments: ["GET app/tags", "POST", "DELETE app/manifests"])
    func noAnswer(prefix: String) async throws {
        let registry = FakeRegistry()
        registry.upon(prefix, 1...99, .status(503))
        let error = await #expect(throws: RegistryError.self) { try await rights(registry) }
        #expect(error?.kind == .tryLater)
    }
}
