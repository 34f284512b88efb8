/// What is to become of each tag and manifest of a repository, and why.
public struct Plan: Sendable {
    /// What is to become of something.
    public struct Decision: Hashable, Sendable {
        /// Whether it goes.
        public let isDeleted: Bool
        /// Why.
        public let reason: Reason

        init(keep reason: Reason) {
            isDeleted = false
            self.reason = reason
        }

        init(delete reason: Reason) {
            isDeleted = true
            self.reason = reason
        }
    }

    /// The tags' decisions, in the inventory's order.
    public internal(set) var tags: [Decision]
    /// The manifests' decisions, in the inventory's order; `nil` for what is not the plan's business: what is absent, or
    /// stays since its tags do.
    public internal(set) var manifests: [Decision?]
    /// For what goes only after something else has gone, by that: the manifest that a signature or an SBOM is about.
    public internal(set) var subjects: [Inventory.Node: Inventory.Node] = [:]
    /// The same for tags that are named after a manifest: `sha256-….sig`.
    public internal(set) var tagSubjects: [Int: Inventory.Node] = [:]
    /// The bytes that are free when all is done and the registry has collected its garbage.
    public internal(set) var bytesFreed = 0
}

/// Why something stays or goes.
///
/// Rules are numbers of the policy's lists, counted from 0.
public enum Reason: Hashable, Sendable {
    // Tags that stay.
    /// No delete rule selects it.
    case notSelected
    /// A keep rule's selector is enough.
    case rule(UInt16)
    /// It is among the newest of its rule: the `place`-th, counted from 1.
    case last(UInt16, place: UInt32)
    /// It is younger than its rule says.
    case within(UInt16)
    /// Its time is not known, or cannot be true, and a rule asks for it.
    case ageUnknown
    /// A branch or tag of git holds it.
    case git(UInt16)
    /// It is in use.
    case inUse(UInt16)
    /// Where it leads is not known, or cannot be read.
    case unreadable
    /// It is about an image that stays: a signature, an SBOM.
    case ofKeptImage(Inventory.Node)
    /// It is about an image that is not in this repository, and no delete rule picks it.
    case subjectElsewhere(Inventory.Node)
    /// What stays needs it: the registry would delete its image with it.
    case neededWithTag(Inventory.Node)
    /// It is none of werf's.
    case notWerf
    /// werf's records need it.
    case werf(WerfReason)

    // Tags that go.
    /// A delete rule selects it.
    case selected(UInt16)
    /// What it is about goes, or is gone.
    case subjectGone

    // Manifests that stay.
    /// An index that stays holds it.
    case child(of: Inventory.Node)
    /// It is about a manifest that stays.
    case referrer(of: Inventory.Node)
    /// Something that stays is about it.
    case subject(of: Inventory.Node)
    /// The policy says nothing of manifests without tags.
    case untaggedStay
    /// It has no tag and is not old enough.
    case untaggedYoung

    // Manifests that go.
    /// All its tags go.
    case untagged
    /// The index that held it goes.
    case childOfDeleted(Inventory.Node)
    /// What it is about goes.
    case referrerOfDeleted(Inventory.Node)
    /// It has no tag and is old enough.
    case untaggedOld
}

/// Why a tag of werf's stays or goes.
public enum WerfReason: UInt8, Hashable, Sendable {
    /// A commit that its policies hold was built into it.
    case git
    /// It was built a short time ago.
    case builtWithin
    /// A stage that stays was built on it.
    case ancestor
    /// A stage that stays imported from it, or depends on it.
    case source
    /// It is a record of what stays, or of no one stage.
    case record
    /// It belongs to a stage that stays.
    case ofKeptStage
    /// No commit that its policies hold was built into it.
    case unused
    /// It is a record of what goes.
    case recordOfDeleted
    /// It is in the list of tags that stay.
    case listed
}
