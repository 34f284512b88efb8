public import Registry

extension PlanView {
    /// Why one tag stays or goes, rule by rule.
    ///
    /// - Parameters:
    ///   - tag: The tag.
    ///   - planner: What made the plan.
    /// - Returns: Some lines; `nil` where there is no such tag, or the plan comes from a file.
    /// - Throws: `CleanupError` where a pattern takes too long.
    public func explanation(of tag: Tag, by planner: Planner) throws(CleanupError) -> String? {
        guard let rows = rows as? PlannedRows,
            let place = (0..<rows.tagCount).first(where: { rows.words.inventory.tagName(at: $0) == tag.text })
        else { return nil }
        let findings = try planner.findings(ofTagAt: place, in: rows.words.inventory)
        let row = rows.tag(at: place)
        func time(_ seconds: Int?) -> String {
            seconds.map { "\(Figures.time($0)), \(Figures.age(planner.now - $0)) ago" } ?? "not known"
        }
        var lines = [
            ("digest", row.digest?.text ?? "not known"), ("made", time(row.created)), ("pushed", time(row.pushed)),
            ("size", row.size.map(Figures.bytes) ?? "not known"),
        ]
        for finding in findings {
            let name = "\(finding.isDeleting ? "delete" : "keep")[\(finding.rule)]"
            let source = rules.first { $0.name == name }?.source ?? ""
            lines.append((name, rows.words.text(finding, place)))
            if !source.isEmpty { lines.append(("", source)) }
        }
        let width = lines.map(\.0.count).max() ?? 0
        var text =
            "\(repository):\(row.name) \(row.isDeleted ? "goes" : "stays")\(row.rule.map { " by \($0)" } ?? ""): "
        text += row.reason.visible + "\n"
        for (name, value) in lines {
            text += "  \(name)\(String(repeating: " ", count: width - name.count))  \(value.visible)\n"
        }
        return text
    }
}

extension ReasonWords {
    /// What a rule makes of the tag at `place`.
    fileprivate func text(_ finding: RuleFinding, _ place: Int) -> String {
        guard let obstacle = finding.obstacle else {
            if let hold = finding.hold { return "holds it: \(text(hold, tagAt: place))" }
            return finding.isDeleting ? "selects it" : "holds it"
        }
        let verb = finding.isDeleting ? "does not select it" : "does not hold it"
        let selector: Selector?, age: Int?
        if finding.isDeleting {
            let rule = policy.delete.indices.contains(finding.rule) ? policy.delete[finding.rule] : nil
            (selector, age) = (rule?.selector, rule?.olderThan)
        } else {
            (selector, age) = (keepRule(UInt16(finding.rule))?.selector, nil)
        }
        return "\(verb): \(words(obstacle, selector ?? Selector(), age, keepRule(UInt16(finding.rule)), place))"
    }

    private func words(
        _ obstacle: RuleFinding.Obstacle, _ selector: Selector, _ age: Int?, _ rule: KeepRule?, _ place: Int
    ) -> String {
        func list(_ marks: [MarkPattern]) -> String {
            marks.map { "\($0.key)=\($0.value.text)" }.joined(separator: ", ")
        }
        return switch obstacle {
        case .name: "its name is not one of \(selector.tags.map(\.text).joined(separator: ", "))"
        case .version: "its name is no version in \(selector.semver?.text ?? "the range")"
        case .labels: "it does not have \(list(selector.labels))"
        case .annotations: "it does not have \(list(selector.annotations))"
        case .marksUnknown: "its labels and annotations are not known"
        case .tooYoung: "it is not older than \(Figures.duration(age ?? 0)): \(timeWords(place))"
        case .ageUnknown: ageUnknown(place)
        case .notHeld: rule?.notHeldWords ?? "nothing of what it asks for is so"
        }
    }
}

extension KeepRule {
    /// Why it does not hold a tag that its selector picks.
    fileprivate var notHeldWords: String {
        var ways: [String] = []
        if let last {
            ways.append("one of the \(Figures.count(last)) \(selector.semver == nil ? "newest" : "highest")")
        }
        if let within { ways.append("younger than \(Figures.duration(within))") }
        if git != nil { ways.append("held by git") }
        if !inUse.isEmpty { ways.append("in use") }
        return "it is not \(ways.joined(separator: ", nor "))"
    }
}
