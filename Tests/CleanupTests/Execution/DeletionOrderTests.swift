@testable import Cleanup
import Registry
import TestSupport
import Testing

@Suite("The order of deletion")
struct DeletionOrderTests {
    private static func plans(_ seed: Int, _ check: (Inventory, Plan) throws -> Void) throws {
        for number in 0..<20 {
            let repository = RandomRepository(seed: UInt64(seed * 1_000_000 + number))
            var policy = RepositoryPolicy(), rule = DeleteRule(), keep = KeepRule()
            rule.olderThan = number * RandomRepository.day
            keep.last = 1 + number % 4
            policy.delete = [rule]
            if number % 3 > 0 { policy.keep = [keep] }
            if number % 2 > 0 { policy.untaggedOlderThan = 30 * RandomRepository.day }
            let planner = Planner(
                policy: policy, evidence: Evidence(), now: RandomRepository.now, imagesGoWithLastTag: number % 5 == 0)
            let (inventory, plan) = try repository.plan(by: planner, Evidence())
            try check(inventory, plan)
        }
    }

    @Test("the parts of all shards are the whole plan, and none has what another has", arguments: 0..<20)
    func shards(seed: Int) throws {
        try Self.plans(seed) { inventory, plan in
            let whole = DeletionOrder(plan, of: inventory).steps
            #expect(Set(whole.map(\.reference)).count == whole.count)
            let count = plan.tags.filter(\.isDeleted).count + plan.manifests.filter { $0?.isDeleted == true }.count
            #expect(whole.count == count)
            for count in 1...5 {
                var parts: [DeletionOrder.Step] = []
                for number in 1...count {
                    let shard = try #require(Shard(number, of: count))
                    parts += DeletionOrder(plan, of: inventory, shard: shard).steps
                }
                #expect(parts.count == whole.count)
                #expect(Set(parts) == Set(whole))
            }
        }
    }

    @Test(
        "all that must go together is in one shard, and a tag's manifest never goes before the tag", arguments: 0..<20)
    func together(seed: Int) throws {
        try Self.plans(seed) { inventory, plan in
            var shards: [Digest: Int] = [:], after: [Digest: Digest] = [:]
            var tags: [DeletionOrder.Step: Int] = [:]
            for number in 1...4 {
                for step in DeletionOrder(plan, of: inventory, shard: try #require(Shard(number, of: 4))).steps {
                    switch step.reference {
                    case .digest(let digest):
                        shards[digest] = number
                        after[digest] = step.after
                    case .tag: tags[step] = number
                    }
                }
            }
            for edge in inventory.children {
                let (index, child) = (inventory.digest(of: .init(edge.from)), inventory.digest(of: .init(edge.to)))
                guard let one = shards[index], let other = shards[child] else { continue }
                #expect(one == other)
                // Where an index has to wait, so has what it holds.
                if after[index] != nil { #expect(after[child] != nil) }
            }
            for (step, number) in tags {
                let digest = try #require(step.expected)
                guard let shard = shards[digest] else { continue }
                #expect(shard == number)
                if step.after != nil { #expect(after[digest] != nil) }
                if let subject = step.after, let other = shards[subject] { #expect(other == number) }
            }
        }
    }
}
