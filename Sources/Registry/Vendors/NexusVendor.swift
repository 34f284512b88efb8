internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Sonatype Nexus Repository, by its REST API (`/service/rest/swagger.json` at every Nexus).
///
/// A tag is a component there and is deleted as one. By the distribution protocol nothing is deleted: what that does
/// with a manifest's other tags depends on the version.
struct NexusVendor: VendorAPI {
    static let name = "nexus"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        // Their components are found together, by a few requests.
        traits.batch = 20
        return traits
    }()
    private let catalogue: NexusCatalogue

    private static let permission = "the privileges nx-repository-view-docker-<repository>-browse, -read and -delete"

    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        context.pair(.nexusUsername, .nexusPassword)
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        catalogue = try NexusCatalogue(context, try await context.ping().root)
    }

    // MARK: listing

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        let isFound = try await catalogue.eachComponent { tags.add(ListedTag(tag: $0.tag, facts: $0.facts)) }
        guard isFound else { throw catalogue.unknownImage }
        return tags.table
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        if try await catalogue.eachComponent({ note(ListedTag(tag: $0.tag, facts: $0.facts)) }) { return }
        // What is deleted by an empty list would take along all that is there.
        let registry = try await context.client(traits.deletionActions)
        if let tag = try await registry.firstTag() {
            throw hidden("cannot list the tags of \(context.repository)", context.name(.tag(tag)))
        }
    }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await catalogue.learn(tags.map(\.tag))
        let removals = Locked<[Int: Removal]>([:])
        let settings = context.settings
        try await forEach(below: tags.count, width: settings.parallel, executor: settings.client.executor) {
            number throws(RegistryError) in
            let removal: Removal
            do throws(RegistryError) {
                removal = try await untag(tags[number])
            } catch {
                guard error.kind != .cancelled else { throw error }
                removal = .failed(error)
            }
            removals.withLock { $0[number] = removal }
        }
        return removals.withLock { removals in
            tags.indices.map { removals[$0] ?? .unknown(RegistryError(.cancelled, "interrupted")) }
        }
    }

    private func untag(_ target: TagTarget) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.tag(target.tag)))"
        if let known = catalogue.known(target.tag), target.digest == nil || target.digest == known.digest {
            let removal = try await delete(known.id, what)
            // It may be there under another number.
            guard removal == .absent else { return removal }
        }
        let found = try await catalogue.component(of: target.tag)
        guard found != nil || catalogue.isPlaced else { return .failed(catalogue.unknownImage) }
        guard let found, target.digest == nil || target.digest == found.facts.digest else {
            // It was there right before.
            return .unknown(
                RegistryError(
                    .tryLater, "\(what): Nexus's search does not show yet where it leads",
                    hint: "if that lasts, have Nexus rebuild the repository's search index"))
        }
        return try await delete(found.id, what)
    }

    /// Deletes the components of all its tags, and of the manifest itself.
    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals(remove)
    }

    private func remove(_ digest: Digest) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.digest(digest)))"
        let components = try await catalogue.components(of: digest)
        // Nothing is deleted by the protocol: old versions take tags along of which the search knows nothing.
        guard !components.isEmpty else { return try await absence(of: digest, hidden(what, "it")) }
        return try await components.removal(of: digest) { component throws(RegistryError) in
            try await delete(component.id, what)
        }
    }

    /// What is wrong where the registry has what the search does not find.
    private func hidden(_ what: String, _ name: String) -> RegistryError {
        RegistryError(
            .tryLater, "\(what): Nexus's search does not know \(name), which its registry has",
            hint: "its index may be behind: if that lasts, have Nexus rebuild the repository's search index")
    }

    private func delete(_ id: String, _ what: String) async throws(RegistryError) -> Removal {
        try await catalogue.client.removal(
            try catalogue.client.url("/v1/components/\(PercentEncoding.component(id))"), what,
            permission: Self.permission)
    }

    /// Asks by the distribution protocol: the API says of what is not there that it is not, whoever asks.
    func requireDeletion() async throws(RegistryError) {
        try await context.requiring(Self.permission) { () throws(RegistryError) in
            try await context.client(traits.deletionActions).requireDeletion()
        }
    }
}
