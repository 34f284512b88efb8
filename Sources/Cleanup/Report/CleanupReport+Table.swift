internal import Registry

extension CleanupReport {
    /// Writes a table for people: what goes and why, what stays by reasons, and the numbers.
    ///
    /// - Parameters:
    ///   - isVerbose: Whether each tag and manifest that stays has a line too.
    ///   - sink: Is given the text piece by piece.
    /// - Throws: What `sink` throws.
    public func writeTable<Failure: Error>(
        isVerbose: Bool = false, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        for (place, part) in parts.enumerated() {
            guard case .outcome(let outcome) = part else { continue }
            if place > 0 { try sink("\n") }
            try OutcomeTable(outcome, now: time.secondsSince1970, isVerbose: isVerbose).write(to: sink)
        }
        guard parts.count > 1 else { return }
        try sink("\nIn \(Figures.count(parts.count)) repositories \(summary.sentence(isDryRun: isDryRun))\n")
    }
}

/// The table of one repository.
private struct OutcomeTable {
    let outcome: CleanupOutcome
    let now: Int
    let isVerbose: Bool

    private var view: PlanView { outcome.view }

    init(_ outcome: CleanupOutcome, now: Int, isVerbose: Bool) {
        self.outcome = outcome
        self.now = now
        self.isVerbose = isVerbose
    }

    func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let rows = view.rows, summary = outcome.summary
        let hasWork =
            (0..<rows.tagCount).contains { rows.isTagDeleted(at: $0) }
            || (0..<rows.manifestCount).contains { rows.isManifestDeleted(at: $0) }
        guard hasWork || isVerbose else {
            let stay = summary.tags == 1 ? "its one tag stays" : "all \(Figures.count(summary.tags, "tag")) stay"
            return try sink(
                "\(view.repository): nothing to delete, \(summary.tags == 0 ? "there are no tags" : stay)\n")
        }
        let breakdown = rows.breakdown()
        try sink("\(view.repository) (\(view.implementation)\(outcome.shard.aside))\n\n")
        if hasWork { try writeTags(isDeleted: true, title: "DELETE", to: sink) }
        try writeGroups(breakdown.manifests.filter(\.cause.isDeleted), title: "MANIFESTS THAT GO", to: sink)
        if isVerbose {
            try writeManifests(to: sink)
            try writeTags(isDeleted: false, title: "KEEP", to: sink)
        } else {
            try writeGroups(breakdown.tags.filter { !$0.cause.isDeleted }, title: "TAGS THAT STAY", to: sink)
        }
        try writeTroubles(to: sink)
        try sink(summary.sentence(isDryRun: outcome.isDryRun) + "\n")
        if let stop = outcome.stop { try sink("STOPPED: \(stop.text)\n") }
    }

    // MARK: Parts

    private func writeTags<Failure: Error>(
        isDeleted: Bool, title: String, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        let places = (0..<view.rows.tagCount).lazy.filter { view.rows.isTagDeleted(at: $0) == isDeleted }
        // A name that is longer than most of a line moves its own line only.
        let width = places.reduce(title.count) { max($0, min(60, view.tag(at: $1).name.utf8.count)) }
        guard places.first != nil else { return }
        try sink("\(title.padded(width))    AGE     SIZE  WHY\n")
        for place in places {
            let tag = view.tag(at: place)
            let age = view.time(of: tag).map { Figures.age(now - $0) } ?? "-"
            let size = tag.size.map(Figures.bytes) ?? "-"
            let why = tag.reason.visible + (tag.rule.map { " (\($0))" } ?? "")
            try sink("\(tag.name.padded(width))  \(age.padded(5, left: true))  \(size.padded(7, left: true))  \(why)\n")
        }
        try sink("\n")
    }

    private func writeGroups<Failure: Error>(
        _ groups: [Breakdown.Group], title: String, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        guard !groups.isEmpty else { return }
        try sink("\(title)\n")
        let width = groups.map { Figures.count($0.count).count }.max() ?? 0
        for group in groups {
            let rule = group.cause.rule.map { " (\($0))" } ?? ""
            try sink("  \(Figures.count(group.count).padded(width, left: true))  \(group.cause.text.visible)\(rule)\n")
        }
        try sink("\n")
    }

    private func writeManifests<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        for isDeleted in [true, false] {
            let rows = view.manifests.lazy.filter { $0.isDeleted == isDeleted }
            guard rows.first != nil else { continue }
            try sink("\(isDeleted ? "DELETE" : "KEEP") MANIFEST  WHY\n")
            for row in rows { try sink("\(row.digest)  \(row.reason.visible)\(row.rule.map { " (\($0))" } ?? "")\n") }
            try sink("\n")
        }
    }

    private func writeTroubles<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        for (title, troubles) in [("LEFT ALONE", outcome.skippedLines), ("NOT DELETED", outcome.failedLines)]
        where !troubles.isEmpty {
            let width = troubles.reduce(title.count) { max($0, min(60, $1.name.utf8.count)) }
            try sink("\(title.padded(width))  WHY\n")
            for (name, why) in troubles { try sink("\(name.padded(width))  \(why.visible)\n") }
            try sink("\n")
        }
    }
}

extension OutcomeSummary {
    /// The numbers in one sentence: `42 of 1,250 tags go, with 17 manifests; 3.1 GB are freed`.
    func sentence(isDryRun: Bool) -> String {
        let verb = isDryRun ? (deleted == 1 ? "goes" : "go") : (deleted == 1 ? "is deleted" : "are deleted")
        var text = "\(Figures.count(deleted)) of \(Figures.count(tags, "tag")) \(verb)"
        if manifestsDeleted > 0 { text += ", with \(Figures.count(manifestsDeleted, "manifest"))" }
        if let bytesFreed, bytesFreed > 0 { text += "; \(Figures.bytes(bytesFreed)) are freed" }
        if skipped > 0 { text += "; \(Figures.count(skipped)) left alone" }
        if failed > 0 { text += "; \(Figures.count(failed)) failed" }
        return text + (isDryRun ? ". This was a dry run: nothing was deleted." : ".")
    }
}

extension String {
    /// The text with spaces to make it at least so wide.
    fileprivate func padded(_ width: Int, left: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - utf8.count))
        return left ? spaces + self : self + spaces
    }
}
