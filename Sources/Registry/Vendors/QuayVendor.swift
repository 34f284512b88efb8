internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Quay, by its API 1 (`/api/v1/discovery` at every Quay), and by the distribution protocol where that does not let
/// anybody in.
///
/// The API wants the token of an OAuth application; robots, by which most jobs log in, are not let in. A robot lists by
/// the distribution protocol (the API shows public repositories to everybody, though) and deletes by it: Quay removes a
/// tag there by its name.
struct QuayVendor: VendorAPI {
    static let name = "quay"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        // A scope with anything else in it is ignored, and the token then allows nothing.
        traits.deletionActions = [.pull, .push]
        traits.removesUntaggedItself = true
        return traits
    }()
    private let client: VendorClient
    private let distribution: DistributionVendor
    /// Whether there is a token for the API.
    private let hasToken: Bool
    /// Whether the registry is logged in to with something else, which may do what the token may not.
    private let hasOtherLogin: Bool
    /// Whether the API has refused the token.
    private let isRefused = Locked(false)
    /// The repository's path in the API.
    private let path: String

    private static let tokenUsername = "$oauthtoken"
    private static let scope = "the scope repo:write (an OAuth application's token), and Write on the repository"
    private static let permission = "the permission Write on the repository"
    /// The most tags on a page.
    private static let pageSize = 100

    /// The API's token is good for the registry too, under a user name of its own.
    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        context.secret(.quayToken).map { Credential(username: tokenUsername, password: $0) }
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        distribution = DistributionVendor(context)
        path = "/api/v1/repository/\(context.repository.name)/tag/"
        let login = context.login
        let isToken = login?.username == Self.tokenUsername
        let token = context.secret(.quayToken) ?? (isToken ? login?.password : nil)
        hasToken = token != nil
        hasOtherLogin = login != nil && !isToken
        let base =
            if context.variable("BERTH_QUAY_URL") != nil || context.repository.host.description == "quay.io" {
                "https://quay.io"
            } else { try await context.ping().root.origin }
        var client = VendorClient(
            "Quay", at: try context.endpoint("BERTH_QUAY_URL", standard: base), token.map { .bearer($0) } ?? .none,
            context.settings)
        // Quay's own limit for its API over HTTP/2; it does not say when it may be asked again.
        client.interval = .milliseconds(20)
        self.client = client
    }

    // MARK: listing

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        let tags = TagCollector(progress)
        let isListed = try await listByAPI(wanted, tags.add)
        return isListed ? tags.table : try await distribution.tags(wanted, progress: progress)
    }

    func survey(_ pass: ListingPass) async throws(RegistryError) {
        let names = Locked<Set<Tag>>([])
        let isListed = try await listByAPI([]) { listed in
            if let tag = listed.tag { names.withLock { _ = $0.insert(tag) } }
            pass.note(listed)
        }
        if isListed { return try await requireAll(names.withLock { $0 }) }
        try await distribution.read(by: try await context.client(traits.deletionActions), pass) { _ in nil }
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let names = Locked<Set<Tag>>([])
        let isListed = try await listByAPI(wanted) { listed in
            if wanted.isEmpty, let tag = listed.tag { names.withLock { _ = $0.insert(tag) } }
            note(listed)
        }
        if isListed {
            if wanted.isEmpty { try await requireAll(names.withLock { $0 }) }
            return
        }
        guard wanted.isEmpty else {
            for tag in try await distribution.tags(wanted, progress: { _, _ in }) {
                if let facts = tag.facts { note(ListedTag(tag: tag.tag, facts: facts)) }
            }
            return
        }
        try await distribution.places(by: try await context.client(traits.deletionActions), note)
    }

    /// Makes sure that the registry's own list has no tag that is not among `names`.
    ///
    /// The API's pages are numbered: where tags go while they are read, others move to a page that has been read already.
    private func requireAll(_ names: Set<Tag>) async throws(RegistryError) {
        let registry = try await context.client(traits.deletionActions)
        var hasBegun = false
        do throws(RegistryError) {
            for try await tag in registry.tags {
                hasBegun = true
                guard !names.contains(tag) else { continue }
                throw RegistryError(
                    .tryLater, "cannot list the tags of \(context.repository): the list changed while it was read",
                    hint: "somebody else is pushing or deleting there; try again later")
            }
        } catch {
            // A repository without tags may be one that the registry does not know.
            guard error.kind == .notFound, !hasBegun else { throw error }
        }
    }

    /// Shows `note` what the API lists; whether it does.
    private func listByAPI(
        _ wanted: ManifestReader.Wanted, _ note: (ListedTag) -> Void
    ) async throws(RegistryError) -> Bool {
        guard !isRefused.withLock({ $0 }) else { return false }
        let what = "cannot list the tags of \(context.repository)"
        func url(_ number: Int) throws(RegistryError) -> URLParts {
            try client.url(
                path, query: [("onlyActiveTags", "true"), ("limit", "\(Self.pageSize)"), ("page", "\(number)")])
        }
        var number = 1
        // A tag that is pushed meanwhile comes first, and moves others to the next page.
        var previous: Set<Tag> = []
        do {
            try await client.eachPage(from: try url(1), what, permission: "the scope repo:read") {
                page throws(RegistryError) in
                var current: Set<Tag> = []
                try client.array(page.json.member("tags"), what).forEachElement { entry throws(RegistryError) in
                    guard let listed = Self.read(entry, wanted), let tag = listed.tag else {
                        throw RegistryError(.protocolViolation, "\(what): a tag has no name or no digest")
                    }
                    current.insert(tag)
                    if !previous.contains(tag) { note(listed) }
                }
                guard page.json.member("has_additional")?.bool == true else { return nil }
                guard !current.isEmpty else {
                    throw RegistryError(.protocolViolation, "\(what): Quay's page \(number) is empty and not the last")
                }
                previous = current
                number += 1
                return try url(number)
            }
        } catch {
            // Without a token, the API hides what is not public.
            let isHidden = error.kind == .denied && (!hasToken || hasOtherLogin) || error.kind == .notFound && !hasToken
            guard isHidden, number == 1 else { throw error }
            isRefused.withLock { $0 = true }
            return false
        }
        return true
    }

    private static func read(_ entry: JSONNode, _ wanted: ManifestReader.Wanted) -> ListedTag? {
        guard let tag = entry.text("name").flatMap({ try? Tag($0) }),
            let digest = entry.text("manifest_digest").flatMap({ Digest($0) })
        else { return nil }
        var facts = ManifestFacts(digest: digest, size: entry.member("size")?.integer)
        let seconds = entry.member("start_ts")?.integer ?? entry.text("last_modified").flatMap(time)
        facts.pushed = seconds.map { Timestamp(secondsSince1970: $0) }.flatMap { $0.isPlausible ? $0 : nil }
        // Whether it is docker's or OCI's is not told. Who wants nothing but what leads where need not know.
        if wanted.isEmpty, let isIndex = entry.member("is_manifest_list")?.bool {
            facts.mediaType = isIndex ? .ociIndex : .ociManifest
        }
        return ListedTag(tag: tag, facts: facts)
    }

    /// Reads `Tue, 01 Sep 2026 10:00:00 -0000`, which HTTP's dates would end with GMT.
    static func time(_ text: String) -> Int? {
        HTTPDate.unixTime(text.hasSuffix(" -0000") ? text.dropLast(5) + "GMT" : text)
    }

    // MARK: deleting

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.map(\.tag).removals(untag)
    }

    private func untag(_ tag: Tag) async throws(RegistryError) -> Removal {
        try await withToken { () throws(RegistryError) in
            try await client.removal(
                try client.url("\(path)\(tag)"), "cannot delete \(context.name(.tag(tag)))", permission: Self.scope)
        } otherwise: { client throws(RegistryError) in
            try await client.delete(.tag(tag))
        }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] { try await digests.removals(remove) }

    private func remove(_ digest: Digest) async throws(RegistryError) -> Removal {
        let client = try await context.client(traits.deletionActions)
        let removal = try await context.requiring(Self.permission) { () throws(RegistryError) in
            try await client.delete(.digest(digest))
        }
        guard case .refused(let error) = removal, error.kind == .notFound else { return removal }
        // It is there, and Quay has no such manifest: it deletes the tags of one, and this has none.
        return .failed(
            RegistryError(
                .unsupported, "cannot delete \(context.name(.digest(digest))): it has no tag, and Quay deletes by tags",
                hint: "Quay removes it by itself, unless an index holds it"))
    }

    func requireDeletion() async throws(RegistryError) {
        // Who may write is asked before what is there.
        let nothing = "berth-\(Digest.ofNothing().text.suffix(32))"
        try await withToken { () throws(RegistryError) in
            try await client.removal(
                try client.url("\(path)\(nothing)"), "cannot delete from \(context.repository)", permission: Self.scope)
        } otherwise: { client throws(RegistryError) in
            try await client.requireDeletion()
            return .absent
        }.requireAllowed()
    }

    /// Does something by the API, or, where there is no token that it takes, by the distribution protocol.
    private func withToken(
        _ work: () async throws(RegistryError) -> Removal,
        otherwise: (RepositoryClient) async throws(RegistryError) -> Removal
    ) async throws(RegistryError) -> Removal {
        if hasToken, !isRefused.withLock({ $0 }) {
            do {
                return try await work()
            } catch {
                guard error.kind == .denied, hasOtherLogin else { throw error }
                isRefused.withLock { $0 = true }
            }
        }
        let client = try await context.client(traits.deletionActions)
        return try await context.requiring(Self.permission) { () throws(RegistryError) in try await otherwise(client) }
    }
}
