public import Registry

/// A plan that was saved, to be carried out later: exactly that, and nothing else.
///
/// It is JSON, and holds what goes with the reasons, not what stays. `docs/cleanup/plan.schema.json` describes it.
public struct PlanFile: Sendable {
    /// What is planned for one repository.
    public struct Part: Sendable {
        /// The plan for people; the tags that stay are in it by their number only.
        public let view: PlanView
        /// What is to be deleted, of the whole repository.
        public let order: DeletionOrder
    }

    /// The number of this form of the file.
    static let version = 1

    /// When the plan was made.
    public let time: Timestamp
    /// The repositories in their order.
    public let parts: [Part]

    /// Writes a plan.
    ///
    /// - Parameters:
    ///   - views: The repositories' plans.
    ///   - time: When they were made.
    ///   - sink: Is given the text piece by piece.
    /// - Throws: What `sink` throws.
    public static func write<Failure: Error>(
        _ views: [PlanView], time: Timestamp, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var head = JSONLine()
        head.add("berthPlan", version)
        head.add("createdAt", time.wholeSeconds)
        try sink(head.opening("repositories", with: "["))
        for (place, view) in views.enumerated() {
            try sink(place == 0 ? "\n" : ",\n")
            try view.writePlan(to: sink)
        }
        try sink("\n]}\n")
    }
}

extension PlanView {
    /// Writes what goes as a part of a plan's file.
    fileprivate func writePlan<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        let tags = (0..<rows.tagCount).filter { rows.isTagDeleted(at: $0) }
        let manifests = (0..<rows.manifestCount).filter { rows.isManifestDeleted(at: $0) }
        // Its steps are the rows in their order.
        let steps = rows.order.steps
        var head = JSONLine()
        head.add("repository", "\(repository)")
        head.add("implementation", implementation)
        head.add("time", time.rawValue)
        head.add("tagsKept", tagsElsewhere + rows.tagCount - tags.count)
        head.add("bytesFreed", rows.bytesFreed)
        try sink(head.opening("policy", with: "["))
        try JSONLine.array(rules.lazy.map(\.planLine), to: sink)
        try sink(",\"tags\":[")
        try JSONLine.array(zip(tags, steps).lazy.map { rows.tag(at: $0).planLine(after: $1.after) }, to: sink)
        try sink(",\"manifests\":[")
        try JSONLine.array(
            zip(manifests, steps.dropFirst(tags.count)).lazy.map { rows.manifest(at: $0).planLine(after: $1.after) },
            to: sink)
        try sink("}")
    }
}

extension PlanView.Rule {
    fileprivate var planLine: String {
        var line = JSONLine()
        line.add("rule", name)
        line.add("source", source)
        return line.text
    }
}

extension PlanView.TagRow {
    fileprivate func planLine(after subject: Digest?) -> String {
        json { line in if let subject { line.add("after", subject.text) } }
    }
}

extension PlanView.ManifestRow {
    fileprivate func planLine(after subject: Digest?) -> String {
        json { line in if let subject { line.add("after", subject.text) } }
    }
}

/// The rows of a plan that was saved: all of them go.
struct FiledRows: PlanRows {
    /// What is told of a tag besides where it leads.
    struct TagFacts: Sendable {
        var created: Int?, pushed: Int?, size: Int?
    }

    /// What goes and why, the reason by its place in ``causes``.
    struct Entry: Sendable {
        let step: DeletionOrder.Step
        let cause: UInt32
    }

    var tags: [Entry] = []
    var tagFacts: [TagFacts] = []
    var manifests: [Entry] = []
    /// The rules and reasons: few for many rows.
    private(set) var causes: [PlanView.Cause] = []
    private var places: [PlanView.Cause: UInt32] = [:]
    var bytesFreed = 0

    /// The place of a rule and reason, each of which is kept once.
    mutating func place(rule: String?, reason: String) -> UInt32 {
        let cause = PlanView.Cause(isDeleted: true, rule: rule, text: reason)
        if let place = places[cause] { return place }
        let place = UInt32(causes.count)
        causes.append(cause)
        places[cause] = place
        return place
    }

    var tagCount: Int { tags.count }
    var manifestCount: Int { manifests.count }

    func isTagDeleted(at place: Int) -> Bool { true }
    func isManifestDeleted(at place: Int) -> Bool { true }

    func bytesFreed(byDeleting digests: Set<Digest>) -> Int? { digests.count == manifests.count ? bytesFreed : nil }

    var order: DeletionOrder {
        var order = DeletionOrder()
        order.steps = tags.map(\.step) + manifests.map(\.step)
        return order
    }

    func tag(at place: Int) -> PlanView.TagRow {
        let entry = tags[place], cause = causes[Int(entry.cause)], facts = tagFacts[place]
        return PlanView.TagRow(
            name: entry.step.reference.text, digest: entry.step.expected, isDeleted: true, rule: cause.rule,
            reason: cause.text, created: facts.created, pushed: facts.pushed, size: facts.size)
    }

    func manifest(at place: Int) -> PlanView.ManifestRow {
        let entry = manifests[place], cause = causes[Int(entry.cause)]
        // The reader puts nothing but digests there.
        let digest = if case .digest(let digest) = entry.step.reference { digest } else { Digest(of: []) }
        return PlanView.ManifestRow(digest: digest, isDeleted: true, rule: cause.rule, reason: cause.text)
    }

    func breakdown() -> Breakdown {
        // What stands behind a colon is one tag's own.
        let general = causes.map { cause in
            let end = cause.text.firstIndex(of: ":") ?? cause.text.endIndex
            return PlanView.Cause(isDeleted: true, rule: cause.rule, text: String(cause.text[..<end]))
        }
        var tagGroups = GroupCounter<PlanView.Cause>(), manifestGroups = GroupCounter<PlanView.Cause>()
        for (entry, facts) in zip(tags, tagFacts) {
            let cause = general[Int(entry.cause)]
            tagGroups.add(cause, image: entry.step.expected, size: facts.size) { cause }
        }
        for entry in manifests {
            let cause = general[Int(entry.cause)]
            manifestGroups.add(cause, image: nil, size: nil) { cause }
        }
        return Breakdown(tags: tagGroups.groups.values, manifests: manifestGroups.groups.values)
    }
}
