@testable import Cleanup
import Registry
import TestSupport
import Testing

/// What holds for every plan, whatever is in the repository.
struct PlanPropertyTests {
    private static let seeds = 0..<60
    /// How many repositories each seed makes.
    private static let count = 20

    /// Policies of every kind that need no patterns.
    private static func planner(_ random: inout SeededGenerator, _ repository: RandomRepository) -> Planner {
        var policy = RepositoryPolicy()
        var delete = DeleteRule()
        delete.olderThan =
            Bool.random(using: &random) ? Int.random(in: 0..<60, using: &random) * RandomRepository.day : nil
        policy.delete = Int.random(in: 0..<10, using: &random) == 0 ? [] : [delete]
        var evidence = Evidence()
        if Bool.random(using: &random) {
            var keep = KeepRule()
            keep.last = Int.random(in: 1..<6, using: &random)
            policy.keep.append(keep)
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            var keep = KeepRule()
            keep.within = RandomRepository.day * 20
            policy.keep.append(keep)
        }
        if Bool.random(using: &random) {
            var keep = KeepRule(), usage = Usage()
            keep.inUse = [.standardInput]
            for digest in repository.manifests.keys.sorted() where Int.random(in: 0..<8, using: &random) == 0 {
                usage.digests[digest] = "in use"
            }
            for tag in repository.tags.keys.sorted() where Int.random(in: 0..<8, using: &random) == 0 {
                usage.tags[tag] = "in use"
            }
            evidence.usage[policy.keep.count] = usage
            policy.keep.append(keep)
        }
        if Bool.random(using: &random) { policy.untaggedOlderThan = RandomRepository.day * 30 }
        return Planner(
            policy: policy, evidence: evidence, now: RandomRepository.now,
            imagesGoWithLastTag: Bool.random(using: &random))
    }

    private struct Outcome {
        let before: RandomRepository
        let planner: Planner
        let inventory: Inventory
        let plan: Plan

        /// What is left where all of the plan is done.
        var after: RandomRepository {
            var after = before
            for (place, decision) in plan.tags.enumerated() where decision.isDeleted {
                after.tags[inventory.tagName(at: place)] = nil
            }
            for (place, decision) in plan.manifests.enumerated() where decision?.isDeleted == true {
                after.manifests[inventory.digest(of: Inventory.Node(place))] = nil
            }
            guard planner.imagesGoWithLastTag else { return after }
            // The registry itself removes what neither a tag nor an index leads to any more.
            for digest in before.led.subtracting(after.led) { after.manifests[digest] = nil }
            return after
        }
    }

    private static func outcomes(_ seed: Int, _ check: (Outcome) throws -> Void) throws {
        for number in 0..<count {
            let seed = UInt64(seed * 1_000_000 + number)
            var random = SeededGenerator(seed: seed)
            let repository = RandomRepository(seed: seed)
            let planner = planner(&random, repository)
            let (inventory, plan) = try repository.plan(by: planner, planner.evidence)
            try check(Outcome(before: repository, planner: planner, inventory: inventory, plan: plan))
        }
    }

    /// All that the manifests which stay by their tags lead to.
    private static func needed(_ roots: some Sequence<Digest>, in repository: RandomRepository) -> Set<Digest> {
        var needed: Set<Digest> = [], pending = Array(roots)
        while let digest = pending.popLast() {
            guard let manifest = repository.manifests[digest], needed.insert(digest).inserted else { continue }
            pending += manifest.children
            if let subject = manifest.subject { pending.append(subject) }
        }
        return needed
    }

    @Test("nothing that stays loses a child, a subject, or what it is tagged with", arguments: seeds)
    func keptStayWhole(seed: Int) throws {
        try Self.outcomes(seed) { outcome in
            let (before, after) = (outcome.before, outcome.after)
            let used = outcome.planner.evidence.usage.values.flatMap(\.digests.keys)
            let needed = Self.needed(Array(after.tags.values) + used, in: before)
            let lost = needed.filter { after.manifests[$0] == nil }
            #expect(lost.isEmpty)
            // Nobody said that manifests without tags may go.
            guard outcome.planner.policy.untaggedOlderThan == nil else { return }
            let led = Set(before.tags.values).union(before.manifests.values.flatMap(\.children))
            let alone = before.manifests.keys.filter { !led.contains($0) && before.manifests[$0]?.subject == nil }
            #expect(alone.allSatisfy { after.manifests[$0] != nil })
        }
    }

    @Test("what is about an image that stays, stays", arguments: seeds)
    func referrersStay(seed: Int) throws {
        try Self.outcomes(seed) { outcome in
            let (before, after) = (outcome.before, outcome.after)
            for digest in Self.needed(after.tags.values, in: before) {
                let signature = "sha256-\(digest.text.dropFirst(7)).sig"
                #expect(before.tags[signature] == after.tags[signature])
                for (referrer, manifest) in before.manifests where manifest.subject == digest {
                    #expect(after.manifests[referrer] != nil)
                }
            }
        }
    }

    @Test("a tag goes only where a rule selects it and none holds it, or what it is about goes", arguments: seeds)
    func onlySelectedGo(seed: Int) throws {
        try Self.outcomes(seed) { outcome in
            let (before, after) = (outcome.before, outcome.after)
            let policy = outcome.planner.policy
            for tag in before.tags.keys where after.tags[tag] == nil {
                if tag.hasPrefix("sha256-") {
                    let subject = try #require(Digest("sha256:\(tag.dropFirst(7).prefix(64))"))
                    #expect(after.manifests[subject] == nil)
                    // Who had lost it before may be another repository's.
                    if before.manifests[subject] == nil { #expect(!policy.delete.isEmpty) }
                    continue
                }
                let rule = try #require(policy.delete.first)
                let time = before.times[tag].flatMap { $0 }
                if let age = rule.olderThan {
                    let time = try #require(time)
                    #expect(time > 1_400_000_000 && RandomRepository.now - time > age)
                }
                #expect(outcome.planner.evidence.usage.values.allSatisfy { $0.tags[tag] == nil })
                for keep in policy.keep where keep.within != nil || keep.last != nil {
                    let known = try #require(time, "its age is not known, and a rule asks for it")
                    #expect(known < RandomRepository.now + RandomRepository.day)
                    if let within = keep.within { #expect(RandomRepository.now - known >= within) }
                    guard let last = keep.last else { continue }
                    let newer = before.times.filter { other in
                        guard let time = other.value, !other.key.hasPrefix("sha256-") else { return false }
                        return before.tags[other.key] != nil && time <= RandomRepository.now + RandomRepository.day
                            && time > 1_400_000_000 && (time, other.key) > (known, tag)
                    }
                    #expect(newer.count >= last)
                }
            }
        }
    }

    @Test("what nothing leads to any more goes too, with what it alone held", arguments: seeds)
    func nothingIsLeftOver(seed: Int) throws {
        try Self.outcomes(seed) { outcome in
            let (before, after) = (outcome.before, outcome.after)
            // An image all of whose tags went, and which nothing that is left leads to.
            let left = Self.needed(after.tags.values, in: after)
            let held = Set(after.manifests.values.flatMap(\.children))
            let used = Set(outcome.planner.evidence.usage.values.flatMap(\.digests.keys))
            for digest in Set(before.tags.values) where !left.contains(digest) && !held.contains(digest) {
                let isAbout = after.manifests.values.contains { $0.subject == digest }
                let subject = before.manifests[digest]?.subject.flatMap { after.manifests[$0] }
                #expect(after.manifests[digest] == nil || used.contains(digest) || isAbout || subject != nil)
            }
        }
    }

    @Test("planned again after it was done, nothing goes", arguments: seeds)
    func secondRunIsIdle(seed: Int) throws {
        try Self.outcomes(seed) { outcome in
            let (inventory, plan) = try outcome.after.plan(by: outcome.planner, outcome.planner.evidence)
            let tags = plan.tags.indices.filter { plan.tags[$0].isDeleted }.map { inventory.tagName(at: $0) }
            #expect(tags.isEmpty)
            #expect(!plan.manifests.contains { $0?.isDeleted == true })
        }
    }

    @Test("bytes are freed that nothing uses which stays", arguments: seeds)
    func bytesFreed(seed: Int) throws {
        try Self.outcomes(seed) { outcome in
            let (inventory, plan) = (outcome.inventory, outcome.plan)
            var gone: Set<Digest> = [], bytes = 0
            for (place, decision) in plan.manifests.enumerated() where decision?.isDeleted == true {
                gone.insert(inventory.digest(of: Inventory.Node(place)))
                bytes += 10
            }
            let read = (0..<inventory.manifestCount).filter { inventory.traits[$0].contains(.read) }
            let kept = read.map { inventory.digest(of: Inventory.Node($0)) }.filter { !gone.contains($0) }
            let used = Set(kept.flatMap { outcome.before.manifests[$0]?.blobs ?? [] })
            let freed = Set(gone.flatMap { outcome.before.manifests[$0]?.blobs ?? [] }).subtracting(used)
            #expect(plan.bytesFreed == bytes + 100 * freed.count)
        }
    }
}
