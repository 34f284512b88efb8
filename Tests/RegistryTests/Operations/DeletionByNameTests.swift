internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("Deleting at a registry that removes tags")
struct DeletionByNameTests {
    private let registry = FakeRegistry(.init(untags: true))

    @Test("removes the named tag alone, and no manifest")
    func alone() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["b": image])
        #expect(registry.lines("DELETE") == ["DELETE app/manifests/a"])
        #expect(registry.written.isEmpty)
    }

    @Test("tells which manifest a tag led to")
    func digest() async throws {
        let image = registry.image(1, tags: ["a"])
        #expect(try await registry.deletion(["a"]).deleted.map(\.digest) == [image])
    }

    @Test("fails for a tag that is not there, and not for the others")
    func absent() async throws {
        registry.image(1, tags: ["a"])
        let outcome = try await registry.delete(["0", "a", "z"])
        #expect(outcome == DeletionOutcome(deleted: ["a"], failed: ["0": .notFound, "z": .notFound]))
    }

    @Test("names what is named twice once")
    func twice() async throws {
        registry.image(1, tags: ["a"])
        #expect(try await registry.deletion(["a", "a"]).deleted.count == 1)
    }

    @Test("does all of many tags")
    func many() async throws {
        let names = (1...50).map { "v\($0)" }
        registry.image(1, tags: names + ["kept"])
        #expect(try await registry.delete(names) == DeletionOutcome(deleted: Set(names)))
        #expect(Set(registry.tags().keys) == ["kept"])
    }

    static let unclear: [FakeRegistry.Fault] = [.doneThenCut, .doneThenStatus(500), .doneThenStatus(504)]

    @Test("does not count as failed what was done although the answer was lost", arguments: unclear)
    func lost(fault: FakeRegistry.Fault) async throws {
        registry.image(1, tags: ["a", "b"])
        registry.upon("DELETE app/manifests/a", fault)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.lines("DELETE").count == 1)
    }

    static let undone: [FakeRegistry.Fault] = [.cut, .status(500), .status(408), .status(502)]

    @Test("tries again where nothing was done", arguments: undone)
    func again(fault: FakeRegistry.Fault) async throws {
        registry.image(1, tags: ["a"])
        registry.upon("DELETE app/manifests/a", 1...2, fault)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
    }

    @Test("gives up where it never works, and the tag is reported")
    func never() async throws {
        registry.image(1, tags: ["a", "b"])
        registry.upon("DELETE app/manifests/a", 1...100, .status(500))
        #expect(try await registry.delete(["a", "b"]) == DeletionOutcome(deleted: ["b"], failed: ["a": .tryLater]))
        #expect(registry.lines("DELETE app/manifests/a").count == 3)
    }

    @Test("leaves a tag that was made anew after a deletion whose answer was lost")
    func madeAnew() async throws {
        registry.image(1, tags: ["a"])
        let other = registry.image(2)
        registry.upon("DELETE app/manifests/a", .doneThenCut)
        registry.upon("HEAD app/manifests/a", 2...2, .meanwhile { $0.tag(other, as: "a") })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .held]))
        #expect(registry.tags() == ["a": other])
    }

    @Test("leaves all as it was where it is not allowed", arguments: [Set(["delete"]), ["delete", "push"]])
    func denied(actions: Set<String>) async throws {
        registry.image(1, tags: ["a", "b"])
        registry.with { $0.behaviour.denied = actions }
        #expect(try await registry.delete(["a", "b"]) == DeletionOutcome(failed: ["a": .denied, "b": .denied]))
        #expect(registry.tags().count == 2)
        #expect(registry.written.isEmpty)
    }

    @Test("does not go about the refusal of a single tag where others are removed by name", arguments: [400, 405])
    func immutable(status: Int) async throws {
        let image = registry.image(2, tags: ["b"])
        registry.image(1, tags: ["a", "c"])
        registry.upon("DELETE app/manifests/b", 1...9, .status(status, [:], #"{"errors":[{"code":"UNSUPPORTED"}]}"#))
        #expect(
            try await registry.delete(["a", "b", "c"])
                == DeletionOutcome(deleted: ["a", "c"], failed: ["b": .unsupported]))
        #expect(registry.tags() == ["b": image])
        #expect(registry.written.isEmpty)
    }

    @Test("believes no registry that says a tag is gone which it still has")
    func pretended() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        registry.upon("DELETE app/manifests/a", 1...9, .status(404))
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["b": image])
    }

    @Test("counts a tag as deleted that somebody else deletes at the same moment")
    func race() async throws {
        registry.image(1, tags: ["a"])
        registry.upon(
            "DELETE app/manifests/a",
            .meanwhile { registry in
                registry.with { $0.repositories["app"]?.tags["a"] = nil }
            })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
    }

    @Test("removes a tag and its manifest where both are named")
    func both() async throws {
        let image = registry.image(1, tags: ["a"])
        #expect(try await registry.delete(["a", image.text]) == DeletionOutcome(deleted: ["a", image.text]))
        #expect(!registry.has(image))
    }

    @Test("reads no digest from a header where there is none")
    func noDigests() async throws {
        registry.with { $0.behaviour.namesDigests = false }
        let image = registry.image(1, tags: ["a"])
        #expect(try await registry.deletion(["a"]).deleted.map(\.digest) == [image])
    }
}
