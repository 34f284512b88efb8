internal import DockerConfig
internal import Hashing
internal import Registry
internal import TestSupport
internal import Testing

@testable internal import Cleanup

private let day = 86_400

extension CleanupReport {
    var html: String { collect { writeHTML(to: $0) } }
}

extension String {
    /// How often `part` is in it.
    fileprivate func count(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let place = rest.firstRange(of: part) {
            count += 1
            rest = rest[place.upperBound...]
        }
        return count
    }
}

@Suite("The page of a report")
struct PageTests {
    private func sample() throws -> Sample {
        var sample = Sample()
        sample.policy = try .sample()
        try sample.tag("mr-1", 1, age: 20 * day, size: 7_500_000, Plan.Decision(delete: .selected(0)))
        try sample.tag("latest", 2, age: 3 * day, Plan.Decision(keep: .rule(0)))
        sample.decide(1, Plan.Decision(delete: .untagged))
        return sample
    }

    @Test("has each tag with what becomes of it and why, the policy, and the numbers")
    func content() throws {
        let html = try sample().report().html
        for part in [
            "<title>Cleanup of registry.example.com/group/app</title>", "Dry run: nothing was deleted",
            "26 Nov 2026, 03:00 UTC", #"<td class="name">mr-1</td>"#, "older than 14d: made 2026-11-06",
            #"<td class="name">latest</td>"#, "one of latest, v*", "7.5 MB",
            "<code>{tags: &quot;mr-*&quot;, older-than: 14d}</code>", "<svg class=\"timeline\"",
            "1 manifest that go", Sample().digest(1).text,
        ] { #expect(html.contains(part), "\(part)") }
    }

    @Test("allows its own script and style by their hashes, and nothing else")
    func contentSecurityPolicy() throws {
        let html = try sample().report().html
        func hash(_ element: String) throws -> String {
            let start = try #require(html.firstRange(of: "<\(element)>")).upperBound
            let end = try #require(html[start...].firstRange(of: "</\(element)>")).lowerBound
            return Base64.encode(StreamHash.hash(Array(html[start..<end].utf8), .sha256))
        }
        let policy = """
            default-src 'none'; style-src 'sha256-\(try hash("style"))'; script-src 'sha256-\(try hash("script"))'; \
            base-uri 'none'; form-action 'none'
            """
        #expect(html.contains("content=\"\(policy)\""))
        #expect(html.count(of: "<script") == 1)
        #expect(!html.contains("style="))
        #expect(!html.contains("://"))
    }

    @Test(
        "shows text as it is, and nothing of it is markup",
        arguments: [
            "<script>alert(1)</script>", "\"onload=\"alert(1)", "'><b>", "&lt;", "\u{202E}", "</style><i>", "\n", "\0",
        ])
    func hostile(text: String) throws {
        var sample = try sample()
        sample.evidence.git[4] = OneBranch(names: ["a"], branch: text)
        sample.policy.delete[0].source = text
        sample.policy.keep[0].selector.tags = [try TextPattern("x\(text == "\0" ? "" : text)")]
        try sample.tag("a", 1, age: day, Plan.Decision(keep: .git(4)))
        var done = ExecutionReport()
        done.failed = [.init(.tag(try Tag("b")), RegistryError(.denied, "x\(text)x"))]
        let html = try sample.report(done).html
        let plain = try self.sample().report(ExecutionReport()).html
        #expect(!html.contains("branch \(text)"))
        for mark in ["<script", "<b>", "<i>", "onload=\"", "\u{202E}", "\0"] {
            #expect(html.count(of: mark) == plain.count(of: mark), "\(mark)")
        }
    }

    @Test("shows what goes first where there are too many tags, and says how many are left out")
    func limit() throws {
        var sample = try sample()
        for number in 0..<30 { try sample.tag("t\(number)", 2, age: day, Plan.Decision(keep: .notSelected)) }
        let report = try sample.report()
        let html = collect { report.writeHTML(rowLimit: 10, to: $0) }
        #expect(html.count(of: "<td class=\"name\">") == 10)
        #expect(html.contains(#"<td class="name">mr-1</td>"#))
        #expect(html.contains("22 more tags would make this page slow"))
    }

    @Test("of several repositories has a section for each, and on top those that failed")
    func several() throws {
        let other = try Repository("registry.example.com/group/other")
        let failed = CleanupReport.Failed(other, RegistryError(.denied, "no <right> to list", hint: "log in"))
        let parts: [CleanupReport.Part] = [
            .outcome(try sample().outcome()), .failure(failed), .outcome(try Sample().outcome()),
        ]
        let html = CleanupReport(parts, at: sampleNow, isDryRun: true).html
        #expect(html.contains("<h1>3 repositories</h1>"))
        #expect(html.count(of: "<section") == 2)
        let failure = try #require(html.firstRange(of: "no &lt;right&gt; to list"))
        #expect(failure.lowerBound < (try #require(html.firstRange(of: "<section"))).lowerBound)
    }

    @Test("of a saved plan says that what stays is not listed")
    func saved() throws {
        let file = try PlanFile(PlanFile.text([try sample().view()]))
        let parts = file.parts.map { CleanupReport.Part.outcome(CleanupOutcome($0.view, isDryRun: true)) }
        #expect(CleanupReport(parts, at: sampleNow, isDryRun: true).html.contains("1 tag that stay are not listed"))
    }
}

@Suite("The timeline")
struct TimelineTests {
    private func timeline(_ ages: [Int]) throws -> Timeline? {
        var sample = Sample()
        for (number, age) in ages.enumerated() {
            try sample.tag(
                "t\(number)", number, age: age * day,
                number.isMultiple(of: 2) ? Plan.Decision(keep: .notSelected) : Plan.Decision(delete: .selected(0)))
        }
        return Timeline(try sample.view())
    }

    @Test(
        "has a bar for each day, week, month or year, as the span asks",
        arguments: [
            ([0], Timeline.Unit.day, 1), ([0, 91], .day, 92), ([0, 92], .week, 14), ([0, 600], .week, 87),
            ([0, 700], .month, 24), ([0, 4600], .year, 13),
        ] as [([Int], Timeline.Unit, Int)])
    func units(ages: [Int], unit: Timeline.Unit, count: Int) throws {
        let timeline = try #require(try timeline(ages))
        #expect(timeline.unit == unit)
        #expect(timeline.bars.count == count)
        #expect(timeline.bars.reduce(0) { $0 + $1.count } == ages.count)
        #expect(timeline.bars.last?.kept == 1)
    }

    @Test("of tags without times there is none")
    func none() throws {
        #expect(try timeline([]) == nil)
        var sample = Sample()
        try sample.tag("t", 1, Plan.Decision(keep: .notSelected))
        #expect(Timeline(try sample.view()) == nil)
    }

    @Test(
        "weeks begin on Mondays", arguments: [(20_786, "2026-11-23"), (20_780, "2026-11-23"), (20_779, "2026-11-16")])
    func weeks(day: Int, monday: String) {
        #expect(Timeline.Unit.week.name(of: Timeline.Unit.week.number(ofDay: day)) == "week of \(monday)")
    }

    @Test(
        "counts by round numbers",
        arguments: [
            (0, [0, 1]), (3, [0, 1, 2, 3]), (4, [0, 1, 2, 3, 4]), (7, [0, 2, 4, 6, 8]), (95, [0, 50, 100]),
        ])
    func ticks(most: Int, ticks: [Int]) { #expect(Timeline.ticks(most) == ticks) }
}

@Suite(
    "The page in a browser", .enabled(if: Browser.isHere, "there is no chromium here: the page is not tried"),
    .serialized)
struct PageBrowserTests {
    /// A row of the table that the browser shows.
    private func rows(_ document: String) -> [String] {
        document.split(separator: "<tr class=\"").dropFirst().compactMap { row in
            guard let open = row.firstIndex(of: ">"), !row[..<open].contains("hidden"),
                let start = row.firstRange(of: "<td class=\"name\">")?.upperBound
            else { return nil }
            return String(row[start...].prefix { $0 != "<" })
        }
    }

    private func report() throws -> CleanupReport { try RealisticSample.report() }

    /// What a script says of `html` that is shown in a frame.
    private func frame(_ html: String, _ attributes: String, _ question: String) async throws -> String {
        let page = """
            <!DOCTYPE html><iframe \(attributes) srcdoc="\(html.quoted)"></iframe><pre></pre><script>
            addEventListener("load", () => {
              const frame = document.querySelector("iframe");
              document.querySelector("pre").textContent = "answer: " + (\(question));
            });
            </script>
            """
        let document = try await Browser().show(page).document
        let start = try #require(document.firstRange(of: "<pre>answer: ")).upperBound
        let end = try #require(document[start...].firstRange(of: "</pre>")).lowerBound
        return String(document[start..<end]).unquoted
    }

    @Test("shows every tag, says nothing on the console, and asks nobody for anything")
    func shown() async throws {
        let report = try report()
        let result = try await Browser().show(report.html)
        #expect(result.complaints == [])
        guard case .outcome(let outcome) = report.parts[0] else { return }
        #expect(rows(result.document).count == outcome.view.tagCount)
        #expect(result.document.contains("<div class=\"tools\">"))
    }

    private static let searches: [(String, @Sendable (PlanView.TagRow) -> Bool)] = [
        ("#q=mr-", { $0.name.hasPrefix("mr-") }), ("#q=PROD%20deployment", { $0.reason.contains("prod: deployment") }),
        ("#action=keep", { !$0.isDeleted }), ("#action=delete&rule=delete[0]", { $0.rule == "delete[0]" }),
        ("#q=no-such-tag", { _ in false }),
    ]

    @Test("finds what is searched for, by the address too", arguments: searches.indices)
    func search(number: Int) async throws {
        let (fragment, isFound) = Self.searches[number]
        let report = try report()
        guard case .outcome(let outcome) = report.parts[0] else { return }
        let expected = (0..<outcome.view.tagCount).map { outcome.view.tag(at: $0) }.filter(isFound).map(\.name)
        let result = try await Browser().show(report.html, fragment)
        #expect(rows(result.document).sorted() == expected.sorted())
        #expect(result.complaints == [])
    }

    @Test(
        "sorts by what its column says, and what is not known comes last",
        arguments: [("#sort=age", false), ("#sort=-age", true)])
    func sort(fragment: String, isReversed: Bool) async throws {
        let report = try report()
        guard case .outcome(let outcome) = report.parts[0] else { return }
        let tags = (0..<outcome.view.tagCount).map { outcome.view.tag(at: $0) }
        let known = tags.compactMap(\.created).sorted { isReversed ? $0 < $1 : $0 > $1 }
        let shown = rows(try await Browser().show(report.html, fragment).document)
        let times = Dictionary(tags.map { ($0.name, $0.created) }) { first, _ in first }
        #expect(shown.prefix(known.count).map { times[$0] ?? nil } == known)
        #expect(shown.last == "v0.9-rc.1")
    }

    @Test("has all of it where scripts are switched off, and no search that would do nothing")
    func withoutScripts() async throws {
        let report = try report()
        guard case .outcome(let outcome) = report.parts[0] else { return }
        // A frame may not run scripts unless that is allowed, and the page around it can look into it all the same.
        let document = try await frame(
            report.html, #"sandbox="allow-same-origin""#, "frame.contentDocument.documentElement.outerHTML")
        #expect(rows(document).count == outcome.view.tagCount)
        #expect(document.contains("<div class=\"tools\" hidden=\"\">"))
    }

    @Test("is no wider than the window, on a telephone and on a desk", arguments: [360, 400, 700, 900, 1280])
    func width(width: Int) async throws {
        var sample = Sample()
        sample.policy = try .sample()
        let long = String(repeating: "x", count: 128)
        try sample.tag(long, 1, age: 20 * day, size: 7_500_000, Plan.Decision(delete: .selected(0)))
        sample.policy.delete[0].source = long + long
        let reports = try [report(), sample.report(), RealisticSample.report(repositories: 3)]
        for report in reports {
            let widths = try await frame(
                report.html, "width=\"\(width)\" height=\"800\" frameborder=\"0\"",
                "frame.contentDocument.documentElement.scrollWidth + ' ' + frame.contentWindow.innerWidth")
            let numbers = widths.split(separator: " ").compactMap { Int($0) }
            #expect(numbers.count == 2)
            #expect(numbers.first ?? 0 <= numbers.last ?? 0)
            #expect((width - 20...width).contains(numbers.last ?? 0))
        }
    }

    @Test("has a picture")
    func picture() async throws {
        let picture = try await Browser().picture(try report().html, 1280, 1600)
        #expect(picture.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        // Width and height stand at the beginning; a blank page is of some kilobytes.
        #expect(picture[16..<24] == [0, 0, 5, 0, 0, 0, 6, 64])
        #expect(picture.count > 60_000)
    }
}

extension String {
    /// What stands in a document for text with angle brackets and ampersands.
    fileprivate var unquoted: String {
        replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }

    /// The text as it stands between quotes: the page as an attribute.
    fileprivate var quoted: String {
        reduce(into: "") { text, character in
            switch character {
            case "&": text += "&amp;"
            case "\"": text += "&quot;"
            default: text.append(character)
            }
        }
    }
}
