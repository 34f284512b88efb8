/// What a policy asks about tags that their names do not tell.
struct SurveyNeeds: Sendable {
    private let policy: RepositoryPolicy
    private let timed: [Selector]
    private let marked: [Selector]
    /// The keys of labels, and of annotations, that rules ask for.
    private let labels: Set<String>
    private let annotations: Set<String>

    init(_ policy: RepositoryPolicy) {
        self.policy = policy
        timed =
            policy.delete.filter { $0.olderThan != nil }.map(\.selector)
            + policy.keep.filter { $0.within != nil || $0.last != nil && !$0.countsVersions }.map(\.selector)
        let selectors = policy.delete.map(\.selector) + policy.keep.map(\.selector)
        marked = selectors.filter { !$0.labels.isEmpty || !$0.annotations.isEmpty }
        labels = Set(marked.flatMap(\.labels).map(\.key))
        annotations = Set(marked.flatMap(\.annotations).map(\.key))
    }

    /// Whether any time is of use.
    var wantsTimes: Bool { !timed.isEmpty || policy.untaggedOlderThan != nil || policy.werf != nil }

    /// What is asked about a tag.
    func wants(_ name: String) -> ImageWish {
        // What is named after an image has no age of its own.
        let isTimed = AttachedTag.subject(of: name) == nil && (isWerfs(name) || Self.any(timed, pick: name))
        var wish: ImageWish = isTimed ? .created : []
        if isWerfs(name) || Self.any(marked.filter { !$0.labels.isEmpty }, pick: name) { wish.insert(.labels) }
        if Self.any(marked.filter { !$0.annotations.isEmpty }, pick: name) { wish.insert(.annotations) }
        return wish
    }

    /// Whether a tag may be one of werf's whose image tells what it belongs to; the names of all others tell that.
    private func isWerfs(_ name: String) -> Bool {
        guard policy.werf != nil else { return false }
        return !["meta-", "managed-image-", "client-id-"].contains { name.hasPrefix($0) }
    }

    /// Of an image's labels, those that are asked for.
    func wantedLabels(_ found: [String: String]) -> [String: String] {
        let isWerf = policy.werf != nil
        return found.filter { labels.contains($0.key) || isWerf && WerfLabel.isNeeded($0.key) }
    }

    /// Of a manifest's annotations, those that are asked for.
    func wantedAnnotations(_ found: [String: String]) -> [String: String] {
        found.filter { annotations.contains($0.key) }
    }

    /// Whether any of `selectors` may pick a tag of this name.
    private static func any(_ selectors: [Selector], pick name: String) -> Bool {
        selectors.contains { selector in
            // A pattern that takes too long is told by who decides.
            do { return try selector.obstacle(toTag: name.utf8.span) == nil } catch { return true }
        }
    }
}

/// What is asked about an image.
struct ImageWish: OptionSet, Sendable {
    let rawValue: UInt8

    /// When it was made.
    static let created = ImageWish(rawValue: 1)
    /// Its labels.
    static let labels = ImageWish(rawValue: 2)
    /// Its manifest's annotations.
    static let annotations = ImageWish(rawValue: 4)
}
