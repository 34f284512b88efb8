internal import DockerConfig
internal import HTTP
internal import JSON

/// Harbor, by its API 2.0 (Harbor's `swagger.yaml`).
///
/// A manifest is an artifact there and has tags; a tag is removed alone, and an artifact goes with all of its tags, by
/// whichever of them it is named.
struct HarborVendor: VendorAPI {
    static let name = "harbor"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        // 412: the deleting artifact is referenced by others.
        traits.guardsIndexes = true
        traits.keepsReferrers = true
        // An artifact without tags stays until the project's own rules remove it.
        traits.imagesGoWithLastTag = false
        return traits
    }()
    private let client: VendorClient
    /// The repository's path in the API.
    private let path: String

    private static let pageSize = 100

    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        context.pair(.harborUsername, .harborPassword)
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let parts = context.repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(context.repository) names no project",
                hint: "a repository of Harbor is named host/project/repository")
        }
        // Harbor decodes the repository's name twice.
        let repository = PercentEncoding.component(PercentEncoding.component(String(parts[1])))
        path = "/projects/\(PercentEncoding.component(String(parts[0])))/repositories/\(repository)/artifacts"
        let base =
            if let named = context.variable("BERTH_HARBOR_URL") { named } else { try await context.ping().root.origin }
        let login = context.pair(.harborUsername, .harborPassword) ?? context.login
        client = VendorClient(
            "Harbor", at: try context.endpoint(standard: base).appendingPath("/api/v2.0"),
            login.map { .basic(BasicCredentials(username: $0.username, password: $0.password)) } ?? .none,
            context.settings)
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let what = "cannot list the artifacts of \(context.repository)"
        try await client.numberedPages(
            size: Self.pageSize, what, permission: "the permission to list artifacts",
            // The oldest first: what is pushed meanwhile comes behind all others and moves none to another page.
            url: { number throws(RegistryError) in
                try client.url(
                    path,
                    query: [
                        ("page", "\(number)"), ("page_size", "\(Self.pageSize)"), ("with_tag", "true"),
                        ("sort", "push_time"),
                    ])
            },
            count: { $0.headers.first("X-Total-Count").flatMap { Int($0) } }, length: { $0.json.count }
        ) { page throws(RegistryError) in
            try client.array(page.json, what).forEachElement { artifact throws(RegistryError) in
                guard let digest = artifact.text("digest").flatMap({ Digest($0) }) else {
                    throw RegistryError(.protocolViolation, "\(what): an artifact has no digest")
                }
                Self.read(artifact, digest, note)
            }
        }
    }

    /// Shows what the list says of an artifact: once for each tag, which has a time of its own.
    private static func read(_ artifact: JSONNode, _ digest: Digest, _ note: (ListedTag) -> Void) {
        func time(_ node: JSONNode) -> Timestamp? {
            node.text("push_time").flatMap { Timestamp($0) }.flatMap { $0.isPlausible ? $0 : nil }
        }
        var facts = ManifestFacts(
            digest: digest, mediaType: artifact.text("manifest_media_type").map { MediaType($0) },
            created: artifact.member("extra_attrs")?.text("created").flatMap { Timestamp($0) },
            pushed: time(artifact), size: artifact.member("size")?.integer, platforms: platforms(artifact))
        var hasTags = false
        artifact.member("tags")?.forEachElement { entry in
            guard let text = entry.text("name"), let tag = try? Tag(text) else { return }
            hasTags = true
            facts.pushed = time(entry) ?? time(artifact)
            note(ListedTag(tag: tag, facts: facts))
        }
        if !hasTags { note(ListedTag(tag: nil, facts: facts)) }
    }

    /// The machines that an artifact is for: an index says it of what it holds, an image of itself.
    private static func platforms(_ artifact: JSONNode) -> [Platform]? {
        var platforms: [Platform] = []
        artifact.member("references")?.forEachElement { reference in
            if let platform = reference.member("platform")?.platform, !platform.isUnknown { platforms.append(platform) }
        }
        if platforms.isEmpty, let own = artifact.member("extra_attrs")?.platform { platforms = [own] }
        return platforms.isEmpty ? nil : platforms
    }

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.removals(untag)
    }

    private func untag(_ target: TagTarget) async throws(RegistryError) -> Removal {
        // By its digest, the artifact has the tag only as long as that has not been moved.
        let reference = target.digest?.text ?? target.tag.text
        let url = try client.url("\(path)/\(reference)/tags/\(target.tag)")
        let what = "cannot delete \(context.name(.tag(target.tag)))"
        let removal = try await client.removal(url, what, permission: "the permission to delete tags")
        guard removal == .absent, let digest = target.digest else { return removal }
        guard let found = try await look(at: target.tag) else { return .absent }
        return found == digest
            ? .failed(RegistryError(.notFound, "\(what): Harbor knows no such tag of \(digest.short)")) : .moved
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals { digest throws(RegistryError) in
            try await client.removal(
                try client.url("\(path)/\(digest)"), "cannot delete \(context.name(.digest(digest)))",
                permission: "the permission to delete artifacts")
        }
    }

    func requireDeletion() async throws(RegistryError) {
        let nothing = Digest.ofNothing()
        let url = try client.url("\(path)/\(nothing)/tags/none")
        let what = "cannot delete from \(context.repository)"
        try await client.removal(url, what, permission: "the permission to delete tags").requireAllowed()
    }
}
