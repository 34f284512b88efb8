import DockerConfig
import JSON
@testable import Registry

/// DigitalOcean's API v2.
///
/// Its world's note `gc` is the status of a garbage collection.
struct FakeDigitalOcean: FakeVendor {
    static let name = "digitalocean"
    static let repository = "registry.digitalocean.com/acme/group/app"
    static let login: Credential? = Credential(username: "dop_v1_t", password: Secret("dop_v1_t"))
    static let ways: VendorWays = {
        var ways = VendorWays(
            // 2,500 tags, two hundred a page; the root, and for each tag a look and a deletion.
            time: .tagged, listing: 13, deletion: 1 + 2000,
            limit: .init(
                headers: ["ratelimit-remaining": "0", "ratelimit-reset": "\(VendorWays.start + 19)"],
                body: #"{"id":"too_many_requests","message":"API Rate limit exceeded."}"#, seconds: 19))
        ways.protects = false
        return ways
    }()

    private static let registry = "/v2/registries/{registry_name}"
    private static let part = "\(registry)/repositories/{repository_name}"

    static let description: VendorDescription? = VendorDescription(
        file: "digitalocean/registry.openapi.json",
        // One deletion is refused, as if for a garbage collection.
        config: #"{"rules":[{"match":"^DELETE /v2/registries/.*/tags/","times":1,"status":403,"body":{}}]}"#,
        operations: [
            "GET \(part)/tags", "GET \(part)/digests", "DELETE \(part)/tags/{repository_tag}",
            "DELETE \(part)/digests/{manifest_digest}", "GET \(registry)/garbage-collection",
        ]
    ) { $0.host == "api.digitalocean.com" }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.host == "api.digitalocean.com" else { return nil }
        guard call.header("Authorization") == "Bearer dop_v1_t" else { return Self.error(401, "unauthorized") }
        if call.line == "GET /v2/registries/acme/garbage-collection" {
            guard let status = world.notes["gc"] else { return Self.error(404, "not_found") }
            return .json(200, ["garbage_collection": ["uuid": "u", "status": .string(status)]])
        }
        guard let components = call.components(behind: "/v2/registries/acme/repositories/group%2Fapp") else {
            return nil
        }
        switch (call.method, components.count, components.first) {
        case ("GET", 1, "tags"): return tags(call, world)
        case ("GET", 1, "digests"): return manifests(call, world)
        case ("DELETE", 2, "tags"): return untag(components[1], &world)
        case ("DELETE", 2, "digests"):
            if let refusal = refusal(world) { return refusal }
            guard let digest = Digest(components[1]), world.remove(digest) else { return Self.error(404, "not_found") }
            return FakeRegistry.Reply(204)
        default: return nil
        }
    }

    private func page<Item>(_ call: VendorCall, _ items: [Item]) -> [Item]? {
        let query = call.query
        guard Set(query.keys) == ["page", "per_page"], let page = Int(query["page"] ?? ""), page >= 1,
            let size = Int(query["per_page"] ?? ""), (1...200).contains(size)
        else { return nil }
        return items.page(page, of: size)
    }

    private func tags(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        guard let names = page(call, world.content.tags.keys.sorted()) else { return nil }
        let tags = names.map { name -> JSONValue in
            [
                "registry_name": "acme", "repository": "group/app", "tag": .string(name),
                "manifest_digest": .string(world.content.tags[name]?.text ?? ""), "compressed_size_bytes": 1234,
                "size_bytes": 0, "updated_at": .string(Self.time(world.tagged[name])),
            ]
        }
        return .json(200, ["tags": .array(tags), "links": [:], "meta": ["total": .integer(world.content.tags.count)]])
    }

    private func manifests(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        guard let digests = page(call, world.manifests) else { return nil }
        let tags = world.tagsByDigest
        let manifests = digests.map { digest -> JSONValue in
            [
                "digest": .string(digest.text), "registry_name": "acme", "repository": "group/app",
                "compressed_size_bytes": 1234, "updated_at": .string(Self.time(world.pushed[digest])),
                "tags": .array(tags[digest, default: []].map { .string($0) }), "blobs": [],
            ]
        }
        return .json(
            200,
            ["manifests": .array(manifests), "links": [:], "meta": ["total": .integer(world.content.manifests.count)]])
    }

    private func refusal(_ world: VendorWorld) -> FakeRegistry.Reply? {
        world.isDenied || world.notes["gc"] != nil ? Self.error(403, "forbidden") : nil
    }

    private func untag(_ tag: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if let refusal = refusal(world) { return refusal }
        if world.failing.contains(tag) { return Self.error(500, "server_error") }
        return world.untag(tag) ? FakeRegistry.Reply(204) : Self.error(404, "not_found")
    }

    private static func time(_ seconds: Int?) -> String {
        Timestamp(secondsSince1970: seconds ?? 0).description
    }

    private static func error(_ status: Int, _ id: String) -> FakeRegistry.Reply {
        .json(status, ["id": .string(id), "message": "as DigitalOcean says"])
    }
}
