internal import Registry

extension CleanupOutcome {
    /// Notes what was done; what was gone already is as good as deleted.
    public mutating func note(_ report: ExecutionReport) {
        deleted += report.deleted
        deleted += report.absent.map { DeletionReport.Deleted($0, digest: nil) }
        deleted += report.left.map { DeletionReport.Deleted(.digest($0), digest: $0) }
        skipped += report.skipped.map { Skipped($0.reference, $0.reason.words) }
        failed += report.failed
    }
}

extension ExecutionReport.Skipped.Reason {
    /// Why, for people.
    fileprivate var words: String {
        switch self {
        case .moved: "it has been moved to another image meanwhile"
        case .subjectStays(let digest): "what it is about, \(digest.short), is still there"
        case .tagStays(let tag): "the tag \(tag), which leads there, is still there"
        case .needed(let keepers): "it is needed by \(keepers) meanwhile"
        }
    }
}
