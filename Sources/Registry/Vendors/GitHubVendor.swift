internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// GitHub's container registry, by the packages part of its REST API.
///
/// A manifest is a version of a package there, and goes with all of its tags; the registry itself deletes nothing. A tag
/// alone can only be given to another manifest, which then goes (``TagDetachment``).
struct GitHubVendor: VendorAPI {
    static let name = "github"

    let context: VendorContext
    let traits: VendorTraits = {
        var traits = VendorTraits()
        traits.untagging = .never
        // GitHub asks for one change after the other; and what a list shows moves to other pages with each deletion.
        traits.width = 1
        traits.imagesGoWithLastTag = false
        // What answers there is no registry.
        traits.tellsReferrers = false
        traits.deletionActions = [.pull, .push]
        return traits
    }()
    private let client: VendorClient
    /// What lets requests in; `nil` where there is nothing.
    private let token: Secret?
    private let package: GitHubPackage
    /// The versions, as the newest list has them; none as long as there was no list.
    private let versions = Locked<[Digest: GitHubPackage.Version]?>(nil)

    /// The number of a version that there cannot be.
    private static let noVersion = (1 << 53) - 1
    /// How often the list is read until it shows what was written a moment ago.
    private static let looks = 8

    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        let site = GitHubSite(registry: context.repository.host.description, context.settings.variable)
        guard site != nil || context.isNamed(name) else { return nil }
        guard let token = context.secret(.githubToken) ?? jobToken(context, of: site) else { return nil }
        // Any user name will do.
        return Credential(username: context.variable("GITHUB_ACTOR") ?? "token", password: token)
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let variable = context.settings.variable
        let site = GitHubSite(registry: context.repository.host.description, variable)
        let job = GitHubSite.job(variable), used = site ?? job
        // What a job's variables say is said of its own GitHub alone.
        let base =
            used == job
            ? try context.endpoint("BERTH_GITHUB_API_URL", "GITHUB_API_URL", standard: used.api)
            : try context.endpoint("BERTH_GITHUB_API_URL", standard: used.api)
        // The password of a registry that is not known to be GitHub's is for the API alone that the user names.
        let isMeant = site != nil || context.variable("BERTH_GITHUB_API_URL") != nil
        let login = isMeant ? context.login?.password : nil
        token =
            context.secret(.githubToken) ?? Self.jobToken(context, of: used)
            ?? login.flatMap { login in login.withValue { $0.isEmpty } ? nil : login }
        var client = VendorClient(
            "GitHub", at: base, token.map { .bearer($0) } ?? .none, context.settings, throttle: Self.throttle)
        client.headers = [HTTPHeader("X-GitHub-Api-Version", "2022-11-28")]
        client.interval = .seconds(1)
        client.explain = Self.explain
        self.client = client
        package = try GitHubPackage(context.repository, client)
    }

    /// The token that jobs of `site` are given.
    private static func jobToken(_ context: VendorContext, of site: GitHubSite?) -> Secret? {
        guard site == GitHubSite.job(context.settings.variable) else { return nil }
        return (context.variable("GITHUB_TOKEN") ?? context.variable("GH_TOKEN")).map { Secret($0) }
    }

    /// What the API is asked for with, without which it tells nobody anything.
    private func requireToken() throws(RegistryError) {
        guard token == nil else { return }
        var error = RegistryError(
            .denied, "\(context.repository): there is no token for GitHub's API",
            hint: "give one by --repo-github-token, GITHUB_TOKEN, or the login for \(context.repository.host)")
        error.permission = permission
        throw error
    }

    // MARK: lists

    /// Without a token, what the registry shows everybody.
    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        guard token != nil else { return try await DistributionVendor(context).tags(wanted, progress: progress) }
        let tags = TagCollector(progress), seen = Locked<Set<Int>>([])
        try await package.eachVersion { version in
            guard seen.withLock({ $0.insert(version.id).inserted }) else { return }
            for tag in version.tags.compactMap({ try? Tag($0) }) { tags.add(tag, Self.facts(version)) }
        }
        return tags.table
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        try requireToken()
        var newest: [Digest: GitHubPackage.Version] = [:]
        for version in try await package.allVersions() {
            guard newest.updateValue(version, forKey: version.digest) == nil else { continue }
            let tags = version.tags.compactMap { try? Tag($0) }
            for tag in tags { note(ListedTag(tag: tag, facts: Self.facts(version))) }
            if tags.isEmpty { note(ListedTag(tag: nil, facts: Self.facts(version))) }
        }
        let found = newest
        versions.withLock { $0 = found }
    }

    private static func facts(_ version: GitHubPackage.Version) -> ManifestFacts {
        ManifestFacts(digest: version.digest, pushed: version.created)
    }

    // MARK: deletion

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        tags.map { .refused(RegistryError(.unsupported, "GitHub cannot remove \(context.name(.tag($0.tag))) alone")) }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] { try await digests.removals(remove) }

    private func remove(_ digest: Digest) async throws(RegistryError) -> Removal {
        let listed = versions.withLock { $0 }
        if let known = listed?[digest] { return try await delete(known) }
        guard let found = try await package.allVersions().first(where: { $0.digest == digest }) else { return .absent }
        // What was decided by a list that did not have it yet was decided without its tags.
        guard listed == nil || found.tags.isEmpty else {
            let what = "cannot delete \(context.name(.digest(digest)))"
            return .failed(RegistryError(.held, "\(what): GitHub's list shows it, and its tags, only now"))
        }
        return try await delete(found)
    }

    func removeStandIn(_ digest: Digest, of tag: Tag) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.digest(digest)))"
        for tried in 1...Self.looks {
            // The list comes a little after what is pushed.
            if tried > 1 { try await context.pause(tried: tried) }
            guard let version = try await package.newVersion(digest) else { continue }
            switch version.tags {
            case [tag.text]: return try await delete(version)
            case []: continue
            default: return .failed(RegistryError(.held, "\(what): GitHub shows it with other tags"))
            }
        }
        return .failed(RegistryError(.tryLater, "\(what): GitHub does not show it"))
    }

    private func delete(_ version: GitHubPackage.Version) async throws(RegistryError) -> Removal {
        let url = try client.url("\(try await package.path())/versions/\(version.id)"), digest = version.digest
        let what = "cannot delete \(context.name(.digest(digest)))"
        // All its tags go with it, those too that the list did not show yet.
        let now = try await client.send(.get, url)
        guard now.status != 404, now.status != 410 else { return .absent }
        guard now.status == 200 else { throw client.error(now, what, permission: "read:packages") }
        let tags = GitHubPackage.tags(of: try client.json(now, what))
        if let other = Set(tags).subtracting(version.tags).min() {
            return .failed(
                RegistryError(.held, "\(what): it has got the tag \(Excerpt.quoted(other)) meanwhile and stays")
                    .found(.needed("the tag \(Excerpt.quoted(other))")))
        }
        let removal = try await client.removal(url, what, permission: permission)
        switch removal {
        case .done: break
        case .absent:
            // GitHub also says so to who may see it and not delete it.
            let response = try await client.send(.get, url)
            switch response.status {
            case 404, 410: break
            case 200:
                var error = RegistryError(
                    .denied, "\(what): GitHub shows it, and answers with status 404",
                    hint: "the login for GitHub needs \(permission)")
                error.permission = permission
                throw error
            default: return .unknown(client.error(response, what, permission: permission))
            }
        default: return removal
        }
        versions.withLock { $0?[digest] = nil }
        return removal
    }

    func requireDeletion() async throws(RegistryError) { _ = try await mayDelete() }

    /// Asks for a version to be deleted that there is not.
    ///
    /// Who may not delete is refused, or told that it is not there; who may is told the same.
    func mayDelete() async throws(RegistryError) -> Bool {
        try requireToken()
        let what = "cannot delete from \(context.repository)"
        let url = try client.url("\(try await package.path())/versions/\(Self.noVersion)")
        let response = try await client.send(.delete, url, isRepeatable: true)
        // Said of classic tokens; of others it is absent, or empty.
        if let scopes = response.first("X-OAuth-Scopes"), !scopes.isEmpty, !Self.has("delete:packages", in: scopes) {
            var error = RegistryError(
                .denied, "\(what): the token has not the scope delete:packages",
                hint: "the login for GitHub needs \(permission)")
            error.permission = permission
            throw error
        }
        guard response.status != 404 else { return false }
        let error = client.error(response, what, permission: permission)
        guard error.kind == .denied || error.kind == .tryLater else { return false }
        throw error
    }

    private static func has(_ scope: String, in scopes: String) -> Bool {
        scopes.split { $0 == "," || $0 == " " }.contains { $0 == scope }
    }

    /// What a token needs to delete, by its kind.
    private var permission: String {
        let kind = token?.withValue { String($0.prefix { $0 != "_" }) }
        return switch kind {
        case "ghs": "packages: write in the job's permissions, and the Admin role for the package"
        case "github": "a classic token (GitHub takes no fine-grained one here) with delete:packages"
        default: "delete:packages, and the Admin role for the package"
        }
    }

    // MARK: what answers mean

    /// A secondary limit, which GitHub wants a minute for where it does not say how long.
    @Sendable
    private static func throttle(_ response: HTTPResponse) -> Duration? {
        guard response.status == 403 || response.status == 429, RetryPolicy.requestedWait(response) == nil else {
            return nil
        }
        let words = VendorWords(response.body).text?.lowercased() ?? ""
        let isLimit = response.status == 429 || ["secondary rate", "abuse detection"].contains { words.contains($0) }
        return isLimit ? .seconds(60) : nil
    }

    @Sendable
    private static func explain(_ response: HTTPResponse, _ error: RegistryError) -> RegistryError {
        if throttle(response) != nil { return RegistryError(.tryLater, error.text) }
        let words = VendorWords(response.body).text?.lowercased() ?? ""
        switch response.status {
        case 400 where words.contains("last tagged version"):
            return RegistryError(
                .protected, error.text, hint: "GitHub keeps the last tagged version; delete the package instead")
        case 400 where words.contains("downloads"):
            return RegistryError(
                .protected, error.text, hint: "GitHub keeps what many have downloaded; its support can delete it")
        case 403 where response.first("X-GitHub-SSO") != nil:
            var explained = RegistryError(
                .denied, error.text, hint: "authorise the token for the organisation's single sign-on")
            explained.permission = error.permission
            return explained
        case 404:
            return RegistryError(error.kind, error.text, hint: "GitHub also says so of what a token may not see")
        default: return error
        }
    }
}
