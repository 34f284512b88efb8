import DockerConfig
import HTTP
import JSON
@testable import Registry

/// Quay's API 1 and registry, with the token of an OAuth application.
struct FakeQuay: FakeVendor {
    static let name = "quay"
    static let repository = "quay.io/acme/app"
    static let secrets: [VendorSecret: Secret] = [.quayToken: Secret("oauth")]
    static let ways = VendorWays(
        // 2,500 tags, a hundred a page; the root, a token, and for each tag a look and a deletion.
        time: .tagged, listing: 25, deletion: 2 + 2000,
        // nginx's word, with nothing about the time.
        limit: .init(body: "<html><title>429 Too Many Requests</title></html>", seconds: 0))

    static let description: VendorDescription? = VendorDescription(
        file: "quay/quay.openapi.json", components: ["acme/app"],
        operations: [
            "GET /api/v1/repository/{repository}/tag/", "DELETE /api/v1/repository/{repository}/tag/{tag}",
            "DELETE /v2/{name}/manifests/{reference}",
        ]
    ) { $0.path.hasPrefix("/api/") || $0.method == "DELETE" && $0.path.contains("/manifests/") }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeQuaySite(logins: ["$oauthtoken:oauth"], token: "oauth").answer(call, &world)
    }
}

/// What Quays have in common, whoever asks.
struct FakeQuaySite {
    let host = "quay.io"
    let name = "acme/app"
    /// Users and passwords that the registry takes.
    let logins: [String]
    /// The token that the API takes.
    let token: String?
    /// Whether everybody may look.
    var isPublic = false

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.host == host else { return nil }
        if call.path.hasPrefix("/api/") { return api(call, &world) }
        if call.line == "GET /v2/auth" { return token(call, world) }
        if call.line == "GET /v2/" { return challenge }
        let needed = ["GET", "HEAD"].contains(call.method) && !call.path.contains("/uploads/") ? "pull" : "push"
        let shown = call.header("Authorization").split(separator: " ").last ?? ""
        guard shown.split(separator: "+").contains(Substring(needed)) else { return challenge }
        return call.method == "DELETE" && call.path.contains("/manifests/") ? delete(call, &world) : nil
    }

    // MARK: the API

    private func api(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        let prefix = "/api/v1/repository/\(name)/tag/"
        guard call.path.hasPrefix(prefix) else { return nil }
        let authorization = call.header("Authorization")
        let isKnown = token.map { authorization == "Bearer \($0)" } ?? false
        guard isKnown || isPublic && call.method == "GET" && authorization.isEmpty else {
            return Self.error(401, "invalid_token")
        }
        let tag = String(call.path.dropFirst(prefix.count))
        switch call.method {
        case "GET" where tag.isEmpty: return list(call, world)
        case "DELETE" where !tag.isEmpty && !tag.contains("/"):
            if world.isDenied { return Self.error(403, "insufficient_scope") }
            if world.immutable.contains(tag) { return Self.error(409, "tag_immutable") }
            if world.failing.contains(tag) { return Self.error(500, "unexpected") }
            return expire(tag, &world) ? FakeRegistry.Reply(204) : Self.error(404, "not_found")
        default: return nil
        }
    }

    private func list(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        guard Set(query.keys) == ["onlyActiveTags", "limit", "page"], query["onlyActiveTags"] == "true",
            let page = Int(query["page"] ?? ""), page > 0, let limit = Int(query["limit"] ?? "")
        else { return nil }
        let size = min(limit, 100)
        // The newest first.
        let all = world.content.tags.keys.sorted { (world.tagged[$0] ?? 0, $0) > (world.tagged[$1] ?? 0, $1) }
        let entries = all.page(page, of: size).map { tag -> JSONValue in
            let digest = world.content.tags[tag] ?? Digest(of: [])
            return [
                "name": .string(tag), "reversion": false, "start_ts": .integer(world.tagged[tag] ?? 0),
                "manifest_digest": .string(digest.text), "is_manifest_list": .bool(!world.children(of: digest).isEmpty),
                "size": 1234, "last_modified": "Tue, 01 Sep 2020 10:00:00 -0000",
            ]
        }
        return .json(
            200, ["tags": .array(entries), "page": .integer(page), "has_additional": .bool(all.count > page * size)])
    }

    /// An image goes with its last tag, unless an index holds it.
    private func expire(_ tag: String, _ world: inout VendorWorld) -> Bool {
        guard let digest = world.content.tags[tag] else { return false }
        _ = world.untag(tag)
        if world.tags(of: digest).isEmpty, !world.isHeld(digest) { _ = world.remove(digest) }
        return true
    }

    private static func error(_ status: Int, _ type: String) -> FakeRegistry.Reply {
        .json(
            status,
            [
                "status": .integer(status), "error_type": .string(type), "title": .string(type),
                "error_message": "as Quay says", "detail": "as Quay says",
            ])
    }

    // MARK: the registry

    private var challenge: FakeRegistry.Reply {
        FakeRegistry.Reply(401, ["WWW-Authenticate": #"Bearer realm="https://\#(host)/v2/auth",service="\#(host)""#])
    }

    /// A token; one that allows nothing where the scope has a word that Quay does not know.
    private func token(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let known = logins.map { "Basic \(Base64.encode(Array($0.utf8)))" }
        guard known.contains(call.header("Authorization")) else { return .error(401, "UNAUTHORIZED") }
        guard call.query["service"] == host, let scope = call.query["scope"], scope.hasPrefix("repository:\(name):")
        else { return nil }
        var actions = scope.dropFirst("repository:\(name):".count).split(separator: ",").map(String.init)
        if !Set(actions).isSubset(of: ["pull", "push", "*"]) { actions = [] }
        if world.isDenied { actions.removeAll { $0 != "pull" } }
        return .json(200, ["token": .string("T+\(actions.joined(separator: "+"))")])
    }

    private func delete(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        let reference = String(call.path.split(separator: "/").last ?? "")
        guard call.path == "/v2/\(name)/manifests/\(reference)" else { return nil }
        if let digest = Digest(reference) {
            let tags = world.tags(of: digest)
            // What is deleted are the tags.
            guard !tags.isEmpty else { return .error(404, "MANIFEST_UNKNOWN") }
            guard world.immutable.isDisjoint(with: tags) else { return .error(409, "TAG_IMMUTABLE") }
            for tag in tags { _ = expire(tag, &world) }
            return FakeRegistry.Reply(202)
        }
        if world.immutable.contains(reference) { return .error(409, "TAG_IMMUTABLE") }
        if world.failing.contains(reference) { return .error(500, "UNKNOWN") }
        return expire(reference, &world) ? FakeRegistry.Reply(202) : .error(404, "MANIFEST_UNKNOWN")
    }
}
