internal import Registry

extension CleanupReport {
    /// The most bytes of a summary: GitHub drops one that is larger than 1 MiB, with all that others wrote there.
    private static let summaryLimit = 900 << 10
    /// The most rows of a table: nobody reads more in a summary.
    private static let summaryRows = 500

    /// What stands in the summary of a job, as Markdown, to be appended to the file `$GITHUB_STEP_SUMMARY`.
    public var markdown: String {
        var text = "## Registry cleanup\(isDryRun ? " (dry run)" : "")\n\n"
        for failed in failures {
            text += "> **\(code("\(failed.repository)"))** could not be cleaned up: \(escaped(failed.reason))\n\n"
        }
        let outcomes = outcomes
        for stop in outcomes.compactMap(\.stop) {
            text += "> **Stopped**, nothing was deleted: \(escaped(stop.text))\n\n"
        }
        if !outcomes.isEmpty { text += overview(outcomes) }
        for outcome in outcomes {
            let details = details(outcome)
            guard text.utf8.count + details.utf8.count <= Self.summaryLimit else {
                text += "The rest is left out here; it stands in the job's log.\n"
                break
            }
            text += details
        }
        return text
    }

    private func overview(_ outcomes: [CleanupOutcome]) -> String {
        var text = "| repository | tags | \(isDryRun ? "go" : "deleted") | stay | manifests | freed |"
        text += "\n|---|--:|--:|--:|--:|--:|\n"
        for outcome in outcomes.prefix(Self.summaryRows) {
            let numbers = outcome.summary
            let freed = numbers.bytesFreed.map(Figures.bytes) ?? "not known"
            let cells = [numbers.tags, numbers.deleted, numbers.kept, numbers.manifestsDeleted].map {
                Figures.count($0)
            }
            text += "| \(code("\(outcome.view.repository)")) | \(cells.joined(separator: " | ")) | \(freed) |\n"
        }
        return text + "\n" + leftOut(outcomes.count - Self.summaryRows, "repositories")
    }

    private func details(_ outcome: CleanupOutcome) -> String {
        let view = outcome.view, breakdown = view.rows.breakdown()
        var text = "### \(code("\(view.repository)"))\n\n"
        for (title, troubles) in [
            ("Could not be deleted", outcome.failedLines), ("Left alone", outcome.skippedLines),
        ] where !troubles.isEmpty {
            text += "**\(title):**\n\n"
            for (name, why) in troubles.prefix(Self.summaryRows) { text += "- \(code(name)): \(escaped(why))\n" }
            text += "\n" + leftOut(troubles.count - Self.summaryRows, "lines")
        }
        text += "| tags | | rule | why |\n|--:|---|---|---|\n"
        for group in breakdown.tags.prefix(Self.summaryRows) {
            let rule = group.cause.rule.map { code($0) } ?? ""
            let action = group.cause.isDeleted ? "**go**" : "stay"
            text += "| \(Figures.count(group.count)) | \(action) | \(rule) | \(escaped(group.cause.text)) |\n"
        }
        text += "\n" + tags(view)
        return text
    }

    private func tags(_ view: PlanView) -> String {
        let places = (0..<view.rows.tagCount).filter { view.rows.isTagDeleted(at: $0) }
        guard !places.isEmpty else { return "" }
        var text = "<details><summary>\(Figures.count(places.count, "tag"))</summary>\n\n"
        text += "| tag | age | size | why |\n|---|--:|--:|---|\n"
        for place in places.prefix(Self.summaryRows) {
            let tag = view.tag(at: place)
            let age = view.time(of: tag).map { Figures.age(time.secondsSince1970 - $0) } ?? ""
            text += "| \(code(tag.name)) | \(age) | \(tag.size.map(Figures.bytes) ?? "") | \(escaped(tag.reason)) |\n"
        }
        return text + "\n\(leftOut(places.count - Self.summaryRows, "tags"))</details>\n\n"
    }

    private func leftOut(_ count: Int, _ nouns: String) -> String {
        count > 0 ? "\(Figures.count(count)) more \(nouns) are left out here; they stand in the job's log.\n\n" : ""
    }

    /// Text between backquotes: what it may hold is escaped as elsewhere, since a backquote or a bar would end it.
    private func code(_ text: String) -> String { "<code>\(escaped(text))</code>" }

    /// Text that says nothing to a reader of Markdown, or of the HTML that may stand in it.
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.visible.unicodeScalars {
            switch scalar {
            case "&", "<", ">", "\"", "'", "`", "|", "*", "_", "[", "]", "(", ")", "#", "~", "\\", "!", "@", "$", ":",
                "{",
                "}":
                result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
