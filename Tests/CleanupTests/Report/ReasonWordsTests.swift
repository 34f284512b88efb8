internal import Registry
internal import Testing

@testable internal import Cleanup

private let day = 86_400

@Suite("The reason for a tag")
struct ReasonWordsTests {
    /// The rule and the reason of a tag that was made 20 days ago.
    private func words(_ decision: Plan.Decision, age: Int? = 20 * day) throws -> [String?] {
        var sample = Sample()
        sample.policy = try .sample()
        sample.evidence.git[4] = OneBranch(names: ["mr-1"], branch: "feature/login")
        sample.evidence.usage[5] = Usage()
        sample.evidence.usage[5]?.tags["mr-1"] = "kubernetes context prod: deployment web in shop"
        try sample.tag("mr-1", 1, age: age, decision)
        let row = try sample.view().tag(at: 0)
        #expect(row.isDeleted == decision.isDeleted)
        return [row.rule, row.reason]
    }

    @Test(
        "that stays names the rule and what it is by it",
        arguments: [
            (Reason.notSelected, nil, "no delete rule selects it"),
            (.rule(0), "keep[0]", "one of latest, v*"),
            (.last(1, place: 1), "keep[1]", "the newest of main-*, of which 10 stay"),
            (.last(1, place: 3), "keep[1]", "the 3rd newest of main-*, of which 10 stay"),
            (
                .last(3, place: 2), "keep[3]",
                "the 2nd highest of versions >=1.0.0 in its minor version, of which 3 stay"
            ),
            (.within(2), "keep[2]", "younger than 3d: made 2026-11-06"),
            (.ageUnknown, nil, "made 2026-11-06, which cannot be true"),
            (.git(4), "keep[4]", "held by branch feature/login"),
            (.inUse(5), "keep[5]", "in use: kubernetes context prod: deployment web in shop"),
            (.unreadable, nil, "what it leads to cannot be read"),
            (.ofKeptImage(Inventory.Node(0)), nil, "it belongs to image 6b86b273ff34, which stays"),
            (
                .neededWithTag(Inventory.Node(0)), nil,
                "its image is needed by image 6b86b273ff34 that stays, and would go with its last tag"
            ),
            (.notWerf, nil, "werf did not make it"),
            (.werf(.git), nil, "built for a commit that git's branches or tags hold"),
        ] as [(Reason, String?, String)])
    func kept(reason: Reason, rule: String?, text: String) throws {
        #expect(try words(Plan.Decision(keep: reason)) == [rule, text])
    }

    @Test(
        "that goes names the rule, and the time where that decided",
        arguments: [
            (Reason.selected(0), "delete[0]", "older than 14d: made 2026-11-06"),
            (.selected(1), "delete[1]", "one of /^[0-9a-f]{40}$/"),
            (.subjectGone, nil, "what it is about is gone"),
            (.werf(.unused), nil, "built for no commit that git's branches or tags hold"),
        ] as [(Reason, String?, String)])
    func deleted(reason: Reason, rule: String?, text: String) throws {
        #expect(try words(Plan.Decision(delete: reason)) == [rule, text])
    }

    @Test("without a time says so")
    func noTime() throws {
        #expect(try words(Plan.Decision(keep: .ageUnknown), age: nil)[1] == "nobody tells plausibly when it was made")
    }

    @Test("that is about an image tells which one goes, or is gone", arguments: [(true, "is gone"), (false, "goes")])
    func subject(isAbsent: Bool, words: String) throws {
        var sample = Sample()
        let subject = sample.node(7)
        if isAbsent { sample.inventory.setAbsent(subject) }
        try sample.tag("sha256-7.sig", 1, Plan.Decision(delete: .subjectGone))
        sample.plan.tagSubjects[0] = subject
        #expect(try sample.view().tag(at: 0).reason == "what it is about \(words): \(sample.digest(7).short)")
    }

    @Test(
        "that counts its push tells that",
        arguments: [(RepositoryPolicy.TimeBasis?.some(.pushed), "pushed"), (nil, "pushed"), (.created, "made")])
    func basis(basis: RepositoryPolicy.TimeBasis?, word: String) throws {
        var sample = Sample()
        sample.policy = try .sample()
        sample.policy.time = basis
        try sample.tag("mr-1", 1, age: 20 * day, pushedAge: 20 * day, Plan.Decision(delete: .selected(0)))
        #expect(try sample.view().tag(at: 0).reason == "older than 14d: \(word) 2026-11-06")
    }

    @Test(
        "or a manifest names what holds it, or held it",
        arguments: [
            (Reason.child(of: Inventory.Node(0)), false, "index 6b86b273ff34 that stays holds it"),
            (.referrer(of: Inventory.Node(0)), false, "it is about index 6b86b273ff34 that stays"),
            (.subject(of: Inventory.Node(0)), false, "index 6b86b273ff34 that stays is about it"),
            (.untaggedStay, false, "it has no tag, and the policy says nothing of such"),
            (.untaggedYoung, false, "it has no tag, and is not older than 7d: from 2026-11-16"),
            (.inUse(5), false, "in use: deployed.txt"),
            (.untagged, true, "all its tags go"),
            (.childOfDeleted(Inventory.Node(0)), true, "the index that held it goes: 6b86b273ff34"),
            (.referrerOfDeleted(Inventory.Node(0)), true, "what it is about goes: 6b86b273ff34"),
            (.untaggedOld, true, "it has no tag, and is older than 7d: from 2026-11-16"),
        ])
    func manifest(reason: Reason, isDeleted: Bool, text: String) throws {
        var sample = Sample()
        sample.policy = try .sample()
        sample.inventory.setKind(isIndex: true, of: sample.node(1))
        sample.inventory.addUntagged(sample.node(2), created: Timestamp(secondsSince1970: sampleNow - 10 * day))
        var usage = Usage()
        usage.digests[sample.digest(2)] = "deployed.txt"
        sample.evidence.usage[5] = usage
        sample.decide(2, isDeleted ? Plan.Decision(delete: reason) : Plan.Decision(keep: reason))
        let rows = Array(try sample.view().manifests)
        #expect(rows.map(\.digest) == [sample.digest(2)])
        #expect(rows.map(\.isDeleted) == [isDeleted])
        #expect(rows.map(\.reason) == [text])
    }
}

@Suite("The size of an image")
struct ImageSizeTests {
    @Test("is that of its manifest and blobs")
    func blobs() throws {
        var sample = Sample()
        try sample.tag("v1", 1, size: 10, Plan.Decision(keep: .notSelected))
        sample.inventory.setContent(
            of: sample.node(1), children: [], subject: nil, blobs: [(sample.digest(8), 100), (sample.digest(9), 200)])
        #expect(try sample.view().tag(at: 0).size == 310)
    }

    @Test("of an index is that of all that it holds, indexes too", arguments: [10, 100_000])
    func index(own: Int) throws {
        var sample = Sample()
        try sample.tag("v1", 1, size: own, Plan.Decision(keep: .notSelected))
        for (index, held) in [(1, [2, 3]), (2, [3, 4])] {
            sample.inventory.setContent(of: sample.node(index), children: held.map { sample.node($0) }, subject: nil)
        }
        sample.inventory.setSize(20, of: sample.node(2))
        sample.inventory.setSize(3000, of: sample.node(3))
        sample.inventory.setSize(4000, of: sample.node(4))
        // Where a vendor's list has told all of it, nothing is added.
        #expect(try sample.view().tag(at: 0).size == (own == 10 ? 10 + 20 + 3000 + 4000 + 3000 : own))
    }

    @Test("of an index that holds itself does not keep anybody waiting")
    func cycle() throws {
        var sample = Sample()
        try sample.tag("v1", 1, size: 10, Plan.Decision(keep: .notSelected))
        sample.inventory.setContent(of: sample.node(1), children: [sample.node(2)], subject: nil)
        sample.inventory.setContent(of: sample.node(2), children: [sample.node(1)], subject: nil)
        #expect(try sample.view().tag(at: 0).size == 10)
    }

    @Test("that nobody knows is not told")
    func unknown() throws {
        var sample = Sample()
        try sample.tag("v1", 1, Plan.Decision(keep: .notSelected))
        #expect(try sample.view().tag(at: 0).size == nil)
    }
}

@Suite("A number for people")
struct FiguresTests {
    @Test(
        "has its thousands set apart",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "-1,234")])
    func count(number: Int, text: String) { #expect(Figures.count(number) == text) }

    @Test(
        "of bytes has three digits at most",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_949, "99.9 kB"), (99_950, "100 kB"),
            (999_499, "999 kB"), (999_500, "1.0 MB"), (3_140_000_000, "3.1 GB"), (2_500_000_000_000_000_000, "2500 PB"),
        ])
    func bytes(count: Int, text: String) { #expect(Figures.bytes(count) == text) }

    @Test(
        "of seconds is as a policy has it",
        arguments: [(0, "0s"), (90, "90s"), (1800, "30m"), (36 * 3600, "36h"), (14 * 86_400, "14d")])
    func duration(seconds: Int, text: String) { #expect(Figures.duration(seconds) == text) }

    @Test(
        "of a place in an order has its ending",
        arguments: [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (1021, "1,021st")])
    func ordinal(number: Int, text: String) { #expect(Figures.ordinal(number) == text) }

    @Test(
        "of seconds ago is an age",
        arguments: [(-5, "0m"), (3600, "60m"), (7200, "2h"), (47 * 3600, "47h"), (48 * 3600, "2d")])
    func age(seconds: Int, text: String) { #expect(Figures.age(seconds) == text) }
}
