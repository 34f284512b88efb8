internal import HTTP
internal import POSIX

/// How everything in a repository is shown to who plans what is to go.
struct ListingPass: Sendable {
    /// Whether the times of tags and manifests are of use.
    let wantsTimes: Bool
    /// Shown what a vendor's list has.
    let note: @Sendable (ListedTag) -> Void
    /// Shown each tag of a registry that has no such list.
    let read: @Sendable (ReadTag) -> Void
}

/// A tag whose manifest had to be read to learn where it leads.
public struct ReadTag: Sendable {
    /// What was read.
    public enum Content: Sendable {
        /// The manifest.
        case document(ManifestDocument)
        /// One that nobody can read, its digest where that is known, and what is wrong with it.
        case unreadable(Digest?, RegistryError)
    }

    /// The tag.
    public let tag: Tag
    /// Its place among all tags, from 0.
    public let place: Int
    /// How many tags there are.
    public let count: Int
    /// What was read.
    public let content: Content
    /// When the tag was pushed, where that is told.
    public let pushed: Timestamp?

    /// Where the tag leads.
    public var digest: Digest? {
        switch content {
        case .document(let document): document.digest
        case .unreadable(let digest, _): digest
        }
    }
}

/// What a registry itself says of what refers to a manifest.
public enum Referrers: Sendable {
    /// These do.
    case told([Descriptor])
    /// The registry does not keep such lists: clients do, under tags.
    case keptByClients
}

extension ManagedRepository {
    /// The repository.
    public var repository: Repository { api.context.repository }

    /// Whether an image goes when its last tag is removed.
    public var imagesGoWithLastTag: Bool { api.traits.imagesGoWithLastTag }

    /// Whether nobody but the vendor itself can delete a manifest without tags.
    public var removesUntaggedItself: Bool { api.traits.removesUntaggedItself }

    /// Whether the vendor's list tells when images were pushed.
    public var tellsPushTimes: Bool { api.traits.tellsPushTimes }

    /// Shows everything that is there, by the fewest requests.
    ///
    /// - Parameters:
    ///   - times: Whether times are of use; a list that tells them anyway does so.
    ///   - note: Shown what the vendor's list has: tags, and manifests without one where it has these.
    ///   - read: Shown each tag with its manifest where the registry has no such list: every manifest is then read.
    ///     Several may be shown at once.
    /// - Throws: `RegistryError` where the registry does not tell.
    public func list(
        times: Bool, note: @escaping @Sendable (ListedTag) -> Void, read: @escaping @Sendable (ReadTag) -> Void
    ) async throws(RegistryError) {
        try await api.survey(ListingPass(wantsTimes: times, note: note, read: read))
    }

    /// Reads a manifest; `nil` where there is none.
    ///
    /// - Throws: `RegistryError`, of the kind `badData` for one that nobody can read.
    public func manifest(_ digest: Digest) async throws(RegistryError) -> ManifestDocument? {
        do {
            return try await api.context.client(api.traits.deletionActions).manifest(.digest(digest))
        } catch  where error.kind == .notFound {
            return nil
        }
    }

    /// Reads the config of an image; `nil` for one that is not there, or nobody can read.
    ///
    /// - Throws: `RegistryError` where the registry does not give it.
    public func imageConfig(_ digest: Digest) async throws(RegistryError) -> ImageConfig? {
        do {
            let client = try await api.context.client(api.traits.deletionActions)
            return try ImageConfig(parsing: try await client.blob(digest))
        } catch  where error.kind == .badData || error.kind == .notFound {
            return nil
        }
    }

    /// The kind of the manifest `digest`; `nil` where there is none.
    ///
    /// That there is none is believed only where HEAD and GET both say so.
    ///
    /// - Throws: `RegistryError` where the registry does not tell.
    public func mediaType(of digest: Digest) async throws(RegistryError) -> MediaType? {
        try await api.context.client(api.traits.deletionActions).resolve(.digest(digest))?.mediaType
    }

    /// What the registry itself says of what refers to the manifest `subject`.
    ///
    /// - Throws: `RegistryError` where it does not tell.
    public func referrers(of subject: Digest) async throws(RegistryError) -> Referrers {
        guard api.traits.tellsReferrers else { return .keptByClients }
        switch try await api.context.client(api.traits.deletionActions).ownReferrers(of: subject) {
        case .told(let found): return .told(found)
        // Quay says so of manifests that it does not have.
        case .refused: return .told([])
        case .noList: return .keptByClients
        }
    }

    /// Does work for each number below `count`, as many at once as the settings allow; the first error ends all of it.
    public func forEach(
        below count: Int, _ work: @escaping @Sendable (Int) async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let settings = api.context.settings
        try await Registry.forEach(
            below: count, width: settings.parallel, executor: settings.client.executor, work)
    }

    /// A deletion that can be done in several steps.
    public func deletion() -> Deletion { Deletion(api) }
}

extension Descriptor {
    /// Whether it is the config of an image: charts, signatures and other artifacts have ones that tell nothing about
    /// images.
    public var isImageConfig: Bool {
        ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"]
            .contains(mediaType)
    }
}
