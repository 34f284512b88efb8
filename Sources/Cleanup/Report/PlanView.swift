public import Registry

/// A plan as people and programs read it: each tag and manifest with its rule and reason in words.
public struct PlanView: Sendable {
    /// A tag.
    public struct TagRow: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Where it leads.
        public let digest: Digest?
        /// Whether it goes.
        public let isDeleted: Bool
        /// The policy's rule that decides, `delete[0]` or `keep[2]`; `nil` where no rule does.
        public let rule: String?
        /// Why, in words.
        public let reason: String
        /// When its image was made, and when it came, in seconds since 1970.
        public let created: Int?, pushed: Int?
        /// The bytes of its image.
        public let size: Int?
    }

    /// A manifest.
    public struct ManifestRow: Hashable, Sendable {
        /// Its digest.
        public let digest: Digest
        /// Whether it goes.
        public let isDeleted: Bool
        /// The policy's part that decides.
        public let rule: String?
        /// Why, in words.
        public let reason: String
    }

    /// What several tags or manifests stay or go for.
    struct Cause: Hashable, Sendable {
        let isDeleted: Bool
        let rule: String?
        /// The reason without what is one tag's own.
        let text: String
    }

    /// A rule of the policy.
    struct Rule: Hashable, Sendable {
        /// `delete[0]`, `keep[2]`, `untagged`.
        let name: String
        /// As the user wrote it.
        let source: String
    }

    /// The repository.
    public let repository: Repository
    /// The implementation's name.
    public let implementation: String
    /// The policy's rules.
    let rules: [Rule]
    /// The time of a tag that counts.
    let time: RepositoryPolicy.TimeBasis
    let rows: any PlanRows
    /// Tags that stay and are in no row: a plan that was saved holds only what goes.
    let tagsElsewhere: Int

    /// A view of `plan`.
    public init(
        _ repository: Repository, implementation: String, policy: RepositoryPolicy, evidence: Evidence,
        inventory: Inventory, plan: Plan
    ) {
        let words = ReasonWords(policy: policy, evidence: evidence, inventory: inventory, plan: plan)
        self.init(
            repository, implementation: implementation, rules: policy.namedRules, time: words.time,
            rows: PlannedRows(words))
    }

    /// A view of these rows.
    init(
        _ repository: Repository, implementation: String, rules: [Rule], time: RepositoryPolicy.TimeBasis,
        rows: any PlanRows, tagsElsewhere: Int = 0
    ) {
        self.repository = repository
        self.implementation = implementation
        self.rules = rules
        self.time = time
        self.rows = rows
        self.tagsElsewhere = tagsElsewhere
    }

    /// The number of tags.
    public var tagCount: Int { rows.tagCount }

    /// The tag at a place, counted from 0.
    public func tag(at place: Int) -> TagRow { rows.tag(at: place) }

    /// The manifests with a decision of their own.
    public var manifests: some RandomAccessCollection<ManifestRow> {
        (0..<rows.manifestCount).lazy.map { rows.manifest(at: $0) }
    }

    /// The time of a tag that counts, in seconds since 1970.
    func time(of tag: TagRow) -> Int? {
        switch time {
        case .created: tag.created
        case .pushed: tag.pushed
        }
    }
}

extension RepositoryPolicy {
    /// The rules by their names.
    var namedRules: [PlanView.Rule] {
        var rules = delete.enumerated().map { PlanView.Rule(name: "delete[\($0)]", source: $1.source) }
        rules += keep.enumerated().map { PlanView.Rule(name: "keep[\($0)]", source: $1.source) }
        if let untaggedOlderThan {
            let source = "{older-than: \(Figures.duration(untaggedOlderThan))}"
            rules.append(PlanView.Rule(name: "untagged", source: source))
        }
        return rules
    }
}
