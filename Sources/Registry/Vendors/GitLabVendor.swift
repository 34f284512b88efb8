internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// GitLab's container registry: the distribution protocol, with a list of tags of its own (`/gitlab/v1`, where the
/// registry has its metadata in a database), and tags that are removed by their names (GitLab 16.4 and later).
///
/// Behind GitLab's login may stand a plain registry, or an old one. What it does not do is done by the distribution
/// protocol, or by GitLab's own API where there is a token for it (``GitLabProject``).
struct GitLabVendor: VendorAPI {
    static let name = "gitlab"

    let context: VendorContext
    let traits: VendorTraits
    private let features: GitLabFeatures
    private let root: URLParts
    private let distribution: DistributionVendor
    private let project: GitLabProject?
    private let memory = Memory()

    /// How a tag is removed.
    private enum Way: CaseIterable {
        /// As the specification says.
        case manifests
        /// As registries before 4.0 had it.
        case references
        /// By GitLab's own API.
        case project
    }

    /// What is found out once.
    private final class Memory: Sendable {
        let client = Locked<Result<RepositoryClient, RegistryError>?>(nil)
        let flights = SingleFlight<Bool, RepositoryClient>()
        let useless = Locked<Set<Way>>([])
    }

    private static let permission = "the role Developer, and a token with write_registry"
    /// The most tags on a page; for more, the answer is 400.
    private static let pageSize = 1000

    /// The token that was given, which may stand beside any user name; else what a job of GitLab's has for its registry.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        if let token = context.secret(.gitlabToken) { return Credential(username: "gitlab-token", password: token) }
        guard context.variable("CI_REGISTRY") == context.repository.host.description else { return nil }
        for (user, password) in [
            ("CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"), ("", "CI_JOB_TOKEN"),
            ("CI_DEPLOY_USER", "CI_DEPLOY_PASSWORD"),
        ] {
            guard let name = user.isEmpty ? "gitlab-ci-token" : context.variable(user),
                let text = context.variable(password)
            else { continue }
            return Credential(username: name, password: Secret(text))
        }
        return nil
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        distribution = DistributionVendor(context)
        let answer = try await context.ping()
        root = answer.root
        features = GitLabFeatures(answer.headers)
        project = try GitLabProject(context, answer)
        var traits = VendorTraits()
        traits.untagging = features.removesTags ? .works : .depends
        // 409 MANIFEST_REFERENCED.
        traits.guardsIndexes = features.hasDatabase == true
        // With a database, the registry removes by itself, a day later, what no tag and no index leads to.
        traits.imagesGoWithLastTag = features.hasDatabase != false
        self.traits = traits
    }

    // MARK: listing

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        let isListed = try await listOwn(try await context.client([.pull]), tags.add)
        return isListed ? tags.table : try await distribution.tags(wanted, progress: progress)
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let isListed = try await listOwn(try await context.client(traits.deletionActions), note)
        if !isListed { try await distribution.list(wanted, note) }
    }

    func survey(_ pass: ListingPass) async throws(RegistryError) {
        let isListed = try await listOwn(try await context.client(traits.deletionActions), pass.note)
        if !isListed { try await distribution.survey(pass) }
    }

    /// Shows `note` what GitLab's own list has; whether there is one.
    private func listOwn(
        _ registry: RepositoryClient, _ note: (ListedTag) -> Void
    ) async throws(RegistryError) -> Bool {
        guard features.hasDatabase != false else { return false }
        let what = "cannot list the tags of \(context.repository)"
        let client = VendorClient(
            "GitLab's registry", at: try context.endpoint(standard: root.origin), .registry(registry), context.settings)
        // Without the slash at the end there is no such list.
        let url = try client.url(
            "/gitlab/v1/repositories/\(context.repository.name)/tags/list/", query: [("n", "\(Self.pageSize)")])
        var isFound = false
        do {
            try await client.eachPage(from: url, what, permission: "the role Reporter, or read_registry") {
                page throws(RegistryError) in
                isFound = true
                try client.array(page.json, what).forEachElement { tag throws(RegistryError) in
                    guard let listed = Self.read(tag) else {
                        throw RegistryError(.protocolViolation, "\(what): a tag has no name or no digest")
                    }
                    note(listed)
                }
                return nil
            }
        } catch {
            // A plain registry has no such list; one with a database has no such repository.
            guard error.kind == .notFound, !isFound, features.hasDatabase != true else { throw error }
            return false
        }
        return true
    }

    private static func read(_ tag: JSONNode) -> ListedTag? {
        guard let name = tag.text("name").flatMap({ try? Tag($0) }),
            let digest = tag.text("digest").flatMap({ Digest($0) })
        else { return nil }
        let times = ["published_at", "updated_at", "created_at"].lazy.compactMap { tag.text($0) }
        let pushed = times.compactMap { Timestamp($0) }.first { $0.isPlausible }
        return ListedTag(
            tag: name,
            facts: ManifestFacts(
                digest: digest, mediaType: tag.text("media_type").map { MediaType($0) }, pushed: pushed,
                size: tag.member("size_bytes")?.integer))
    }

    // MARK: deleting

    func look(at tag: Tag) async throws(RegistryError) -> Digest? {
        // Who may not delete need not look.
        if project == nil { return try await deletionClient().head(of: .tag(tag))?.digest }
        return try await context.client(traits.deletionActions).head(of: .tag(tag))?.digest
    }

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.map(\.tag).removals(untag)
    }

    private func untag(_ tag: Tag) async throws(RegistryError) -> Removal {
        var refusal = RegistryError(
            .unsupported, "cannot delete \(context.name(.tag(tag))): GitLab has no way to do it")
        var denial: RegistryError?
        let useless = memory.useless.withLock { $0 }
        for way in Way.allCases where !useless.contains(way) {
            let removal: Removal
            do {
                removal = try await untag(tag, by: way)
            } catch {
                // A token for GitLab's own API may do what the registry's does not.
                guard error.kind == .denied, way != .project, project != nil else { throw error }
                denial = error
                continue
            }
            guard case .refused(let error) = removal else { return removal }
            refusal = error
            memory.useless.withLock { _ = $0.insert(way) }
        }
        if let denial { throw denial }
        return .refused(refusal)
    }

    private func untag(_ tag: Tag, by way: Way) async throws(RegistryError) -> Removal {
        switch way {
        case .manifests:
            try await context.requiring(Self.permission) { () throws(RegistryError) in
                try await deletionClient().delete(.tag(tag))
            }
        case .references:
            try await context.requiring(Self.permission) { () throws(RegistryError) in
                try await deletionClient().delete(.tag(tag), at: "tags/reference/\(tag)")
            }
        case .project:
            if let project {
                try await project.untag(tag, at: self)
            } else {
                .refused(
                    RegistryError(
                        .unsupported, "cannot delete \(context.name(.tag(tag))): the registry removes no tags",
                        hint: "GitLab's own API may: give it a token with --repo-gitlab-token"))
            }
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals { digest throws(RegistryError) in
            try await context.requiring(Self.permission) { () throws(RegistryError) in
                try await deletionClient().delete(.digest(digest))
            }
        }
    }

    func requireDeletion() async throws(RegistryError) {
        do {
            try await context.requiring(Self.permission) { () throws(RegistryError) in
                try await deletionClient().requireDeletion()
            }
        } catch {
            guard error.kind == .denied, let project else { throw error }
            try await project.requireAccess()
        }
    }

    /// The registry's client with a token that allows deleting.
    ///
    /// GitLab leaves out of a token what it does not allow, without a word: what the token says is looked at before
    /// anything is asked for.
    private func deletionClient() async throws(RegistryError) -> RepositoryClient {
        if let known = memory.client.withLock({ $0 }) { return try known.get() }
        return try await memory.flights.value(for: true) { () async throws(RegistryError) in
            if let known = memory.client.withLock({ $0 }) { return try known.get() }
            for actions in [traits.deletionActions, [.all]] {
                let client = try await context.client(actions)
                let granted = try await client.session.granted()
                guard granted.map({ $0.contains("delete") || $0.contains("*") }) ?? true else { continue }
                memory.client.withLock { $0 = .success(client) }
                return client
            }
            let hasLogin = try await context.client(traits.deletionActions).session.hasCredential
            var error = RegistryError(
                .denied,
                "cannot delete from \(context.repository): GitLab's token does not allow it",
                hint: hasLogin
                    ? "the login for \(context.repository.host) needs \(Self.permission)"
                    : "there is no login for \(context.repository.host); berth login or docker login makes one")
            error.permission = Self.permission
            memory.client.withLock { [error] in $0 = .failure(error) }
            throw error
        }
    }
}

/// What GitLab's registry says at its API's root that it can do.
struct GitLabFeatures {
    /// Whether its metadata are in a database; `nil` where it does not say.
    let hasDatabase: Bool?
    /// Whether it is known to remove tags by their names.
    let removesTags: Bool

    /// Reads the root's header fields.
    init(_ headers: HTTPFields) {
        hasDatabase = headers.first("Gitlab-Container-Registry-Database-Enabled").flatMap { Bool($0) }
        let features = headers.first("Gitlab-Container-Registry-Features")?.split(separator: ",") ?? []
        let version = headers.first("Gitlab-Container-Registry-Version")?.drop { $0 == "v" }.prefix { $0 != "." }
        let isNew = version.flatMap { Int($0) }.map { $0 >= 4 } ?? false
        removesTags = isNew || features.contains { $0.filter { $0 != " " } == "tag_delete" }
    }
}
