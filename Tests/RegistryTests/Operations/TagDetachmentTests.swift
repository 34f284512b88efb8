internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("A tag that is taken from a manifest with other tags")
struct TagDetachmentTests {
    private let registry = FakeRegistry()
    private let image: Digest

    init() {
        image = registry.image(1, tags: ["a", "b"])
    }

    /// Requests of the second step: the stand-in's digest is not known before.
    private let secondStep = "DELETE app/manifests/sha256"

    @Test("is given to a manifest of its own, and that is deleted")
    func steps() async throws {
        _ = try await registry.delete(["a"])
        let steps = registry.lines("PUT app/manifests", "DELETE app/manifests/sha256").suffix(2)
        #expect(steps.first == "PUT app/manifests/a")
        #expect(steps.last?.hasPrefix(secondStep) == true)
        #expect(registry.with { $0.repositories["app"]?.manifests.count } == 1)
    }

    @Test("stays where somebody pushes it while its stand-in is made")
    func pushedMeanwhile() async throws {
        let other = registry.image(2)
        registry.upon("PUT app/blobs/uploads", .meanwhile { $0.tag(other, as: "a") })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .held]))
        #expect(registry.tags() == ["a": other, "b": image])
    }

    @Test("has its image back where the second step is refused", arguments: [400, 403, 405, 500])
    func refused(status: Int) async throws {
        // The first deletion asks for a digest that cannot be there, the second is the stand-in's.
        registry.upon(secondStep, 2...9, .status(status))
        let outcome = try await registry.delete(["a"])
        #expect(outcome.deleted == [])
        #expect(Set(outcome.failed.keys) == ["a"])
        #expect(registry.tags() == ["a": image, "b": image])
        #expect(registry.gaps() == [])
    }

    @Test("has its image back where the second step is cut off")
    func cut() async throws {
        registry.upon(secondStep, 2...9, .cut)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .tryLater]))
        #expect(registry.tags() == ["a": image, "b": image])
    }

    @Test("is gone where the second step was done although its answer was lost")
    func lost() async throws {
        registry.upon(secondStep, 2...2, .doneThenCut)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["b": image])
    }

    static let firstSteps: [FakeRegistry.Fault] = [.status(400), .status(403), .status(500), .cut]

    @Test("stays as it is where the first step fails", arguments: firstSteps)
    func firstStep(fault: FakeRegistry.Fault) async throws {
        registry.upon("PUT app/manifests/a", 1...100, fault)
        let outcome = try await registry.delete(["a"])
        #expect(outcome.deleted == [])
        #expect(registry.tags() == ["a": image, "b": image])
    }

    @Test("has its image back where the first step was done although its answer never came")
    func firstStepLost() async throws {
        registry.upon("PUT app/manifests/a", 1...8, .doneThenCut)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .tryLater]))
        #expect(registry.tags() == ["a": image, "b": image])
    }

    @Test("tells what it leads to where nothing could be undone")
    func stuck() async throws {
        registry.upon(secondStep, 2...9, .status(403))
        registry.upon("PUT app/manifests/a", 2...9, .status(403))
        let report = try await registry.deletion(["a"])
        let error = try #require(report.failed.first?.error)
        #expect(error.text.contains("may lead to an empty image now"))
        #expect(error.hint?.contains("berth copy r.example/app@\(image) r.example/app:a") == true)
        #expect(registry.has(image))
    }

    @Test("is left alone once somebody has moved it")
    func moved() async throws {
        let other = registry.image(2)
        registry.upon("GET app/manifests/a", .meanwhile { $0.tag(other, as: "a") })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .held]))
        #expect(registry.tags() == ["a": other, "b": image])
    }

    @Test("is left alone once somebody has moved it between both steps, and its image there")
    func movedBetween() async throws {
        let other = registry.image(2)
        registry.upon(secondStep, 2...2, .meanwhile { $0.tag(other, as: "a") })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["a": other, "b": image])
    }

    @Test("does not disturb another that is taken from it at the same time")
    func together() async throws {
        for name in ["c", "d", "e", "f"] { registry.tag(image, as: name) }
        let names: Set = ["a", "c", "d", "e", "f"]
        #expect(try await registry.delete(names.sorted()) == DeletionOutcome(deleted: names))
        #expect(registry.tags() == ["b": image])
        #expect(registry.gaps() == [])
    }

    @Test("is not left at an empty image by an interruption")
    func interrupted() async throws {
        let registry = registry
        let (start, starter) = AsyncStream.makeStream(of: Never.self)
        let deletion = Task {
            for await _ in start {}
            return try await registry.deletion(["a"])
        }
        registry.upon("PUT app/manifests/a", .meanwhile { _ in deletion.cancel() })
        starter.finish()
        _ = await deletion.result
        #expect(registry.tags()["b"] == image)
        #expect(registry.tags()["a"] == nil || registry.tags()["a"] == image)
        #expect(registry.gaps() == [])
    }

    @Test("of an index is taken with a manifest that the registry takes")
    func index() async throws {
        let index = registry.index([image], tags: ["i", "j"])
        #expect(try await registry.delete(["i"]) == DeletionOutcome(deleted: ["i"]))
        #expect(registry.tags() == ["a": image, "b": image, "j": index])
    }
}
