internal import HTTP
internal import POSIX

/// A deletion from one repository in several steps, each of which may need that others are done.
///
/// What has been found out in one step is not asked for again in the next.
public final class Deletion: Sendable {
    private let api: any VendorAPI
    private let memory: DeletionMemory

    init(_ api: any VendorAPI) {
        self.api = api
        memory = DeletionMemory(api)
    }

    /// Says what a manifest holds and what it is about, so that it need not be read.
    ///
    /// - Parameters:
    ///   - digest: The manifest.
    ///   - children: What it holds, where it is an index, each with whether that is known to be no index itself.
    ///   - subject: What it is about.
    public func know(_ digest: Digest, children: [(digest: Digest, isImage: Bool)], subject: Digest?) {
        memory.manifests.know(digest, children: children, subject: subject)
    }

    /// Deletes exactly what is named; what cannot be deleted without losing more stays and is told.
    ///
    /// - Parameters:
    ///   - targets: What is named.
    ///   - keeping: Manifests that stay even where all of their tags are named.
    ///   - force: Whether a digest goes whatever leads to it.
    ///   - progress: Told after each target.
    /// - Returns: What became of the targets.
    /// - Throws: `RegistryError` where nothing could be begun, and of the kind `cancelled`.
    public func delete(
        _ targets: [DeletionTarget], keeping: Set<Digest> = [], force: Bool = false,
        progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) async throws(RegistryError) -> DeletionReport {
        guard !api.context.isReadOnly else {
            throw RegistryError(.unsupported, "\(api.context.repository) was opened for reading: nothing is deleted")
        }
        guard !targets.isEmpty else { return DeletionReport() }
        let deletion = CarefulDeletion(
            targets, at: api, keeping: keeping, force: force, memory: memory, progress: progress)
        let report = try await deletion.run()
        memory.note(report)
        return report
    }

    /// Looks anew at the repository for what needs manifests that are left to the vendor.
    ///
    /// - Parameter digests: The manifests.
    /// - Returns: Of each to which a tag leads, or that a listed index holds, what that is, for people.
    /// - Throws: `RegistryError` where the registry does not tell.
    public func keepers(of digests: Set<Digest>) async throws(RegistryError) -> [Digest: String] {
        let snapshot = try await TagSnapshot.take(
            api, try await memory.list(), named: [], leaving: [], memory.manifests)
        let free = snapshot.deletable(tags: [], digests: digests)
        var keepers: [Digest: String] = [:]
        for digest in digests.subtracting(free) { keepers[digest] = snapshot.keepers(of: digest, besides: [], free) }
        return keepers
    }

    /// Puts in order what clients keep of what refers to manifests, when all steps are done.
    ///
    /// - Returns: The lists that could not be written.
    /// - Throws: `RegistryError` of the kind `cancelled`.
    public func finish() async throws(RegistryError) -> [DeletionReport.Failed] {
        try await memory.updateLists()
    }
}

/// What the steps of a deletion share.
final class DeletionMemory: Sendable {
    private let api: any VendorAPI
    /// What manifests consist of.
    let manifests: ManifestMemory
    /// How long a look at the repository is good enough to delete by.
    private static let life: Duration = .seconds(30)

    /// The newest list, without what has gone since.
    private let newest = Locked<RepositoryListing?>(nil)
    /// The manifests that are gone by now and said something about another, by that.
    private let goneReferrers = Locked<[Digest: Set<Digest>]>([:])

    init(_ api: any VendorAPI) {
        self.api = api
        manifests = ManifestMemory(api)
    }

    /// Whether a look at the repository that was begun at `time`, and took `duration`, is good enough to delete by.
    ///
    /// One that takes long itself is good for as long again: looking would otherwise never end.
    func isGood(lookBegunAt time: Duration, for duration: Duration) -> Bool {
        api.context.settings.pacing.elapsed() - time < max(Self.life, duration * 2)
    }

    /// The newest list, with a look at where tags have been moved; a new one where there is none that is good enough.
    func listing() async throws(RegistryError) -> RepositoryListing {
        guard var listing = newest.withLock({ $0 }), isGood(lookBegunAt: listing.time, for: listing.duration) else {
            return try await list()
        }
        for tag in listing.moved.sorted() { listing.put(tag, try await api.look(at: tag)) }
        newest.withLock { [listing] in $0 = listing }
        return listing
    }

    /// Lists the repository.
    func list() async throws(RegistryError) -> RepositoryListing {
        let listing = try await RepositoryListing.take(api)
        newest.withLock { $0 = listing }
        return listing
    }

    /// Notes that the newest list is wrong: somebody has made a tag since.
    func forgetListing() { newest.withLock { $0 = nil } }

    /// Takes out of the newest list what is gone, and what somebody else has moved.
    func note(_ report: DeletionReport) {
        var absent: Set<Tag> = [], moved: Set<Tag> = []
        for item in report.failed {
            guard case .tag(let tag) = item.reference else { continue }
            if item.error.finding == .nothing { absent.insert(tag) }
            if item.error.finding == .moved { moved.insert(tag) }
        }
        newest.withLock { listing in
            listing?.takeOut(absent.union(moved), moved: moved)
            for item in report.deleted {
                switch item.reference {
                case .tag(let tag): if let digest = item.digest { listing?.remove(tag, of: digest) }
                case .digest(let digest): listing?.remove(digest)
                }
            }
        }
    }

    /// Notes that a manifest is gone which was about another.
    func note(_ digest: Digest, isGoneFrom subject: Digest) {
        goneReferrers.withLock { _ = $0[subject, default: []].insert(digest) }
    }

    /// Takes what is gone out of the lists of what refers to a manifest, where clients keep these.
    ///
    /// Each list is written once, as two that write it at the same time undo each other's work.
    func updateLists() async throws(RegistryError) -> [DeletionReport.Failed] {
        let gone = goneReferrers.withLock { gone in
            defer { gone = [:] }
            return gone
        }
        var failed: [DeletionReport.Failed] = [], written: Set<Tag> = []
        for (subject, referrers) in gone {
            guard let tag = try? Tag(subject.tagForm) else { continue }
            do throws(RegistryError) {
                let client = try await api.context.client(api.traits.deletionActions)
                if try await client.unlist(referrers, of: subject) { written.insert(tag) }
            } catch {
                guard error.kind != .cancelled else { throw error }
                failed.append(.init(.tag(tag), error))
            }
        }
        newest.withLock { [written] in $0?.takeOut(written, moved: written) }
        return failed
    }
}
