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
        traits.deletionActions = [.pull, .push]
        return traits
    }()
    private let client: VendorClient
    /// What lets requests in; `nil` where there is nothing.
    private let token: Secret?
    private let owner: String
    /// The package's name, encoded.
    private let package: String
    private let state = Locked(State())
    private let flights = SingleFlight<Bool, String>()

    private struct State {
        /// The package's path in the API.
        var path: String?
        /// The numbers of versions, as the newest list has them.
        var versions: [Digest: Int] = [:]
    }

    /// A manifest with its tags.
    private struct Version: Sendable {
        let id: Int
        let digest: Digest
        let tags: [String]
        let created: Timestamp?
    }

    private static let pageSize = 100
    /// The number of a version that there cannot be.
    private static let noVersion = (1 << 53) - 1
    /// How often the list is read until it shows what was written a moment ago.
    private static let looks = 8

    static func login(_ context: VendorContext) async throws(RegistryError) -> Credential? {
        let site = GitHubSite(registry: context.repository.host.description, context.settings.variable)
        guard let token = context.secret(.githubToken) ?? jobToken(context, of: site) else { return nil }
        // Any user name will do.
        return Credential(username: context.variable("GITHUB_ACTOR") ?? "token", password: token)
    }

    init(_ context: VendorContext) async throws(RegistryError) {
        self.context = context
        let parts = context.repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(context.repository) names no package",
                hint: "a repository of GitHub is named host/owner/package")
        }
        owner = String(parts[0])
        package = PercentEncoding.component(String(parts[1]))

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
    }

    /// The token that jobs of `site` are given.
    private static func jobToken(_ context: VendorContext, of site: GitHubSite?) -> Secret? {
        guard site == GitHubSite.job(context.settings.variable) else { return nil }
        return (context.variable("GITHUB_TOKEN") ?? context.variable("GH_TOKEN")).map { Secret($0) }
    }

    // MARK: lists

    /// Without a token, what the registry shows everybody: the API tells nobody unknown anything.
    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping VendorProgress
    ) async throws(RegistryError) -> TagTable {
        guard token != nil else { return try await DistributionVendor(context).tags(wanted, progress: progress) }
        let table = Locked(TagTable())
        try await list(wanted) { listed in
            guard let tag = listed.tag else { return }
            let count = table.withLock { table in
                table.append(tag, listed.facts)
                return table.count
            }
            progress(count, count)
        }
        return table.withLock { $0 }
    }

    func list(
        _ wanted: ManifestReader.Wanted, _ note: @escaping @Sendable (ListedTag) -> Void
    ) async throws(RegistryError) {
        let found = Locked<[Digest: Int]>([:])
        try await eachVersion { version in
            // The newest come first: what is pushed meanwhile moves others to the next page, where they come again.
            let isNew = found.withLock { $0.updateValue(version.id, forKey: version.digest) == nil }
            guard isNew else { return }
            let facts = ManifestFacts(digest: version.digest, pushed: version.created)
            let tags = version.tags.compactMap { try? Tag($0) }
            for tag in tags { note(ListedTag(tag: tag, facts: facts)) }
            if tags.isEmpty { note(ListedTag(tag: nil, facts: facts)) }
        }
        state.withLock { $0.versions = found.withLock { $0 } }
    }

    private var listing: String { "cannot list the versions of \(context.repository)" }

    private func eachVersion(_ note: @escaping @Sendable (Version) -> Void) async throws(RegistryError) {
        let path = try await path()
        do {
            try await eachVersion(of: path, note)
        } catch {
            // What is private, its owner alone is shown, and as its own.
            guard error.kind == .notFound, path.hasPrefix("/users/"), let own = try await ownPath() else { throw error }
            state.withLock { $0.path = own }
            try await eachVersion(of: own, note)
        }
    }

    private func eachVersion(
        of path: String, _ note: @escaping @Sendable (Version) -> Void
    ) async throws(RegistryError) {
        let what = listing
        try await client.numberedPages(
            size: Self.pageSize, what, permission: "read:packages",
            url: { number throws(RegistryError) in try versions(path, page: number) },
            count: { page in
                // How many pages there are, not how many versions.
                LinkHeader.last(in: page.headers.values(for: "Link")).flatMap { Self.page(in: $0) }.map {
                    $0.multipliedReportingOverflow(by: Self.pageSize)
                }.flatMap { $0.overflow ? nil : $0.partialValue }
            }
        ) { page throws(RegistryError) in
            try Self.read(page.json, what, note)
        }
    }

    private func versions(_ path: String, page: Int) throws(RegistryError) -> URLParts {
        try client.url("\(path)/versions", query: [("per_page", "\(Self.pageSize)"), ("page", "\(page)")])
    }

    /// The number of the page at `link`.
    private static func page(in link: String) -> Int? {
        for parameter in link.drop(while: { $0 != "?" }).dropFirst().split(separator: "&")
        where parameter.hasPrefix("page=") {
            return Int(parameter.dropFirst("page=".utf8.count)).flatMap { $0 > 0 ? $0 : nil }
        }
        return nil
    }

    private static func read(
        _ page: JSONNode, _ what: String, _ note: (Version) -> Void
    ) throws(RegistryError) {
        try page.forEachElement { entry throws(RegistryError) in
            guard let id = entry.member("id")?.integer, let digest = entry.text("name").flatMap({ Digest($0) }) else {
                throw RegistryError(.protocolViolation, "\(what): a version has no number, or no digest")
            }
            var tags: [String] = []
            entry.member("metadata")?.member("container")?.member("tags")?.forEachElement { tag in
                if let tag = tag.string { tags.append(tag) }
            }
            let created = entry.text("created_at").flatMap { Timestamp($0) }.flatMap { $0.isPlausible ? $0 : nil }
            note(Version(id: id, digest: digest, tags: tags, created: created))
        }
    }

    /// The package's path in the API, which differs between users and organisations.
    private func path() async throws(RegistryError) -> String {
        if let path = state.withLock({ $0.path }) { return path }
        return try await flights.value(for: true) { () async throws(RegistryError) in
            if let path = state.withLock({ $0.path }) { return path }
            guard token != nil else {
                var error = RegistryError(
                    .denied, "\(context.repository): there is no token for GitHub's API",
                    hint: "give one by --repo-github-token, GITHUB_TOKEN, or the login for \(context.repository.host)")
                error.permission = permission
                throw error
            }
            let what = "cannot find out about \(owner), the owner of \(context.repository)"
            let user = try await client.page(try client.url("/users/\(owner)"), what)
            let kind = user.json.text("type") == "Organization" ? "orgs" : "users"
            let path = "/\(kind)/\(owner)/packages/container/\(package)"
            state.withLock { $0.path = path }
            return path
        }
    }

    /// The package's path among those of the token's own user; `nil` where that is another's.
    private func ownPath() async throws(RegistryError) -> String? {
        let response = try await client.send(.get, try client.url("/user"))
        guard response.status == 200, let login = (try? JSONNode(parsing: response.body))?.text("login"),
            login.lowercased() == owner
        else { return nil }
        return "/user/packages/container/\(package)"
    }

    // MARK: deletion

    func untag(_ tags: [TagTarget]) async throws(RegistryError) -> [Removal] {
        tags.map { .refused(RegistryError(.unsupported, "GitHub cannot remove \(context.name(.tag($0.tag))) alone")) }
    }

    func remove(_ digests: [Digest]) async throws(RegistryError) -> [Removal] {
        var removals: [Removal] = []
        for digest in digests {
            if state.withLock({ $0.versions[digest] == nil }) { try await list([]) { _ in } }
            guard let id = state.withLock({ $0.versions[digest] }) else {
                removals.append(.absent)
                continue
            }
            removals.append(try await delete(digest, id))
        }
        return removals
    }

    func removeStandIn(_ digest: Digest, of tag: Tag) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.digest(digest)))"
        for tried in 1...Self.looks {
            // The list comes a little after what is pushed.
            if tried > 1 { try await context.pause(tried: tried) }
            guard let version = try await newVersion(digest, isLastLook: tried == Self.looks) else { continue }
            switch version.tags {
            case [tag.text]: return try await delete(digest, version.id)
            case []: continue
            default: return .failed(RegistryError(.held, "\(what): GitHub shows it with other tags"))
            }
        }
        return .failed(RegistryError(.tryLater, "\(what): GitHub does not show it"))
    }

    /// A version that was made a moment ago: on the first page, unless many others were made since.
    private func newVersion(_ digest: Digest, isLastLook: Bool) async throws(RegistryError) -> Version? {
        let found = Locked<Version?>(nil)
        let note: @Sendable (Version) -> Void = { version in
            if version.digest == digest { found.withLock { $0 = version } }
        }
        if isLastLook {
            try await eachVersion(note)
        } else {
            let page = try await client.page(
                try versions(try await path(), page: 1), listing, permission: "read:packages")
            try Self.read(page.json, listing, note)
        }
        return found.withLock { $0 }
    }

    private func delete(_ digest: Digest, _ id: Int) async throws(RegistryError) -> Removal {
        let url = try client.url("\(try await path())/versions/\(id)")
        let what = "cannot delete \(context.name(.digest(digest)))"
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
        state.withLock { $0.versions[digest] = nil }
        return removal
    }

    func requireDeletion() async throws(RegistryError) { _ = try await mayDelete() }

    /// Asks for a version to be deleted that there is not. Who may not delete is refused, or told that it is not there;
    /// who may is told the same.
    func mayDelete() async throws(RegistryError) -> Bool {
        let what = "cannot delete from \(context.repository)"
        let url = try client.url("\(try await path())/versions/\(Self.noVersion)")
        let response = try await client.send(.delete, url, isRepeatable: true)
        if let scopes = response.first("X-OAuth-Scopes"), !Self.has("delete:packages", in: scopes) {
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
