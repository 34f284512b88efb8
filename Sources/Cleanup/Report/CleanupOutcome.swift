public import Registry

/// What became of one repository: what was decided, and what was done.
public struct CleanupOutcome: Sendable {
    /// Something that was to go, and was left alone.
    public struct Skipped: Hashable, Sendable {
        /// What was to go.
        public let reference: Reference
        /// Why it stays.
        public let reason: String

        /// Something that was left alone.
        public init(_ reference: Reference, _ reason: String) {
            self.reference = reference
            self.reason = reason
        }
    }

    /// What was decided.
    public let view: PlanView
    /// Whether nothing was done.
    public let isDryRun: Bool
    /// The part of the plan that was this run's.
    public var shard = Shard.whole
    /// Why it was stopped before anything was deleted; `nil` where it was not.
    public var stop: CleanupError?
    /// What is gone.
    public var deleted: [DeletionReport.Deleted] = []
    /// What was to go, and was left alone: tags that somebody has moved since.
    public var skipped: [Skipped] = []
    /// What could not be deleted.
    public var failed: [DeletionReport.Failed] = []

    /// What was decided, and nothing of it done.
    public init(_ view: PlanView, isDryRun: Bool) {
        self.view = view
        self.isDryRun = isDryRun
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

extension CleanupReport {
    /// What became of those for which there was a plan.
    var outcomes: [CleanupOutcome] {
        parts.compactMap { part in if case .outcome(let outcome) = part { outcome } else { nil } }
    }

    /// Those for which there was none.
    var failures: [Failed] {
        parts.compactMap { part in if case .failure(let failed) = part { failed } else { nil } }
    }
}

extension CleanupOutcome {
    /// What could not be deleted, each with why.
    var failedLines: [(name: String, why: String)] { failed.map { ($0.reference.text, $0.error.text) } }

    /// What was left alone, each with why.
    var skippedLines: [(name: String, why: String)] { skipped.map { ($0.reference.text, $0.reason) } }
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
        sum.bytesFreed = sum.bytesFreed.flatMap { bytes in other.bytesFreed.map { bytes.saturatingSum($0) } }
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
        if isDryRun {
            summary.deleted = selected
            summary.manifestsDeleted = (0..<rows.manifestCount).count { rows.isManifestDeleted(at: $0) }
            summary.bytesFreed = rows.bytesFreed
            return summary
        }
        var gone: Set<Digest> = []
        for case .digest(let digest) in deleted.lazy.map(\.reference) { gone.insert(digest) }
        summary.deleted = deleted.count { $0.reference.isTag }
        summary.manifestsDeleted = gone.count
        summary.kept += skipped.count { $0.reference.isTag }
        summary.skipped = skipped.count
        summary.failed = failed.count
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
