internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// DigitalOcean's container registry, by its API v2 (DigitalOcean's OpenAPI description).
///
/// Tags and digests are deleted each by a call of their own; a digest goes with all of its tags. What is deleted takes up
/// storage until the registry's garbage collection, which somebody has to start; while it runs nothing can be deleted.
struct DigitalOceanVendor: VendorAPI {
    static let name = "digitalocean"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        traits.imagesGoWithLastTag = false
        return traits
    }()
    private let client: VendorClient
    /// The registry's path in the API.
    private let registry: String
    /// The repository's path in the API.
    private let repository: String
    private let collection: CollectionState

    private static let pageSize = 200
    /// Where `doctl` and DigitalOcean's other programs find the token.
    private static let variables = ["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"]

    private static func token(_ context: VendorContext) -> Secret? {
        variables.lazy.compactMap { context.variable($0) }.first.map { Secret($0) }
    }

    /// The token is the registry's user and password too.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        token(context).map { Credential(username: $0.withValue { $0 }, password: $0) }
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let parts = context.repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(context.repository) names no registry",
                hint: "a repository of DigitalOcean is named registry.digitalocean.com/registry/repository")
        }
        registry = "/v2/registries/\(PercentEncoding.component(String(parts[0])))"
        repository = "\(registry)/repositories/\(PercentEncoding.component(String(parts[1])))"
        // A login's password is an API token.
        let password = context.login.flatMap { $0.password.withValue(\.isEmpty) ? nil : $0.password }
        guard let token = password ?? Self.token(context) else {
            throw RegistryError(
                .denied, "there is no login for \(context.repository), and so none for DigitalOcean's API",
                hint: "log in with an API token as user and password, or set \(Self.variables[0])")
        }
        let base = try context.endpoint("BERTH_DIGITALOCEAN_URL", standard: "https://api.digitalocean.com")
        var client = VendorClient("DigitalOcean", at: base, .bearer(token), context.settings)
        // 250 requests a minute are let in.
        client.interval = .milliseconds(240)
        self.client = client
        collection = CollectionState()
    }

    // MARK: lists

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        try await eachTag(tags.add)
        return tags.table
    }

    /// The list of manifests has the tags, but not their times.
    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        if !wanted.isEmpty { try await eachTag(note) }
        let what = "cannot list the manifests of \(context.repository)"
        try await pages("digests", what) { page throws(RegistryError) in
            let list = try client.array(page.json.member("manifests"), what, allowsNull: true)
            try list.forEachElement { node throws(RegistryError) in
                let facts = try Self.facts(node, "digest", what)
                var hasTags = false
                node.member("tags")?.forEachElement { entry in
                    guard let tag = entry.string.flatMap({ try? Tag($0) }) else { return }
                    hasTags = true
                    if wanted.isEmpty { note(ListedTag(tag: tag, facts: facts)) }
                }
                if !hasTags { note(ListedTag(tag: nil, facts: facts)) }
            }
        }
    }

    private func eachTag(_ note: @escaping @Sendable (ListedTag) -> Void) async throws(RegistryError) {
        let what = "cannot list the tags of \(context.repository)"
        // What is pushed or deleted meanwhile may move a tag to the next page.
        let seen = Locked<Set<Tag>>([])
        try await pages("tags", what) { page throws(RegistryError) in
            let list = try client.array(page.json.member("tags"), what, allowsNull: true)
            try list.forEachElement { node throws(RegistryError) in
                guard let tag = node.text("tag").flatMap({ try? Tag($0) }), seen.withLock({ $0.insert(tag).inserted })
                else { return }
                note(ListedTag(tag: tag, facts: try Self.facts(node, "manifest_digest", what)))
            }
        }
    }

    private func pages(
        _ kind: String, _ what: String, _ read: @escaping @Sendable (VendorClient.Page) throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        try await client.numberedPages(
            size: Self.pageSize, what, permission: "registry:read",
            url: { number throws(RegistryError) in
                try client.url(
                    "\(repository)/\(kind)", query: [("page", "\(number)"), ("per_page", "\(Self.pageSize)")])
            }, count: { $0.json.member("meta")?.member("total")?.integer },
            length: { ($0.json.member("tags") ?? $0.json.member("manifests"))?.count }, read)
    }

    private static func facts(
        _ node: JSONNode, _ digest: String, _ what: String
    ) throws(RegistryError) -> ManifestFacts {
        guard let digest = node.text(digest).flatMap({ Digest($0) }) else {
            throw RegistryError(.protocolViolation, "\(what): an entry has no digest")
        }
        let time = node.text("updated_at").flatMap { Timestamp($0) }
        return ManifestFacts(
            digest: digest, pushed: time.flatMap { $0.isPlausible ? $0 : nil },
            size: node.member("compressed_size_bytes")?.integer)
    }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.removals { target throws(RegistryError) in
            try await delete("tags/\(target.tag)", context.name(.tag(target.tag)))
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals { digest throws(RegistryError) in
            try await delete("digests/\(digest)", context.name(.digest(digest)))
        }
    }

    func requireDeletion() async throws(RegistryError) {
        try await delete("digests/\(Digest.ofNothing())", "what is not in \(context.repository)").requireAllowed()
    }

    private func delete(_ path: String, _ name: String) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(name)"
        do {
            return try await client.removal(
                try client.url("\(repository)/\(path)"), what, permission: "registry:delete")
        } catch  where error.kind == .denied {
            guard try await isCollecting() else { throw error }
            throw RegistryError(
                .tryLater, "\(what): the registry's garbage collection is running, which lets nobody delete",
                hint: "try again when it has ended: doctl registry garbage-collection get-active")
        }
    }

    /// Whether the registry's garbage collection is running, which the answers to others tell only by refusing them.
    private func isCollecting() async throws(RegistryError) -> Bool {
        let now = context.settings.pacing.elapsed()
        if let known = collection.known(at: now) { return known }
        let response = try await client.send(.get, try client.url("\(registry)/garbage-collection"))
        var isRunning = false
        if response.status == 200, let json = try? JSONNode(parsing: response.body) {
            let status = json.member("garbage_collection")?.text("status") ?? ""
            isRunning = !["succeeded", "failed", "cancelled", ""].contains(status)
        }
        collection.note(isRunning, at: now)
        return isRunning
    }

    /// What was last found out about the garbage collection.
    private final class CollectionState: Sendable {
        private let newest = Locked<(time: Duration, isRunning: Bool)?>(nil)
        private static let life: Duration = .seconds(10)

        func known(at now: Duration) -> Bool? {
            newest.withLock { newest in newest.flatMap { now - $0.time < Self.life ? $0.isRunning : nil } }
        }

        func note(_ isRunning: Bool, at time: Duration) { newest.withLock { $0 = (time, isRunning) } }
    }
}
