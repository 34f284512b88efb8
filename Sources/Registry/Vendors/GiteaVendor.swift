internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Gitea and Forgejo, by the distribution protocol and their package API.
///
/// Each tag is a version of a package there, and so is each manifest that was pushed by its digest. Removing a tag
/// removes its version alone; a manifest that has no other goes with it. A digest goes with all of its versions. The
/// list of versions has their times, but not where they lead.
struct GiteaVendor: VendorAPI {
    static let name = "gitea"

    let context: VendorContext
    let traits = VendorTraits()
    private let client: VendorClient
    private let owner: String
    private let image: String

    /// The most that a server gives at a time unless its settings say otherwise.
    private static let pageSize = 50
    private static let permission = "write:package"

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let parts = context.repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(context.repository) names no owner",
                hint: "a repository of Gitea or Forgejo is named host/owner/image")
        }
        (owner, image) = (String(parts[0]), String(parts[1]))
        let base =
            if let named = context.variable("BERTH_GITEA_URL") { named } else { try await context.ping().root.origin }
        // An identity token is the registry's own and says nothing to the API.
        let login = context.login.flatMap { $0.identityToken == nil && !$0.username.isEmpty ? $0 : nil }
        client = VendorClient(
            "Gitea", at: try context.endpoint("BERTH_GITEA_URL", standard: base).appendingPath("/api/v1"),
            login.map { .basic(BasicCredentials(username: $0.username, password: $0.password)) } ?? .none,
            context.settings)
    }

    private func registry(_ actions: Set<AuthScope.Action>) async throws(RegistryError) -> RepositoryClient {
        var client = try await context.client(actions)
        // Old versions give a part of the tags, as they are asked to, and no link to the rest.
        client.readsBehindFullPages = true
        return client
    }

    // MARK: lists

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let registry = try await registry([.pull])
        if wanted.isEmpty { return try await TagTable(registry.tags) }
        return try await details(wanted, registry, try await times(), progress)
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let registry = try await registry(wanted.isEmpty ? traits.deletionActions : [.pull])
        // Who wants nothing but what leads where deletes by that: an index without a tag must not be missing.
        let versions = wanted.isEmpty ? try await knownVersions() : try await times()
        let tagged = Locked<Set<Digest>>([])
        @Sendable func show(_ tag: Tag, _ facts: ManifestFacts) {
            tagged.withLock { _ = $0.insert(facts.digest) }
            note(ListedTag(tag: tag, facts: facts))
        }
        do {
            if wanted.isEmpty {
                try await look(registry, show)
            } else {
                for entry in try await details(wanted, registry, versions, { _, _ in }) {
                    if let facts = entry.facts { show(entry.tag, facts) }
                }
            }
        } catch {
            // A package without a tag is one that the registry may not know. Where its list has begun, the rest of it is
            // missing.
            guard error.kind == .notFound, try await registry.firstTag() == nil else { throw error }
        }
        let digests = tagged.withLock { $0 }
        for (digest, time) in versions.digests where !digests.contains(digest) {
            note(ListedTag(tag: nil, facts: ManifestFacts(digest: digest, pushed: time)))
        }
    }

    /// Reads the manifest of each tag, and has the times, and the manifests without a tag, from the list of versions.
    func survey(_ pass: ListingPass) async throws(RegistryError) {
        let versions = try await knownVersions()
        let tagged = Locked<Set<Digest>>([])
        let inner = ListingPass(wantsTimes: pass.wantsTimes, note: pass.note) { read in
            if let digest = read.digest { tagged.withLock { _ = $0.insert(digest) } }
            pass.read(read)
        }
        try await DistributionVendor(context).read(by: try await registry(traits.deletionActions), inner) { tag in
            versions.tags[tag.text.lowercased()]
        }
        let digests = tagged.withLock { $0 }
        for (digest, time) in versions.digests where !digests.contains(digest) {
            pass.note(ListedTag(tag: nil, facts: ManifestFacts(digest: digest, pushed: time)))
        }
    }

    /// Looks where each tag leads.
    private func look(
        _ registry: RepositoryClient, _ show: @escaping @Sendable (Tag, ManifestFacts) -> Void
    ) async throws(RegistryError) {
        let table = try await TagTable(registry.tags)
        try await forEach(below: table.count, width: registry.session.parallel, executor: registry.session.executor) {
            index throws(RegistryError) in
            let tag = table.tag(at: index)
            guard let found = try await registry.resolve(.tag(tag)) else { return }
            show(tag, ManifestFacts(digest: found.digest, mediaType: found.mediaType))
        }
    }

    /// Reads each manifest and config once, and has the times from the list of versions.
    private func details(
        _ wanted: ManifestReader.Wanted, _ registry: RepositoryClient, _ versions: Versions,
        _ progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        var table = try await ManifestReader(registry, wanted: wanted).tags(progress: progress)
        for index in table.indices {
            guard var facts = table[index].facts, let time = versions.tags[table[index].tag.text.lowercased()] else {
                continue
            }
            facts.pushed = time
            table.set(facts, at: index)
        }
        return table
    }

    /// The versions of the package, with the times at which they were pushed.
    private struct Versions: Sendable {
        /// Those that are tags; the server keeps their names in lower case.
        var tags: [String: Timestamp] = [:]
        /// Those that are manifests.
        var digests: [Digest: Timestamp?] = [:]
    }

    /// The versions, for their times alone: none where who asks may not read them, or the server has no such list.
    private func times() async throws(RegistryError) -> Versions {
        do {
            return try await versions()
        } catch {
            switch error.kind {
            case .denied, .notFound, .unsupported, .protocolViolation: return Versions()
            default: throw error
            }
        }
    }

    /// The versions, for what is there: none only where the server has no such list, or no such owner.
    private func knownVersions() async throws(RegistryError) -> Versions {
        let hasBegun = Locked(false)
        do {
            return try await versions { hasBegun.withLock { $0 = true } }
        } catch {
            let isMissing = error.kind == .notFound || error.kind == .unsupported
            guard isMissing, !hasBegun.withLock({ $0 }) else { throw error }
            return Versions()
        }
    }

    /// Reads the list of versions; tells of each page that it is there.
    ///
    /// The list is of all packages whose names hold the image's.
    private func versions(_ begin: @escaping @Sendable () -> Void = {}) async throws(RegistryError) -> Versions {
        let found = Locked(Versions())
        let image = image.lowercased()
        let what = "cannot list the versions of \(context.repository)"
        try await client.numberedPages(
            size: Self.pageSize, what, permission: "read:package",
            url: { number throws(RegistryError) in
                try client.url(
                    "/packages/\(PercentEncoding.component(owner))",
                    query: [
                        ("type", "container"), ("q", image), ("page", "\(number)"), ("limit", "\(Self.pageSize)"),
                    ])
            },
            count: { $0.headers.first("X-Total-Count").flatMap { Int($0) } }, length: { $0.json.count }
        ) { page throws(RegistryError) in
            begin()
            try client.array(page.json, what).forEachElement { node in
                guard node.text("name")?.lowercased() == image, let version = node.text("version") else { return }
                let time = node.text("created_at").flatMap { Timestamp($0) }.flatMap { $0.isPlausible ? $0 : nil }
                found.withLock { found in
                    if let digest = Digest(version) {
                        found.digests[digest] = time
                    } else {
                        found.tags[version] = time
                    }
                }
            }
        }
        return found.withLock { $0 }
    }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await delete(tags.map { .tag($0.tag) })
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await delete(digests.map { .digest($0) })
    }

    private func delete(_ references: [Reference]) async throws(RegistryError) -> [Removal] {
        try await permitted { () throws(RegistryError) in
            let client = try await context.client(traits.deletionActions)
            return try await references.removals { reference throws(RegistryError) in
                try await client.delete(reference)
            }
        }
    }

    func requireDeletion() async throws(RegistryError) {
        try await permitted { () throws(RegistryError) in
            try await context.client(traits.deletionActions).requireDeletion()
        }
    }

    /// Says what is missing where `work` is not allowed.
    private func permitted<Value>(
        _ work: () async throws(RegistryError) -> Value
    ) async throws(RegistryError) -> Value {
        do {
            return try await work()
        } catch  where error.kind == .denied {
            var denied = RegistryError(
                .denied, error.text,
                hint: "log in with a token that has \(Self.permission), of a user who may write to \(owner)'s packages")
            denied.permission = Self.permission
            throw denied
        }
    }
}
