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

    /// Looks at every tag of the repository, and into every index unless the vendor itself sees to it that what an
    /// index holds stays.
    ///
    /// Indexes that no tag leads to can be found only where the vendor's list has them; those among `named` are known.
    static func take(
        _ api: any VendorAPI, besides named: Set<Digest> = []
    ) async throws(RegistryError) -> TagSnapshot {
        struct Found: Sendable {
            var tags: [Digest: Set<Tag>] = [:]
            var indexes: Set<Digest> = []
            var unknown: Set<Digest> = []
        }
        let pacing = api.context.settings.pacing
        let time = pacing.elapsed()
        let found = Locked(Found())
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
        let (tags, indexes, unknown) = found.withLock { ($0.tags, $0.indexes, $0.unknown) }
        var holders: [Digest: Set<Digest>] = [:]
        if !api.traits.guardsIndexes {
            let all = indexes.union(unknown).union(named.subtracting(tags.keys))
            holders = try await Self.holders(all, unknown: unknown, named: named, api)
        }
        return TagSnapshot(tags: tags, holders: holders, time: time, duration: pacing.elapsed() - time)
    }

    /// The indexes that hold each manifest, as far as these `indexes`, and what they hold, tell; some of them, the
    /// `unknown` ones, may be images.
    private static func holders(
        _ indexes: Set<Digest>, unknown: Set<Digest>, named: Set<Digest>, _ api: any VendorAPI
    ) async throws(RegistryError) -> [Digest: Set<Digest>] {
        guard !indexes.isEmpty else { return [:] }
        struct Found: Sendable {
            var seen: Set<Digest>
            var nested: Set<Digest> = []
            var holders: [Digest: Set<Digest>] = [:]
        }
        let client = try await api.context.client(api.traits.deletionActions)
        let session = client.session
        let found = Locked(Found(seen: indexes))
        // Indexes may hold indexes.
        var unread = Array(indexes)
        while !unread.isEmpty {
            let round = unread
            try await forEach(below: round.count, width: session.parallel, executor: session.executor) {
                number throws(RegistryError) in
                let index = round[number]
                if unknown.contains(index) {
                    guard let type = try await client.head(of: .digest(index))?.mediaType, !type.isManifest else {
                        return
                    }
                }
                let children = try await children(of: index, client, isNamed: named.contains(index))
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

    private static func children(
        of index: Digest, _ client: RepositoryClient, isNamed: Bool
    ) async throws(RegistryError) -> [Descriptor] {
        do {
            guard case .index(let children) = try await client.manifest(.digest(index)).manifest.content else {
                return []
            }
            return children
        } catch {
            // What is to go anyway keeps nothing, whatever it is.
            guard error.kind == .notFound || error.kind == .badData && isNamed else { throw error }
            return []
        }
    }

    /// The manifests that can be deleted with all that leads to them, where `tags` and `digests` are to go: no other
    /// tag and no index that stays leads to them.
    func deletable(tags named: Set<Tag>, digests: Set<Digest>) -> Set<Digest> {
        var deletable = digests.filter { tags[$0, default: []].isSubset(of: named) }
        for (digest, tags) in tags where !tags.isDisjoint(with: named) && tags.isSubset(of: named) {
            deletable.insert(digest)
        }
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
