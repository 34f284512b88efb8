internal import Registry
internal import Testing

@testable internal import Cleanup

private let day = 86_400

@Suite("cleanup --explain")
struct ExplanationTests {
    private func explanation(of name: String, in sample: Sample) throws -> String? {
        let planner = Planner(
            policy: sample.policy, evidence: sample.evidence, now: sampleNow, imagesGoWithLastTag: false)
        var sample = sample
        sample.plan = planner.plan(for: sample.inventory, try planner.decisions(in: sample.inventory))
        return try sample.view().explanation(of: Tag(name), by: planner)
    }

    private func sample() throws -> Sample {
        var sample = Sample()
        sample.policy = try .sample()
        let any = Plan.Decision(keep: .notSelected)
        try sample.tag("mr-1", 1, age: 20 * day, size: 7_500_000, any)
        try sample.tag("mr-2", 2, age: 5 * day, any)
        try sample.tag("latest", 3, any)
        return sample
    }

    @Test("tells what is known of a tag, and of each rule whether it selects or holds it, and why")
    func rules() throws {
        #expect(
            try explanation(of: "mr-1", in: sample()) == """
                registry.example.com/group/app:mr-1 goes by delete[0]: older than 14d: made 2026-11-06
                  digest     \(Sample().digest(1))
                  made       2026-11-06T03:00:00Z, 20d ago
                  pushed     not known
                  size       7.5 MB
                  delete[0]  selects it
                             {tags: "mr-*", older-than: 14d}
                  delete[1]  does not select it: its name is not one of /^[0-9a-f]{40}$/
                             {tags: "/^[0-9a-f]{40}$/"}
                  keep[0]    does not hold it: its name is not one of latest, v*
                             {tags: [latest, "v*"]}
                  keep[1]    does not hold it: its name is not one of main-*
                             {tags: "main-*", last: 10}
                  keep[2]    does not hold it: it is not younger than 3d
                             {within: 3d}
                  keep[3]    does not hold it: its name is no version in >=1.0.0
                             {semver: ">=1.0.0", last: 3, per: minor}
                  keep[4]    does not hold it: it is not held by git
                             {git: {branches: "*", tag: "{branch}-{sha}"}}
                  keep[5]    does not hold it: it is not in use
                             {in-use: [kubernetes]}

                """)
    }

    @Test("of a tag that stays names what holds it, or that it is too young")
    func kept() throws {
        let sample = try sample()
        let young = try #require(try explanation(of: "mr-2", in: sample))
        #expect(young.contains(":mr-2 stays: no delete rule selects it\n"))
        #expect(young.contains("delete[0]  does not select it: it is not older than 14d: made 2026-11-21\n"))
        let latest = try #require(try explanation(of: "latest", in: sample))
        #expect(latest.contains("keep[0]    holds it: one of latest, v*\n"))
    }

    @Test("of what is not there says nothing")
    func absent() throws { #expect(try explanation(of: "mr-3", in: sample()) == nil) }
}
