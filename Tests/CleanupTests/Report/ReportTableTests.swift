internal import Registry
internal import Testing

@testable internal import Cleanup

private let day = 86_400

@Suite("The table of a cleanup")
struct ReportTableTests {
    private func sample() throws -> Sample {
        var sample = Sample()
        sample.policy = try .sample()
        try sample.tag("mr-1", 1, age: 20 * day, size: 7_500_000, Plan.Decision(delete: .selected(0)))
        try sample.tag("mr-1000-0a1b2c3d", 2, age: 120 * day, Plan.Decision(delete: .selected(0)))
        try sample.tag("main-1", 3, age: day, Plan.Decision(keep: .last(1, place: 2)))
        try sample.tag("main-2", 4, Plan.Decision(keep: .last(1, place: 1)))
        try sample.tag("latest", 4, Plan.Decision(keep: .rule(0)))
        sample.decide(1, Plan.Decision(delete: .untagged))
        sample.plan.bytesFreed = 7_500_000
        return sample
    }

    @Test("says of each tag that goes how old and large it is and why, and of the others how many stay for what")
    func table() throws {
        #expect(
            try sample().report().table == """
                registry.example.com/group/app (gitlab)

                DELETE              AGE     SIZE  WHY
                mr-1                20d   7.5 MB  older than 14d: made 2026-11-06 (delete[0])
                mr-1000-0a1b2c3d   120d        -  older than 14d: made 2026-07-29 (delete[0])

                MANIFESTS THAT GO
                  1  all its tags go

                TAGS THAT STAY
                  2  one of the 10 newest of main-* (keep[1])
                  1  one of latest, v* (keep[0])

                2 of 5 tags go, with 1 manifest; 7.5 MB are freed. This was a dry run: nothing was deleted.

                """)
    }

    @Test("with --verbose has a line for each tag that stays and each manifest")
    func verbose() throws {
        let table = try sample().report().verboseTable
        for line in [
            "DELETE MANIFEST  WHY\n\(Sample().digest(1))  all its tags go",
            "main-2      -        -  the newest of main-*, of which 10 stay (keep[1])",
            "latest      -        -  one of latest, v* (keep[0])",
        ] { #expect(table.contains(line)) }
    }

    @Test("has one line where there is nothing to do", arguments: [0, 1, 2])
    func nothing(count: Int) throws {
        var sample = Sample()
        for number in 0..<count { try sample.tag("v\(number)", number, Plan.Decision(keep: .notSelected)) }
        let words = ["there are no tags", "its one tag stays", "all 2 tags stay"][count]
        #expect(try sample.report().table == "registry.example.com/group/app: nothing to delete, \(words)\n")
    }

    @Test("after --apply says what was left alone and what failed, and why")
    func applied() throws {
        var done = ExecutionReport()
        done.deleted = [.init(.tag(try Tag("mr-1000-0a1b2c3d")), digest: nil)]
        done.skipped = [.init(reference: .tag(try Tag("mr-1")), reason: .moved)]
        done.failed = [.init(.digest(Sample().digest(1)), RegistryError(.held, "an index holds it"))]
        let table = try sample().report(done).table
        for line in [
            "LEFT ALONE  WHY\nmr-1        it has been moved to another image meanwhile\n", "  an index holds it\n",
            "1 of 5 tags is deleted; 1 left alone; 1 failed.\n",
        ] { #expect(table.contains(line)) }
    }

    @Test("of several repositories ends with the sum")
    func several() throws {
        var other = Sample()
        other.name = "registry.example.com/group/other"
        let parts: [CleanupReport.Part] = [.outcome(try sample().outcome()), .outcome(try other.outcome())]
        let table = CleanupReport(parts, at: sampleNow, isDryRun: true).table
        #expect(table.contains("\n\nregistry.example.com/group/other: nothing to delete, there are no tags\n"))
        #expect(table.contains("\n\nIn 2 repositories 2 of 5 tags go, with 1 manifest; 7.5 MB are freed."))
    }

    @Test("lets nothing move the cursor, or turn the line", arguments: ["\u{1B}[2J", "\u{202E}", "\r", "\u{9B}1m"])
    func control(text: String) throws {
        var sample = Sample()
        sample.evidence.git[0] = OneBranch(names: ["a"], branch: text)
        try sample.tag("a", 1, Plan.Decision(keep: .git(0)))
        let table = try sample.report().verboseTable
        #expect(!table.contains(text))
        #expect(table.contains("held by branch \\u{"))
    }
}

@Suite("The summary of a GitHub job")
struct StepSummaryTests {
    @Test("has the numbers, the reasons and what goes")
    func content() throws {
        var sample = Sample()
        sample.policy = try .sample()
        try sample.tag("mr-1", 1, age: 20 * day, size: 7_500_000, Plan.Decision(delete: .selected(0)))
        try sample.tag("latest", 2, Plan.Decision(keep: .rule(0)))
        sample.plan.bytesFreed = 7_500_000
        let text = try sample.report().markdown
        for line in [
            "## Registry cleanup (dry run)\n",
            "| <code>registry.example.com/group/app</code> | 2 | 1 | 1 | 0 | 7.5 MB |",
            "| 1 | **go** | <code>delete&#91;0&#93;</code> | mr-&#42; older than 14d |",
            "| <code>mr-1</code> | 20d | 7.5 MB | older than 14d&#58; made 2026-11-06 |",
        ] { #expect(text.contains(line)) }
    }

    @Test(
        "shows text as it is, whatever it means in Markdown and HTML",
        arguments: ["a|b", "`code`", "<img src=x>", "[a](http://b)", "**bold**", "\n# title", "@owner", "\u{202E}"])
    func hostile(text: String) throws {
        var sample = Sample()
        sample.name = "registry.example.com/group/other"
        let repository = try Repository(sample.name)
        let failed = CleanupReport.Failed(repository, RegistryError(.denied, "x\(text)y"))
        let markdown = CleanupReport([.failure(failed)], at: sampleNow, isDryRun: true).markdown
        #expect(!markdown.contains(text))
        #expect(markdown.split(separator: "\n").count == 2)
    }

    @Test("stays below what GitHub takes, and says what it leaves out")
    func limit() throws {
        var sample = Sample()
        let name = String(repeating: "_", count: 120)
        for number in 0..<600 { try sample.tag("\(name)\(number)", 1, Plan.Decision(delete: .selected(0))) }
        let part = CleanupReport.Part.outcome(try sample.outcome())
        let text = CleanupReport(Array(repeating: part, count: 5), at: sampleNow, isDryRun: true).markdown
        #expect(text.utf8.count < 1 << 20)
        #expect(text.contains("100 more tags are left out here"))
        #expect(text.contains("The rest is left out here"))
    }
}
