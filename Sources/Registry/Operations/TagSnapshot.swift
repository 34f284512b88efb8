internal import HTTP
internal import POSIX

/// What leads to what in a repository, at one time: the ground on which a manifest may be deleted with all its tags.
struct TagSnapshot: Sendable {
    /// The tags of each manifest.
    let tags: [Digest: Set<Tag>]
    /// The indexes that hold each manifest.
    let holders: [Digest: Set<Digest>]
    /// When it was begun, on the pacing's steady clock: what has changed since it does not show.
    let time: Duration
    /// How long it took.
    let duration: Duration

    /// What leads to what by `listing`, with a look into every index unless the vendor itself sees to it that what an
    /// index holds stays.
    ///
    /// Indexes that no tag leads to can be found only where the vendor's list has them; those among `named` are known.
    ///
    /// - Parameters:
    ///   - api: The vendor.
    ///   - listing: Its list.
    ///   - named: The manifests that are to go by their digests.
    ///   - leaving: All that may go: these manifests are read anyway, for what they refer to.
    ///   - memory: What is known of manifests.
    /// - Returns: The snapshot.
    /// - Throws: `RegistryError` where the registry does not tell all of it.
    static func take(
        _ api: any VendorAPI, _ listing: RepositoryListing, named: Set<Digest>, leaving: Set<Digest>,
        _ memory: ManifestMemory
    ) async throws(RegistryError) -> TagSnapshot {
        var all = listing.indexes.union(listing.unknown).union(named.subtracting(listing.tags.keys))
        if api.traits.guardsIndexes {
            // What stays is the vendor's to see to. Of what goes, an index goes before what it holds; what no tag leads
            // to is read for that only where it is read anyway.
            let known = api.traits.keepsReferrers ? listing.indexes.union(listing.unknown) : all
            all = named.count > 1 ? known.intersection(named) : []
        }
        let start = api.context.settings.pacing.elapsed()
        let unknown = api.traits.keepsReferrers ? listing.unknown : listing.unknown.subtracting(leaving)
        let holders = try await Self.holders(all, unknown: unknown, named: named, listing.tags, api, memory)
        return TagSnapshot(
            tags: listing.tags, holders: holders, time: listing.time,
            duration: listing.duration + api.context.settings.pacing.elapsed() - start)
    }

    /// The indexes that hold each manifest, as far as these `indexes`, and what they hold, tell; some of them, the
    /// `unknown` ones, may be images.
    private static func holders(
        _ indexes: Set<Digest>, unknown: Set<Digest>, named: Set<Digest>, _ tags: [Digest: Set<Tag>],
        _ api: any VendorAPI, _ memory: ManifestMemory
    ) async throws(RegistryError) -> [Digest: Set<Digest>] {
        guard !indexes.isEmpty else { return [:] }
        struct Found: Sendable {
            var seen: Set<Digest>
            var nested: Set<Digest> = []
            var holders: [Digest: Set<Digest>] = [:]
        }
        let settings = api.context.settings
        let found = Locked(Found(seen: indexes))
        // Indexes may hold indexes.
        var unread = Array(indexes)
        while !unread.isEmpty {
            let round = unread
            try await forEach(below: round.count, width: settings.parallel, executor: settings.client.executor) {
                number throws(RegistryError) in
                let index = round[number]
                let children: [Descriptor]
                do throws(RegistryError) {
                    guard let read = try await memory.children(of: index, mayBeImage: unknown.contains(index)) else {
                        return try await api.requireAbsence(of: index, tags: tags[index, default: []])
                    }
                    children = read
                } catch {
                    // What is to go anyway keeps nothing, whatever it is.
                    guard error.kind == .badData, named.contains(index) else { throw error }
                    return
                }
                found.withLock { found in
                    for child in children { found.holders[child.digest, default: []].insert(index) }
                    found.nested.formUnion(children.filter(mayBeIndex).map(\.digest))
                }
            }
            unread = found.withLock { found in
                let new = found.nested.subtracting(found.seen)
                found.seen.formUnion(new)
                return Array(new)
            }
        }
        return found.withLock { $0.holders }
    }

    private static func mayBeIndex(_ entry: Descriptor) -> Bool {
        entry.mediaType.isEmpty || MediaType(entry.mediaType).isIndex
    }

    /// The manifests that can be deleted with all that leads to them, where `tags` and `digests` are to go: no other
    /// tag and no index that stays leads to them; those of `keeping` stay in any case.
    func deletable(tags named: Set<Tag>, digests: Set<Digest>, keeping: Set<Digest> = []) -> Set<Digest> {
        var deletable = digests.filter { tags[$0, default: []].isSubset(of: named) }
        for (digest, tags) in tags where !tags.isDisjoint(with: named) && tags.isSubset(of: named) {
            deletable.insert(digest)
        }
        deletable.subtract(keeping)
        // An index that turns out to stay keeps its children, and so on.
        while true {
            let kept = deletable.filter { !holders[$0, default: []].isSubset(of: deletable) }
            if kept.isEmpty { return deletable }
            deletable.subtract(kept)
        }
    }

    /// What keeps `digest` where `tags` and `digests` are to go, for people.
    func keepers(of digest: Digest, besides named: Set<Tag>, _ digests: Set<Digest>) -> String {
        let tags = tags[digest, default: []].subtracting(named).sorted().map { "the tag \($0)" }
        let indexes = holders[digest, default: []].subtracting(digests).sorted().map { "the index \($0.short)" }
        let all = tags + indexes
        let more = all.count > 3 ? " and \(all.count - 3) more" : ""
        return all.prefix(3).joined(separator: ", ") + more
    }
}

/// A vendor's list of a repository, whole, with what it tells of manifests' kinds.
struct RepositoryListing: Sendable {
    /// The tags of each manifest.
    private(set) var tags: [Digest: Set<Tag>] = [:]
    /// The manifests that are indexes.
    private(set) var indexes: Set<Digest> = []
    /// The manifests that may be indexes.
    private(set) var unknown: Set<Digest> = []
    /// The tags that are known not to lead any more where they did.
    private(set) var moved: Set<Tag> = []
    /// When it was begun, on the pacing's steady clock.
    let time: Duration
    /// How long it took.
    private(set) var duration: Duration = .zero

    /// Has `api` list its repository.
    static func take(_ api: any VendorAPI) async throws(RegistryError) -> RepositoryListing {
        let found = Locked(RepositoryListing(time: api.context.settings.pacing.elapsed()))
        try await api.list([]) { listed in
            let digest = listed.facts.digest
            found.withLock { found in
                if let tag = listed.tag { found.tags[digest, default: []].insert(tag) }
                switch listed.facts.mediaType {
                case nil: found.unknown.insert(digest)
                case let type? where !type.isManifest && !type.isSchema1: found.indexes.insert(digest)
                default: break
                }
            }
        }
        return found.withLock { found in
            found.duration = api.context.settings.pacing.elapsed() - found.time
            return found
        }
    }

    /// Takes out a tag that is gone.
    mutating func remove(_ tag: Tag, of digest: Digest) {
        tags[digest]?.remove(tag)
        if tags[digest]?.isEmpty == true { tags[digest] = nil }
    }

    /// Takes out tags that do not lead any more where they did, the `moved` ones to be put where they lead now.
    mutating func takeOut(_ lost: Set<Tag>, moved: Set<Tag>) {
        guard !lost.isEmpty else { return }
        for (digest, tags) in tags { for tag in tags.intersection(lost) { remove(tag, of: digest) } }
        self.moved.formUnion(moved)
    }

    /// Puts a tag that was moved where it leads now.
    mutating func put(_ tag: Tag, _ digest: Digest?) {
        moved.remove(tag)
        guard let digest else { return }
        // Of a manifest that no other tag led to, nobody has told what it is.
        if tags[digest] == nil, !indexes.contains(digest) { unknown.insert(digest) }
        tags[digest, default: []].insert(tag)
    }

    /// Takes out a manifest that is gone, with its tags.
    mutating func remove(_ digest: Digest) {
        tags[digest] = nil
        indexes.remove(digest)
        unknown.remove(digest)
    }

    private init(time: Duration) {
        self.time = time
    }
}
