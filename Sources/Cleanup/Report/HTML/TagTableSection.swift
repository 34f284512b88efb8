internal import Registry

/// The table of a repository's tags, with what the page's script needs to search it.
struct TagTableSection {
    private let view: PlanView
    private let breakdown: Breakdown
    private let now: Int

    init(_ view: PlanView, _ breakdown: Breakdown, now: Int) {
        self.view = view
        self.breakdown = breakdown
        self.now = now
    }

    /// Writes it, with at most so many rows.
    func write<Failure: Error>(
        rowLimit: Int, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let count = view.rows.tagCount
        guard count > 0 else {
            let words = view.tagsElsewhere == 0 ? "There are no tags." : "No tag goes."
            return try sink("<div class=\"card list\"><p class=\"none\">\(words)</p></div>\n")
        }
        try sink("<div class=\"card list\" data-panel>\n\(tools.text)\(Self.head.text)")
        for place in order.prefix(rowLimit) { try sink(row(place).text) }
        try sink("</tbody></table>\n<p class=\"none\" data-none hidden>No tag is like that.</p>\n")
        if count > rowLimit {
            let note: HTMLText = """
                <p class="none">\(Figures.count(count - rowLimit, "more tag")) would make this page slow; \
                they are in the JSON output, and those that go in the plan.</p>

                """
            try sink(note.text)
        }
        if view.tagsElsewhere > 0 {
            let note: HTMLText = """
                <p class="none">The saved plan holds what goes only: \(Figures.count(view.tagsElsewhere, "tag")) \
                that stay are not listed.</p>

                """
            try sink(note.text)
        }
        try sink("</div>\n")
    }

    /// What goes first, and the newest of that first.
    private var order: [Int] {
        let times = (0..<view.rows.tagCount).map { view.time(of: view.rows.tag(at: $0)) ?? Int.min }
        return times.indices.sorted { one, other in
            let isFirst = view.rows.isTagDeleted(at: one), isOther = view.rows.isTagDeleted(at: other)
            if isFirst != isOther { return isFirst }
            return times[one] == times[other] ? one < other : times[one] > times[other]
        }
    }

    private var tools: HTMLText {
        var rules: [String] = []
        for group in breakdown.tags {
            if let rule = group.cause.rule, !rules.contains(rule) { rules.append(rule) }
        }
        let options = rules.sorted().map { "<option>\($0)</option>" as HTMLText }.joined
        return """
            <div class="tools" hidden>
            <input type="search" data-query placeholder="Search tags, reasons, digests" aria-label="Search" \
            autocomplete="off" spellcheck="false">
            <select data-action aria-label="Decision"><option value="">stay or go</option>\
            <option value="delete">go</option><option value="keep">stay</option></select>
            <select data-rule-filter aria-label="Rule"><option value="">any rule</option>\(options)</select>
            <output data-count></output>
            </div>

            """
    }

    private static let head: HTMLText = """
        <table class="rows"><thead><tr><th data-sort="tag">Tag</th><th data-sort="decision">Decision</th>\
        <th data-sort="why">Why</th><th data-sort="age" class="right">Age</th><th data-sort="size" class="right">Size</th>\
        <th data-sort="digest">Digest</th></tr></thead><tbody>

        """

    private func row(_ place: Int) -> HTMLText {
        let tag = view.rows.tag(at: place)
        let time = view.time(of: tag)
        let age: HTMLText = time.map { "<time title=\"\(Figures.time($0))\">\(Figures.age(now - $0))</time>" } ?? ""
        let size = tag.size.map(Figures.bytes) ?? ""
        let digest: HTMLText = tag.digest.map { "<span title=\"\($0.text)\">\($0.short)</span>" } ?? ""
        let rule: HTMLText = tag.rule.map { " data-rule=\"\($0)\"" } ?? ""
        let kind: HTMLText = tag.isDeleted ? "gone" : "kept"
        return """
            <tr class="\(kind)"\(rule)><td class="name">\(tag.name)</td>\
            <td class="decision"><span class="pill \(kind)">\(tag.isDeleted ? "go" : "stay")</span></td>\
            <td class="why">\(tag.reason) \(ruleChip(tag.rule))</td>\
            <td class="right" data-v="\(time.map { String(now - $0) } ?? "")">\(age)</td>\
            <td class="right" data-v="\(tag.size.map(String.init) ?? "")">\(size)</td>\
            <td class="digest">\(digest)</td></tr>

            """
    }
}
