@testable import Cleanup
import Registry
@testable import RegistryTestSupport
import Testing

/// A plain registry from which an order is executed.
private struct Site {
    let registry: FakeRegistry

    /// A registry that removes tags by their names, or by manifests only.
    init(untags: Bool) {
        var behaviour = FakeRegistry.Behaviour()
        behaviour.untags = untags
        registry = FakeRegistry(behaviour)
    }

    func execution(_ steps: [DeletionOrder.Step], knowing inventory: Inventory? = nil) async throws -> OrderExecution {
        var order = DeletionOrder()
        order.steps = steps
        return OrderExecution(
            order, at: try await ManagedRepository.open(registry.repository(), registry.settings()), knowing: inventory)
    }

    func run(_ steps: [DeletionOrder.Step]) async throws -> ExecutionReport { try await execution(steps).run() }

    /// All of the plan by which everything goes but `tags`.
    func clean(keeping tags: Set<String>) async throws -> ExecutionReport {
        let managed = try await ManagedRepository.open(registry.repository(), registry.settings())
        let planner = CleanupScene.planner(managed, holding: Array(tags))
        let (inventory, plan) = try await Survey(of: managed, for: planner).run()
        registry.forgetRequests()
        return try await OrderExecution(DeletionOrder(plan, of: inventory), at: managed, knowing: inventory).run()
    }
}

private func tag(_ name: String, _ digest: Digest, after: Digest? = nil) throws -> DeletionOrder.Step {
    .init(.tag(try Tag(name)), expected: digest, after: after)
}

private func manifest(_ digest: Digest, after: Digest? = nil) -> DeletionOrder.Step {
    .init(.digest(digest), after: after)
}

@Suite("The execution of an order", .serialized)
struct OrderExecutionTests {
    @Test("leaves an image whose tags all go and that does not go itself", arguments: [true, false])
    func keepsImages(untags: Bool) async throws {
        let site = Site(untags: untags)
        let image = site.registry.image(1, tags: ["a", "b"])
        let report = try await site.run([try tag("a", image), try tag("b", image)])
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted.count == 2)
        #expect(site.registry.tags() == [:])
        #expect(site.registry.has(image))
    }

    @Test("leaves what is about an image that is still there, and says so", arguments: [true, false])
    func subjectsThatStay(untags: Bool) async throws {
        let site = Site(untags: untags)
        let image = site.registry.image(1, tags: ["a"]), signature = site.registry.image(2, tags: ["sig"])
        let report = try await site.run([try tag("sig", signature, after: image), manifest(signature, after: image)])
        #expect(report.deleted == [])
        #expect(report.skipped.map(\.reason) == [.subjectStays(image), .subjectStays(image)])
        #expect(site.registry.tags() == ["a": image, "sig": signature])
    }

    @Test("deletes what is about an image only after that, however the steps are given", arguments: [true, false])
    func rounds(untags: Bool) async throws {
        let site = Site(untags: untags)
        let image = site.registry.image(1, tags: ["a"]), signature = site.registry.image(2, tags: ["sig"])
        let second = site.registry.image(3, tags: ["sigsig"])
        let steps = [
            manifest(second, after: signature), try tag("sigsig", second, after: signature),
            manifest(signature, after: image), try tag("sig", signature, after: image), manifest(image),
            try tag("a", image),
        ]
        let report = try await site.run(steps)
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted.count == 6)
        #expect(site.registry.tags() == [:])
        let order = site.registry.lines("DELETE app/manifests/sha256").compactMap { line in
            [image, signature, second].firstIndex { line.hasSuffix($0.text) }
        }
        #expect(order == [0, 1, 2])
    }

    @Test("counts what is gone already as done", arguments: [true, false])
    func absent(untags: Bool) async throws {
        let site = Site(untags: untags)
        let image = site.registry.image(1, tags: ["a"])
        let none = Digest(of: [1])
        let report = try await site.run(
            [try tag("a", image), manifest(image), try tag("none", none), manifest(none)])
        #expect(report.failed.map(\.error) == [])
        #expect(Set(report.absent.map(\.text)) == ["none", none.text])
        #expect(report.deleted.count == 2)
    }

    @Test("goes on where something fails, and tells it", arguments: [true, false])
    func failures(untags: Bool) async throws {
        let site = Site(untags: untags)
        let bad = site.registry.image(1, tags: ["a"]), good = site.registry.image(2, tags: ["b"])
        let signature = site.registry.image(3, tags: ["sig"])
        site.registry.upon("DELETE app/manifests/\(bad)", 1...100, .status(403))
        let report = try await site.run(
            [
                try tag("a", bad), manifest(bad), try tag("b", good), manifest(good),
                try tag("sig", signature, after: bad), manifest(signature, after: bad),
            ])
        #expect(report.failed.contains { $0.reference == .digest(bad) && $0.error.kind == .denied })
        #expect(report.skipped.map(\.reason) == [.subjectStays(bad), .subjectStays(bad)])
        #expect(!site.registry.has(good))
        #expect(site.registry.has(bad) && site.registry.has(signature))
    }

    @Test("ends where nobody waits for it any more", arguments: [true, false])
    func cancellation(untags: Bool) async throws {
        let site = Site(untags: untags)
        var steps: [DeletionOrder.Step] = []
        for number in 0..<50 {
            let image = site.registry.image(number, tags: ["t-\(number)"])
            steps += [try tag("t-\(number)", image), manifest(image)]
        }
        let execution = try await site.execution(steps), registry = site.registry
        let task = Task { try await execution.run() }
        // Somewhere in the middle.
        while registry.lines("DELETE").count < 5 { await Task.yield() }
        task.cancel()
        await #expect(throws: RegistryError.self) { _ = try await task.value }
        #expect(registry.tags().count > 0)
        #expect(registry.gaps() == [])
    }

    @Test("asks no more than it must where tags are removed by name")
    func requestsByName() async throws {
        let site = Site(untags: true)
        for number in 0..<100 { site.registry.image(number, tags: ["t-\(number)"]) }
        let report = try await site.clean(keeping: ["t-0", "t-1"])
        #expect(report.deleted.count == 196)
        // A look at each tag and its removal; the rest of the tags, and each manifest's deletion.
        #expect(site.registry.lines("GET app/manifests").count == 0)
        #expect(site.registry.lines("HEAD").count == 100)
        // One digest tells that the registry deletes at all.
        #expect(site.registry.lines("DELETE").count == 197)
        #expect(site.registry.lines("GET app/tags").count == 1)
    }

    @Test("asks no more than it must where manifests are deleted with their tags")
    func requestsByDigest() async throws {
        let site = Site(untags: false)
        for number in 0..<100 { site.registry.image(number, tags: ["t-\(number)"]) }
        let report = try await site.clean(keeping: ["t-0", "t-1"])
        #expect(report.deleted.count == 196)
        #expect(site.registry.lines("GET app/manifests").count == 0)
        #expect(site.registry.lines("GET app/tags").count == 1)
        // One tag that tells what the registry does not do, and one digest that tells what it does.
        #expect(site.registry.lines("DELETE").count == 100)
        // A look at the first tag, at all of them, and at each right before it goes.
        #expect(site.registry.lines("HEAD").count == 199)
    }
}
