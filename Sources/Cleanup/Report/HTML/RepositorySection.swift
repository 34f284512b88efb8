internal import Registry

/// The part of the page that is about one repository.
struct RepositorySection {
    private let outcome: CleanupOutcome
    private let report: CleanupReport
    private let number: Int
    private let isOnly: Bool
    private let breakdown: Breakdown

    private var view: PlanView { outcome.view }

    init(_ outcome: CleanupOutcome, _ report: CleanupReport, number: Int, isOnly: Bool) {
        self.outcome = outcome
        self.report = report
        self.number = number
        self.isOnly = isOnly
        breakdown = outcome.view.rows.breakdown()
    }

    /// Writes it, with at most so many rows of tags.
    func write<Failure: Error>(
        rowLimit: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try sink("<section class=\"repository\(isOnly ? " only" : "")\" id=\"repository-\(number)\">\n")
        if !isOnly {
            let words: HTMLText = """
                <h2>\("\(view.repository)")</h2><p class="meta"><span>\(view.implementation)</span></p>

                """
            try sink(words.text)
        }
        try sink(outcome.summary.tiles(isDryRun: outcome.isDryRun).text)
        try sink(troubles.text)
        try sink(timeline.text)
        try sink(bars.text)
        try sink(policy.text)
        try TagTableSection(view, breakdown, now: report.time.secondsSince1970).write(rowLimit: rowLimit, to: sink)
        try sink(manifests.text + "</section>\n")
    }

    // MARK: What went wrong

    private var troubles: HTMLText {
        func card(_ title: String, _ items: [(name: String, why: String)]) -> HTMLText {
            guard !items.isEmpty else { return "" }
            let lines = items.prefix(1000).map { "<li><code>\($0.name)</code>: \($0.why)</li>\n" as HTMLText }
            let more: HTMLText = items.count > 1000 ? "<li>and \(Figures.count(items.count - 1000)) more</li>" : ""
            return "<div class=\"card trouble\"><h3>\(title)</h3><ul>\n\(lines.joined)\(more)</ul></div>\n"
        }
        return [
            card("Stopped: nothing was deleted", outcome.stop.map { [("--max-delete", $0.text)] } ?? []),
            card("Could not be deleted", outcome.failedLines), card("Left alone", outcome.skippedLines),
        ].joined
    }

    // MARK: Drawings

    private static let key: HTMLText = """
        <span class="key"><span><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="kept" width="12" height="12"/></svg>\
        stay</span><span><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="gone" width="12" height="12"/>\
        <rect class="hatch" width="12" height="12"/></svg>go</span></span>
        """

    private var timeline: HTMLText {
        guard let timeline = Timeline(view) else { return "" }
        let basis = view.time == .created ? "made" : "pushed"
        let scale = timeline.isRooted ? "; heights by the square root" : ""
        let timeless = timeline.timeless
        let rest: HTMLText =
            timeless == 0
            ? "" : "<p class=\"note\">\(Figures.count(timeless, "tag")) whose time nobody knows cannot be drawn.</p>"
        return """
            <div class="card"><div class="head"><h3>When tags were \(basis)</h3><span class="note">\
            each bar is a \(timeline.unit.noun)\(scale)</span>\(Self.key)</div>
            <div class="scroll" tabindex="0" role="group" aria-label="Timeline">\(timeline.drawing)</div>\(rest)</div>

            """
    }

    private var bars: HTMLText {
        guard !breakdown.tags.isEmpty else { return "" }
        let counts = chart("Tags by reason", breakdown.tags, \.count) { Figures.count($0) }
        let bySize = breakdown.tags.filter { $0.bytes > 0 }.sorted { $0.bytes > $1.bytes }
        let bytes = chart("Size of their images by reason", bySize, \.bytes, Figures.bytes)
        return "<div class=\"columns\">\n\(counts)\(bytes)</div>\n"
    }

    private static let barLimit = 10

    private func chart(
        _ title: String, _ groups: [Breakdown.Group], _ amount: KeyPath<Breakdown.Group, Int>,
        _ words: (Int) -> String
    ) -> HTMLText {
        let most = groups.map { $0[keyPath: amount] }.max() ?? 0
        let items = groups.prefix(Self.barLimit).map { group -> HTMLText in
            let share = Double(group[keyPath: amount]) / Double(max(1, most)) * 1000
            let width = HTMLText.coordinate(max(share, 4))
            let kind: HTMLText = group.cause.isDeleted ? "gone" : "kept"
            let hatch: HTMLText =
                group.cause.isDeleted ? "<rect class=\"hatch\" width=\"\(width)\" height=\"8\"/>" : ""
            return """
                <li><div class="line"><span class="why">\(group.cause.isDeleted ? "go" : "stay"): \(group.cause.text) \
                \(ruleChip(group.cause.rule))</span><span class="amount">\(words(group[keyPath: amount]))</span></div>\
                <svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="\(kind)" width="\(width)" height="8"/>\(hatch)</svg></li>

                """
        }
        let rest = groups.dropFirst(Self.barLimit)
        let more: HTMLText =
            rest.isEmpty
            ? ""
            : """
            <li class="line note"><span>\(Figures.count(rest.count)) more reasons</span>\
            <span>\(words(rest.reduce(0) { $0 + $1[keyPath: amount] }))</span></li>
            """
        let shared: HTMLText =
            amount == \.bytes
            ? "<p class=\"note\">What images share counts for each of them, and is freed with the last.</p>" : ""
        let body: HTMLText =
            groups.isEmpty
            ? "<p class=\"note\">The registry does not tell sizes, or nobody had to ask for them.</p>"
            : "<ul class=\"bars\">\n\(items.joined)\(more)</ul>\(shared)"
        return "<div class=\"card\"><div class=\"head\"><h3>\(title)</h3>\(Self.key)</div>\n\(body)</div>\n"
    }

    // MARK: Tables

    private var policy: HTMLText {
        guard !view.rules.isEmpty else { return "" }
        // A manifest that stays has the rule of its tags, and is not counted beside them.
        let counted = breakdown.tags + breakdown.manifests.filter { $0.cause.rule == "untagged" }
        let decided = Dictionary(counted.map { ($0.cause.rule ?? "", $0.count) }, uniquingKeysWith: +)
        let rows = view.rules.map { rule -> HTMLText in
            let count = decided[rule.name, default: 0]
            let noun = rule.name == "untagged" ? "manifest" : "tag"
            return """
                <tr><td>\(ruleChip(rule.name))</td><td><code>\(rule.source)</code></td>\
                <td>decides on \(Figures.count(count, noun))</td></tr>

                """
        }
        return """
            <div class="card"><div class="head"><h3>Policy</h3><span class="note">a tag goes only where a delete rule \
            selects it and no keep rule holds it</span></div>
            <table class="policy"><tbody>
            \(rows.joined)</tbody></table></div>

            """
    }

    private static let manifestLimit = 2000

    private var manifests: HTMLText {
        let places = (0..<view.rows.manifestCount).filter { view.rows.isManifestDeleted(at: $0) }
        guard !places.isEmpty else { return "" }
        let rows = places.prefix(Self.manifestLimit).map { place -> HTMLText in
            let row = view.rows.manifest(at: place)
            return """
                <tr><td class="digest name">\(row.digest.text)</td>\
                <td class="why">\(row.reason) \(ruleChip(row.rule))</td></tr>

                """
        }
        let left = places.count - rows.count
        let more: HTMLText =
            left > 0 ? "<p class=\"none\">\(Figures.count(left)) more are in the JSON output and in the plan.</p>" : ""
        return """
            <details class="card"><summary>\(Figures.count(places.count, "manifest")) that go</summary>
            <div class="scroll"><table class="rows"><tbody>
            \(rows.joined)</tbody></table></div>\(more)</details>

            """
    }
}

/// The name of a rule, small.
func ruleChip(_ rule: String?) -> HTMLText { rule.map { "<span class=\"rule\">\($0)</span>" } ?? "" }
