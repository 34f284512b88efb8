internal import HTTP
internal import POSIX

/// What a deletion has come to so far, noted by all of its workers.
final class DeletionNotes: Sendable {
    private let content = Locked(DeletionReport())
    /// Where the tags led that are gone.
    private let places = Locked<Set<Digest>>([])
    private let count: Int
    private let progress: @Sendable (Int, Int) -> Void

    /// Nothing yet, of `count`; `progress` is told after each.
    init(count: Int, _ progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void) {
        self.count = count
        self.progress = progress
    }

    /// All that was noted.
    var report: DeletionReport { content.withLock { $0 } }

    /// Notes that `reference` is gone.
    func succeed(_ reference: Reference, _ digest: Digest?) {
        if reference.isTag, let digest { places.withLock { _ = $0.insert(digest) } }
        note { $0.deleted.append(.init(reference, digest: digest)) }
    }

    /// Whether a tag is gone that led to `digest`.
    func hasTakenTag(of digest: Digest) -> Bool { places.withLock { $0.contains(digest) } }

    /// Notes that `reference` stays, or was not there.
    func fail(_ reference: Reference, _ error: RegistryError) {
        note { $0.failed.append(.init(reference, error)) }
    }

    private func note(_ change: (inout DeletionReport) -> Void) {
        let done = content.withLock { report in
            change(&report)
            return report.deleted.count + report.failed.count
        }
        progress(min(done, count), count)
    }
}

extension VendorContext {
    /// What the registry has, and the vendor's API says it has not.
    func unknownToAPI(_ reference: Reference) -> RegistryError {
        RegistryError(
            .protocolViolation,
            "\(name(reference)) stays: what answers for the vendor's API does not know it, and the registry does",
            hint: "is the address of the API right, and the implementation? berth detect tells which one is used")
    }

    /// What a tag leads to, and the registry says that it does not have.
    func unseen(_ digest: Digest, _ tag: Tag) -> RegistryError {
        RegistryError(
            .tryLater, "\(name(.digest(digest))) does not exist, says the registry, and the tag \(tag) leads there",
            hint: "what was pushed a moment ago may not be to be seen everywhere yet; try again later")
    }

    /// What is not there.
    func missing(_ reference: Reference) -> RegistryError {
        RegistryError(.notFound, "\(name(reference)) does not exist").found(.nothing)
    }
}
