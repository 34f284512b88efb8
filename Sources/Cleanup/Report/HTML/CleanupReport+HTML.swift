internal import Registry

extension CleanupReport {
    /// The most rows of tags on the page: a browser gets slow with more.
    private static let rowLimit = 20_000

    /// Writes one self-contained page for people; it loads nothing, and can be read without its script.
    ///
    /// - Parameter sink: Is given the text piece by piece.
    /// - Throws: What `sink` throws.
    public func writeHTML<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        try writeHTML(rowLimit: Self.rowLimit, to: sink)
    }

    /// The same with at most so many rows of tags.
    func writeHTML<Failure: Error>(
        rowLimit: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        try sink(head.text)
        try sink("<body>\n\(Self.patterns.text)<main>\n\(masthead.text)")
        var rowsLeft = rowLimit
        for (place, part) in parts.enumerated() {
            guard case .outcome(let outcome) = part else { continue }
            let section = RepositorySection(outcome, self, number: place + 1, isOnly: parts.count == 1)
            try section.write(rowLimit: rowsLeft, to: sink)
            rowsLeft = max(0, rowsLeft - outcome.view.rows.tagCount)
        }
        try sink(Self.footer.text + "</main>\n<script>\(PageScript.text)</script>\n</body>\n</html>\n")
    }

    private var title: String {
        guard parts.count == 1, let first = parts.first else { return "\(Figures.count(parts.count)) repositories" }
        return "\(first.repository)"
    }

    private var head: HTMLText {
        let policy = [
            "default-src 'none'", "style-src \(HTMLText.source(of: PageStyle.text))",
            "script-src \(HTMLText.source(of: PageScript.text))", "base-uri 'none'", "form-action 'none'",
        ].joined(separator: "; ")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(HTMLText(markup: policy))">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <meta name="color-scheme" content="light dark">
            <title>Cleanup of \(title)</title>
            <style>\(HTMLText(markup: PageStyle.text))</style>
            </head>

            """
    }

    /// What is drawn over what goes, so that it is told from what stays without colours too.
    private static let patterns: HTMLText = """
        <svg class="unseen" aria-hidden="true"><defs><pattern id="hatch" width="5" height="5" \
        patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V5"/></pattern></defs></svg>

        """

    private static let footer: HTMLText = """
        <footer><p>Made by berth. The size of a tag is that of its whole image, with all that an index holds; what images \
        share counts for each of them here, and is freed only when none is left that uses it, and the registry has \
        collected its garbage. Times are in UTC.</p></footer>

        """

    // MARK: Head of the page

    private var masthead: HTMLText {
        var text: HTMLText = """
            <header>
            <p class="brand">berth cleanup</p>
            <h1>\(title)</h1>
            <p class="meta">\(state)<span>\(dateWords)</span>\(implementation)</p>
            </header>

            """
        if !failures.isEmpty {
            let items = failures.map { failed -> HTMLText in
                let hint: HTMLText = failed.hint.map { " <span class=\"note\">\($0)</span>" } ?? ""
                return "<li><code>\("\(failed.repository)")</code>: \(failed.reason)\(hint)</li>\n"
            }
            let heading = failures.count == 1 ? "One repository was" : "\(failures.count) repositories were"
            text += """
                <div class="card trouble"><h3>\(heading) not cleaned up</h3><ul>
                \(items.joined)</ul></div>

                """
        }
        guard parts.count > 1 else { return text }
        text += summary.tiles(isDryRun: isDryRun)
        let items = parts.enumerated().compactMap { place, part -> HTMLText? in
            guard case .outcome(let outcome) = part else { return nil }
            let numbers = outcome.summary
            return """
                <li><a href="#repository-\(place + 1)">\("\(outcome.view.repository)")</a>\
                <span class="note">\(Figures.count(numbers.deleted)) of \(Figures.count(numbers.tags, "tag"))</span></li>

                """
        }
        text += "<nav class=\"card\" aria-label=\"Repositories\"><ul class=\"contents\">\n\(items.joined)</ul></nav>\n"
        return text
    }

    private var state: HTMLText {
        isDryRun
            ? #"<span class="pill">Dry run: nothing was deleted</span>"# : #"<span class="pill gone">Applied</span>"#
    }

    private var implementation: HTMLText {
        guard parts.count == 1, case .outcome(let outcome) = parts[0] else { return "" }
        return "<span>\(outcome.view.implementation)\(outcome.shard.aside)</span>"
    }

    /// `26 Nov 2026, 03:00 UTC`.
    private var dateWords: String {
        let text = time.wholeSeconds
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard date.count == 3, (1...12).contains(date[1]) else { return text }
        return "\(date[2]) \(months[date[1] - 1]) \(date[0]), \(text.dropFirst(11).prefix(5)) UTC"
    }
}

extension CleanupReport.Part {
    fileprivate var repository: Repository {
        switch self {
        case .outcome(let outcome): outcome.view.repository
        case .failure(let failed): failed.repository
        }
    }
}

extension OutcomeSummary {
    /// The numbers, large.
    func tiles(isDryRun: Bool) -> HTMLText {
        let share = tags == 0 ? 0 : Double(deleted) / Double(tags)
        let percent = tags == 0 ? "no tags" : "\(Int((share * 100).rounded())) % of \(Figures.count(tags, "tag"))"
        let freed = bytesFreed.map(Figures.bytes) ?? "not known"
        let width = HTMLText.coordinate(share * 1000)
        let troubles =
            (skipped == 0 ? "" : ", \(Figures.count(skipped)) left alone")
            + (failed == 0 ? "" : ", \(Figures.count(failed)) failed")
        return """
            <dl class="numbers">
            <div class="card"><dt>Tags that \(isDryRun ? "go" : "are gone")</dt>\
            <dd class="gone-text">\(Figures.count(deleted))<small>\(percent)\(troubles)</small></dd></div>
            <div class="card"><dt>Tags that stay</dt><dd class="kept-text">\(Figures.count(kept))\
            <small>each for a reason below</small></dd></div>
            <div class="card"><dt>Manifests that \(isDryRun ? "go" : "are gone")</dt>\
            <dd>\(Figures.count(manifestsDeleted))<small>images, indexes and what is about them</small></dd></div>
            <div class="card"><dt>Freed</dt><dd>\(freed)<small>when the registry has collected its garbage</small></dd></div>
            </dl>
            <svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" \
            aria-label="\(percent) go"><rect class="kept" width="1000" height="10"/>\
            <rect class="gone" width="\(width)" height="10"/></svg>

            """
    }
}
