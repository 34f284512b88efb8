internal import HTTP
internal import JSON
internal import POSIX

/// A package of GitHub's, and its versions as the REST API lists them.
struct GitHubPackage: Sendable {
    /// A manifest with its tags.
    struct Version: Sendable {
        let id: Int
        let digest: Digest
        let tags: [String]
        let created: Timestamp?
    }

    private let client: VendorClient
    private let repository: Repository
    private let owner: String
    /// The package's name, encoded.
    private let name: String
    /// The package's path in the API, once it is known.
    private let known = Locked<String?>(nil)
    private let flights = SingleFlight<Bool, String>()

    private static let pageSize = 100
    private static let permission = "read:packages"
    /// How often the list is read whole where others delete meanwhile.
    private static let tries = 3

    /// The package of `repository`.
    ///
    /// - Throws: `RegistryError` where its name has no owner in it.
    init(_ repository: Repository, _ client: VendorClient) throws(RegistryError) {
        self.client = client
        self.repository = repository
        let parts = repository.name.text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            throw RegistryError(
                .badName, "\(repository) names no package", hint: "a repository of GitHub is named host/owner/package")
        }
        owner = String(parts[0])
        name = PercentEncoding.component(String(parts[1]))
    }

    private var what: String { "cannot list the versions of \(repository)" }

    // MARK: where it is

    /// The package's path in the API, which differs between users and organisations.
    func path() async throws(RegistryError) -> String {
        if let path = known.withLock({ $0 }) { return path }
        return try await flights.value(for: true) { () async throws(RegistryError) in
            if let path = known.withLock({ $0 }) { return path }
            let what = "cannot find out about \(owner), the owner of \(repository)"
            let user = try await client.page(try client.url("/users/\(owner)"), what)
            let kind = user.json.text("type") == "Organization" ? "orgs" : "users"
            let path = "/\(kind)/\(owner)/packages/container/\(name)"
            known.withLock { $0 = path }
            return path
        }
    }

    /// The package's path among those of the token's own user; `nil` where that is another's.
    private func ownPath() async throws(RegistryError) -> String? {
        let response = try await client.send(.get, try client.url("/user"))
        guard response.status == 200, let login = (try? JSONNode(parsing: response.body))?.text("login"),
            login.lowercased() == owner
        else { return nil }
        return "/user/packages/container/\(name)"
    }

    // MARK: versions

    /// Shows all versions, some perhaps twice: the newest come first, and what is pushed meanwhile moves others to the
    /// next page.
    func eachVersion(_ note: @escaping @Sendable (Version) -> Void) async throws(RegistryError) {
        try await inOwnWay { path throws(RegistryError) in try await read(path, note) }
    }

    /// All versions, some perhaps twice, and none left out that was there all the time.
    ///
    /// What is deleted meanwhile moves others to a page that has been read already. The last page tells: it is read
    /// before all others, and after them.
    ///
    /// - Returns: The versions.
    /// - Throws: `RegistryError`, of the kind `tryLater` where the list becomes shorter each time that it is read.
    func allVersions() async throws(RegistryError) -> [Version] {
        let found = Locked<[Version]>([])
        try await inOwnWay { path throws(RegistryError) in
            for _ in 1...Self.tries {
                found.withLock { $0 = [] }
                let note: @Sendable (Version) -> Void = { version in found.withLock { $0.append(version) } }
                let first = try await client.page(try url(path, page: 1), what, permission: Self.permission)
                // A single page is of one moment.
                guard first.next != nil else { return try Self.read(first.json, what, note) }
                let last = Self.lastPage(first.response.headers)
                let before = try await numbers(path, last)
                try await read(path, note)
                let after = try await numbers(path, last)
                if before == after { return }
            }
            throw RegistryError(
                .tryLater, "\(what): the list has become shorter while it was read",
                hint: "somebody else is deleting there; try again later")
        }
        return found.withLock { $0 }
    }

    /// The versions that were made last, where the one with `digest` must be that was made a moment ago.
    func newVersion(_ digest: Digest) async throws(RegistryError) -> Version? {
        let found = Locked<Version?>(nil)
        let page = try await client.page(try url(try await path(), page: 1), what, permission: Self.permission)
        try Self.read(page.json, what) { version in
            if version.digest == digest { found.withLock { $0 = version } }
        }
        return found.withLock { $0 }
    }

    /// Reads a list; that of what is private, by the way that GitHub has for its owner alone.
    private func inOwnWay(
        _ list: (String) async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let path = try await path()
        do {
            try await list(path)
        } catch {
            guard error.kind == .notFound, path.hasPrefix("/users/"), let own = try await ownPath() else { throw error }
            known.withLock { $0 = own }
            try await list(own)
        }
    }

    private func read(_ path: String, _ note: @escaping @Sendable (Version) -> Void) async throws(RegistryError) {
        let what = what
        try await client.numberedPages(
            size: Self.pageSize, what, permission: Self.permission,
            url: { number throws(RegistryError) in try url(path, page: number) },
            // How many pages there are, not how many versions.
            count: { page in Self.lastPage(page.headers).map { $0 * Self.pageSize } }
        ) { page throws(RegistryError) in
            try Self.read(page.json, what, note)
        }
    }

    /// The numbers of the versions on a page, none where there is no such page.
    private func numbers(_ path: String, _ page: Int?) async throws(RegistryError) -> [Int] {
        guard let page else { return [] }
        let numbers = Locked<[Int]>([])
        let answer = try await client.page(try url(path, page: page), what, permission: Self.permission)
        try Self.read(answer.json, what) { version in numbers.withLock { $0.append(version.id) } }
        return numbers.withLock { $0 }
    }

    /// A page's address; that users' lists come in pages too, GitHub's description does not say.
    private func url(_ path: String, page: Int) throws(RegistryError) -> URLParts {
        try client.url("\(path)/versions", query: [("per_page", "\(Self.pageSize)"), ("page", "\(page)")])
    }

    /// The number of the last page, as an answer's `Link` tells it; `nil` where there is only one page.
    private static func lastPage(_ headers: HTTPFields) -> Int? {
        let link = LinkHeader.last(in: headers.values(for: "Link")) ?? ""
        for parameter in link.drop(while: { $0 != "?" }).dropFirst().split(separator: "&")
        where parameter.hasPrefix("page=") {
            // No more than what is refused anyway: a product of it must fit.
            return Int(parameter.dropFirst("page=".utf8.count)).flatMap { $0 > 0 ? min($0, 1 << 40) : nil }
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
            let created = entry.text("created_at").flatMap { Timestamp($0) }.flatMap { $0.isPlausible ? $0 : nil }
            note(Version(id: id, digest: digest, tags: tags(of: entry), created: created))
        }
    }

    /// The tags of a version.
    static func tags(of version: JSONNode) -> [String] {
        var tags: [String] = []
        version.member("metadata")?.member("container")?.member("tags")?.forEachElement { tag in
            if let tag = tag.string { tags.append(tag) }
        }
        return tags
    }
}
