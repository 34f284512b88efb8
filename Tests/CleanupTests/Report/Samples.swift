internal import Registry

@testable internal import Cleanup

/// The 26th of November 2026, 03:00 UTC.
let sampleNow = 1_795_662_000

private let day = 86_400

/// A repository with a policy and a plan for it, put together by hand.
struct Sample {
    var policy = RepositoryPolicy()
    var evidence = Evidence()
    var inventory = Inventory()
    var plan = Plan(tags: [], manifests: [])
    var name = "registry.example.com/group/app"

    /// A manifest of which nothing is known but the number that it is made from.
    mutating func node(_ number: Int) -> Inventory.Node { inventory.node(digest(number)) }

    func digest(_ number: Int) -> Digest { Digest(of: Array("\(number)".utf8)) }

    /// A tag with what is to become of it.
    mutating func tag(
        _ name: String, _ number: Int, age: Int? = nil, pushedAge: Int? = nil, size: Int? = nil,
        _ decision: Plan.Decision
    ) throws {
        let node = node(number)
        if let size { inventory.setSize(size, of: node) }
        func time(_ age: Int?) -> Timestamp? { age.map { Timestamp(secondsSince1970: sampleNow - $0) } }
        inventory.add(try Tag(name), node, created: time(age), pushed: time(pushedAge))
        plan.tags.append(decision)
    }

    /// What is to become of a manifest.
    mutating func decide(_ number: Int, _ decision: Plan.Decision) {
        let node = node(number)
        while plan.manifests.count < inventory.manifestCount { plan.manifests.append(nil) }
        plan.manifests[node.place] = decision
    }

    func view() throws -> PlanView {
        var plan = plan
        while plan.manifests.count < inventory.manifestCount { plan.manifests.append(nil) }
        return PlanView(
            try Repository(name), implementation: "gitlab", policy: policy, evidence: evidence, inventory: inventory,
            plan: plan)
    }

    func outcome(_ done: ExecutionReport? = nil) throws -> CleanupOutcome {
        var outcome = CleanupOutcome(try view(), isDryRun: done == nil)
        if let done { outcome.note(done) }
        return outcome
    }

    func report(_ done: ExecutionReport? = nil) throws -> CleanupReport {
        CleanupReport([.outcome(try outcome(done))], at: sampleNow, isDryRun: done == nil)
    }
}

extension CleanupReport {
    init(_ parts: [Part], at seconds: Int, isDryRun: Bool) {
        self.init(parts, time: Timestamp(secondsSince1970: seconds), isDryRun: isDryRun)
    }

    var json: String { collect { writeJSON(to: $0) } }
    var table: String { collect { writeTable(to: $0) } }
    var verboseTable: String { collect { writeTable(isVerbose: true, to: $0) } }
}

/// All that is written into a sink.
func collect(_ body: ((String) -> Void) -> Void) -> String {
    var text = ""
    body { text += $0 }
    return text
}

/// Holds the names that it is told, for one branch.
struct OneBranch: GitHolds {
    let names: Set<String>
    let branch: String

    func holder(of name: Span<UInt8>) -> String? {
        var bytes: [UInt8] = []
        for index in 0..<name.count { bytes.append(name[index]) }
        return names.contains(String(decoding: bytes, as: UTF8.self)) ? "branch \(branch)" : nil
    }
}

extension RepositoryPolicy {
    /// The policy that the samples are about.
    static func sample() throws -> RepositoryPolicy {
        var policy = RepositoryPolicy()
        policy.time = .created
        policy.delete = [
            try .sample("mr-*", olderThan: 14 * day), try .sample("/^[0-9a-f]{40}$/"),
        ]
        policy.delete[0].source = #"{tags: "mr-*", older-than: 14d}"#
        policy.delete[1].source = #"{tags: "/^[0-9a-f]{40}$/"}"#
        var latest = KeepRule(), newest = KeepRule(), young = KeepRule(), versions = KeepRule(), git = KeepRule()
        latest.selector.tags = [try TextPattern("latest"), try TextPattern("v*")]
        latest.source = #"{tags: [latest, "v*"]}"#
        newest.selector.tags = [try TextPattern("main-*")]
        newest.last = 10
        newest.source = #"{tags: "main-*", last: 10}"#
        young.within = 3 * day
        young.source = "{within: 3d}"
        versions.selector.semver = try SemanticRange(">=1.0.0")
        versions.last = 3
        versions.per = .minor
        versions.source = #"{semver: ">=1.0.0", last: 3, per: minor}"#
        git.git = GitRule(try TagForm("{branch}-{sha}"))
        git.source = #"{git: {branches: "*", tag: "{branch}-{sha}"}}"#
        var used = KeepRule()
        used.inUse = [.kubernetes(context: nil)]
        used.source = "{in-use: [kubernetes]}"
        policy.keep = [latest, newest, young, versions, git, used]
        policy.untaggedOlderThan = 7 * day
        return policy
    }
}

extension DeleteRule {
    static func sample(_ pattern: String, olderThan: Int? = nil) throws -> DeleteRule {
        var rule = DeleteRule()
        rule.selector.tags = [try TextPattern(pattern)]
        rule.olderThan = olderThan
        return rule
    }
}
