internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Azure Container Registry, by its own API beside the distribution protocol's (Azure's `acr-cli` describes it).
///
/// Tags are removed by that API; a manifest is deleted by the protocol and goes with all of its tags, and whether an
/// index holds it does not matter to the registry.
struct AzureVendor: VendorAPI {
    static let name = "acr"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        // What Azure's own program keeps to.
        traits.width = 32
        // Registries that are encrypted with the customer's own key are the exception.
        traits.keepsReferrers = true
        traits.imagesGoWithLastTag = false
        traits.deletionActions = [.pull, .delete, .metadataRead]
        return traits
    }()
    /// The repository's path in the API.
    private let path: String

    private static let pageSize = 1000
    private static let reading = "AcrPull, or the action metadata/read of a token"
    private static let deleting = "AcrDelete, or the action content/delete of a token"

    /// A refresh token for the registry, by the credentials of Entra ID that the environment leads to.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        let host = context.repository.host
        guard AzureCloud(registry: host) != nil || host.isLoopback || context.isNamed(name) else { return nil }
        let credentials = AzureCredentials(context.cloud, registry: host)
        do {
            return AzureRegistryLogin.identity(
                try await AzureRegistryLogin(host, context.cloud, isTrusted: context.isNamed(name))
                    .refreshToken(by: credentials).token)
        } catch  where error.kind == .denied && !credentials.isNamed {
            // There are none, and some registries let everybody read.
            return nil
        }
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        path = "/acr/v1/\(context.repository.name)"
    }

    private func client(_ actions: Set<AuthScope.Action>) async throws(RegistryError) -> VendorClient {
        let registry = try await context.client(actions)
        return VendorClient(
            "Azure", at: try context.endpoint(standard: registry.session.root.origin), .registry(registry),
            context.settings)
    }

    // MARK: lists

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let client = try await client([.pull, .metadataRead])
        let tags = TagCollector(progress)
        if wanted.isEmpty {
            try await eachTag(client) { tag, digest, time in
                tags.add(tag, ManifestFacts(digest: digest, pushed: time))
            }
        } else {
            try await eachManifest(client, try await times(client), tags.add)
        }
        return tags.table
    }

    /// The list of manifests has their tags, but not the tags' times.
    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        // Who only looks may not be given a token for more.
        let client = try await client(wanted.isEmpty ? traits.deletionActions : [.pull, .metadataRead])
        do {
            try await eachManifest(client, wanted.isEmpty ? [:] : try await times(client), note)
        } catch  where error.kind == .notFound && error.text.contains("NAME_UNKNOWN") {
            // A repository without manifests is one that the registry does not know.
        }
    }

    private func times(_ client: VendorClient) async throws(RegistryError) -> [Tag: Timestamp] {
        var times: [Tag: Timestamp] = [:]
        try await eachTag(client) { tag, _, time in times[tag] = time }
        return times
    }

    private func eachTag(
        _ client: VendorClient, _ note: (Tag, Digest, Timestamp?) -> Void
    ) async throws(RegistryError) {
        let what = "cannot list the tags of \(context.repository)"
        try await eachPage(client, "_tags", what) { page throws(RegistryError) in
            page.json.member("tags")?.forEachElement { node in
                guard let tag = node.text("name").flatMap({ try? Tag($0) }),
                    let digest = node.text("digest").flatMap({ Digest($0) })
                else { return }
                note(tag, digest, Self.time(node))
            }
        }
    }

    /// Shows all manifests, with the `times` of their tags where those are known.
    private func eachManifest(
        _ client: VendorClient, _ times: [Tag: Timestamp], _ note: (ListedTag) -> Void
    ) async throws(RegistryError) {
        let what = "cannot list the manifests of \(context.repository)"
        try await eachPage(client, "_manifests", what) { page throws(RegistryError) in
            try page.json.member("manifests")?.forEachElement { node throws(RegistryError) in
                guard let digest = node.text("digest").flatMap({ Digest($0) }) else {
                    throw RegistryError(.protocolViolation, "\(what): a manifest has no digest")
                }
                var facts = ManifestFacts(
                    digest: digest, mediaType: node.text("mediaType").map { MediaType($0) }, pushed: Self.time(node),
                    size: node.member("imageSize")?.integer.flatMap { $0 > 0 ? $0 : nil },
                    platforms: node.platform.map { [$0] })
                let pushed = facts.pushed
                var hasTags = false
                node.member("tags")?.forEachElement { entry in
                    guard let tag = entry.string.flatMap({ try? Tag($0) }) else { return }
                    hasTags = true
                    facts.pushed = times[tag] ?? pushed
                    note(ListedTag(tag: tag, facts: facts))
                }
                if !hasTags { note(ListedTag(tag: nil, facts: facts)) }
            }
        }
    }

    private func eachPage(
        _ client: VendorClient, _ kind: String, _ what: String,
        _ read: (VendorClient.Page) throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let url = try client.url("\(path)/\(kind)", query: [("n", "\(Self.pageSize)")])
        try await client.eachPage(from: url, what, permission: Self.reading) { page throws(RegistryError) in
            try read(page)
            return nil
        }
    }

    /// When a tag was last moved, or a manifest last changed.
    private static func time(_ node: JSONNode) -> Timestamp? {
        (node.text("lastUpdateTime") ?? node.text("createdTime")).flatMap { Timestamp($0) }.flatMap {
            $0.isPlausible ? $0 : nil
        }
    }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.removals { target throws(RegistryError) in
            try await delete("\(path)/_tags/\(target.tag)", context.name(.tag(target.tag)))
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals { digest throws(RegistryError) in
            try await remove(digest, context.name(.digest(digest)))
        }
    }

    private func remove(_ digest: Digest, _ name: String) async throws(RegistryError) -> Removal {
        try await delete("/v2/\(context.repository.name)/manifests/\(digest)", name)
    }

    func requireDeletion() async throws(RegistryError) {
        try await remove(.ofNothing(), "what is not in \(context.repository)").requireAllowed()
    }

    private func delete(_ path: String, _ name: String) async throws(RegistryError) -> Removal {
        let client = try await client(traits.deletionActions), what = "cannot delete \(name)"
        return try await client.removal(try client.url(path), what, permission: Self.deleting) { response in
            guard response.status == 405 else { return nil }
            return .failed(
                RegistryError(
                    .protected, client.error(response, what).text,
                    hint: "it, its image or the repository is locked; az acr repository update --delete-enabled true"
                        + " unlocks it"))
        }
    }
}
