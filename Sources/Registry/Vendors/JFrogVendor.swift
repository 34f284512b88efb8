internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// JFrog Artifactory, by its query language (AQL) and its storage: JFrog publishes no description of them, but pages
/// of help.
///
/// A tag is a folder there, with the manifest in it, and is deleted with all that it has. Two tags of one image are two
/// folders, each with a copy. What an index holds is in folders of its own (`sha256:…`), of which Artifactory takes no
/// care.
struct JFrogVendor: VendorAPI {
    static let name = "jfrog"

    let context: VendorContext
    let traits = VendorTraits()
    private let storage: JFrogStorage
    private let distribution: DistributionVendor

    private static let permission = "the permission Delete/Overwrite on the repository"

    /// The token that was given, with the user that it names.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        guard let token = context.secret(.jfrogToken) else { return nil }
        let subject = token.withValue { TokenClaims(authorization: "Bearer \($0)")?.subject }
        // `jfrt@…/users/name`, or the name alone.
        let user = subject?.split(separator: "/").last.map(String.init)
        return Credential(username: user ?? "token", password: token)
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        distribution = DistributionVendor(context)
        let host = context.repository.host
        let isCloud = host.port == nil && host.name.hasSuffix(".jfrog.io")
        let standard =
            if isCloud || context.variable("BERTH_JFROG_URL") != nil { "https://\(host.authority)" } else {
                try await context.ping().root.origin
            }
        storage = try JFrogStorage(context, standard)
    }

    // MARK: listing

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        do throws(RegistryError) {
            let isFound = try await storage.eachFolder {
                tags.add(ListedTag(tag: $0.tag, facts: $0.facts(isComplete: false)))
            }
            guard isFound else { throw storage.unknownImage }
            return tags.table
        } catch {
            // Not everybody who may read images may query.
            guard error.kind == .denied else { throw error }
            return try await distribution.tags(wanted, progress: progress)
        }
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        // Whether it is docker's or OCI's is not told. Who wants nothing but what leads where need not know.
        let isFound = try await storage.eachFolder {
            note(ListedTag(tag: $0.tag, facts: $0.facts(isComplete: wanted.isEmpty)))
        }
        guard !isFound, let tag = try await context.client(traits.deletionActions).firstTag() else { return }
        // What is deleted by an empty list would take along all that is there.
        throw hidden("cannot list the tags of \(context.repository)", context.name(.tag(tag)))
    }

    /// With the manifests' kinds, as far as they are told.
    func survey(_ pass: ListingPass) async throws(RegistryError) { try await list([], pass.note) }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.removals(untag)
    }

    private func untag(_ target: TagTarget) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.tag(target.tag)))"
        guard let place = try await storage.place(of: target) else { return .failed(storage.unknownImage) }
        let removal = try await storage.delete(target.tag.text, in: place, what, permission: Self.permission)
        guard removal == .absent, try await look(at: target.tag) != nil else { return removal }
        return .failed(
            RegistryError(
                .notFound, "\(what): \(place.repository) in Artifactory has no such tag",
                hint: "name the repository that has it: BERTH_JFROG_URL=https://HOST/artifactory/REPOSITORY"))
    }

    /// Deletes the folders of all its tags, and its own last.
    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals(remove)
    }

    private func remove(_ digest: Digest) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.digest(digest)))"
        let folders = try await storage.folders(of: digest)
        guard !folders.isEmpty else { return try await absence(of: digest, hidden(what, "it")) }
        let inOrder = folders.filter { $0.tag != nil } + folders.filter { $0.tag == nil }
        return try await inOrder.removal(of: digest) { folder throws(RegistryError) in
            try await storage.delete(folder.name, in: folder.place, what, permission: Self.permission)
        }
    }

    /// What is wrong where the registry has what the queries do not find: a virtual or a remote repository has no folders
    /// of its own.
    private func hidden(_ what: String, _ name: String) -> RegistryError {
        RegistryError(
            .unsupported, "\(what): Artifactory's queries do not find \(name), which its registry has",
            hint: "where the repository is a virtual or a remote one, name the one that has the image: "
                + "BERTH_JFROG_URL=https://HOST/artifactory/KEY")
    }

    /// Asks for a folder to be deleted that is not there.
    func requireDeletion() async throws(RegistryError) {
        let what = "cannot delete from \(context.repository)"
        guard let place = try await storage.somePlace() else {
            return try await context.client(traits.deletionActions).requireDeletion()
        }
        let nothing = "berth-\(Digest.ofNothing().text.suffix(32))"
        try await storage.delete(nothing, in: place, what, permission: Self.permission).requireAllowed()
    }
}
