@testable import Cleanup
@testable import Registry
@testable import RegistryTestSupport
import Testing

private func site(untags: Bool) -> FakeRegistry {
    var behaviour = FakeRegistry.Behaviour()
    behaviour.untags = untags
    return FakeRegistry(behaviour)
}

private func execution(
    _ steps: [DeletionOrder.Step], at managed: ManagedRepository, knowing inventory: Inventory? = nil
) -> OrderExecution {
    var order = DeletionOrder()
    order.steps = steps
    return OrderExecution(order, at: managed, knowing: inventory)
}

@Suite("A cleanup while others are at work", .serialized)
struct LateChangeTests {
    @Test("leaves an image at ECR that is pushed again while its last tag goes")
    func renewed() async throws {
        let stage = try VendorStage(FakeECR.self)
        let image = stage.image(1, ["old"]), other = stage.image(2, ["other"])
        let stored = try #require(stage.with { $0.content.manifests[image] })
        // After the last look at all of the repository.
        stage.after("DescribeImages") { world in
            world.content.manifests[image] = stored
            world.content.tags["new"] = image
        }
        let steps: [DeletionOrder.Step] = [
            .init(.tag(try Tag("old")), expected: image), .init(.digest(image)),
            .init(.tag(try Tag("other")), expected: other), .init(.digest(other)),
        ]
        let report = try await execution(steps, at: try await stage.open()).run()
        #expect(stage.tags == ["new": image])
        #expect(stage.has(image))
        #expect(report.skipped.map(\.reference) == [.digest(image)])
        #expect(report.failed.map(\.error) == [])
        #expect(report.deleted.count == 3)
    }

    @Test("lists the repository once, however many batches there are", arguments: [true, false])
    func requests(untags: Bool) async throws {
        let registry = site(untags: untags)
        let kept = (0..<100).map { registry.image($0, tags: ["k-\($0)"]) }
        for number in 100..<1700 { registry.image(number, tags: ["t-\(number)"]) }
        let managed = try await ManagedRepository.open(registry.repository(), registry.settings())
        let planner = CleanupScene.planner(managed, holding: (0..<100).map { "k-\($0)" })
        let (inventory, plan) = try await Survey(of: managed, for: planner).run()
        registry.forgetRequests()
        // One tag is moved in the meantime.
        registry.upon("DELETE app/manifests/", .meanwhile { $0.tag(kept[0], as: "t-101") })
        let order = DeletionOrder(plan, of: inventory)
        #expect(order.steps.count == 3200)
        let report = try await OrderExecution(order, at: managed, knowing: inventory).run()
        #expect(report.failed.map(\.error) == [])
        #expect(report.skipped.map(\.reason).contains(.moved))
        #expect(registry.tags()["t-101"] == kept[0])
        #expect(registry.tags().count == 101)
        #expect(registry.lines("GET app/tags").count == 1)
        #expect(registry.lines("GET app/manifests").count == 0)
        // A look at each tag that goes; a list of all, or of what the first batch leaves; one at the moved tag.
        let looks: Int = untags ? 1600 + 1201 + 1 : 1599 + 1700 + 4 + 1
        #expect(registry.lines("HEAD").count == looks)
        // In each batch, one digest tells that the registry deletes, and one tag, where it does not do that, what it does.
        let deletions: Int = untags ? 1599 + 1600 + 4 : 1600 + 4 * 2
        #expect(registry.lines("DELETE").count == deletions)
    }

    @Test("tells apart what it has deleted and what was gone already", arguments: [true, false])
    func gone(untags: Bool) async throws {
        let registry = site(untags: untags)
        let index = registry.index([registry.image(1)], tags: ["index"])
        let managed = try await ManagedRepository.open(registry.repository(), registry.settings())
        let (inventory, plan) = try await Survey(of: managed, for: CleanupScene.planner(managed, holding: [])).run()
        registry.with { state in
            state.repositories["app"]?.tags = [:]
            state.repositories["app"]?.manifests = [:]
        }
        let order = DeletionOrder(plan, of: inventory)
        let report = try await OrderExecution(order, at: managed, knowing: inventory).run()
        #expect(report.deleted == [])
        #expect(report.absent.contains(.digest(index)))
        #expect(report.absent.count == order.steps.count)
    }

    @Test("deletes nothing as long as an index that a tag leads to cannot be read", arguments: [true, false])
    func unseenIndex(untags: Bool) async throws {
        let registry = site(untags: untags)
        let child = registry.image(1, tags: ["child"])
        let index = registry.index([child], tags: ["index"])
        registry.upon("GET app/manifests/\(index)", 1...100, .status(404))
        let managed = try await ManagedRepository.open(registry.repository(), registry.settings())
        let steps: [DeletionOrder.Step] = [
            .init(.tag(try Tag("child")), expected: child), .init(.digest(child)),
        ]
        let report = try await execution(steps, at: managed).run()
        #expect(report.failed.contains { $0.reference == .digest(child) && $0.error.kind == .tryLater })
        #expect(registry.has(child))
        #expect(registry.gaps() == [])
    }
}
