public import Registry

/// What became of one repository: what was decided, and what was done.
public struct CleanupOutcome: Sendable {
    /// What was decided.
    public let view: PlanView
    /// What was done; `nil` in a dry run.
    public let done: ExecutionReport?
    /// The part of the plan that was this run's.
    public let shard: Shard

    /// What was decided, and what was done.
    ///
    /// - Parameters:
    ///   - view: What was decided.
    ///   - done: What was done; `nil` in a dry run.
    ///   - shard: The part of the plan that was this run's.
    public init(_ view: PlanView, done: ExecutionReport? = nil, shard: Shard = .whole) {
        self.view = view
        self.done = done
        self.shard = shard
    }

    /// Whether nothing was done.
    var isDryRun: Bool { done == nil }

    /// What was to go, and stays since it would not have been right any more.
    var skipped: [ExecutionReport.Skipped] { done?.skipped ?? [] }

    /// What could not be deleted.
    var failed: [DeletionReport.Failed] { done?.failed ?? [] }
}

extension ExecutionReport.Skipped {
    /// Why, in words.
    public var text: String {
        switch reason {
        case .moved: "it was moved to another image since"
        case .subjectStays(let digest): "what it is about stays: \(digest.short)"
        case .tagStays(let tag): "a tag that leads to it stays: \(tag)"
        }
    }
}

extension ExecutionReport {
    /// The tags that are gone.
    fileprivate var tagsGone: Int { deleted.count { $0.reference.isTag } + absent.count { $0.isTag } }

    /// The manifests that are gone, or will be by the vendor's doing.
    fileprivate var manifestsGone: Set<Digest> {
        var digests = Set(left)
        for reference in deleted.map(\.reference) + absent {
            if case .digest(let digest) = reference { digests.insert(digest) }
        }
        return digests
    }
}

/// What became of all repositories of one run.
public struct CleanupReport: Sendable {
    /// What became of one repository.
    public enum Part: Sendable {
        /// There was a plan.
        case outcome(CleanupOutcome)
        /// There was none, and nothing was done.
        case failure(Failed)
    }

    /// A repository that could not be cleaned up at all.
    public struct Failed: Hashable, Sendable {
        /// The repository.
        public let repository: Repository
        /// The kind of the error, as ``DeletionReport`` has it for what it names.
        public let code: String
        /// What failed and why.
        public let reason: String
        /// What to do about it.
        public let hint: String?

        /// A repository that the registry does not let be read.
        public init(_ repository: Repository, _ error: RegistryError) {
            self.init(repository, code: "\(error.kind)", reason: error.text, hint: error.hint)
        }

        /// A repository for which there can be no plan.
        public init(_ repository: Repository, _ error: CleanupError) {
            self.init(repository, code: "\(error.kind)", reason: error.text, hint: error.hint)
        }

        private init(_ repository: Repository, code: String, reason: String, hint: String?) {
            self.repository = repository
            self.code = code
            self.reason = reason
            self.hint = hint
        }
    }

    /// The repositories in their order.
    public var parts: [Part]
    /// When the run began.
    public let time: Timestamp
    /// Whether nothing was done.
    public let isDryRun: Bool

    /// What became of these repositories.
    public init(_ parts: [Part], time: Timestamp, isDryRun: Bool) {
        self.parts = parts
        self.time = time
        self.isDryRun = isDryRun
    }
}

/// The numbers of an outcome.
struct OutcomeSummary: Hashable, Sendable {
    /// The tags that stay, and that go or are gone.
    var kept = 0, deleted = 0
    /// The manifests that go or are gone.
    var manifestsDeleted = 0
    /// What was to go and was left alone, and what could not be deleted.
    var skipped = 0, failed = 0
    /// The tags that there were.
    var tags = 0
    /// The bytes that are free; `nil` where only a part was done and nobody can tell.
    var bytesFreed: Int? = 0

    static func += (sum: inout OutcomeSummary, other: OutcomeSummary) {
        sum.kept += other.kept
        sum.deleted += other.deleted
        sum.manifestsDeleted += other.manifestsDeleted
        sum.skipped += other.skipped
        sum.failed += other.failed
        sum.tags += other.tags
        sum.bytesFreed = sum.bytesFreed.flatMap { bytes in other.bytesFreed.map { bytes + $0 } }
    }
}

extension CleanupOutcome {
    /// The numbers.
    var summary: OutcomeSummary {
        let rows = view.rows
        let selected = (0..<rows.tagCount).count { rows.isTagDeleted(at: $0) }
        var summary = OutcomeSummary()
        summary.tags = rows.tagCount + view.tagsElsewhere
        summary.kept = summary.tags - selected
        guard let done else {
            summary.deleted = selected
            summary.manifestsDeleted = (0..<rows.manifestCount).count { rows.isManifestDeleted(at: $0) }
            summary.bytesFreed = rows.bytesFreed
            return summary
        }
        let gone = done.manifestsGone
        summary.deleted = done.tagsGone
        summary.manifestsDeleted = gone.count
        summary.kept += done.skipped.count { $0.reference.isTag }
        summary.skipped = done.skipped.count
        summary.failed = done.failed.count
        summary.bytesFreed = rows.bytesFreed(byDeleting: gone)
        return summary
    }
}

extension CleanupReport {
    /// The numbers of all repositories together; one that could not be cleaned up is one failure.
    var summary: OutcomeSummary {
        parts.reduce(into: OutcomeSummary()) { sum, part in
            switch part {
            case .outcome(let outcome): sum += outcome.summary
            case .failure: sum.failed += 1
            }
        }
    }
}
