internal import Registry

extension CleanupReport {
    /// Writes one JSON document: for one repository its own, else one that has those of all.
    ///
    /// - Parameter sink: Is given the text piece by piece.
    /// - Throws: What `sink` throws.
    public func writeJSON<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        if parts.count == 1 {
            try write(parts[0], to: sink)
            return try sink("\n")
        }
        try sink("{\"repositories\":[")
        for (place, part) in parts.enumerated() {
            try sink(place == 0 ? "\n" : ",\n")
            try write(part, to: sink)
        }
        try sink("\n],\"summary\":\(summary.json)}\n")
    }

    private func write<Failure: Error>(_ part: Part, to sink: (String) throws(Failure) -> Void) throws(Failure) {
        switch part {
        case .outcome(let outcome): try outcome.write(at: time, to: sink)
        case .failure(let failed):
            var line = JSONLine()
            line.add("repository", "\(failed.repository)")
            line.add("implementation", nil as String?)
            line.add("dryRun", isDryRun)
            line.add("createdAt", time.wholeSeconds)
            line.add("tags", json: "[]")
            line.add("manifests", json: "[]")
            let failure = JSONLine.failure("\(failed.repository)", failed.code, failed.reason)
            line.add("skipped", json: "[]")
            line.add("failed", json: "[\(failure)]")
            line.add("summary", json: OutcomeSummary(failed: 1).json)
            try sink(line.text)
        }
    }
}

extension CleanupOutcome {
    /// Writes the object of one repository.
    fileprivate func write<Failure: Error>(
        at time: Timestamp, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var head = JSONLine()
        head.add("repository", "\(view.repository)")
        head.add("implementation", view.implementation)
        head.add("dryRun", isDryRun)
        head.add("createdAt", time.wholeSeconds)
        if let stop { head.add("stopped", stop.text) }
        if shard != .whole { head.add("shard", "\(shard)") }
        try sink(head.opening("tags", with: "["))
        try JSONLine.array((0..<view.tagCount).lazy.map { view.tag(at: $0).json }, to: sink)
        try sink(",\"manifests\":[")
        try JSONLine.array(view.manifests.lazy.map(\.json), to: sink)
        try sink(",\"skipped\":[")
        try JSONLine.array(skipped.lazy.map { $0.json(in: view.repository) }, to: sink)
        try sink(",\"failed\":[")
        try JSONLine.array(
            failed.lazy.map { JSONLine.failure(view.repository.name($0.reference), "\($0.error.kind)", $0.error.text) },
            to: sink)
        try sink(",\"summary\":\(summary.json)}")
    }
}

extension PlanView.TagRow {
    fileprivate var json: String { json { $0.add("action", isDeleted ? "delete" : "keep") } }
}

extension PlanView.ManifestRow {
    fileprivate var json: String { json { $0.add("action", isDeleted ? "delete" : "keep") } }
}

extension CleanupOutcome.Skipped {
    fileprivate func json(in repository: Repository) -> String {
        var line = JSONLine()
        line.add("reference", repository.name(reference))
        line.add("reason", reason)
        return line.text
    }
}

extension JSONLine {
    /// What could not be done, as `berth delete` tells it.
    fileprivate static func failure(_ reference: String, _ code: String, _ reason: String) -> String {
        var line = JSONLine()
        line.add("reference", reference)
        line.add("code", code)
        line.add("reason", reason)
        return line.text
    }
}

extension OutcomeSummary {
    fileprivate var json: String {
        var line = JSONLine()
        line.add("kept", kept)
        line.add("deleted", deleted)
        line.add("failed", failed)
        line.add("bytesFreed", bytesFreed)
        line.add("manifestsDeleted", manifestsDeleted)
        line.add("skipped", skipped)
        return line.text
    }
}
