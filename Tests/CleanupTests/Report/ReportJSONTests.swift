internal import HTTP
internal import JSON
internal import Registry
internal import Testing

@testable internal import Cleanup

private let day = 86_400

@Suite("cleanup --json")
struct ReportJSONTests {
    /// One tag that goes, one that stays, and an index's child.
    private func sample() throws -> Sample {
        var sample = Sample()
        sample.policy = try .sample()
        try sample.tag("mr-1", 1, age: 20 * day, pushedAge: 19 * day, size: 7, Plan.Decision(delete: .selected(0)))
        try sample.tag("latest", 2, Plan.Decision(keep: .rule(0)))
        sample.decide(1, Plan.Decision(delete: .untagged))
        sample.plan.bytesFreed = 7
        return sample
    }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func parsed(_ report: CleanupReport) throws -> JSONValue { try JSONValue(parsing: Array(report.json.utf8)) }

    @Test("of a dry run has the promised shape")
    func shape() throws {
        let sample = try sample()
        let expected = """
            {
              "repository": "registry.example.com/group/app", "implementation": "gitlab", "dryRun": true,
              "createdAt": "2026-11-26T03:00:00Z",
              "tags": [
                {"name": "mr-1", "digest": "\(sample.digest(1))", "action": "delete", "rule": "delete[0]",
                 "reason": "older than 14d: made 2026-11-06", "createdAt": "2026-11-06T03:00:00Z",
                 "pushedAt": "2026-11-07T03:00:00Z", "size": 7},
                {"name": "latest", "digest": "\(sample.digest(2))", "action": "keep", "rule": "keep[0]",
                 "reason": "one of latest, v*", "createdAt": null, "pushedAt": null, "size": null}
              ],
              "manifests": [
                {"digest": "\(sample.digest(1))", "action": "delete", "rule": null, "reason": "all its tags go"}
              ],
              "skipped": [], "failed": [],
              "summary": {"kept": 1, "deleted": 1, "failed": 0, "bytesFreed": 7, "manifestsDeleted": 1, "skipped": 0}
            }
            """
        #expect(try parsed(try sample.report()) == json(expected))
    }

    @Test("after --apply tells what was done, not what was planned")
    func applied() throws {
        let sample = try sample()
        var done = ExecutionReport()
        done.deleted = [.init(.digest(sample.digest(1)), digest: sample.digest(1))]
        done.skipped = [.init(reference: .tag(try Tag("mr-1")), reason: .moved)]
        done.failed = [.init(.digest(sample.digest(3)), RegistryError(.held, "an index holds it"))]
        let value = try parsed(try sample.report(done))
        #expect(value.object?["dryRun"] == false)
        let tag = "registry.example.com/group/app:mr-1", manifest = "registry.example.com/group/app@\(sample.digest(3))"
        let skipped = try json(#"[{"reference": "\#(tag)", "reason": "it has been moved to another image meanwhile"}]"#)
        #expect(value.object?["skipped"] == skipped)
        let failed = try json(#"[{"reference": "\#(manifest)", "code": "held", "reason": "an index holds it"}]"#)
        #expect(value.object?["failed"] == failed)
        let summary = try json(
            #"{"kept": 2, "deleted": 0, "failed": 1, "bytesFreed": 7, "manifestsDeleted": 1, "skipped": 1}"#)
        #expect(value.object?["summary"] == summary)
    }

    @Test("of several repositories has a document for each, one that failed too, and the sums")
    func several() throws {
        let other = try Repository("registry.example.com/group/other")
        let failed = CleanupReport.Failed(other, RegistryError(.denied, "no right to list"))
        let parts: [CleanupReport.Part] = [.outcome(try sample().outcome()), .failure(failed)]
        let value = try parsed(CleanupReport(parts, at: sampleNow, isDryRun: true))
        #expect(value.object?.keys == ["repositories", "summary"])
        let documents = try #require(value.object?["repositories"]?.array)
        #expect(documents.map { $0.object?["tags"]?.array?.count } == [2, 0])
        let failure = try json(
            #"[{"reference": "registry.example.com/group/other", "code": "denied", "reason": "no right to list"}]"#)
        #expect(documents[1].object?["failed"] == failure)
        #expect(documents[0].object?.keys == documents[1].object?.keys)
        let summary = try json(
            #"{"kept": 1, "deleted": 1, "failed": 1, "bytesFreed": 7, "manifestsDeleted": 1, "skipped": 0}"#)
        #expect(value.object?["summary"] == summary)
    }

    @Test("of an empty repository is whole")
    func empty() throws {
        let value = try parsed(try Sample().report())
        #expect(value.object?["tags"] == [])
        #expect(value.object?["manifests"] == [])
    }

    @Test(
        "carries any text",
        arguments: ["quote \" and \\", "line\nbreak\ttab", "\u{1}\u{7F}\u{2028}", "Grüße 🐳", "</script>", "\u{202E}"])
    func text(text: String) throws {
        var sample = Sample()
        sample.evidence.git[0] = OneBranch(names: ["a"], branch: text)
        try sample.tag("a", 1, Plan.Decision(keep: .git(0)))
        let value = try parsed(try sample.report())
        #expect(value.object?["tags"]?.array?.first?.object?["reason"] == .string("held by branch \(text)"))
    }

    @Test("comes in pieces, however many tags there are")
    func pieces() throws {
        var sample = Sample()
        for number in 0..<2000 { try sample.tag("t\(number)", 1, Plan.Decision(keep: .notSelected)) }
        var longest = 0
        try sample.report().writeJSON { longest = max(longest, $0.utf8.count) }
        #expect(longest < 500)
    }
}
