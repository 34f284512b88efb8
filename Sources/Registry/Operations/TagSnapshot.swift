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

    /// Looks at every tag of the repository, and into every index.
    ///
    /// Indexes that no tag leads to cannot be found by the distribution protocol; those among `named` are known.
    static func take(
        _ client: RepositoryClient, besides named: Set<Digest> = []
    ) async throws(RegistryError) -> TagSnapshot {
        struct Found: Sendable {
            var tags: [Digest: Set<Tag>] = [:]
            var indexes: Set<Digest> = []
            var nested: Set<Digest> = []
            var holders: [Digest: Set<Digest>] = [:]
        }
        let session = client.session
        let time = session.pacing.elapsed()
        let table = try await tags(client)
        let found = Locked(Found())
        try await forEach(below: table.count, width: session.parallel, executor: session.executor) {
            index throws(RegistryError) in
            let tag = table.tag(at: index)
            guard let (digest, mediaType) = try await client.resolve(.tag(tag)) else { return }
            found.withLock { found in
                found.tags[digest, default: []].insert(tag)
                if !mediaType.isManifest && !mediaType.isSchema1 { found.indexes.insert(digest) }
            }
        }
        // Indexes may hold indexes.
        var unread = found.withLock { found in
            found.indexes.formUnion(named.subtracting(found.tags.keys))
            return Array(found.indexes)
        }
        while !unread.isEmpty {
            let indexes = unread
            try await forEach(below: indexes.count, width: session.parallel, executor: session.executor) {
                number throws(RegistryError) in
                let index = indexes[number]
                let children = try await children(of: index, client, isNamed: named.contains(index))
                found.withLock { found in
                    for child in children { found.holders[child.digest, default: []].insert(index) }
                    found.nested.formUnion(children.filter(mayBeIndex).map(\.digest))
                }
            }
            unread = found.withLock { found in
                let new = found.nested.subtracting(found.indexes)
                found.indexes.formUnion(new)
                return Array(new)
            }
        }
        let duration = session.pacing.elapsed() - time
        return found.withLock { TagSnapshot(tags: $0.tags, holders: $0.holders, time: time, duration: duration) }
    }

    private static func tags(_ client: RepositoryClient) async throws(RegistryError) -> TagTable {
        do {
            return try await TagTable(client.tags)
        } catch  where error.kind == .notFound {
            // What some registries say of a repository whose manifests have no tags.
            return TagTable()
        }
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
