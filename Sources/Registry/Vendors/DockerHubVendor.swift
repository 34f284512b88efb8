internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// Docker Hub, by its API and, for manifests, by its registry.
///
/// A tag is removed alone by the API; a manifest goes by the registry, which keeps what a tag or an index still leads
/// to.
struct DockerHubVendor: VendorAPI {
    static let name = "dockerhub"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        // 403: a tag or an index still leads there.
        traits.guardsIndexes = true
        // Hub has been seen to refuse everything, logins too, after some hundred deletions.
        traits.width = 4
        return traits
    }()
    private let client: VendorClient
    private let isLoggedIn: Bool
    /// Namespace and repository; `nil` for a name that is not in Hub's API.
    private let parts: (namespace: String, repository: String)?

    /// The names of its registries; `registry-1.docker.io` and others are read as the first.
    static let hosts = ["docker.io", "registry.hub.docker.com", "registry.docker.io", "dhi.io"]
    private static let permission = "an access token with Read, Write, Delete, of who may write to the repository"
    private static let pageSize = 100

    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        hosts.contains(context.repository.host.description) || context.isNamed(name) ? pair(context) : nil
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let names = context.repository.name.text.split(separator: "/")
        parts = names.count == 2 ? (String(names[0]), String(names[1])) : nil
        let base = try context.endpoint("BERTH_DOCKER_HUB_URL", standard: "https://hub.docker.com")
        let authentication = try Self.authentication(context, base)
        isLoggedIn = authentication != nil
        var client = VendorClient("Docker Hub", at: base, authentication ?? .none, context.settings)
        client.interval = .milliseconds(200)
        client.explain = Self.explain
        self.client = client
    }

    // MARK: logins

    /// A user with what was given by options: an access token, or a password.
    private static func pair(_ context: VendorContext) -> Credential? {
        let token = context.pair(.dockerHubUsername, .dockerHubToken)
        return token.flatMap { isWebToken($0.password) ? nil : $0 }
            ?? context.pair(.dockerHubUsername, .dockerHubPassword)
    }

    /// What lets requests to the API in; `nil` where there is nothing.
    ///
    /// A token without a user's name may be one that the API itself has given out; an access token says nothing about
    /// whose it is, and is taken to be that of docker's login.
    private static func authentication(
        _ context: VendorContext, _ base: URLParts
    ) throws(RegistryError) -> VendorAuthentication? {
        let token = context.secret(.dockerHubToken)
        if let token, isWebToken(token) { return .bearer(token) }
        // The password of a registry that is not known to be Hub's is for the API alone that the user names.
        let isMeant =
            hosts.contains(context.repository.host.description) || context.variable("BERTH_DOCKER_HUB_URL") != nil
        let login = isMeant ? context.login.flatMap { $0.username.isEmpty ? nil : $0 } : nil
        if let pair = pair(context) { return minted(pair, context, base) }
        if let token {
            guard let login else {
                throw RegistryError(
                    .denied, "\(context.repository): Docker Hub's token is of nobody known",
                    hint: "say whose it is: --repo-docker-hub-username")
            }
            return minted(Credential(username: login.username, password: token), context, base)
        }
        guard let login, !login.password.withValue({ $0.isEmpty }) else { return nil }
        return minted(login, context, base)
    }

    /// Whether `token` is a JSON Web Token, as the API gives them out; access tokens begin with `dckr_`.
    private static func isWebToken(_ token: Secret) -> Bool {
        token.withValue { $0.hasPrefix("eyJ") && $0.split(separator: ".").count == 3 }
    }

    private static func minted(_ login: Credential, _ context: VendorContext, _ base: URLParts) -> VendorAuthentication
    {
        let settings = context.settings
        let client = VendorClient("Docker Hub", at: base, .none, settings)
        return .minted { () async throws(RegistryError) in
            // One for all repositories: the number of logins is limited too.
            try await settings.memory.tokens(settings.pacing).token(for: "Docker Hub \(base) \(login.username)") {
                () async throws(RegistryError) in
                try await token(of: login, client, now: settings.pacing.unixTime())
            }
        }
    }

    private static func token(
        of login: Credential, _ client: VendorClient, now: Int
    ) async throws(RegistryError) -> ShortLivedToken {
        let what = "cannot log in to Docker Hub as \(Excerpt.quoted(login.username))"
        let body = login.password.withValue { secret in
            let body: JSONValue = ["identifier": .string(login.username), "secret": .string(secret)]
            return Secret(body.text(indented: false))
        }
        let response = try await client.send(
            .post, try client.url("/v2/auth/token"), body: .secret(body),
            headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")],
            isRepeatable: true)
        guard response.status == 200 else {
            let error = client.error(response, what)
            guard error.kind == .denied else { throw error }
            throw RegistryError(
                .denied, error.text,
                hint: "Hub's API takes a password or an access token, and a password not where a second factor is used")
        }
        guard let token = ShortLivedToken.token(try client.json(response, what).text("access_token")) else {
            throw RegistryError(.protocolViolation, "\(what): the answer has no token")
        }
        // Some ten minutes; where the clocks differ by more, it is renewed as if it had five.
        let end = CloudToken.end(ofJSONWebToken: token) ?? now
        return ShortLivedToken(token, end: end > now ? end : now + 300)
    }

    // MARK: lists

    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        guard parts != nil else { return try await DistributionVendor(context).tags(wanted, progress: progress) }
        let tags = TagCollector(progress)
        try await eachTag { tags.add($0, $1) }
        return tags.table
    }

    /// Tags so old that Hub does not tell where they lead are left out: the registry itself guards what they lead to.
    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        try await eachTag { tag, facts in
            if let facts { note(ListedTag(tag: tag, facts: facts)) }
        }
    }

    func survey(_ pass: ListingPass) async throws(RegistryError) {
        guard parts != nil else { return try await DistributionVendor(context).survey(pass) }
        let count = Locked(0)
        try await eachTag { tag, facts in
            let place = count.withLock { count in
                count += 1
                return count - 1
            }
            if let facts { return pass.note(ListedTag(tag: tag, facts: facts)) }
            let error = RegistryError(.badData, "\(context.name(.tag(tag))): Docker Hub does not tell where it leads")
            let content = ReadTag.Content.unreadable(nil, error)
            pass.read(ReadTag(tag: tag, place: place, count: place + 1, content: content, pushed: nil))
        }
    }

    private func eachTag(_ note: @escaping @Sendable (Tag, ManifestFacts?) -> Void) async throws(RegistryError) {
        let (namespace, repository) = try names()
        let path = "/v2/namespaces/\(namespace)/repositories/\(repository)/tags"
        let seen = Locked<Set<Tag>>([])
        try await client.numberedPages(
            size: Self.pageSize, "cannot list the tags of \(context.repository)",
            permission: "an access token that may read the repository",
            url: { number throws(RegistryError) in
                try client.url(path, query: [("page", "\(number)"), ("page_size", "\(Self.pageSize)")])
            },
            count: { $0.json.member("count")?.integer },
            hasNext: { $0.text("next") != nil }, length: { $0.json.member("results")?.count }
        ) { page in
            page.json.member("results")?.forEachElement { entry in
                guard let text = entry.text("name"), let tag = try? Tag(text) else { return }
                // What is pushed meanwhile comes first and moves others to the next page, where they come again.
                if seen.withLock({ $0.insert(tag).inserted }) { note(tag, Self.facts(entry)) }
            }
        }
    }

    private static func facts(_ entry: JSONNode) -> ManifestFacts? {
        guard let digest = entry.text("digest").flatMap({ Digest($0) }) else { return nil }
        var platforms: [Platform] = []
        // What an index holds; an image has itself there.
        entry.member("images")?.forEachElement { image in
            if let platform = image.platform, !platform.isUnknown { platforms.append(platform) }
        }
        let time = (entry.text("tag_last_pushed") ?? entry.text("last_updated")).flatMap { Timestamp($0) }
        return ManifestFacts(
            digest: digest, mediaType: entry.text("media_type").map { MediaType($0) },
            pushed: time.flatMap { $0.isPlausible ? $0 : nil }, size: entry.member("full_size")?.integer,
            platforms: platforms.isEmpty ? nil : platforms)
    }

    private func names() throws(RegistryError) -> (namespace: String, repository: String) {
        guard let parts else {
            throw RegistryError(
                .unsupported, "\(context.repository) is not in Docker Hub's API",
                hint: "a repository of Docker Hub is named namespace/repository")
        }
        return parts
    }

    // MARK: deletion

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        try await tags.removals(untag)
    }

    private func untag(_ target: TagTarget) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.tag(target.tag)))"
        let removal = try await client.removal(try url(of: target.tag), what, permission: Self.permission)
        guard removal == .absent, try await look(at: target.tag) != nil else { return removal }
        return .failed(
            RegistryError(.notFound, "\(what): Docker Hub's API knows no such tag, though its registry does"))
    }

    /// A tag's address for deletion, which only `hub-tool` documents; it ends in a slash.
    private func url(of tag: Tag) throws(RegistryError) -> URLParts {
        let (namespace, repository) = try names()
        guard isLoggedIn else {
            var error = RegistryError(
                .denied, "\(context.repository): there is no login for Docker Hub's API",
                hint: "give --repo-docker-hub-username with --repo-docker-hub-token, or log in with docker login")
            error.permission = Self.permission
            throw error
        }
        return try client.url("/v2/repositories/\(namespace)/\(repository)/tags/\(tag)/")
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        try await digests.removals(remove)
    }

    private func remove(_ digest: Digest) async throws(RegistryError) -> Removal {
        let session = try await context.client(traits.deletionActions).session
        let what = "cannot delete \(context.name(.digest(digest)))"
        let response: HTTPResponse
        do {
            response = try await session.send(HTTPRequest(.delete, try session.url("manifests/\(digest)")))
        } catch  where error.kind == .tryLater {
            return .unknown(error)
        }
        var error = RegistryError(response, what, session)
        switch response.status {
        case 200, 202, 204: return .done(nil)
        case 404: return .absent
        case 403 where !Self.isDenial(response) && error.kind == .denied:
            return .failed(
                RegistryError(.held, error.text, hint: "a tag or an index still leads there; name it too"))
        case 401, 403:
            guard error.kind == .denied else { return .failed(error) }
            error.permission = Self.permission
            throw error
        case 405: return .refused(error)
        // It may go on being deleted behind the answer.
        case 408, 500, 502, 504: return .unknown(error)
        case 429, 503: return .failed(error)
        default: throw error
        }
    }

    /// Whether a 403 is about who asks, and not about what still leads to the manifest.
    private static func isDenial(_ response: HTTPResponse) -> Bool {
        let errors = DistributionErrors(response.body)
        let isReferenced = errors.entries.contains { $0.message.lowercased().contains("referenc") }
        return !isReferenced && ["DENIED", "UNAUTHORIZED"].contains { errors.contains(.init(rawValue: $0)) }
    }

    func requireDeletion() async throws(RegistryError) {
        // A tag that nobody has made: its name is as long as names may be, and made by chance.
        let tag = try Tag("none-\(Digest.ofNothing().text.dropFirst("sha256:".count))")
        let what = "cannot delete from \(context.repository)"
        try await client.removal(try url(of: tag), what, permission: Self.permission).requireAllowed()
    }

    // MARK: what answers mean

    /// Reads what the API says in words: that a tag is protected, and, with status 500, that its own registry has
    /// refused.
    @Sendable
    private static func explain(_ response: HTTPResponse, _ error: RegistryError) -> RegistryError {
        let body = String(decoding: response.body.prefix(4096), as: UTF8.self)
        switch response.status {
        case 400...428 where body.lowercased().contains("immutable"):
            return RegistryError(.protected, error.text, hint: "the repository's rules make this tag immutable")
        case 500 where body.contains("UNAUTHORIZED"):
            var denied = RegistryError(.denied, error.text, hint: "the login for Docker Hub needs \(permission)")
            denied.permission = permission
            return denied
        default: return error
        }
    }
}
