internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// What Nexus's search finds of one image, and in which of Nexus's repositories that is.
///
/// The API tells a repository from an image, the registry's names do not always: `host/repository/image` where images
/// are addressed by paths, `host:port/image` where the repository has a port or a host of its own.
final class NexusCatalogue: Sendable {
    /// A component: a tag, or a manifest without one.
    struct Component: Sendable {
        /// Its number, as the API's other calls take it.
        let id: String
        /// The repository of Nexus's that has it.
        let repository: String
        /// The tag; `nil` for a manifest that has none, such as an index holds.
        let tag: Tag?
        /// What is known of the manifest.
        let facts: ManifestFacts
    }

    /// An image in a repository of Nexus's; in whichever has it where none is named.
    private struct Place: Equatable, Sendable {
        var repository: String?
        let image: String
    }

    private struct Memory {
        var place: Place?
        var tags: [Tag: (id: String, digest: Digest)] = [:]
    }

    /// The API.
    let client: VendorClient
    private let context: VendorContext
    /// Where the image may be, the likeliest first.
    private let places: [Place]
    private let memory = Locked(Memory())
    private let flights = SingleFlight<Bool, Bool>()

    private static let permission = "the privileges nx-repository-view-docker-<repository>-browse and -read"
    /// The most tags whose components are kept.
    private static let memoryLimit = 100_000
    /// The most pages that are read to find many tags at once: what is not on them is searched for.
    private static let learningLimit = 100

    /// What is searched at the Nexus that has the registry `root`, or at the one that `BERTH_NEXUS_URL` names: its
    /// address, or that of a repository in it, `https://nexus.example/repository/docker-hosted`.
    init(_ context: VendorContext, _ root: URLParts) throws(RegistryError) {
        self.context = context
        let named = try context.endpoint("BERTH_NEXUS_URL", standard: root.origin)
        var base = named
        var repository: String?
        let path = named.pathAndQuery.split(separator: "/")
        if path.count >= 2, path[path.count - 2] == "repository",
            let url = URLParts("\(named.scheme)://\(named.authority)")
        {
            repository = String(path[path.count - 1])
            base = try url.appendingPath(path.dropLast(2).map { "/\($0)" }.joined())
        }
        let login = context.pair(.nexusUsername, .nexusPassword) ?? context.login
        client = VendorClient(
            "Nexus", at: try base.appendingPath("/service/rest"),
            login.map { .basic(BasicCredentials(username: $0.username, password: $0.password)) } ?? .none,
            context.settings)
        let name = context.repository.name.text, parts = name.split(separator: "/", maxSplits: 1)
        let byPath = parts.count == 2 ? [Place(repository: String(parts[0]), image: String(parts[1]))] : []
        if let repository {
            places = byPath.filter { $0.repository == repository } + [Place(repository: repository, image: name)]
        } else {
            // At Nexus's own port, images are addressed by paths.
            let whole = [Place(repository: nil, image: name)]
            places = base.origin == root.origin ? byPath + whole : whole + byPath
        }
    }

    /// What is wrong where there is no such image.
    var unknownImage: RegistryError {
        RegistryError(
            .notFound, "Nexus at \(client.base.origin) knows no image \(context.repository)",
            hint: "where the registry has a port or a host of its own, BERTH_NEXUS_URL has to name Nexus's main address"
        )
    }

    /// Whether it is known in which repository the image is.
    var isPlaced: Bool { memory.withLock { $0.place != nil } }

    /// Shows `read` all components of the image; whether there is any.
    func eachComponent(_ read: (Component) -> Void) async throws(RegistryError) -> Bool {
        try await search([], pages: .max) { component in
            remember(component)
            read(component)
        }
    }

    /// The component of `tag`, by a search of its own.
    func component(of tag: Tag) async throws(RegistryError) -> Component? {
        var found: Component?
        _ = try await search([("docker.imageTag", tag.text)], pages: .max) { component in
            if component.tag == tag { found = found ?? component }
        }
        return found
    }

    /// The components of a manifest: its tags, and the manifest itself last.
    func components(of digest: Digest) async throws(RegistryError) -> [Component] {
        var found: [Component] = []
        _ = try await search([("docker.contentDigest", digest.text)], pages: .max) { component in
            if component.facts.digest == digest { found.append(component) }
        }
        return found.filter { $0.tag != nil } + found.filter { $0.tag == nil }
    }

    /// What is known of a tag without another search.
    func known(_ tag: Tag) -> (id: String, digest: Digest)? { memory.withLock { $0.tags[tag] } }

    /// Finds out the components of many tags by reading a list of all; of a few, there is a search for each.
    func learn(_ tags: [Tag]) async throws(RegistryError) {
        let unknown = memory.withLock { memory in tags.filter { memory.tags[$0] == nil }.count }
        guard unknown > 3, !isLearned.withLock({ $0 }) else { return }
        _ = try await flights.value(for: true) { () async throws(RegistryError) in
            if isLearned.withLock({ $0 }) { return true }
            // Nobody may delete what is on the first pages before the last is read: the others would move up.
            var components: [Component] = []
            _ = try await search([], pages: Self.learningLimit) { components.append($0) }
            components.forEach(remember)
            isLearned.withLock { $0 = true }
            return true
        }
    }

    private let isLearned = Locked(false)

    // MARK: pages

    private typealias Query = [(name: String, value: String)]

    /// Shows `read` what the image's components are that fit `query` too; whether there is any.
    private func search(
        _ query: Query, pages: Int, _ read: (Component) -> Void
    ) async throws(RegistryError) -> Bool {
        if let place = memory.withLock({ $0.place }) { return try await search(place, query, pages: pages, read) }
        for place in places {
            do {
                if try await search(place, query, pages: pages, read) { return true }
            } catch {
                // There may be no repository of that name.
                guard error.kind == .notFound, place.repository != nil else { throw error }
            }
        }
        return false
    }

    private func search(
        _ place: Place, _ query: Query, pages: Int, _ read: (Component) -> Void
    ) async throws(RegistryError) -> Bool {
        let what = "cannot search for \(context.repository)"
        let fixed: Query =
            (place.repository.map { [("repository", $0)] } ?? []) + [
                ("format", "docker"), ("docker.imageName", place.image), ("sort", "version"), ("direction", "asc"),
            ]
        func url(_ token: String?) throws(RegistryError) -> URLParts {
            try client.url("/v1/search", query: fixed + query + (token.map { [("continuationToken", $0)] } ?? []))
        }
        var count = 0, isFound = false
        var repositories: Set<String> = []
        try await client.eachPage(from: try url(nil), what, permission: Self.permission) {
            page throws(RegistryError) in
            count += 1
            try client.array(page.json.member("items"), what).forEachElement { item throws(RegistryError) in
                guard item.text("name") == place.image else { return }
                let component = try Self.read(item, what)
                repositories.insert(component.repository)
                guard place.repository != nil || repositories.count < 2 else {
                    throw RegistryError(
                        .badName,
                        "\(context.repository) is in several of Nexus's repositories: "
                            + Excerpt.line(repositories.sorted().joined(separator: ", ")),
                        hint: "name one by its address: BERTH_NEXUS_URL=https://nexus.example/repository/NAME")
                }
                if !isFound { memory.withLock { $0.place = place } }
                isFound = true
                read(component)
            }
            guard count < pages, let token = page.json.text("continuationToken") else { return nil }
            return try url(token)
        }
        return isFound
    }

    private func remember(_ component: Component) {
        guard let tag = component.tag else { return }
        memory.withLock { memory in
            guard memory.tags.count < Self.memoryLimit || memory.tags[tag] != nil else { return }
            memory.tags[tag] = (component.id, component.facts.digest)
        }
    }

    /// Reads a component of the image: one that was passed over might be a tag of what is to be deleted.
    private static func read(_ item: JSONNode, _ what: String) throws(RegistryError) -> Component {
        guard let id = item.text("id"), let repository = item.text("repository"), let version = item.text("version")
        else { throw RegistryError(.protocolViolation, "\(what): a component has no id, no repository or no version") }
        var asset: JSONNode?
        item.member("assets")?.forEachElement { candidate in
            // Blobs are assets too.
            if candidate.text("path")?.hasSuffix("/manifests/\(version)") == true { asset = candidate }
        }
        guard let asset, let hash = asset.member("checksum")?.text("sha256"), let digest = Digest("sha256:\(hash)")
        else {
            throw RegistryError(
                .protocolViolation, "\(what): Nexus tells no SHA-256 of the manifest of \(Excerpt.quoted(version))")
        }
        let times = ["blobCreated", "lastModified"].compactMap { asset.text($0).flatMap { Timestamp($0) } }
        let facts = ManifestFacts(
            digest: digest, mediaType: asset.text("contentType").map { MediaType($0) },
            // The later one: a tag that is moved to an image which has been there before comes anew.
            pushed: times.filter(\.isPlausible).max())
        return Component(
            id: id, repository: repository, tag: Digest(version) == nil ? try? Tag(version) : nil, facts: facts)
    }
}
