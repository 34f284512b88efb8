public import Registry

/// A plan as people and programs read it: each tag and manifest with its rule and reason in words.
public struct PlanView: Sendable {
    /// A tag.
    public struct TagRow: Sendable {
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
    public struct ManifestRow: Sendable {
        /// Its digest.
        public let digest: Digest
        /// Whether it goes.
        public let isDeleted: Bool
        /// The policy's part that decides.
        public let rule: String?
        /// Why, in words.
        public let reason: String
    }

    /// The repository.
    public let repository: Repository
    /// The implementation's name.
    public let implementation: String
    let policy: RepositoryPolicy
    let evidence: Evidence
    let inventory: Inventory
    let plan: Plan

    /// A view of `plan`.
    public init(
        _ repository: Repository, implementation: String, policy: RepositoryPolicy, evidence: Evidence,
        inventory: Inventory, plan: Plan
    ) {
        self.repository = repository
        self.implementation = implementation
        self.policy = policy
        self.evidence = evidence
        self.inventory = inventory
        self.plan = plan
    }
}
