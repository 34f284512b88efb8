import DockerConfig
import JSON
@testable import Registry

/// Docker Hub's API, and its registry, which keeps what is in use.
struct FakeDockerHub: FakeVendor {
    static let name = "dockerhub"
    static let repository = "acme/app"
    static let behaviour: FakeRegistry.Behaviour = {
        var behaviour = FakeRegistry.Behaviour()
        behaviour.tokenLife = .seconds(300)
        return behaviour
    }()
    static let secrets: [VendorSecret: Secret] = [
        .dockerHubUsername: Secret("ci"), .dockerHubToken: Secret("dckr_pat_hunter2"),
    ]
    static let ways: VendorWays = {
        // The API's token and 2,500 tags, a hundred a page; the API's token, the registry's root and token, and for each
        // tag a look and a deletion.
        var ways = VendorWays(
            listing: 1 + 25, deletion: 3 + 2000,
            limit: .init(
                headers: ["X-Retry-After": "1700000019"], body: #"{"detail":"Rate limit exceeded"}"#, seconds: 19))
        ways.time = .tagged
        ways.logins = ["POST https://hub.docker.com/v2/auth/token"]
        return ways
    }()
    static let descriptions: [VendorDescription] = [
        VendorDescription(
            file: "dockerhub/hub.openapi.json",
            operations: [
                "POST /v2/auth/token", "GET /v2/namespaces/{namespace}/repositories/{repository}/tags",
                "DELETE /v2/repositories/{namespace}/{repository}/tags/{tag}/",
            ]
        ) { $0.host == "hub.docker.com" },
        VendorDescription(
            file: "dockerhub/registry.openapi.json", config: #"{"greedy":["name"]}"#,
            operations: ["HEAD /v2/{name}/manifests/{reference}", "DELETE /v2/{name}/manifests/{reference}"]
        ) { $0.host == "registry-1.docker.io" && $0.path.contains("/manifests/") },
    ]

    /// What the API gives out: `exp` is ten minutes after the suite's time.
    static let webToken: String = {
        let claims = #"{"iat":\#(VendorWays.start),"exp":\#(VendorWays.start + 600)}"#
        return "eyJhbGciOiJub25lIn0.\(Base64.encodeURL(Array(claims.utf8))).signature"
    }()

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.host == "registry-1.docker.io", call.method == "DELETE" { return deleteManifest(call, &world) }
        guard call.host == "hub.docker.com" else { return nil }
        if call.line == "POST /v2/auth/token" { return logIn(call) }
        let isKnown = call.header("Authorization") == "Bearer \(Self.webToken)"
        if call.line == "GET /v2/namespaces/acme/repositories/app/tags" { return list(call, world) }
        guard isKnown else { return Self.error(401, "unauthorized") }
        // Without the slash at its end, it is another call.
        guard call.method == "DELETE", call.path.hasSuffix("/"),
            let components = call.components(behind: "/v2/repositories/acme/app/tags/"), components.count == 1
        else { return nil }
        return untag(components[0], &world)
    }

    private func logIn(_ call: VendorCall) -> FakeRegistry.Reply? {
        guard call.header("Content-Type") == "application/json", let object = call.json?.object else { return nil }
        guard object["identifier"]?.string == "ci", object["secret"]?.string == "dckr_pat_hunter2" else {
            return Self.error(401, "Incorrect authentication credentials")
        }
        return .json(200, ["access_token": .string(Self.webToken)])
    }

    private func list(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        guard Set(query.keys).isSubset(of: ["page", "page_size"]), let page = Int(query["page"] ?? "1"),
            let size = Int(query["page_size"] ?? "10"), (1...100).contains(size)
        else { return nil }
        let tags = world.content.tags.sorted { $0.key < $1.key }
        let shown = tags.page(page, of: size)
        guard page == 1 || !shown.isEmpty else { return Self.error(404, "object not found") }
        let results = shown.map { tag, digest -> JSONValue in
            let time = Timestamp(secondsSince1970: world.tagged[tag] ?? 0).description
            return [
                "name": .string(tag), "digest": world.notes["old"] == tag ? .null : .string(digest.text),
                "full_size": 1234,
                "media_type": .string(world.content.manifests[digest]?.type ?? ""), "tag_status": "active",
                "last_updated": .string(time), "tag_last_pushed": .string(time), "tag_last_pulled": .null,
                "images": [
                    [
                        "architecture": "amd64", "os": "linux", "variant": .null, "size": 1234,
                        "digest": .string(Digest(of: Array(tag.utf8)).text),
                    ]
                ],
            ]
        }
        let next: JSONValue =
            page * size < tags.count ? .string("https://hub.docker.com\(call.path)?page=\(page + 1)") : .null
        return .json(
            200, ["count": .integer(tags.count), "next": next, "previous": .null, "results": .array(results)])
    }

    private func untag(_ tag: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if world.isDenied {
            return world.notes["denial"] == "500"
                ? Self.error(500, #"registry: {"errors":[{"code":"UNAUTHORIZED","detail":[{"Action":"delete"}]}]}"#)
                : Self.error(403, "access to the resource is forbidden with personal access token")
        }
        guard world.content.tags[tag] != nil else { return Self.error(404, "tag not found") }
        if world.immutable.contains(tag) { return Self.error(403, "tag \(tag) is immutable") }
        if world.failing.contains(tag) { return Self.error(500, "internal error") }
        _ = world.untag(tag)
        return FakeRegistry.Reply(204)
    }

    private func deleteManifest(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.header("Authorization").hasPrefix("Bearer "),
            let components = call.components(behind: "/v2/acme/app/manifests/"), components.count == 1
        else { return nil }
        guard let digest = Digest(components[0]) else { return .error(405, "UNSUPPORTED") }
        if world.isDenied { return .error(403, "DENIED") }
        guard world.content.manifests[digest] != nil else { return .error(404, "MANIFEST_UNKNOWN") }
        guard world.tags(of: digest).isEmpty, !world.isHeld(digest) else {
            let words = #"{"errors":[{"code":"DENIED","message":"manifest is still referenced"}]}"#
            return FakeRegistry.Reply(403, [:], Array(words.utf8))
        }
        _ = world.remove(digest)
        return FakeRegistry.Reply(world.notes["late"] == nil ? 202 : 500)
    }

    private static func error(_ status: Int, _ message: String) -> FakeRegistry.Reply {
        .json(status, ["message": .string(message), "errinfo": [:]])
    }
}
