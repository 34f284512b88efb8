internal import DockerConfig
internal import POSIX

/// What differs between one vendor's registry and another's; one file for each vendor.
///
/// Images are read and written by the distribution protocol everywhere (``RepositoryClient``), and the care that
/// deleting needs is the same everywhere (``CarefulDeletion``). A vendor says only by which calls tags are listed and
/// things deleted, and which of these calls do more than was asked for.
protocol VendorAPI: Sendable {
    /// The name by which `--repo-implementation` chooses it.
    static var name: String { get }

    /// What the registry itself can be logged in to with where docker's config has no login; `nil` where there is
    /// nothing.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential?

    /// The vendor's calls for the context's repository.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where there is nothing to log in to the vendor's API with.
    init(_ context: VendorContext) async throws(RegistryError)

    /// The repository, and how it is spoken to.
    var context: VendorContext { get }

    /// What is to be known before anything is deleted.
    var traits: VendorTraits { get }

    /// All tags; where nothing is `wanted`, their names are enough.
    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable

    /// Shows `note` every tag with its digest, by the cheapest way that the vendor has; what is `wanted` besides only
    /// as far as that tells it. Manifests without a tag are shown where the vendor's list has them.
    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError)

    /// Shows `pass` everything, for who plans what is to go: what the vendor's list has; where it has none, the manifest
    /// of each tag.
    func survey(_ pass: ListingPass) async throws(RegistryError)

    /// Where `tag` leads now; `nil` where there is none.
    func look(at tag: Tag) async throws(RegistryError) -> Digest?

    /// Removes `tags`, no more than ``VendorTraits/batch`` of them, and nothing else.
    ///
    /// - Returns: What became of each, in the same order.
    /// - Throws: `RegistryError` where nothing was removed, for a reason that holds for all of them.
    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal]

    /// Deletes manifests with all tags that lead to them, no more than ``VendorTraits/batch`` of them.
    ///
    /// - Returns: What became of each, in the same order.
    /// - Throws: `RegistryError` where nothing was deleted, for a reason that holds for all of them.
    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal]

    /// Which of `digests`, no more than ``VendorTraits/batch``, are still there, where an image is always gone with its
    /// last tag and few requests tell it; `nil` elsewhere.
    func present(_ digests: [Digest]) async throws(RegistryError) -> Set<Digest>?

    /// Makes sure that this client may delete, by a request that changes nothing.
    ///
    /// - Throws: `RegistryError`: `unsupported` where deleting is switched off, `denied` where it is not allowed, with
    ///   the name of what is missing.
    func requireDeletion() async throws(RegistryError)

    /// Makes the repository where it is not there yet, at vendors where it must be there before anything is pushed.
    func createRepository() async throws(RegistryError)

    /// The same where it is asked for its own sake.
    ///
    /// - Returns: Whether it is sure: there are vendors who do not tell who may delete before something is deleted.
    func mayDelete() async throws(RegistryError) -> Bool

    /// Deletes the manifest `digest`, which was written a moment ago and has no tag but `tag`.
    ///
    /// - Returns: What became of it.
    func removeStandIn(_ digest: Digest, of tag: Tag) async throws(RegistryError) -> Removal
}

/// Told how many are done, and of how many.
typealias VendorProgress = @Sendable (_ done: Int, _ count: Int) -> Void

/// What of a vendor's ways is to be known before anything is deleted.
struct VendorTraits: Sendable {
    /// Whether a tag can be removed and its manifest stay.
    enum Untagging: Sendable {
        /// It can.
        case works
        /// It turns out by trying.
        case depends
        /// Manifests go with all their tags only.
        case never
    }

    /// Whether a tag can be removed and its manifest stay.
    var untagging = Untagging.works
    /// The most tags or manifests in one request.
    var batch = 1
    /// The most deletions at once, where that is less than the user's limit.
    var width = Int.max
    /// Whether removing a tag tells where it led, and does not happen where that is not what was expected: nobody has
    /// to look before.
    var checksDigests = false
    /// Whether the vendor itself refuses to delete what an index holds.
    var guardsIndexes = false
    /// Whether the vendor itself keeps the lists of what refers to a manifest.
    var keepsReferrers = false
    /// Whether the vendor refuses to delete a manifest as long as it has tags.
    var keepsTagged = false
    /// Whether an image goes, at once or with the registry's next collection of garbage, when its last tag is removed;
    /// where that is not known, it is taken for granted.
    var imagesGoWithLastTag = true
    /// Whether a manifest without tags cannot be deleted: the vendor itself removes it where no index holds it.
    var removesUntaggedItself = false
    /// Whether the vendor's list tells when images, or their tags, were pushed.
    var tellsPushTimes = true
    /// Whether it is any use to ask the registry for what refers to a manifest.
    var tellsReferrers = true
    /// What a token has to allow for deleting by the distribution protocol: who asks for what the vendor does not know
    /// may get nothing.
    var deletionActions: Set<AuthScope.Action> = [.pull, .push, .delete]
}

/// A tag, or a manifest without one, as a vendor's list has it.
public struct ListedTag: Sendable {
    /// The tag; `nil` for a manifest that has none.
    public let tag: Tag?
    /// What is known of the manifest.
    public let facts: ManifestFacts
}

/// A tag that is to go.
struct TagTarget: Sendable {
    /// The tag.
    let tag: Tag
    /// Where it must lead; `nil` where that does not matter.
    let digest: Digest?
}

/// What became of something that was to be deleted.
enum Removal: Equatable, Sendable {
    /// It is gone; where it led, where the vendor tells.
    case done(Digest?)
    /// It was not there.
    case absent
    /// The tag leads to another manifest than was expected, and stays.
    case moved
    /// The vendor does not do that, or not by this kind of reference; another way may lead there.
    case refused(RegistryError)
    /// This one stays, whatever is tried.
    case failed(RegistryError)
    /// Nobody knows whether it is gone.
    case unknown(RegistryError)
}

extension Array where Element: Sendable {
    /// What becomes of each, removed one after the other by `remove`.
    func removals(
        _ remove: (Element) async throws(RegistryError) -> Removal
    ) async throws(RegistryError) -> [Removal] {
        var removals: [Removal] = []
        for element in self { removals.append(try await remove(element)) }
        return removals
    }

    /// Removes one after the other, all of which is `digest`, until one of them stays: what became of that one.
    func removal(
        of digest: Digest, _ remove: (Element) async throws(RegistryError) -> Removal
    ) async throws(RegistryError) -> Removal {
        for element in self {
            let removal = try await remove(element)
            switch removal {
            case .done, .absent: continue
            case .moved, .refused, .failed, .unknown: return removal
            }
        }
        return .done(digest)
    }
}

extension Removal {
    /// Makes sure that what could not be there was looked for: who may not delete is not told even that.
    func requireAllowed() throws(RegistryError) {
        switch self {
        case .done, .absent, .moved: return
        case .refused(let error), .failed(let error), .unknown(let error): throw error
        }
    }
}

extension VendorAPI {
    /// Nothing: the first push makes a repository.
    func createRepository() async throws(RegistryError) {}

    /// Nothing but docker's config.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? { nil }

    /// The vendor's list.
    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        try await list(wanted, tags.add)
        return tags.table
    }

    /// The vendor's list.
    func survey(_ pass: ListingPass) async throws(RegistryError) {
        try await list(pass.wantsTimes ? [.created] : [], pass.note)
    }

    /// What becomes of a manifest of which the vendor's API knows nothing: it is absent only where the registry does not
    /// have it either, and else stays, for the reason `hidden`.
    func absence(of digest: Digest, _ hidden: RegistryError) async throws(RegistryError) -> Removal {
        let client = try await context.client(traits.deletionActions)
        return try await client.head(of: .digest(digest)) == nil ? .absent : .failed(hidden)
    }

    /// Makes sure that a manifest which the registry says that it does not have is gone indeed, and its `tags` with it:
    /// what holds nothing and what is not to be seen yet are not the same.
    func requireAbsence(of digest: Digest, tags: Set<Tag>) async throws(RegistryError) {
        for tag in tags.sorted() {
            guard try await look(at: tag) != digest else { throw context.unseen(digest, tag) }
        }
    }

    /// Not to be found out but by looking for each.
    func present(_ digests: [Digest]) async throws(RegistryError) -> Set<Digest>? { nil }

    /// Who is not refused may.
    func mayDelete() async throws(RegistryError) -> Bool {
        try await requireDeletion()
        return true
    }

    /// Like every other manifest.
    func removeStandIn(_ digest: Digest, of tag: Tag) async throws(RegistryError) -> Removal {
        guard let removal = try await remove([digest]).first else {
            throw RegistryError(.protocolViolation, "\(context.name(.digest(digest))): nobody knows what became of it")
        }
        return removal
    }

    /// By the distribution protocol.
    func look(at tag: Tag) async throws(RegistryError) -> Digest? {
        try await context.client(traits.deletionActions).head(of: .tag(tag))?.digest
    }
}
