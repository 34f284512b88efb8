internal import Registry
internal import TestSupport
internal import Testing

@testable internal import Cleanup

private let day = 86_400

extension PlanFile {
    static func text(_ views: [PlanView]) -> String {
        collect { write(views, time: Timestamp(secondsSince1970: sampleNow), to: $0) }
    }

    init(_ text: String) throws(CleanupError) { try self.init(parsing: Array(text.utf8), path: "plan.json") }
}

@Suite("A plan that is saved")
struct PlanFileTests {
    private func sample() throws -> Sample {
        var sample = Sample()
        sample.policy = try .sample()
        try sample.tag("mr-1", 1, age: 20 * day, size: 7, Plan.Decision(delete: .selected(0)))
        try sample.tag("latest", 2, Plan.Decision(keep: .rule(0)))
        try sample.tag("sha256-1.sig", 3, Plan.Decision(delete: .subjectGone))
        sample.plan.tagSubjects[2] = sample.node(1)
        sample.decide(1, Plan.Decision(delete: .untagged))
        sample.decide(4, Plan.Decision(delete: .referrerOfDeleted(sample.node(1))))
        sample.decide(5, Plan.Decision(keep: .untaggedStay))
        sample.plan.subjects[sample.node(4)] = sample.node(1)
        sample.plan.bytesFreed = 7
        return sample
    }

    @Test("is read as what goes, and of it what goes after something else")
    func order() throws {
        let sample = try sample()
        let file = try PlanFile(PlanFile.text([try sample.view()]))
        #expect(file.time.secondsSince1970 == sampleNow)
        let one = sample.digest(1)
        #expect(
            file.parts.map(\.order.steps) == [
                [
                    .init(.tag(try Tag("mr-1")), expected: one),
                    .init(.tag(try Tag("sha256-1.sig")), expected: sample.digest(3), after: one),
                    .init(.digest(one)), .init(.digest(sample.digest(4)), after: one),
                ]
            ])
    }

    @Test("has the rows of what goes, and the numbers of all")
    func rows() throws {
        let sample = try sample()
        let view = try sample.view(), saved = try PlanFile(PlanFile.text([view])).parts[0].view
        #expect(saved.repository == view.repository)
        #expect(saved.implementation == view.implementation)
        #expect(saved.rules == view.rules)
        #expect((0..<saved.tagCount).map { saved.tag(at: $0) } == [view.tag(at: 0), view.tag(at: 2)])
        #expect(Array(saved.manifests) == view.manifests.filter(\.isDeleted))
        let outcomes = [view, saved].map { CleanupOutcome($0, isDryRun: true).summary }
        #expect(outcomes[0] == outcomes[1])
    }

    @Test("has the very steps that would be done at once", arguments: 1...100 as ClosedRange<UInt64>)
    func steps(seed: UInt64) throws {
        let repository = RandomRepository(seed: seed)
        var policy = RepositoryPolicy()
        policy.delete = [DeleteRule()]
        policy.keep = [KeepRule()]
        policy.keep[0].last = Int(seed % 7) + 1
        policy.untaggedOlderThan = 20 * day
        let planner = Planner(
            policy: policy, evidence: Evidence(), now: RandomRepository.now, imagesGoWithLastTag: false)
        let (inventory, plan) = try repository.plan(by: planner, Evidence())
        let view = PlanView(
            try Repository("r.example/app"), implementation: "default", policy: policy, evidence: Evidence(),
            inventory: inventory, plan: plan)
        let order = DeletionOrder(plan, of: inventory)
        #expect(try PlanFile(PlanFile.text([view])).parts[0].order.steps == order.steps)
    }

    @Test("and read and saved again is the same, byte for byte", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let views = try (0..<Int.random(in: 0...3, using: &generator)).map { number in
            var sample = try Sample.random(&generator)
            sample.name += "\(number)"
            return try sample.view()
        }
        let text = PlanFile.text(views)
        let file = try PlanFile(text)
        #expect(PlanFile.text(file.parts.map(\.view)) == text)
        for (view, part) in zip(views, file.parts) {
            let tags = (0..<view.tagCount).map { view.tag(at: $0) }.filter(\.isDeleted)
            let names = part.order.steps.compactMap { step in step.reference.isTag ? step.reference.text : nil }
            #expect(names == tags.map(\.name))
            #expect(part.order.steps.compactMap(\.expected) == tags.compactMap(\.digest))
        }
    }

    @Test(
        "and changed so that it is not wholly understood is refused, with the place",
        arguments: [
            (#""berthPlan":1"#, #""berthPlan":2"#, "another version"),
            (#""berthPlan":1"#, #""plan":1"#, "no plan of berth's"),
            (#""berthPlan":1"#, #""berthPlan":1,"more":0"#, "more is not known"),
            (#""name":"mr-1""#, #""name":"mr-1","name":"latest""#, "repositories[0].tags[0].name is there twice"),
            (#""name":"mr-1""#, #""name":"mr 1""#, "repositories[0].tags[0].name is not a tag"),
            (#""name":"mr-1""#, #""name":"sha256-1.sig""#, "repositories[0].tags[1]: sha256-1.sig is there twice"),
            (#""name":"mr-1""#, #""name":"mr-1","tag":"x""#, "repositories[0].tags[0].tag is not known"),
            (#""name":"mr-1","#, "", "repositories[0].tags[0].name is missing"),
            (#""digest":"sha256:6b"#, #""digest":"sha256:6B"#, "repositories[0].tags[0].digest is not a digest"),
            (#""after":"sha256:6b"#, #""after":"sha256:6"#, "repositories[0].tags[1].after is not a digest"),
            (#""rule":"delete[0]","reason""#, #""rule":"delete[7]","reason""#, "is none of the policy's"),
            (#""createdAt":"2026-11-06T03:00:00Z""#, #""createdAt":"yesterday""#, "tags[0].createdAt is not a time"),
            (#""size":7"#, #""size":-7"#, "repositories[0].tags[0].size is not a number"),
            (#""time":"created""#, #""time":"deleted""#, "repositories[0].time is neither"),
            (#""tagsKept":1"#, #""tagsKept":"1""#, "repositories[0].tagsKept is not a number"),
            ("registry.example.com/group/app", "registry.example.com/group/App", "is not a repository's name"),
            ("registry.example.com/group/app", "nginx", "is not a repository's name"),
            (#""tags":["#, #""tags":{"#, "no JSON at line"),
            ("]}\n", "", "no JSON at line"),
        ])
    func refused(part: String, replacement: String, words: String) throws {
        let text = PlanFile.text([try sample().view()])
        let place = try #require(text.firstRange(of: part))
        let error = #expect(throws: CleanupError.self) {
            try PlanFile(text.replacingSubrange(place, with: replacement))
        }
        #expect(error?.kind == .badData)
        #expect(error?.text.hasPrefix("the plan plan.json cannot be used: ") == true)
        #expect(error?.text.contains(words) == true, "\(error?.text ?? "")")
        #expect(error?.hint != nil)
    }

    @Test("with a repository twice is refused")
    func twice() throws {
        let view = try sample().view()
        let error = #expect(throws: CleanupError.self) { try PlanFile(PlanFile.text([view, view])) }
        #expect(error?.text.hasSuffix("repositories[1]: registry.example.com/group/app is there twice") == true)
    }

    @Test("and cut anywhere is refused")
    func cut() throws {
        let text = Array(PlanFile.text([try sample().view()]).utf8)
        for length in 0..<text.count - 1 {
            #expect(throws: CleanupError.self) { try PlanFile(parsing: Array(text.prefix(length)), path: "p") }
        }
    }
}

extension String {
    fileprivate func replacingSubrange(_ range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }

    fileprivate func firstRange(of part: String) -> Range<Index>? {
        indices.lazy.compactMap { start in
            self[start...].hasPrefix(part) ? start..<self.index(start, offsetBy: part.count) : nil
        }.first
    }
}

extension Sample {
    /// A repository in which anything may go for any reason.
    static func random(_ generator: inout SeededGenerator) throws -> Sample {
        var sample = Sample()
        sample.policy = try .sample()
        sample.policy.time = [.created, .pushed, nil].randomElement(using: &generator) ?? nil
        sample.evidence.git[4] = OneBranch(names: ["t3", "t5"], branch: "\"weird\" \u{1F433}\n\\")
        let count = Int.random(in: 0...30, using: &generator)
        func coin() -> Bool { Bool.random(using: &generator) }
        for number in 0..<count {
            let reasons: [Reason] = [.selected(0), .selected(1), .subjectGone]
            let kept: [Reason] = [.notSelected, .git(4), .last(1, place: 5)]
            let decision =
                coin()
                ? Plan.Decision(delete: reasons.randomElement(using: &generator) ?? .subjectGone)
                : Plan.Decision(keep: kept.randomElement(using: &generator) ?? .notSelected)
            try sample.tag(
                "t\(number)", Int.random(in: 0...count, using: &generator),
                age: coin() ? Int.random(in: 0...400, using: &generator) * day : nil, pushedAge: coin() ? 5 * day : nil,
                size: coin() ? Int.random(in: 0...1 << 40, using: &generator) : nil, decision)
            if decision.isDeleted, coin() { sample.plan.tagSubjects[number] = sample.node(number) }
        }
        for number in 0...count where coin() {
            let node = sample.node(number)
            sample.decide(
                number, coin() ? Plan.Decision(delete: .childOfDeleted(node)) : Plan.Decision(keep: .untaggedStay))
            if coin() { sample.plan.subjects[node] = sample.node(0) }
        }
        sample.plan.bytesFreed = Int.random(in: 0...1 << 50, using: &generator)
        return sample
    }
}
