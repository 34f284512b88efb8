import DockerConfig
import JSON
@testable import Registry

/// GitLab's registry with its metadata in a database, and the tokens that GitLab gives for it.
struct FakeGitLab: FakeVendor {
    static let name = "gitlab"
    static let repository = "registry.gitlab.com/acme/shop/web"
    static let behaviour = FakeGitLabSite.behaviour(untags: true)
    static let login: Credential? = Credential(username: "gitlab-ci-token", password: Secret("job"))
    static let ways: VendorWays = {
        // The root, a token and 2,500 tags, a thousand a page; the root, a token, and for each tag a look and a deletion.
        var ways = VendorWays(
            time: .tagged, listing: 2 + 3, deletion: 2 + 2000,
            limit: .init(
                headers: ["RateLimit-Remaining": "0", "RateLimit-Reset": "\(VendorWays.start + 17)"],
                body: "Retry later",
                seconds: 17))
        return ways
    }()

    static let description: VendorDescription? = VendorDescription(
        file: "gitlab/gitlab.openapi.json", components: ["acme/shop/web"],
        operations: [
            "GET /gitlab/v1/repositories/{path}/tags/list/", "DELETE /v2/{path}/manifests/{reference}",
        ]
    ) { $0.path.hasPrefix("/gitlab/") || $0.method == "DELETE" && $0.path.contains("/manifests/") }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        var site = FakeGitLabSite(name: "acme/shop/web", login: "gitlab-ci-token:job")
        site.headers = [
            "Gitlab-Container-Registry-Version": "4.32.0-gitlab", "Gitlab-Container-Registry-Features": "tag_delete",
            "Gitlab-Container-Registry-Database-Enabled": "true",
        ]
        return site.answer(call, &world)
    }
}

/// What GitLabs have in common, whatever registry stands behind them.
struct FakeGitLabSite {
    /// The repository.
    let name: String
    /// User and password.
    let login: String
    /// What the registry says at its root besides.
    var headers: [String: String] = [:]
    /// Whether the registry has a list of its own.
    var hasList = true
    /// Whether it knows the old way to remove a tag.
    var hasReferences = false
    /// What nobody gets a token for.
    var dropped: Set<String> = []

    static func behaviour(untags: Bool) -> FakeRegistry.Behaviour {
        var behaviour = FakeRegistry.Behaviour()
        behaviour.untags = untags
        return behaviour
    }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.host == "gitlab.com" { return call.line == "GET /jwt/auth" ? token(call, world) : nil }
        if call.line == "GET /v2/" { return challenge("") }
        let isUpload = call.path.contains("/blobs/uploads/")
        let action =
            switch call.method {
            case "GET", "HEAD": isUpload ? "push" : "pull"
            case "DELETE": isUpload ? "push" : "delete"
            default: "push"
            }
        guard allows(call, action) else { return challenge(#",scope="repository:\#(name):\#(action)""#) }
        if call.path.hasPrefix("/gitlab/v1/") { return hasList ? list(call, world) : .init(404, [:], Array("no".utf8)) }
        if call.method == "DELETE", !isUpload { return delete(call, &world) }
        return nil
    }

    // MARK: tokens

    private func challenge(_ scope: String) -> FakeRegistry.Reply {
        let text = #"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry"\#(scope)"#
        return FakeRegistry.Reply(401, headers.merging(["WWW-Authenticate": text]) { $1 })
    }

    /// A token that leaves out, without a word, what is not allowed.
    private func token(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply {
        guard call.header("Authorization") == "Basic \(Base64.encode(Array(login.utf8)))" else {
            return .error(403, "DENIED")
        }
        guard call.query["service"] == "container_registry", let scope = call.query["scope"],
            scope.hasPrefix("repository:\(name):")
        else { return .error(400, "UNSUPPORTED") }
        let refused = world.isDenied ? dropped.union(["delete", "*"]) : dropped
        let actions = scope.dropFirst("repository:\(name):".count).split(separator: ",").filter {
            !refused.contains(String($0))
        }
        let claims: JSONValue = [
            "access": [
                [
                    "type": "repository", "name": .string(name),
                    "actions": .array(actions.map { .string(String($0)) }),
                ]
            ]
        ]
        let text = Base64.encodeURL(Array(claims.text(indented: false).utf8))
        return .json(200, ["token": .string("e30.\(text).c2ln")])
    }

    private func allows(_ call: VendorCall, _ action: String) -> Bool {
        let parts = call.header("Authorization").split(separator: ".")
        guard parts.count == 3, parts[0] == "Bearer e30", parts[2] == "c2ln", let bytes = Base64.decodeURL(parts[1]),
            let access = try? JSONNode(parsing: bytes).member("access")?.element(0), access.text("name") == name
        else { return false }
        var actions: [String] = []
        access.member("actions")?.forEachElement { actions.append($0.string ?? "") }
        return actions.contains(action) || actions.contains("*")
    }

    // MARK: the registry's calls

    private func list(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        guard call.method == "GET", call.path == "/gitlab/v1/repositories/\(name)/tags/list/",
            Set(query.keys).isSubset(of: ["n", "last", "before", "name", "name_exact", "sort"])
        else { return nil }
        guard let size = Int(query["n"] ?? "100"), (1...1000).contains(size) else {
            return .error(400, "PAGINATION_NUMBER_INVALID")
        }
        let rest = world.content.tags.keys.sorted().filter { $0 > query["last"] ?? "" }
        let page = rest.prefix(size).map { tag -> JSONValue in
            let digest = world.content.tags[tag] ?? Digest(of: [])
            return [
                "name": .string(tag), "digest": .string(digest.text), "config_digest": .string(digest.text),
                "media_type": .string(world.content.manifests[digest]?.type ?? ""), "size_bytes": 1234,
                "created_at": "2020-01-02T03:04:05.678Z",
                "published_at": .string(Timestamp(secondsSince1970: world.tagged[tag] ?? 0).description),
            ]
        }
        guard rest.count > size, let last = rest.prefix(size).last else { return .json(200, .array(page)) }
        // The registry does not know that TLS ends in front of it.
        let next = "http://registry.gitlab.com\(call.path)?n=\(size)&last=\(last)"
        return .json(200, .array(page), ["Link": "<\(next)>; rel=\"next\""])
    }

    private func delete(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        let reference = String(call.path.split(separator: "/").last ?? "")
        if call.path == "/v2/\(name)/tags/reference/\(reference)" {
            guard hasReferences else { return FakeRegistry.Reply(404, [:], Array("404 page not found".utf8)) }
            if let refusal = refusal(reference, world) { return refusal }
            return world.untag(reference) ? FakeRegistry.Reply(202) : .error(404, "MANIFEST_UNKNOWN")
        }
        guard call.path == "/v2/\(name)/manifests/\(reference)" else { return nil }
        guard let digest = Digest(reference) else { return refusal(reference, world) }
        if !world.immutable.isDisjoint(with: world.tags(of: digest)) { return .error(401, "PROTECTED_MANIFEST") }
        return world.isHeld(digest) ? .error(409, "MANIFEST_REFERENCED") : nil
    }

    private func refusal(_ tag: String, _ world: VendorWorld) -> FakeRegistry.Reply? {
        if world.immutable.contains(tag) { return .error(401, "PROTECTED_TAG") }
        return world.failing.contains(tag) ? .error(500, "UNKNOWN") : nil
    }
}
