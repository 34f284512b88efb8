internal import HTTP
internal import POSIX

/// What is to go by digest.
struct DigestWork: Sendable {
    /// The tags that are to go, and where they led when they were first looked at.
    let left: [Tag: Digest]
    /// The manifests that are to go.
    let named: Set<Digest>
    /// The manifests that stay even where all of their tags go.
    let keeping: Set<Digest>
    /// The tags that are to go, by where they led.
    let tags: [Digest: [Tag]]

    init(left: [Tag: Digest], named: Set<Digest>, keeping: Set<Digest> = []) {
        self.left = left
        self.named = named
        self.keeping = keeping
        tags = Dictionary(grouping: left.keys.sorted()) { left[$0] ?? Digest(of: []) }
    }

    /// All that was named and is gone with `digest`.
    func references(of digest: Digest) -> [Reference] {
        tags[digest, default: []].map { .tag($0) } + (named.contains(digest) ? [.digest(digest)] : [])
    }
}

/// A look at the repository, and what of the work may be done by it.
struct Outlook: Sendable {
    let snapshot: TagSnapshot
    /// The manifests that may go with all their tags.
    let deletable: Set<Digest>
    /// The tags that are to go, without those that have been moved to a manifest which nobody meant.
    private let tags: Set<Tag>

    init(_ snapshot: TagSnapshot, _ work: DigestWork) {
        self.snapshot = snapshot
        tags = Set(work.left.filter { snapshot.tags[$0.value, default: []].contains($0.key) }.keys)
        deletable = snapshot.deletable(tags: tags, digests: work.named, keeping: work.keeping)
    }

    /// What keeps `digest` where the work is done and `gone` are gone, for people.
    func keepers(of digest: Digest, besides gone: Set<Digest>) -> String {
        snapshot.keepers(of: digest, besides: tags, gone)
    }
}

/// The newest look at a repository.
final class OutlookKeeper: Sendable {
    private let api: any VendorAPI
    private let work: DigestWork
    private let memory: DeletionMemory
    private let newest = Locked<Outlook?>(nil)
    private let flights = SingleFlight<Bool, Outlook>()

    init(_ api: any VendorAPI, _ work: DigestWork, _ memory: DeletionMemory) {
        self.api = api
        self.work = work
        self.memory = memory
    }

    /// One that is no older than it may be.
    func current() async throws(RegistryError) -> Outlook {
        if let outlook = newest.withLock({ $0 }),
            memory.isGood(lookBegunAt: outlook.snapshot.time, for: outlook.snapshot.duration)
        {
            return outlook
        }
        return try await flights.value(for: true) { () async throws(RegistryError) in
            let snapshot = try await TagSnapshot.take(
                api, try await memory.listing(), named: work.named, leaving: work.named.union(work.tags.keys),
                memory.manifests)
            let outlook = Outlook(snapshot, work)
            newest.withLock { $0 = outlook }
            return outlook
        }
    }
}
