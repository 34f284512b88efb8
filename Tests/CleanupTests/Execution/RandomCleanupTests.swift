@testable import Cleanup
import Registry
@testable import RegistryTestSupport
import TestSupport
import Testing

/// A registry made by chance: nested indexes that share what they hold, several tags a digest, signatures by tag and by
/// subject, lists of referrers, and what has been left over.
private struct RandomSite {
    let registry: FakeRegistry
    private(set) var used: [Digest] = []
    private(set) var held: [String] = []

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var behaviour = FakeRegistry.Behaviour()
        behaviour.untags = Bool.random(using: &random)
        behaviour.keepsReferrers = Bool.random(using: &random)
        registry = FakeRegistry(behaviour)
        var made: [Digest] = [], lists: [Digest: [Digest]] = [:]
        func some() -> Digest? { made.randomElement(using: &random) }
        for number in 0..<Int.random(in: 2...12, using: &random) {
            if Int.random(in: 0..<3, using: &random) == 0, !made.isEmpty {
                let children = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in some() }
                made.append(registry.index(children, annotations: ["number": "\(number)"]))
            } else {
                made.append(registry.image(number))
            }
        }
        for number in 0..<Int.random(in: 2...12, using: &random) {
            if let digest = some() { registry.tag(digest, as: "t-\(number)") }
        }
        for number in 0..<Int.random(in: 0...6, using: &random) {
            guard let subject = some() else { break }
            if Bool.random(using: &random) {
                registry.tag(registry.image(100 + number), as: "\(subject.tagForm).sig")
            } else {
                var image = FakeRegistry.Image(seed: 100 + number)
                image.subject = subject
                let referrer = registry.image(image)
                made.append(referrer)
                if Int.random(in: 0..<3, using: &random) == 0 { registry.tag(referrer, as: "about-\(number)") }
                if !behaviour.keepsReferrers { lists[subject, default: []].append(referrer) }
            }
        }
        for (subject, referrers) in lists.sorted(by: { $0.key < $1.key }) { registry.list(referrers, of: subject) }
        for tag in registry.tags().keys.sorted() where Int.random(in: 0..<4, using: &random) == 0 { held.append(tag) }
        for digest in made where Int.random(in: 0..<8, using: &random) == 0 { used.append(digest) }
    }

    func open() async throws -> ManagedRepository {
        try await ManagedRepository.open(registry.repository(), registry.settings())
    }

    func plan(_ managed: ManagedRepository) async throws -> (inventory: Inventory, plan: Plan) {
        var planner = CleanupScene.planner(managed, holding: held)
        var usage = try #require(planner.evidence.usage[0])
        for digest in used { usage.digests[digest] = "in use" }
        var evidence = Evidence()
        evidence.usage[0] = usage
        planner = Planner(policy: planner.policy, evidence: evidence, now: planner.now, imagesGoWithLastTag: false)
        return try await Survey(of: managed, for: planner).run()
    }

    /// All that these lead to.
    func needed(_ roots: [Digest]) -> Set<Digest> {
        let manifests = registry.with { $0.repositories["app"]?.manifests ?? [:] }
        var needed: Set<Digest> = [], pending = roots
        while let digest = pending.popLast() {
            guard let stored = manifests[digest], needed.insert(digest).inserted,
                let read = try? Manifest(parsing: stored.bytes, contentType: stored.type)
            else { continue }
            if case .index(let entries) = read.content { pending += entries.map(\.digest) }
            if let subject = read.subject { pending.append(subject.digest) }
        }
        return needed
    }

    var manifests: Set<Digest> { registry.with { Set($0.repositories["app"]?.manifests.keys.map(\.self) ?? []) } }
}

@Suite("A cleanup of a repository made by chance")
struct RandomCleanupTests {
    @Test(
        "leaves exactly what its plan keeps, breaks nothing, and finds nothing to do the second time", arguments: 0..<40
    )
    func isExact(seed: Int) async throws {
        for number in 0..<10 {
            let site = RandomSite(seed: UInt64(seed * 1000 + number))
            let managed = try await site.open()
            let (inventory, plan) = try await site.plan(managed)
            let kept = plan.tags.indices.filter { !plan.tags[$0].isDeleted }.map { inventory.tagName(at: $0) }
            let gone = plan.manifests.indices.filter { plan.manifests[$0]?.isDeleted == true }.map {
                inventory.digest(of: Inventory.Node($0))
            }
            let before = site.manifests, tags = site.registry.tags()
            let needed = site.needed(kept.compactMap { tags[$0] } + site.used)
            let order = DeletionOrder(plan, of: inventory)
            let report = try await OrderExecution(order, at: managed, knowing: inventory).run()
            #expect(report.failed.map(\.error) == [])
            #expect(report.skipped.map(\.reference) == [])
            #expect(Set(site.registry.tags().keys) == Set(kept))
            // Stand-ins go too: nothing is left of them.
            #expect(site.manifests == before.subtracting(gone))
            #expect(needed.isSubset(of: site.manifests))
            #expect(site.registry.gaps() == [])
            let (left, again) = try await site.plan(try await site.open())
            #expect(DeletionOrder(again, of: left).steps.isEmpty)
        }
    }
}
