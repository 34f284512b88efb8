import DockerConfig
import JSON
@testable import Registry

/// Gitea, whose tags and digests are versions of a package.
///
/// Its world's note `versions` has the package API refused, or missing where it says `none`, or its second page
/// missing where it says `half`; `pageSize` is the most versions that it gives at a time, `ignoresLast` has the first
/// tags given for every page, and `lost` has the page of tags missing that it names.
struct FakeGitea: FakeVendor {
    static let name = "gitea"
    static let repository = "gitea.example/acme/group/app"
    static let login: Credential? = Credential(username: "ci", password: Secret("pat"))
    static let ways: VendorWays = {
        var ways = VendorWays(
            // The root, a token, three pages of tags, a manifest for each tag, a config for each image, and 2,501
            // versions, fifty a page; the root, a token, and for each tag a look and a deletion.
            time: .tagged, listing: 2 + 3 + 2500 + 1250 + 51, deletion: 2 + 2000,
            limit: .init(headers: ["Retry-After": "3"], seconds: 3))
        ways.protects = false
        return ways
    }()

    static let description: VendorDescription? = VendorDescription(
        file: "gitea/gitea.openapi.json",
        // A repository's name has slashes, which are not encoded.
        config: #"{"greedy":["name"]}"#,
        operations: ["GET /api/v1/packages/{owner}", "DELETE /v2/{name}/manifests/{reference}"]
    ) { $0.path.hasPrefix("/api/") || $0.method == "DELETE" && $0.path.contains("/manifests/") }

    private static let basic = "Basic \(Base64.encode(Array("ci:pat".utf8)))"
    private static let challenge =
        #"Bearer realm="https://gitea.example/v2/token",service="container_registry",scope="*",Basic realm="Gitea Package API""#

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.path.hasPrefix("/api/") {
            if world.notes["versions"] == "none" { return FakeRegistry.Reply(404) }
            if world.notes["versions"] == "half" {
                return call.query["page"] == "1"
                    ? .json(200, [], ["Link": #"</api/v1/packages/acme?page=2>; rel="next""#]) : FakeRegistry.Reply(404)
            }
            guard call.header("Authorization") == Self.basic, world.notes["versions"] == nil else {
                return .json(401, ["message": "token does not have at least one of required scope(s)"])
            }
            return call.line == "GET /api/v1/packages/acme" ? versions(call, world) : nil
        }
        if call.path == "/v2/token" {
            guard call.header("Authorization") == Self.basic, call.query["service"] == "container_registry" else {
                return .error(401, "UNAUTHORIZED")
            }
            return .json(200, ["token": "jwt"])
        }
        guard call.header("Authorization") == "Bearer jwt" else { return refusal }
        switch (call.method, call.components(behind: "/v2/acme/group/app/")) {
        case ("GET", ["tags", "list"]): return tags(call, world)
        case ("DELETE", let components?) where components.count == 2 && components[0] == "manifests":
            if world.isDenied { return refusal }
            return delete(components[1], &world)
        default: return nil
        }
    }

    private var refusal: FakeRegistry.Reply {
        var reply = FakeRegistry.Reply.error(401, "UNAUTHORIZED")
        reply.headers["WWW-Authenticate"] = Self.challenge
        return reply
    }

    /// As old versions do it, without a link.
    private func tags(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply {
        let last = world.notes["ignoresLast"] == nil ? call.query["last"] ?? "" : ""
        if world.notes["lost"] == (last.isEmpty ? "first" : "second") { return .error(404, "NAME_UNKNOWN") }
        let rest = world.content.tags.keys.sorted().filter { $0 > last }
        let names = rest.prefix(Int(call.query["n"] ?? "") ?? .max)
        return .json(200, ["name": "acme/group/app", "tags": .array(names.map { .string($0) })])
    }

    private struct Version {
        var name = "group/app"
        let version: String
        let time: Int?
    }

    private func versions(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        guard query["type"] == "container", query["q"] == "group/app", let page = Int(query["page"] ?? ""), page >= 1,
            let size = Int(query["limit"] ?? "")
        else { return nil }
        let tagged = Set(world.content.tags.values)
        var versions = world.content.tags.keys.sorted().map { Version(version: $0, time: world.tagged[$0]) }
        for digest in world.manifests where !tagged.contains(digest) {
            versions.append(Version(version: digest.text, time: world.pushed[digest]))
        }
        // The name is looked for in all names.
        versions.append(Version(name: "group/app-base", version: "a", time: VendorWays.start - 5))
        let entries = versions.page(page, of: min(size, Int(world.notes["pageSize"] ?? "") ?? 50)).map {
            version -> JSONValue in
            [
                "id": 1, "type": "container", "name": .string(version.name),
                "version": .string(version.version.lowercased()),
                "created_at": .string(Timestamp(secondsSince1970: version.time ?? 0).description),
            ]
        }
        return .json(200, .array(entries), ["X-Total-Count": "\(versions.count)"])
    }

    private func delete(_ reference: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if let digest = Digest(reference) {
            return world.remove(digest) ? FakeRegistry.Reply(202) : .error(404, "MANIFEST_UNKNOWN")
        }
        if world.failing.contains(reference) { return .error(500, "INTERNAL_ERROR") }
        guard let digest = world.content.tags[reference], world.untag(reference) else {
            return .error(404, "MANIFEST_UNKNOWN")
        }
        // A manifest that is not a version itself goes with its last tag.
        if world.tags(of: digest).isEmpty { world.content.manifests[digest] = nil }
        return FakeRegistry.Reply(202)
    }
}
