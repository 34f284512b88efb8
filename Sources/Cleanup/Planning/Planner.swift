/// Decides what goes from a repository and what stays; pure.
///
/// It is asked twice. ``decisions(in:)`` looks at tags by their names, times and marks, and at what holds them from
/// outside. That tells what of the graph of manifests has to be known; ``plan(for:_:)`` decides by both.
public struct Planner: Sendable {
    let policy: RepositoryPolicy
    let evidence: Evidence
    let now: Int
    /// Whether the registry deletes an image with its last tag.
    let imagesGoWithLastTag: Bool

    /// A planner.
    ///
    /// - Parameters:
    ///   - policy: What the repository's policy says.
    ///   - evidence: What holds tags from outside.
    ///   - now: The time, in seconds since 1970.
    ///   - imagesGoWithLastTag: Whether the registry deletes an image with its last tag.
    public init(policy: RepositoryPolicy, evidence: Evidence, now: Int, imagesGoWithLastTag: Bool) {
        self.policy = policy
        self.evidence = evidence
        self.now = now
        self.imagesGoWithLastTag = imagesGoWithLastTag
    }

    /// What becomes of each tag as far as tags alone tell; those named after a manifest are not decided on yet.
    ///
    /// - Throws: `CleanupError` where a pattern takes too long.
    public func decisions(in inventory: Inventory) throws(CleanupError) -> [Plan.Decision?] {
        []
    }

    /// The plan, by what is known of the graph so far.
    public func plan(for inventory: Inventory, _ decisions: [Plan.Decision?]) -> Plan {
        Plan(tags: [], manifests: [])
    }

    /// What has to be known of the graph for `plan` to be the last word, and is not yet; empty where it is.
    public func unknowns(in inventory: Inventory, _ plan: Plan) -> Unknowns {
        Unknowns()
    }
}

/// What has to be found out about manifests before a plan can be final.
public struct Unknowns: Sendable {
    /// What these hold, and what they are about: indexes, or what may be one.
    public internal(set) var content: [Inventory.Node] = []
    /// What refers to these.
    public internal(set) var referrers: [Inventory.Node] = []
    /// Whether these, which something is about or named after, are there.
    public internal(set) var presence: [Inventory.Node] = []

    /// Whether all is known.
    public var isEmpty: Bool { content.isEmpty && referrers.isEmpty && presence.isEmpty }
}
