import DockerConfig
import JSON
@testable import Registry

/// Harbor's API 2.0.
struct FakeHarbor: FakeVendor {
    static let name = "harbor"
    static let repository = "harbor.example/library/group/app"
    static let secrets: [VendorSecret: Secret] = [
        .harborUsername: Secret("robot$ci"), .harborPassword: Secret("hunter2"),
    ]
    static let ways = VendorWays(
        // The root and 1,250 artifacts, a hundred a page; the root, and for each tag a look and a deletion.
        time: .tagged, listing: 1 + 13, deletion: 1 + 2000,
        limit: .init(headers: ["Retry-After": "11"], body: #"{"errors":[{"code":"TOOMANYREQUEST"}]}"#, seconds: 11))

    static let description: VendorDescription? = VendorDescription(
        file: "harbor/swagger.json",
        operations: [
            "GET /projects/{project_name}/repositories/{repository_name}/artifacts",
            "DELETE /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}",
            "DELETE /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/tags/{tag_name}",
        ]
    ) { $0.path.hasPrefix("/api/") }

    private static let authorization = "Basic \(Base64.encode(Array("robot$ci:hunter2".utf8)))"

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.path.hasPrefix("/api/") else { return nil }
        guard call.header("Authorization") == Self.authorization else { return Self.error(401, "UNAUTHORIZED") }
        // The name's slashes are encoded twice.
        let prefix = "/api/v2.0/projects/library/repositories/group%252Fapp/artifacts"
        guard let components = call.components(behind: prefix) else { return nil }
        switch (call.method, components.count) {
        case ("GET", 0): return list(call, world)
        case ("DELETE", 1):
            guard let digest = Digest(components[0]) ?? world.content.tags[components[0]] else {
                return Self.error(400, "BAD_REQUEST")
            }
            return remove(digest, &world)
        case ("DELETE", 3) where components[1] == "tags": return untag(components[2], of: components[0], &world)
        default: return nil
        }
    }

    private func list(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        guard Set(query.keys).isSubset(of: ["page", "page_size", "with_tag", "with_immutable_status", "q", "sort"]),
            let page = Int(query["page"] ?? "1"), let size = Int(query["page_size"] ?? "10"), (1...100).contains(size),
            query["with_tag"] == "true", query["sort"] == "push_time"
        else { return nil }
        let tags = world.tagsByDigest
        let artifacts = world.manifests.page(page, of: size).map { digest -> JSONValue in
            [
                "digest": .string(digest.text), "type": "IMAGE", "size": 1234,
                "manifest_media_type": .string(world.content.manifests[digest]?.type ?? ""),
                "push_time": .string(Self.time(world.pushed[digest])), "references": .null,
                "extra_attrs": ["os": "linux", "architecture": "amd64", "created": "2024-01-02T03:04:05Z"],
                "tags": .array(
                    tags[digest, default: []].map { tag in
                        ["name": .string(tag), "push_time": .string(Self.time(world.tagged[tag]))]
                    }),
            ]
        }
        return .json(200, .array(artifacts), ["X-Total-Count": "\(world.content.manifests.count)"])
    }

    private func untag(_ tag: String, of reference: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if world.isDenied { return Self.error(403, "FORBIDDEN") }
        let digest = Digest(reference) ?? world.content.tags[reference]
        guard let digest, world.content.tags[tag] == digest else { return Self.error(404, "NOT_FOUND") }
        if world.immutable.contains(tag) { return Self.error(412, "PRECONDITION") }
        if world.failing.contains(tag) { return Self.error(500, "UNKNOWN") }
        _ = world.untag(tag)
        return FakeRegistry.Reply(200)
    }

    private func remove(_ digest: Digest, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if world.isDenied { return Self.error(403, "FORBIDDEN") }
        guard world.content.manifests[digest] != nil else { return Self.error(404, "NOT_FOUND") }
        let isImmutable = !world.immutable.isDisjoint(with: world.tags(of: digest))
        if isImmutable || world.isHeld(digest) { return Self.error(412, "PRECONDITION") }
        _ = world.remove(digest)
        return FakeRegistry.Reply(200)
    }

    private static func time(_ seconds: Int?) -> String {
        Timestamp(secondsSince1970: seconds ?? 0).description
    }

    private static func error(_ status: Int, _ code: String) -> FakeRegistry.Reply {
        .json(status, ["errors": [["code": .string(code), "message": "as Harbor says"]]])
    }
}
