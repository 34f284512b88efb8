internal import Registry
internal import TestSupport
internal import Testing

@testable internal import Cleanup

private let day = 86_400

/// Nine months of a team's images: merge requests, builds of the main branch, releases, signatures.
struct RealisticSample {
    private var random = SeededGenerator(seed: 5)
    private var inventory = Inventory()
    private var policy = RepositoryPolicy()
    private var evidence = Evidence()
    private var count = 0
    /// Layers that many images share.
    private var layers: [(digest: Digest, size: Int)] = []

    static func report(repositories: Int = 1, done: ExecutionReport? = nil) throws -> CleanupReport {
        var parts: [CleanupReport.Part] = []
        for number in 0..<repositories {
            var sample = RealisticSample()
            sample.random = SeededGenerator(seed: UInt64(number + 5))
            let name = ["shop/web", "shop/api", "shop/worker"][number % 3]
            var outcome = CleanupOutcome(
                try sample.view("registry.example.com/\(name)"), isDryRun: done == nil)
            if let done { outcome.note(done) }
            parts.append(.outcome(outcome))
        }
        return CleanupReport(parts, at: sampleNow, isDryRun: done == nil)
    }

    private mutating func view(_ name: String) throws -> PlanView {
        try makePolicy()
        for number in 0..<6 { layers.append((newDigest(), 20_000_000 + number * 9_000_000)) }
        try fill()
        let planner = Planner(policy: policy, evidence: evidence, now: sampleNow, imagesGoWithLastTag: false)
        let plan = planner.plan(for: inventory, try planner.decisions(in: inventory))
        return PlanView(
            try Repository(name), implementation: "gitlab", policy: policy, evidence: evidence, inventory: inventory,
            plan: plan)
    }

    private mutating func makePolicy() throws {
        let text = #"""
            version: 1
            repositories:
              - time: created
                delete:
                  - {tags: "mr-*", older-than: 14d}
                  - {tags: "/^[0-9a-f]{12}$/", older-than: 60d}
                  - {tags: "main-*", older-than: 7d}
                  - {tags: "v*-rc.*", older-than: 30d}
                keep:
                  - {tags: [latest, stable]}
                  - {tags: "main-*", last: 25}
                  - {semver: ">=1.0.0", last: 2, per: minor}
                  - {git: {branches: "*", tag: "mr-{branch}-*"}}
                  - {in-use: [kubernetes]}
                untagged: {older-than: 7d}
            """#
        policy = try #require(try Policy(parsing: Array(text.utf8), file: "berth.yml").repositories.first)
    }

    private mutating func fill() throws {
        var usage = Usage()
        var held: Set<String> = []
        for age in stride(from: 270, through: 0, by: -1) {
            // Nobody works on weekends, and in summer half of them are away.
            guard age % 7 > 1 else { continue }
            let isBusy = !(110...160).contains(age)
            for _ in 0..<Int.random(in: 0...(isBusy ? 2 : 1), using: &random) {
                let name = "mr-\(1800 - age * 4 + Int.random(in: 0...3, using: &random))-\(sha())"
                try add(name, age)
                if age > 14, Int.random(in: 0..<18, using: &random) == 0 { held.insert(name) }
            }
            if Int.random(in: 0..<3, using: &random) > 0 {
                let name = "main-\(sha())"
                try add(name, age)
                if age == 31 || age == 74 { usage.tags[name] = "kubernetes context prod: deployment web in shop" }
            }
            if age % 4 == 2 { try add(sha(), age) }
            if age % 21 == 3 {
                let minor = (270 - age) / 21
                try add("v1.\(minor).0-rc.1", age + 2)
                try add("v1.\(minor).0", age, isSigned: true)
                if age % 42 == 3 { try add("v1.\(minor).1", max(0, age - 5), isSigned: true) }
            }
        }
        try add("latest", 1)
        try add("stable", 24)
        try add("v0.9-rc.1", nil)
        evidence.git[3] = OneBranch(names: held, branch: "feature/checkout")
        evidence.usage[4] = usage
        for age in [3, 9, 30, 31, 60] {
            let node = inventory.node(newDigest())
            inventory.addUntagged(node, created: time(age))
            inventory.setContent(of: node, children: [], subject: nil, blobs: [(newDigest(), 14_000_000)])
        }
    }

    private mutating func add(_ name: String, _ age: Int?, isSigned: Bool = false) throws {
        let index = newDigest(), node = inventory.node(index)
        var children: [Inventory.Node] = []
        for _ in 0..<2 {
            let child = inventory.node(newDigest())
            inventory.setSize(1200, of: child)
            inventory.setKind(isIndex: false, of: child)
            let own = (newDigest(), Int.random(in: 9_000_000...48_000_000, using: &random))
            let shared = layers[min(layers.count - 1, (age ?? 200) / 50)]
            inventory.setContent(of: child, children: [], subject: nil, blobs: [layers[0], shared, own])
            inventory.setReferrersKnown(of: child)
            children.append(child)
        }
        inventory.setSize(900, of: node)
        inventory.setKind(isIndex: true, of: node)
        inventory.setContent(of: node, children: children, subject: nil)
        inventory.setReferrersKnown(of: node)
        inventory.add(try Tag(name), node, created: age.flatMap { time($0) })
        guard isSigned else { return }
        let signature = inventory.node(newDigest())
        inventory.setSize(2400, of: signature)
        inventory.setContent(of: signature, children: [], subject: nil)
        inventory.add(try Tag("\(index.tagForm).sig"), signature, created: age.flatMap { time($0) })
    }

    private mutating func time(_ age: Int) -> Timestamp? {
        Timestamp(secondsSince1970: sampleNow - age * day - Int.random(in: 0..<40_000, using: &random))
    }

    private mutating func newDigest() -> Digest {
        count += 1
        return Digest(of: Array("\(count)-\(UInt64.random(in: 0 ... .max, using: &random))".utf8))
    }

    private mutating func sha() -> String { newDigest().short }
}
