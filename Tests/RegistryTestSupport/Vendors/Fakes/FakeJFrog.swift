import DockerConfig
import HTTP
import JSON
@testable import Registry

/// JFrog's cloud, with images addressed by paths.
struct FakeJFrog: FakeVendor {
    static let name = "jfrog"
    static let repository = "acme.jfrog.io/docker-local/team/app"
    static let login: Credential? = Credential(username: "ci", password: Secret("hunter2"))
    static let ways: VendorWays = {
        // 2,500 folders, a thousand at a time; the root, a token, where the image is, and for each tag a look and a
        // deletion.
        var ways = VendorWays(
            time: .tagged, listing: 3, deletion: 3 + 2000, limit: .init(headers: ["Retry-After": "5"], seconds: 5))
        ways.protects = false
        return ways
    }()

    static var description: VendorDescription? {
        // The same images as the test of the description makes.
        let image = FakeRegistry().image(1)
        let row: JSONValue = [
            "repo": "docker-local", "path": "team/app/a", "name": "manifest.json", "type": "file", "size": 1,
            "modified": "2024-01-02T03:04:05.678Z", "sha256": .string(String(image.text.dropFirst(7))),
        ]
        let config: JSONValue = [
            "collections": [
                ["list": "POST /artifactory/api/search/aql", "items": [row], "wrap": "/results", "key": "path"]
            ]
        ]
        return VendorDescription(
            file: "jfrog/jfrog.openapi.json", config: config.text(indented: false), components: ["team/app"],
            operations: ["POST /artifactory/api/search/aql", "DELETE /artifactory/{repoKey}/{image}/{tag}"]
        ) { $0.path.hasPrefix("/artifactory/") }
    }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeJFrogSite(key: "docker-local", image: "team/app").answer(call, &world)
    }
}

/// What Artifactories have in common, however images are addressed.
struct FakeJFrogSite {
    /// The repository that has the image.
    let key: String
    let image: String
    /// Another one that has it too.
    var other: String?
    var host = "acme.jfrog.io"
    /// Whether the client may query.
    var mayQuery = true
    /// What lets the API's calls in.
    var authorization = ("Authorization", "Basic \(Base64.encode(Array("ci:hunter2".utf8)))")

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.path.hasPrefix("/artifactory/") {
            guard call.host == host, call.header(authorization.0) == authorization.1 else {
                return Self.error(401, "Bad credentials")
            }
            if call.line == "POST /artifactory/api/search/aql" {
                return mayQuery ? search(call, world) : Self.error(403, "This request is blocked")
            }
            return call.method == "DELETE" ? delete(call, &world) : nil
        }
        if call.line == "GET /v2/token" {
            guard call.header("Authorization").hasPrefix("Basic ") else { return Self.error(401, "Bad credentials") }
            return .json(200, ["token": "T", "expires_in": 3600])
        }
        guard call.header("Authorization") == "Bearer T" else {
            let challenge = #"Bearer realm="https://\#(call.host)/v2/token",service="\#(call.host)""#
            return FakeRegistry.Reply(401, ["WWW-Authenticate": challenge])
        }
        // What the protocol deletes is incomplete: only what is not there may be asked for.
        if call.method == "DELETE", call.path.contains("/manifests/") {
            let digest = Digest(String(call.path.split(separator: "/").last ?? ""))
            return digest.map { world.content.manifests[$0] == nil } ?? false ? .error(404, "MANIFEST_UNKNOWN") : nil
        }
        return nil
    }

    private static func error(_ status: Int, _ message: String) -> FakeRegistry.Reply {
        .json(status, ["errors": [["status": .integer(status), "message": .string(message)]]])
    }

    // MARK: folders

    private struct Row {
        let fields: [String: String]

        init(_ repository: String, _ path: String, _ name: String, _ hash: String, modified: Int) {
            fields = [
                "type": "file", "repo": repository, "path": path, "name": name, "sha256": hash,
                // What a tag was made at first stays.
                "created": "2020-01-02T03:04:05.678Z",
                "modified": Timestamp(secondsSince1970: modified).description.dropLast() + ".000Z",
            ]
        }
    }

    private func rows(_ world: VendorWorld) -> [Row] {
        var rows: [Row] = []
        func add(_ folder: String, _ digest: Digest, _ modified: Int) {
            let name = world.children(of: digest).isEmpty ? "manifest.json" : "list.manifest.json"
            let hash = String(digest.text.dropFirst(7))
            for key in [key, other].compactMap(\.self) {
                rows.append(Row(key, "\(image)/\(folder)", name, hash, modified: modified))
            }
            // An image's layers lie beside its manifest.
            rows.append(Row(key, "\(image)/\(folder)", "sha256__\(hash)", hash, modified: modified))
        }
        for (tag, digest) in world.content.tags { add(tag, digest, world.tagged[tag] ?? 0) }
        let tagged = Set(world.content.tags.values)
        for digest in world.manifests where !tagged.contains(digest) { add(digest.text, digest, 0) }
        // Other images, one below this one's name.
        let hash = String(Digest(of: [1]).text.dropFirst(7))
        rows.append(Row(key, "\(image)/sub/latest", "manifest.json", hash, modified: 0))
        rows.append(Row(key, "other/latest", "manifest.json", hash, modified: 0))
        return rows.sorted {
            ($0.fields["path"] ?? "", $0.fields["name"] ?? "") < ($1.fields["path"] ?? "", $1.fields["name"] ?? "")
        }
    }

    // MARK: queries

    private func search(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let text = String(decoding: call.body, as: UTF8.self)
        let middle = #").include("repo","path","name","modified","sha256").sort({"$asc":["path","name"]}).offset("#
        guard call.header("Content-Type") == "text/plain", text.hasPrefix("items.find("), text.hasSuffix(")"),
            let end = text.firstRange(of: middle),
            let criteria = try? JSONNode(
                parsing: Array(text[..<end.lowerBound].dropFirst("items.find(".count).utf8))
        else { return Self.error(400, "Failed to parse query") }
        let numbers = text[end.upperBound...].dropLast().split(separator: ")").compactMap {
            Int($0.drop { !$0.isNumber })
        }
        guard numbers.count == 2, (1...1000).contains(numbers[1]) else {
            return Self.error(400, "Failed to parse query")
        }
        let found = rows(world).filter { Self.meets($0, criteria) }
        let page = found.dropFirst(numbers[0]).prefix(numbers[1]).map { row -> JSONValue in
            func field(_ name: String) -> JSONValue { .string(row.fields[name] ?? "") }
            return [
                "repo": field("repo"), "path": field("path"), "name": field("name"), "modified": field("modified"),
                "sha256": field("sha256"),
            ]
        }
        return .json(
            200,
            [
                "results": .array(page),
                "range": [
                    "start_pos": .integer(numbers[0]), "end_pos": .integer(page.count), "total": .integer(page.count),
                ],
            ])
    }

    private static func meets(_ row: Row, _ criteria: JSONNode) -> Bool {
        var isMet = true
        criteria.forEachMember { name, value in
            switch name {
            case "$and": value.forEachElement { isMet = isMet && meets(row, $0) }
            case "$or":
                var isAny = false
                value.forEachElement { isAny = isAny || meets(row, $0) }
                isMet = isMet && isAny
            default:
                let field = row.fields[name] ?? ""
                if let text = value.string { isMet = isMet && field == text }
                value.forEachMember { comparator, pattern in
                    let fits = matches(Array(field.utf8)[...], Array((pattern.string ?? "").utf8)[...])
                    isMet = isMet && (comparator == "$match" ? fits : comparator == "$nmatch" && !fits)
                }
            }
        }
        return isMet
    }

    /// Whether `text` is what `pattern` says, whose stars are for any characters, slashes too.
    private static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard first == UInt8(ascii: "*") else {
            return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
        }
        guard pattern.count > 1 else { return true }
        return text.indices.contains { matches(text[$0...], pattern.dropFirst()) }
    }

    // MARK: deleting

    private func delete(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard let folder = call.components(behind: "/artifactory/\(key)/\(image)/"), folder.count == 1 else {
            return nil
        }
        let name = folder[0]
        if world.isDenied { return Self.error(403, "Not enough permissions to delete") }
        if world.failing.contains(name) { return Self.error(500, "It failed") }
        if let digest = Digest(name) {
            guard world.content.manifests[digest] != nil, world.tags(of: digest).isEmpty else {
                return Self.error(404, "Could not locate artifact")
            }
            _ = world.remove(digest)
            return FakeRegistry.Reply(204)
        }
        guard let digest = world.content.tags[name] else { return Self.error(404, "Could not locate artifact") }
        _ = world.untag(name)
        // The manifest lies in the folder, with nobody to ask what holds it.
        if world.tags(of: digest).isEmpty { _ = world.remove(digest) }
        return FakeRegistry.Reply(204)
    }
}
