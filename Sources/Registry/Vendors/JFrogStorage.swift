internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// The folders of one image in Artifactory, and in which of its repositories they are.
///
/// Artifactory's API tells a repository from an image, the registry's names do not always: `host/repository/image`,
/// `repository.host/image`, `account-repository.jfrog.io/image`, `host:port/image`. A virtual repository has no folders
/// but those of others, a remote one has them in its cache.
final class JFrogStorage: Sendable {
    /// An image in a repository of Artifactory's.
    struct Place: Hashable, Sendable {
        /// The repository's key.
        let repository: String
        let image: String
    }

    /// A folder with a manifest in it.
    struct Folder: Sendable {
        let place: Place
        /// The folder's name: a tag or, for what an index holds, a digest.
        let name: String
        let digest: Digest
        let isIndex: Bool
        /// When the tag was made or moved: the time at which it was created stays for ever.
        let modified: Timestamp?

        /// The tag; `nil` for a manifest without one.
        var tag: Tag? { JFrogStorage.isDigest(name) ? nil : try? Tag(name) }

        /// What is known; `isComplete` where the manifest's type is told as far as it is an index or not.
        func facts(isComplete: Bool) -> ManifestFacts {
            ManifestFacts(
                digest: digest, mediaType: isComplete ? (isIndex ? .ociIndex : .ociManifest) : nil, pushed: modified)
        }
    }

    private let client: VendorClient
    private let context: VendorContext
    /// Where the image may be, as its name and the addresses say.
    private let candidates: [Place]
    /// The image's name where it does not say the repository.
    private let wholeName: String
    private let found = Locked<Place?>(nil)
    private let flights = SingleFlight<Bool, Place?>()

    private static let pageSize = 1000

    /// The storage of the Artifactory at `standard`, or of that which `BERTH_JFROG_URL` names: its address, or that of a
    /// repository in it, `https://art.example/artifactory/docker-local`.
    init(_ context: VendorContext, _ standard: String) throws(RegistryError) {
        self.context = context
        let named = try context.endpoint("BERTH_JFROG_URL", standard: standard)
        let host = context.repository.host
        wholeName = context.repository.name.text
        let parts = wholeName.split(separator: "/", maxSplits: 1).map(String.init)
        let byPath = parts.count == 2 ? [Place(repository: parts[0], image: parts[1])] : []
        var path = named.pathAndQuery.split(separator: "/").map(String.init)
        let root = path.firstIndex(of: "artifactory") ?? path.count
        let rest = path.dropFirst(root + 1)
        path = Array(path.prefix(root))
        if let key = rest.last {
            guard key.utf8.allSatisfy({ $0.isLetter || $0.isDigit || "-._".utf8.contains($0) }) else {
                throw RegistryError(.badName, "BERTH_JFROG_URL: \(Excerpt.quoted(key)) is no repository's key")
            }
            candidates = byPath.filter { $0.repository == key } + [Place(repository: key, image: wholeName)]
        } else if host.name.hasSuffix(".\(named.host)") {
            let key = String(host.name.dropLast(named.host.utf8.count + 1))
            candidates = [Place(repository: key, image: wholeName)]
        } else {
            candidates = byPath + Self.keys(in: host).map { [wholeName] in Place(repository: $0, image: wholeName) }
        }
        let base = path.map { "/\($0)" }.joined() + "/artifactory"
        guard let origin = URLParts("\(named.scheme)://\(named.authority)") else {
            throw RegistryError(.badName, "BERTH_JFROG_URL: \(named) is not Artifactory's address")
        }
        client = VendorClient(
            "Artifactory", at: try origin.appendingPath(base), try Self.authentication(context), context.settings)
    }

    /// The repositories that a host's first label may name.
    private static func keys(in host: RegistryHost) -> [String] {
        guard host.port == nil, !host.name.hasPrefix("["), host.name.contains(where: \.isLetter) else { return [] }
        let labels = host.name.split(separator: ".")
        guard labels.count > 2, let label = labels.first else { return [] }
        guard host.name.hasSuffix(".jfrog.io") else { return [String(label)] }
        // The account's name may have hyphens in it too.
        let words = label.split(separator: "-", omittingEmptySubsequences: false)
        return (1..<max(1, words.count)).map { words[$0...].joined(separator: "-") }
    }

    private static func authentication(_ context: VendorContext) throws(RegistryError) -> VendorAuthentication {
        if let token = context.secret(.jfrogToken) {
            // An API key looks like this.
            return token.withValue { $0.hasPrefix("AKC") } ? .field("X-JFrog-Art-Api", token) : .bearer(token)
        }
        return context.login == nil ? .none : .login { context.login }
    }

    /// Whether a folder's name is a manifest's digest, in either of the forms that Artifactory has for it.
    fileprivate static func isDigest(_ name: String) -> Bool {
        Digest(name) != nil || name.hasPrefix("sha256__") && Digest("sha256:\(name.dropFirst(8))") != nil
    }

    /// What is wrong where there is no such image.
    var unknownImage: RegistryError {
        RegistryError(
            .notFound, "Artifactory at \(client.base.origin) has no image \(context.repository)",
            hint: "name the repository that has it: BERTH_JFROG_URL=https://HOST/artifactory/REPOSITORY")
    }

    // MARK: finding

    /// Shows `read` the folders of the image; whether there is any.
    func eachFolder(_ read: (Folder) -> Void) async throws(RegistryError) -> Bool {
        if let place = found.withLock({ $0 }) { return try await search(Self.all(in: [place]), read) }
        if !candidates.isEmpty, try await search(Self.all(in: candidates), read) { return true }
        return try await search(Self.all(wholeName), read)
    }

    /// Where the image is, by a tag that is known to lead somewhere: the folder must have the same manifest in it.
    func place(of target: TagTarget) async throws(RegistryError) -> Place? {
        if let place = found.withLock({ $0 }) { return place }
        return try await flights.value(for: true) { () async throws(RegistryError) in
            if let place = found.withLock({ $0 }) { return place }
            var criteria = [Self.file]
            if let digest = target.digest { criteria.append(Self.hash(digest)) }
            return try await place(criteria) { "\($0)/\(target.tag)" }
        }
    }

    /// Where the image is, by any of its folders.
    func somePlace() async throws(RegistryError) -> Place? {
        if let place = found.withLock({ $0 }) { return place }
        if !candidates.isEmpty, try await search(Self.all(in: candidates), limit: 1, { _ in }) {
            return found.withLock { $0 }
        }
        _ = try await search(Self.all(wholeName), limit: 1) { _ in }
        return found.withLock { $0 }
    }

    private func place(_ criteria: [JSONValue], path: (_ image: String) -> String) async throws(RegistryError) -> Place?
    {
        let named = candidates.map { Self.both(Self.key($0.repository), ["path": .string(path($0.image))]) }
        if !named.isEmpty, try await search(criteria + [["$or": .array(named)]], limit: 10, { _ in }) {
            return found.withLock { $0 }
        }
        _ = try await search(criteria + [["path": .string(path(wholeName))]], limit: 10) { _ in }
        return found.withLock { $0 }
    }

    /// The folders of a manifest.
    func folders(of digest: Digest) async throws(RegistryError) -> [Folder] {
        var folders: [Folder] = []
        let criteria: [JSONValue] = [Self.hash(digest)]
        if let place = found.withLock({ $0 }) {
            _ = try await search(Self.all(in: [place]) + criteria) { folders.append($0) }
            return folders
        }
        if !candidates.isEmpty, try await search(Self.all(in: candidates) + criteria, { folders.append($0) }) {
            return folders
        }
        _ = try await search(Self.all(wholeName) + criteria) { folders.append($0) }
        return folders
    }

    /// Deletes a folder of the image.
    func delete(
        _ folder: String, in place: Place, _ what: String, permission: String
    ) async throws(RegistryError) -> Removal {
        // What is in names of repositories, images, tags and digests, Artifactory takes as it is.
        let url = try client.url("/\(place.repository)/\(place.image)/\(folder)")
        return try await client.removal(url, what, permission: permission)
    }

    // MARK: queries

    /// Files that are manifests.
    private static let file: JSONValue = [
        "$or": [["name": "manifest.json"], ["name": "list.manifest.json"]]
    ]

    /// Repositories with this key, or remote ones' caches.
    private static func key(_ repository: String) -> JSONValue {
        ["$or": [["repo": .string(repository)], ["repo": .string("\(repository)-cache")]]]
    }

    private static func hash(_ digest: Digest) -> JSONValue {
        ["sha256": .string(String(digest.text.drop { $0 != ":" }.dropFirst()))]
    }

    private static func both(_ one: JSONValue, _ other: JSONValue) -> JSONValue { ["$and": [one, other]] }

    /// The manifests in the image's own folders, and not in those of images below its name.
    private static func all(_ image: String) -> [JSONValue] {
        [file, ["path": ["$match": .string("\(image)/*")]], ["path": ["$nmatch": .string("\(image)/*/*")]]]
    }

    private static func all(in places: [Place]) -> [JSONValue] {
        [["$or": .array(places.map { ["$and": .array([key($0.repository)] + all($0.image))] })]]
    }

    /// Shows `read` the folders that meet all of `criteria`, of one place; whether there is any.
    private func search(
        _ criteria: [JSONValue], limit: Int = JFrogStorage.pageSize, _ read: (Folder) -> Void
    ) async throws(RegistryError) -> Bool {
        let what = "cannot list the tags of \(context.repository)"
        let find: JSONValue = ["type": "file", "$and": .array(criteria)]
        var place: Place?, last: Folder?
        var rows = JFrogRows(find: find, limit: limit)
        while let page = try await next(&rows, what) {
            for row in page {
                guard let folder = try folder(row, what) else { continue }
                guard place == nil || place == folder.place else {
                    throw RegistryError(
                        .badName, "\(context.repository) is in several of Artifactory's repositories",
                        hint: "name one by its address: BERTH_JFROG_URL=https://HOST/artifactory/REPOSITORY")
                }
                place = folder.place
                guard let previous = last, previous.name == folder.name else {
                    if let last { read(last) }
                    last = folder
                    continue
                }
                // A tag that has been moved from an image to an index, or back, may have the old manifest as well.
                let isNewer = previous.modified.map { time in folder.modified.map { $0 > time } ?? false } ?? true
                if isNewer { last = folder }
            }
            // A few are asked for where one is enough.
            guard limit == Self.pageSize else { break }
        }
        if let last { read(last) }
        if let place { found.withLock { $0 = place } }
        return place != nil
    }

    /// The next rows that meet the criteria; `nil` behind the last.
    private func next(_ rows: inout JFrogRows, _ what: String) async throws(RegistryError) -> [JSONNode]? {
        guard !rows.isAtEnd else { return nil }
        guard !rows.isEndless else {
            throw RegistryError(.protocolViolation, "\(what): Artifactory's list never ends")
        }
        // What is deleted meanwhile moves others to places that have been read already.
        for overlap in [1, Self.pageSize / 2] {
            let response = try await client.send(
                .post, try client.url("/api/search/aql"), body: .bytes(Array(rows.query(overlap: overlap).utf8)),
                headers: [HTTPHeader("Content-Type", "text/plain"), HTTPHeader("Accept", "application/json")],
                isRepeatable: true)
            guard response.status == 200 else {
                throw client.error(response, what, permission: "the permission Read on the repository")
            }
            let page = try client.array(try client.json(response, what).member("results"), what)
            if let new = rows.take(page, overlap: overlap) { return new }
        }
        throw RegistryError(
            .tryLater, "\(what): the list has become shorter while it was read",
            hint: "somebody else is deleting there; try again later")
    }

    /// Reads a row of an answer; `nil` for a file that is no folder's of the image.
    private func folder(_ row: JSONNode, _ what: String) throws(RegistryError) -> Folder? {
        guard let repository = row.text("repo"), let path = row.text("path"), let slash = path.lastIndex(of: "/")
        else { return nil }
        let place = Place(repository: repository, image: String(path[..<slash]))
        guard place.image == wholeName || candidates.contains(where: { $0.image == place.image }) else { return nil }
        guard let digest = row.text("sha256").flatMap({ Digest("sha256:\($0)") }) else {
            throw RegistryError(
                .protocolViolation, "\(what): Artifactory has no SHA-256 of \(Excerpt.quoted(path))",
                hint: "it has a migration of old files for that")
        }
        let modified = row.text("modified").flatMap { Timestamp($0) }
        return Folder(
            place: place, name: String(path[path.index(after: slash)...]), digest: digest,
            isIndex: row.text("name") == "list.manifest.json",
            modified: modified.flatMap { $0.isPlausible ? $0 : nil })
    }
}
