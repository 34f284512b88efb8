internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Google's Artifact Registry and what was Container Registry, by the distribution protocol with what Google adds to it.
///
/// The list of tags tells all manifests with their tags, sizes and times. A tag is deleted by its name, alone; a manifest
/// only when it has no tag any more and no index holds it.
struct GoogleVendor: VendorAPI {
    static let name = "gcr"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        // The token service gives nothing to who asks for `delete`.
        traits.deletionActions = [.pull, .push]
        traits.keepsTagged = true
        traits.imagesGoWithLastTag = false
        // Said of Artifact Registry, and not verified.
        traits.keepsReferrers = true
        return traits
    }()

    private static let pageSize = 10_000
    private static let reading = "artifactregistry.repositories.downloadArtifacts (roles/artifactregistry.reader)"

    /// The hosts below `gcr.io` that anybody may write to: all others are caches and catalogues.
    private static let ownHosts: Set<String> = ["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"]

    static let hosts: [HostForm] = [
        .exactly("gcr.io"), .below(".gcr.io"),
        .form("LOCATION-docker.pkg.dev") { host, _ in
            let name = host.description
            return name.hasSuffix("-docker.pkg.dev") && !name.dropLast("-docker.pkg.dev".count).contains(".")
        },
    ]

    private static func isReadOnly(_ host: RegistryHost) -> Bool {
        host.name.hasSuffix(".gcr.io") && !ownHosts.contains(host.name)
    }

    /// An access token, by the credentials that Google's own programs would find.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        let host = context.repository.host
        let isGoogle = hosts.contains { $0.matches(host) { _ in nil } } && !isReadOnly(host)
        // A token is good for all of Google's services: nobody else is shown it.
        guard isGoogle || host.isLoopback || context.isNamed(name) else { return nil }
        let credentials = GoogleCredentials(context.cloud)
        do {
            return Credential(username: "oauth2accesstoken", password: try await credentials.accessToken())
        } catch  where error.kind == .denied && !credentials.isNamed {
            // There are none, and many images are for everybody.
            return nil
        }
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
    }

    private func client(
        _ actions: Set<AuthScope.Action>
    ) async throws(RegistryError) -> (api: VendorClient, session: RegistrySession) {
        let registry = try await context.client(actions)
        let base = try context.endpoint(standard: registry.session.root.origin)
        return (VendorClient("Google", at: base, .registry(registry), context.settings), registry.session)
    }

    // MARK: lists

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        try await each([.pull], tags.add)
        return tags.table
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        do {
            // Who only looks may not be given a token for more.
            try await each(wanted.isEmpty ? traits.deletionActions : [.pull], note)
        } catch  where error.kind == .notFound {
            // What is said of a repository without images.
        }
    }

    private func each(
        _ actions: Set<AuthScope.Action>, _ note: (ListedTag) -> Void
    ) async throws(RegistryError) {
        let (client, session) = try await client(actions)
        let what = "cannot list the tags of \(context.repository)"
        guard let url = try session.url("tags/list").appending(query: [("n", "\(Self.pageSize)")]) else { return }
        try await client.eachPage(from: url, what, permission: Self.reading) { page throws(RegistryError) in
            guard let manifests = page.json.member("manifest"), manifests.isObject else {
                // Where only names are told, they must not pass for nothing.
                guard page.json.member("tags")?.count ?? 0 == 0 else {
                    throw RegistryError(
                        .protocolViolation, "\(what): the list says nothing about manifests, as Google's does",
                        hint: "is it a registry of Google's? --repo-implementation default does for all others")
                }
                return nil
            }
            manifests.forEachMember { text, node in
                guard let digest = Digest(text) else { return }
                Self.read(node, digest, note)
            }
            return nil
        }
    }

    private static func read(_ node: JSONNode, _ digest: Digest, _ note: (ListedTag) -> Void) {
        let facts = ManifestFacts(
            digest: digest, mediaType: node.text("mediaType").map { MediaType($0) },
            created: time(node, "timeCreatedMs"), pushed: time(node, "timeUploadedMs"),
            size: number(node, "imageSizeBytes"))
        var hasTags = false
        node.member("tag")?.forEachElement { entry in
            guard let tag = entry.string.flatMap({ try? Tag($0) }) else { return }
            hasTags = true
            note(ListedTag(tag: tag, facts: facts))
        }
        if !hasTags { note(ListedTag(tag: nil, facts: facts)) }
    }

    /// A number, which is text there; 0 where it is not known.
    private static func number(_ node: JSONNode, _ name: String) -> Int? {
        let number = node.text(name).flatMap { Int($0) } ?? node.member(name)?.integer
        return number.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func time(_ node: JSONNode, _ name: String) -> Timestamp? {
        number(node, name).map { Timestamp(secondsSince1970: $0 / 1000, nanoseconds: $0 % 1000 * 1_000_000) }
    }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.removals { target throws(RegistryError) in
            try await delete(.tag(target.tag), "artifactregistry.tags.delete")
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals { digest throws(RegistryError) in
            try await delete(.digest(digest), "artifactregistry.versions.delete")
        }
    }

    func requireDeletion() async throws(RegistryError) {
        try await delete(.digest(.ofNothing()), "artifactregistry.versions.delete").requireAllowed()
    }

    private func delete(_ reference: Reference, _ permission: String) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(reference))"
        guard !Self.isReadOnly(context.repository.host) else {
            throw RegistryError(.unsupported, "\(what): \(context.repository.host) can only be read from")
        }
        let (client, session) = try await client(traits.deletionActions)
        return try await client.removal(
            try session.url("manifests/\(reference.text)"), what,
            permission: "\(permission) (roles/artifactregistry.repoAdmin)"
        ) { response in
            guard response.status == 400, let code = VendorWords(response.body).code else { return nil }
            let text = client.error(response, what).text
            if code.hasPrefix("GOOGLE_MANIFEST_") {
                return .failed(RegistryError(.held, text, hint: "delete first what it says holds it"))
            }
            guard code == "FAILED_PRECONDITION" else { return nil }
            return .failed(RegistryError(.protected, text, hint: "are the repository's tags immutable?"))
        }
    }
}
