import DockerConfig
import JSON
@testable import Registry

/// Google's Artifact Registry by the distribution protocol.
struct FakeGoogle: FakeVendor {
    static let name = "gcr"
    static let repository = "europe-docker.pkg.dev/acme/images/group/app"
    static let variables = ["CLOUDSDK_AUTH_ACCESS_TOKEN": "ya29.t"]
    static let ways = VendorWays(
        // The root, a token, and all at once; the root, a token, and for each tag a look and a deletion.
        listing: 3, deletion: 2 + 2000,
        limit: .init(body: #"{"errors":[{"code":"TOOMANYREQUESTS","message":"Quota exceeded"}]}"#, seconds: 0))

    private static let host = "europe-docker.pkg.dev"
    private static let basic = "Basic \(Base64.encode(Array("oauth2accesstoken:ya29.t".utf8)))"

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.host == Self.host else { return nil }
        if call.path == "/v2/token" { return token(call) }
        let needed = call.method == "GET" || call.method == "HEAD" ? "pull" : "push"
        guard call.header("Authorization").hasPrefix("Bearer "), call.path == "/v2/" || allows(call, needed) else {
            var reply = FakeRegistry.Reply.error(401, "UNAUTHORIZED")
            reply.headers["WWW-Authenticate"] =
                #"Bearer realm="https://\#(Self.host)/v2/token",service="\#(Self.host)""#
            return reply
        }
        guard let components = call.components(behind: "/v2/acme/images/group/app/") else { return nil }
        switch (call.method, components.first) {
        case ("GET", "tags") where call.query["n"] == "10000": return list(world)
        case ("DELETE", "manifests") where components.count == 2: return delete(components[1], &world)
        default: return nil
        }
    }

    private func allows(_ call: VendorCall, _ action: String) -> Bool {
        call.header("Authorization").split(separator: ":").last?.split(separator: ",").contains { $0 == action } == true
    }

    private func token(_ call: VendorCall) -> FakeRegistry.Reply {
        guard call.header("Authorization") == Self.basic, call.query["service"] == Self.host,
            let scope = call.query["scope"]
        else { return .error(401, "UNAUTHORIZED") }
        let actions = scope.split(separator: ":").last?.split(separator: ",") ?? []
        guard Set(actions).isSubset(of: ["pull", "push"]) else {
            return .json(400, ["errors": [["code": "DENIED", "message": "Unsupported action"]]])
        }
        return .json(200, ["token": .string("T:\(scope)"), "expires_in": 3600])
    }

    private func list(_ world: VendorWorld) -> FakeRegistry.Reply {
        let tags = world.tagsByDigest
        var manifests = JSONObject()
        for digest in world.manifests {
            let seconds = world.pushed[digest] ?? 0
            manifests[digest.text] = [
                "imageSizeBytes": "1234", "layerId": "",
                "mediaType": .string(world.content.manifests[digest]?.type ?? ""),
                "tag": .array(tags[digest, default: []].map { .string($0) }), "timeCreatedMs": "0",
                "timeUploadedMs": .string("\(seconds)000"),
            ]
        }
        return .json(
            200,
            [
                "name": "acme/images/group/app", "child": [], "manifest": .object(manifests),
                "tags": .array(world.content.tags.keys.sorted().map { .string($0) }),
            ])
    }

    private func delete(_ reference: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if world.isDenied { return .error(403, "DENIED") }
        guard let digest = Digest(reference) else {
            if world.immutable.contains(reference) { return .error(400, "FAILED_PRECONDITION") }
            if world.failing.contains(reference) { return .error(500, "UNKNOWN") }
            return world.untag(reference) ? FakeRegistry.Reply(202) : .error(404, "MANIFEST_UNKNOWN")
        }
        if !world.tags(of: digest).isEmpty { return .error(400, "GOOGLE_MANIFEST_DANGLING_TAG") }
        if world.isHeld(digest) { return .error(400, "GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE") }
        return world.remove(digest) ? FakeRegistry.Reply(202) : .error(404, "MANIFEST_UNKNOWN")
    }
}
