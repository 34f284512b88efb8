import DockerConfig
import JSON
@testable import Registry

/// Selectel's API v1.
///
/// Its world's note `status` is the registry's state.
struct FakeSelectel: FakeVendor {
    static let name = "selectel"
    static let repository = "cr.selcloud.ru/acme/group/app"
    static let login: Credential? = Credential(username: "token", password: Secret("registry-token"))
    static let variables = ["BERTH_SELECTEL_TOKEN": "gAAAA"]
    static let ways: VendorWays = {
        var ways = VendorWays(
            // The registry's number, and all images at once; the root, the number, the images for the tags' places and
            // for the look at what leads where, a probe; and of each manifest the reading, a look at its tag and its
            // deletion.
            time: .created, listing: 2, deletion: 1 + 3 + 3000,
            limit: .init(headers: ["Retry-After": "5"], seconds: 5))
        ways.protects = false
        return ways
    }()

    private static let part = "/registries/{registryId}/repositories/{name}"

    static let description: VendorDescription? = VendorDescription(
        file: "selectel/craas.openapi.json",
        config: #"{"rules":[{"match":"registries$","status":200,"body":[{"id":"r-1","name":"acme"}]}]}"#,
        operations: ["GET /registries", "GET \(part)/images", "DELETE \(part)/{reference}"]
    ) { $0.path.hasPrefix("/api/") }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.path.hasPrefix("/api/") else { return nil }
        guard call.header("X-Auth-Token") == "gAAAA", call.header("Authorization").isEmpty else {
            return .json(401, ["error": "unauthorized"])
        }
        if call.line == "GET /api/v1/registries" {
            return .json(
                200,
                [
                    ["id": "r-0", "name": "acme-2", "status": "ACTIVE"],
                    ["id": "r-1", "name": "acme", "status": .string(world.notes["status"] ?? "ACTIVE")],
                ])
        }
        guard let components = call.components(behind: "/api/v1/registries/r-1/repositories/group%2Fapp"),
            components.count == 1
        else { return nil }
        switch call.method {
        case "GET" where components[0] == "images": return images(world)
        case "DELETE": return delete(components[0], &world)
        default: return nil
        }
    }

    private func images(_ world: VendorWorld) -> FakeRegistry.Reply {
        if world.content.manifests.isEmpty { return FakeRegistry.Reply(204) }
        let tags = world.tagsByDigest
        return .json(
            200,
            .array(
                world.manifests.map { digest in
                    [
                        "digest": .string(digest.text), "createdAt": "2024-01-02T03:04:05Z", "size": 1234,
                        "tags": .array(tags[digest, default: []].map { .string($0) }), "layers": [],
                    ]
                }))
    }

    private func delete(_ reference: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if world.isDenied { return .json(403, ["error": "forbidden"]) }
        if world.notes["status"] != nil { return .json(409, ["error": ["id": "c", "message": "busy"]]) }
        // A tag is as good a name of the manifest as any.
        guard let digest = Digest(reference) ?? world.content.tags[reference], world.content.manifests[digest] != nil
        else { return .json(404, ["error": ["id": "n", "message": "image not found"]]) }
        if !world.failing.isDisjoint(with: world.tags(of: digest)) { return .json(500, ["error": "internal"]) }
        _ = world.remove(digest)
        return FakeRegistry.Reply(204)
    }
}
