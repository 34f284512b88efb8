internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@Suite("Deleting some of a repository's tags")
struct DeletionPropertyTests {
    /// A repository of images, indexes, indexes of indexes and signatures, all of which may have several tags or none.
    private static func fill(_ registry: FakeRegistry, _ random: inout SeededGenerator) {
        var manifests: [Digest] = []
        for seed in 0..<Int.random(in: 1...6, using: &random) {
            manifests.append(registry.image(.init(seed: seed, isDocker: Bool.random(using: &random))))
        }
        for number in 0..<Int.random(in: 0...4, using: &random) {
            let children = manifests.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
            manifests.append(registry.index(Array(children), annotations: ["number": "\(number)"]))
        }
        for number in 0..<Int.random(in: 0...2, using: &random) {
            guard let subject = manifests.randomElement(using: &random) else { continue }
            let signature = registry.image(.init(subject: subject, seed: 100 + number))
            if Bool.random(using: &random) { registry.list([signature], of: subject) }
            manifests.append(signature)
        }
        for number in 0..<Int.random(in: 2...12, using: &random) {
            guard let digest = manifests.randomElement(using: &random) else { continue }
            registry.tag(digest, as: "t\(number)")
        }
    }

    @Test("leaves exactly the others, with all that they consist of", arguments: 0..<120)
    func exactly(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let registry = FakeRegistry()
        Self.fill(registry, &random)
        let before = registry.tags()
        let named = before.keys.sorted().filter { _ in Bool.random(using: &random) }

        let outcome = try await registry.delete(named, parallel: Int.random(in: 1...16, using: &random))

        #expect(outcome == DeletionOutcome(deleted: Set(named)))
        #expect(registry.tags() == before.filter { !named.contains($0.key) })
        #expect(registry.gaps() == [])
    }

    @Test("leaves the others also where requests fail at random", arguments: 0..<120)
    func faults(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(1000 + seed))
        let registry = FakeRegistry()
        Self.fill(registry, &random)
        let before = registry.tags()
        let named = before.keys.sorted().filter { _ in Bool.random(using: &random) }
        let faults: [FakeRegistry.Fault] = [.cut, .doneThenCut, .status(500), .doneThenStatus(502), .status(403)]
        for prefix in ["DELETE app/manifests", "PUT app/manifests", "GET app/manifests", "HEAD app/manifests"] {
            let start = Int.random(in: 1...20, using: &random)
            guard let fault = faults.randomElement(using: &random) else { continue }
            registry.upon(prefix, start...start + Int.random(in: 0...12, using: &random), fault)
        }

        let outcome = try await registry.delete(named, parallel: Int.random(in: 1...16, using: &random))

        let after = registry.tags()
        let others = before.filter { !named.contains($0.key) }
        #expect(after.filter { others.keys.contains($0.key) } == others)
        #expect(registry.gaps().filter { path in others.keys.contains { path.hasPrefix($0) } } == [])
        // What is said to be gone is gone.
        #expect(outcome.deleted.filter { after.keys.contains($0) } == [])
        // A list of referrers that could not be written is told besides.
        #expect(
            outcome.deleted.union(outcome.failed.keys.filter { !$0.hasPrefix("sha256-") || named.contains($0) })
                == Set(named))
    }

    @Test("by digest takes nothing that an other tag leads to", arguments: 0..<120)
    func digests(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(2000 + seed))
        let registry = FakeRegistry(.init(untags: Bool.random(using: &random)))
        Self.fill(registry, &random)
        let before = registry.tags()
        let tags = before.keys.sorted().filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        let manifests = registry.with { $0.repositories["app"]?.manifests.keys.sorted() ?? [] }
        let digests = manifests.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }

        let outcome = try await registry.delete(tags + digests.map(\.text))

        #expect(registry.tags() == before.filter { !tags.contains($0.key) })
        #expect(registry.gaps() == [])
        #expect(outcome.deleted.union(outcome.failed.keys) == Set(tags + digests.map(\.text)))
        for digest in digests {
            #expect(registry.has(digest) == !outcome.deleted.contains(digest.text))
        }
    }
}
