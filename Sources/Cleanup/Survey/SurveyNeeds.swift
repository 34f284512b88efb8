/// What a policy asks about tags that their names do not tell.
struct SurveyNeeds: Sendable {
    private let policy: RepositoryPolicy
    private let timed: [Selector]
    private let marked: [Selector]
    /// The keys of labels, and of annotations, that somebody asks for; `nil` for all.
    private let labels: Set<String>?
    private let annotations: Set<String>?

    init(_ policy: RepositoryPolicy) {
        self.policy = policy
        timed =
            policy.delete.filter { $0.olderThan != nil }.map(\.selector)
            + policy.keep.filter { $0.within != nil || $0.last != nil && !$0.countsVersions }.map(\.selector)
        let selectors = policy.delete.map(\.selector) + policy.keep.map(\.selector)
        marked = selectors.filter { !$0.labels.isEmpty || !$0.annotations.isEmpty }
        let isWerf = policy.werf != nil
        labels = isWerf ? nil : Set(marked.flatMap(\.labels).map(\.key))
        annotations = isWerf ? nil : Set(marked.flatMap(\.annotations).map(\.key))
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
    func wantedLabels(_ found: [String: String]) -> [String: String] { Self.wanted(found, labels) }

    /// Of a manifest's annotations, those that are asked for.
    func wantedAnnotations(_ found: [String: String]) -> [String: String] { Self.wanted(found, annotations) }

    private static func wanted(_ found: [String: String], _ keys: Set<String>?) -> [String: String] {
        guard let keys else { return found }
        guard !keys.isEmpty else { return [:] }
        return found.filter { keys.contains($0.key) }
    }

    /// Whether any of `selectors` may pick a tag of this name.
    private static func any(_ selectors: [Selector], pick name: String) -> Bool {
        selectors.contains { selector in
            let bytes = name.utf8.span
            if let range = selector.semver {
                guard let version = SemanticVersion(bytes), range.contains(version) else { return false }
            }
            guard !selector.tags.isEmpty else { return true }
            // A pattern that takes too long is told by who decides.
            for pattern in selector.tags where (try? pattern.matches(bytes)) ?? true { return true }
            return false
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
