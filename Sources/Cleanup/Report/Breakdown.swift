internal import Registry

/// What tags and manifests stay and go for, with numbers.
struct Breakdown: Sendable {
    /// What has one cause.
    struct Group: Hashable, Sendable {
        let cause: PlanView.Cause
        /// How many.
        var count = 0
        /// The bytes of the images, each counted once however many tags it has.
        var bytes = 0
    }

    /// The tags' causes, what goes first, then by number.
    private(set) var tags: [Group]
    /// The manifests' causes.
    private(set) var manifests: [Group]

    init(tags: some Sequence<Group>, manifests: some Sequence<Group>) {
        self.tags = tags.sorted()
        self.manifests = manifests.sorted()
    }
}

extension Breakdown.Group: Comparable {
    static func < (first: Self, second: Self) -> Bool {
        if first.cause.isDeleted != second.cause.isDeleted { return first.cause.isDeleted }
        if first.count != second.count { return first.count > second.count }
        return (first.cause.rule ?? "~", first.cause.text) < (second.cause.rule ?? "~", second.cause.text)
    }
}

/// Groups that are being counted, by what tells them apart.
struct GroupCounter<Key: Hashable> {
    private(set) var groups: [Key: Breakdown.Group] = [:]
    private var seen: Set<UInt64> = []

    /// Counts one of `key`, whose image may have been counted before.
    mutating func add(_ key: Key, image: Digest?, size: Int?, cause: () -> PlanView.Cause) {
        let isNew = image.map { seen.insert($0.prefix).inserted } ?? false
        groups[key, default: Breakdown.Group(cause: cause())].count += 1
        guard isNew, let size, let bytes = groups[key]?.bytes else { return }
        groups[key]?.bytes = bytes.saturatingSum(size)
    }
}

extension Reason {
    /// The reason without what is one tag's or manifest's own.
    var general: Reason {
        switch self {
        case .last(let rule, _): .last(rule, place: 0)
        case .ofKeptImage: .ofKeptImage(.none)
        case .subjectElsewhere: .subjectElsewhere(.none)
        case .neededWithTag: .neededWithTag(.none)
        case .child: .child(of: .none)
        case .referrer: .referrer(of: .none)
        case .subject: .subject(of: .none)
        case .childOfDeleted: .childOfDeleted(.none)
        case .referrerOfDeleted: .referrerOfDeleted(.none)
        default: self
        }
    }
}
