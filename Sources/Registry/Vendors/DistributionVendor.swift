internal import POSIX

/// Any registry that speaks the distribution protocol: nothing but that is used.
///
/// Registries differ in what they make of `DELETE manifests/<tag>`: those of the specification's version 1.1 remove the
/// tag; docker's up to 2.8 refuses, and deletes by digest alone, which takes all tags of the manifest along.
struct DistributionVendor: VendorAPI {
    static let name = "default"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        traits.untagging = .depends
        traits.imagesGoWithLastTag = false
        traits.tellsPushTimes = false
        return traits
    }()

    init(_ context: VendorContext) {
        self.context = context
    }

    /// Reads each manifest and config once; for names alone, none.
    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let client = try await context.client([.pull])
        if wanted.isEmpty { return try await TagTable(client.tags) }
        return try await ManifestReader(client, wanted: wanted).tags(progress: progress)
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let client = try await context.client(traits.deletionActions)
        guard wanted.isEmpty else {
            for tag in try await ManifestReader(client, wanted: wanted).tags() {
                if let facts = tag.facts { note(ListedTag(tag: tag.tag, facts: facts)) }
            }
            return
        }
        try await places(by: client, note)
    }

    /// Shows `note` where each tag leads, as `client` is told.
    func places(
        by client: RepositoryClient, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let table = try await tags(client)
        try await forEach(below: table.count, width: client.session.parallel, executor: client.session.executor) {
            index throws(RegistryError) in
            let tag = table.tag(at: index)
            guard let found = try await client.resolve(.tag(tag)) else { return }
            note(ListedTag(tag: tag, facts: ManifestFacts(digest: found.digest, mediaType: found.mediaType)))
        }
    }

    func survey(_ pass: ListingPass) async throws(RegistryError) {
        try await read(by: try await context.client(traits.deletionActions), pass) { _ in nil }
    }

    /// Shows `pass` the manifest of each tag as `client` reads it, with the time that `pushed` has for it.
    func read(
        by client: RepositoryClient, _ pass: ListingPass, pushed: @escaping @Sendable (Tag) -> Timestamp?
    ) async throws(RegistryError) {
        let table = try await tags(client)
        let count = table.count
        try await forEach(below: count, width: client.session.parallel, executor: client.session.executor) {
            place throws(RegistryError) in
            let tag = table.tag(at: place)
            let content: ReadTag.Content
            do throws(RegistryError) {
                content = .document(try await client.manifest(.tag(tag)))
            } catch {
                switch error.kind {
                case .notFound:
                    guard let found = try await client.head(of: .tag(tag)) else { return }
                    throw context.unseen(found.digest, tag)
                // One that nobody can read must not stand in the way of all others.
                case .badData: content = .unreadable(try? await client.head(of: .tag(tag))?.digest, error)
                default: throw error
                }
            }
            pass.read(ReadTag(tag: tag, place: place, count: count, content: content, pushed: pushed(tag)))
        }
    }

    private func tags(_ client: RepositoryClient) async throws(RegistryError) -> TagTable {
        // What some registries say of a repository whose manifests have no tags is that they do not know it.
        try await TagTable(client.tags, isEmptyWhereUnknown: true)
    }

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await delete(tags.map { .tag($0.tag) })
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await delete(digests.map { .digest($0) })
    }

    private func delete(_ references: [Reference]) async throws(RegistryError) -> [Removal] {
        let client = try await context.client(traits.deletionActions)
        return try await references.removals { reference throws(RegistryError) in try await client.delete(reference) }
    }

    func requireDeletion() async throws(RegistryError) {
        try await context.client(traits.deletionActions).requireDeletion()
    }
}
