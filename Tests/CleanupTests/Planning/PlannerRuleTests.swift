@testable import Cleanup
import Registry
import Testing

/// What rules select and hold, by the policy file's own words.
@Suite("Rules")
struct PlannerRuleTests {
    private static let now = 1_800_000_000
    private static let day = 24 * 3600

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rules: String
        /// The tags, each with its age in days; `nil` for a time that is not known.
        let tags: [(name: String, days: Double?)]
        let deleted: Set<String>

        init(_ name: String, _ rules: String, _ tags: [(name: String, days: Double?)], deletes: Set<String>) {
            testDescription = name
            self.rules = rules
            self.tags = tags
            deleted = deletes
        }
    }

    static let cases = [
        Case(
            "what no rule selects stays", "delete: [{tags: 'mr-*'}]", [("mr-1", 1), ("main", 1)], deletes: ["mr-1"]),
        Case(
            "an age must be exceeded", "delete: [{tags: '*', older-than: 14d}]",
            [("a", 13.9), ("b", 14), ("c", 14.1)], deletes: ["c"]),
        Case(
            "what has no known age stays where an age is asked for", "delete: [{tags: '*', older-than: 1d}]",
            [("a", nil), ("b", 2)], deletes: ["b"]),
        Case("no age is needed where none is asked for", "delete: [{tags: 'a'}]", [("a", nil)], deletes: ["a"]),
        Case(
            "any of several rules may select", "delete: [{tags: 'a*', older-than: 10d}, {tags: '/b$/'}]",
            [("a1", 5), ("a2", 11), ("ab", 1), ("c", 99)], deletes: ["a2", "ab"]),
        Case(
            "keeping always wins", "delete: [{tags: '*'}]\n    keep: [{tags: [latest, 'v*']}]",
            [("latest", 900), ("v1", 900), ("x", 1)], deletes: ["x"]),
        Case(
            "the newest stay, counted among all that fit",
            "delete: [{tags: '*', older-than: 1d}]\n    keep: [{tags: 'main-*', last: 2}]",
            [("main-1", 0.5), ("main-2", 2), ("main-3", 3), ("main-4", 4), ("other", 2)],
            deletes: ["main-3", "main-4", "other"]),
        Case(
            "of the same age, the same ones stay in every run",
            "delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 2}]",
            [("b", 1), ("d", 1), ("a", 1), ("c", 1)], deletes: ["a", "b"]),
        Case(
            "what has no known age may be the newest, and takes nobody's place",
            "delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 1}]", [("a", nil), ("b", 1), ("c", 2)], deletes: ["c"]),
        Case(
            "what claims to be from the future is not the newest",
            "delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 1}]", [("a", -400), ("b", 1), ("c", 2)],
            deletes: ["c"]),
        Case(
            "a clock that is some minutes ahead is believed", "delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 1}]",
            [("a", -0.01), ("b", 1)], deletes: ["b"]),
        Case(
            "images of the epoch stay where an age is asked for", "delete: [{tags: '*', older-than: 1d}]",
            [("epoch", 1_800_000_000 / 86_400), ("b", 2)], deletes: ["b"]),
        Case(
            "the young stay", "delete: [{tags: '*'}]\n    keep: [{tags: 'mr-*', within: 3d}]",
            [("mr-1", 2.9), ("mr-2", 3.1), ("mr-3", nil), ("x", 0)], deletes: ["mr-2", "x"]),
        Case(
            "of last and within, either is enough",
            "delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 1, within: 3d}]",
            [("a", 1), ("b", 2), ("c", 4)], deletes: ["c"]),
        Case(
            "last counts old ones too", "delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 1, within: 3d}]",
            [("a", 10), ("b", 20)], deletes: ["b"]),
        Case(
            "versions stay by their order, not their age",
            "delete: [{tags: '*'}]\n    keep: [{semver: '>=1.0.0', last: 2}]",
            [("1.2.0", 9), ("v1.10.0", 30), ("1.9.0", 1), ("0.9.0", 0), ("latest", 0)],
            deletes: ["1.2.0", "0.9.0", "latest"]),
        Case(
            "each minor version has its own newest",
            "delete: [{tags: '*'}]\n    keep: [{semver: '>=1.0.0', last: 1, per: minor}]",
            [("1.0.1", 1), ("1.0.2", 1), ("1.1.0", 1), ("2.0.0", 1), ("2.0.1", 1)], deletes: ["1.0.1", "2.0.0"]),
        Case(
            "each major version has its own newest",
            "delete: [{tags: '*'}]\n    keep: [{semver: '*', last: 1, per: major}]",
            [("1.0.1", 1), ("1.2.0", nil), ("2.0.0", 1), ("2.0.1", 1)], deletes: ["1.0.1", "2.0.0"]),
        Case(
            "versions that leave something open stay, and take nobody's place",
            "delete: [{tags: '*'}]\n    keep: [{semver: '>=1.0.0', last: 1, per: minor}]",
            [("1.2", 1), ("v1", 1), ("1.2.0", 1), ("1.2.1", 1)], deletes: ["1.2.0"]),
        Case(
            "a version without a known age stays by its version",
            "delete: [{tags: '*'}]\n    keep: [{semver: '*', last: 1}]", [("1.0.0", nil), ("0.9.0", nil)],
            deletes: ["0.9.0"]),
        Case(
            "nothing is deleted where nothing selects", "keep: [{tags: '*', last: 1}]", [("a", 1), ("b", 2)],
            deletes: []),
    ]

    private static func policy(_ rules: String) throws -> RepositoryPolicy {
        let text = "version: 1\nrepositories:\n  - match: 'r.example/**'\n    \(rules)\n"
        return try #require(try Policy(parsing: Array(text.utf8), file: "berth.yml").repositories.first)
    }

    private static func inventory(_ tags: [(name: String, days: Double?)]) throws -> Inventory {
        var inventory = Inventory()
        for (name, days) in tags {
            let node = inventory.node(Digest(of: Array(name.utf8)))
            inventory.setKind(isIndex: false, of: node)
            let time = days.map { Timestamp(secondsSince1970: now - Int($0 * Double(day))) }
            inventory.add(try Tag(name), node, created: time)
        }
        return inventory
    }

    private static func deleted(_ planner: Planner, _ inventory: Inventory) throws -> Set<String> {
        let plan = planner.plan(for: inventory, try planner.decisions(in: inventory))
        return Set(plan.tags.indices.filter { plan.tags[$0].isDeleted }.map { inventory.tagName(at: $0) })
    }

    private static func planner(_ policy: RepositoryPolicy, _ evidence: Evidence = Evidence()) -> Planner {
        Planner(policy: policy, evidence: evidence, now: now, imagesGoWithLastTag: false)
    }

    @Test("decide as they say", arguments: cases)
    func decide(_ test: Case) throws {
        let planner = Self.planner(try Self.policy(test.rules))
        #expect(try Self.deleted(planner, try Self.inventory(test.tags)) == test.deleted)
        // The order in which a registry lists them does not matter.
        #expect(try Self.deleted(planner, try Self.inventory(test.tags.reversed())) == test.deleted)
    }

    @Test("decide what is said to people who ask why", arguments: cases)
    func findings(_ test: Case) throws {
        let planner = Self.planner(try Self.policy(test.rules)), inventory = try Self.inventory(test.tags)
        for place in 0..<inventory.tagCount {
            let findings = try planner.findings(ofTagAt: place, in: inventory)
            let isSelected = findings.contains { $0.isDeleting && $0.obstacle == nil }
            let isHeld = findings.contains { !$0.isDeleting && $0.obstacle == nil }
            #expect((isSelected && !isHeld) == test.deleted.contains(inventory.tagName(at: place)))
        }
    }

    @Test("hold an image in use by its tag and by its digest, and with it all of its tags")
    func inUse() throws {
        var inventory = try Self.inventory([("a", 1), ("b", 1), ("c", 1)])
        inventory.add(try Tag("b-too"), inventory.find(Digest(of: Array("b".utf8))))
        var evidence = Evidence(), usage = Usage()
        usage.tags["a"] = "somewhere"
        usage.digests[Digest(of: Array("b".utf8))] = "somewhere"
        evidence.usage[0] = usage
        let planner = Self.planner(
            try Self.policy("delete: [{tags: '*'}]\n    keep: [{in-use: [kubernetes]}]"), evidence)
        #expect(try Self.deleted(planner, inventory) == ["c"])
    }

    @Test("hold by labels where one image has them, and select where all have", arguments: [true, false])
    func labels(isKeep: Bool) throws {
        var inventory = try Self.inventory([("none", 1), ("one", 1), ("all", 1), ("unread", 1)])
        let values: [String: [[String: String]]] = [
            "none": [[:]], "one": [["a": "x"], [:]], "all": [["a": "x"], ["a": "xy"]],
        ]
        for (name, labels) in values {
            let node = try #require(inventory.find(Digest(of: Array(name.utf8))))
            inventory.setMarks(ImageMarks(labels: labels), of: node)
        }
        let rules =
            isKeep ? "delete: [{tags: '*'}]\n    keep: [{labels: {a: 'x*'}}]" : "delete: [{labels: {a: 'x*'}}]"
        let planner = Self.planner(try Self.policy(rules))
        #expect(try Self.deleted(planner, inventory) == (isKeep ? ["none"] : ["all"]))
    }

    @Test(
        "stop a plan that would delete more than may go at once",
        arguments: [
            ("50%", 5, true), ("50%", 6, false), ("6", 6, true), ("6", 7, false), ("100%", 10, true), ("0%", 1, false),
        ])
    func limit(text: String, deleted: Int, isAllowed: Bool) throws {
        let limit = try #require(RepositoryPolicy.DeletionLimit(text))
        let decision = Plan.Decision(delete: .selected(0)), keep = Plan.Decision(keep: .notSelected)
        let plan = Plan(
            tags: (0..<10).map { $0 < deleted ? decision : keep }, manifests: [])
        if isAllowed {
            try plan.check(limit, "r.example/app")
        } else {
            let error = #expect(throws: CleanupError.self) { try plan.check(limit, "r.example/app") }
            #expect(error?.kind == .stopped)
        }
    }

    @Test("do not count what is named after a manifest among the newest")
    func attached() throws {
        var inventory = try Self.inventory([("a", 1), ("b", 2)])
        let signature = inventory.node(Digest(of: Array("signature".utf8)))
        inventory.setKind(isIndex: false, of: signature)
        let name = "sha256-\(Digest(of: Array("a".utf8)).text.dropFirst(7)).sig"
        inventory.add(try Tag(name), signature, created: Timestamp(secondsSince1970: Self.now))
        let planner = Self.planner(try Self.policy("delete: [{tags: '*'}]\n    keep: [{tags: '*', last: 1}]"))
        #expect(try Self.deleted(planner, inventory) == ["b"])
    }

    /// Rules, and whether what is about an image of another repository goes by them.
    static let orphanRules = [
        ("delete: [{tags: 'mr-*'}]", false), ("delete: [{tags: 'sha256-*'}]", true),
        ("delete: [{tags: '*', older-than: 14d}]", true),
        ("delete: [{tags: '*'}]\n    keep: [{tags: 'sha256-*'}]", false),
    ]

    @Test("let what is about an image that is not here go only where they pick its name", arguments: orphanRules)
    func orphans(rules: String, goes: Bool) throws {
        var inventory = try Self.inventory([("main", 1)])
        let elsewhere = Digest(of: Array("elsewhere".utf8)), name = "sha256-\(elsewhere.text.dropFirst(7)).sig"
        let signature = inventory.node(Digest(of: Array("signature".utf8)))
        inventory.setKind(isIndex: false, of: signature)
        inventory.add(try Tag(name), signature)
        inventory.setAbsent(inventory.node(elsewhere))
        let planner = Self.planner(try Self.policy(rules))
        #expect(try Self.deleted(planner, inventory).contains(name) == goes)
    }

    @Test(
        "keep manifests without a tag, unless they say from which age on these go, whatever these were about",
        arguments: [("keep: [{tags: main}]", false), ("untagged: {older-than: 7d}", true)], [true, false])
    func untagged(rules: (String, Bool), isAboutSomething: Bool) throws {
        var inventory = try Self.inventory([("main", 1)])
        let old = inventory.node(Digest(of: Array("old".utf8)))
        inventory.setKind(isIndex: false, of: old)
        inventory.addUntagged(old, pushed: Timestamp(secondsSince1970: Self.now - 30 * Self.day))
        let subject = inventory.node(Digest(of: Array("gone".utf8)))
        inventory.setAbsent(subject)
        inventory.setContent(of: old, children: [], subject: isAboutSomething ? subject : nil)
        let planner = Self.planner(try Self.policy(rules.0))
        let plan = planner.plan(for: inventory, try planner.decisions(in: inventory))
        #expect(plan.manifests[old.place]?.isDeleted == rules.1)
    }

    @Test("stop a plan that would delete all of a repository without tags", arguments: [(5, true), (6, false)])
    func untaggedLimit(deleted: Int, isAllowed: Bool) throws {
        let plan = Plan(
            tags: [],
            manifests: (0..<10).map { Plan.Decision(isDeleted: $0 < deleted) } + [nil])
        let limit = RepositoryPolicy.DeletionLimit.standard
        if isAllowed {
            try plan.check(limit, "r.example/app")
        } else {
            let error = #expect(throws: CleanupError.self) { try plan.check(limit, "r.example/app") }
            #expect(error?.text.contains("6 of 10 manifests") == true)
        }
    }
}

extension Plan.Decision {
    fileprivate init(isDeleted: Bool) {
        self = isDeleted ? Plan.Decision(delete: .untaggedOld) : Plan.Decision(keep: .untaggedYoung)
    }
}
