import DockerConfig
@testable import HTTP
import JSON
@testable import Registry

/// Azure Container Registry: its API and its own tokens.
struct FakeAzure: FakeVendor {
    static let name = "acr"
    /// Without a slash, as the server that is made from the description would take it for another operation's name.
    static let repository = "acme.azurecr.io/app"
    static let login: Credential? = Credential(username: "ci", password: Secret("hunter2"))
    static let ways = VendorWays(
        // The root, a token, 2,500 tags and 1,250 manifests, a thousand a page; the root, a token, and for each tag a
        // look and a deletion.
        time: .tagged, listing: 2 + 3 + 2, deletion: 2 + 2000,
        limit: .init(
            headers: ["Retry-After": "13"], body: #"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow"}]}"#,
            seconds: 13))

    static let description: VendorDescription? = VendorDescription(
        file: "acr/acr-cli-swagger.json",
        operations: [
            "GET /acr/v1/{name}/_tags", "GET /acr/v1/{name}/_manifests", "DELETE /acr/v1/{name}/_tags/{reference}",
            "DELETE /v2/{name}/manifests/{reference}",
        ]
    ) { $0.path.hasPrefix("/acr/") || $0.method == "DELETE" && $0.path.contains("/manifests/") }

    private static let host = "acme.azurecr.io"
    private static let basic = "Basic \(Base64.encode(Array("ci:hunter2".utf8)))"

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if call.line == "POST /tenant/oauth2/v2.0/token", call.host == "login.microsoftonline.com" {
            return .json(200, ["access_token": "aad", "expires_in": 3600])
        }
        guard call.host == Self.host else { return nil }
        if call.line == "POST /oauth2/exchange" {
            let form = form(call)
            let isWhole = form["grant_type"] == "access_token" && form["service"] == Self.host
            return isWhole && form["access_token"] == "aad"
                ? .json(200, ["refresh_token": "rt"]) : .error(401, "UNAUTHORIZED")
        }
        if call.path == "/oauth2/token" { return token(call, world) }
        let isOwn = call.path.hasPrefix("/acr/")
        let needed =
            switch call.method {
            case "GET", "HEAD": isOwn ? "metadata_read" : "pull"
            case "DELETE": "delete"
            default: "push"
            }
        let granted = call.header("Authorization").split(separator: ":").last?.split(separator: ",") ?? []
        guard granted.contains(Substring(needed)) else { return refusal(needed) }
        // Slashes in a name are not encoded.
        let name = call.path.contains("/group/") ? "group/app" : "app"
        if let components = call.components(behind: "/acr/v1/\(name)/") {
            switch (call.method, components.count, components[0]) {
            case ("GET", 1, "_tags"): return tags(call, world)
            case ("GET", 1, "_manifests"): return manifests(call, world)
            case ("DELETE", 2, "_tags"): return untag(components[1], &world)
            default: return nil
            }
        }
        guard call.method == "DELETE", let components = call.components(behind: "/v2/\(name)/manifests/") else {
            return nil
        }
        return components.count == 1 ? remove(components[0], &world) : nil
    }

    private func refusal(_ needed: String) -> FakeRegistry.Reply {
        var reply = FakeRegistry.Reply.error(401, "UNAUTHORIZED")
        reply.headers["WWW-Authenticate"] =
            #"Bearer realm="https://\#(Self.host)/oauth2/token",service="\#(Self.host)",scope="repository:app:\#(needed)""#
        return reply
    }

    /// A service that leaves out, without a word, what nobody may do.
    private func token(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply {
        let isForm = call.method == "POST", fields = isForm ? form(call) : call.query
        let isLogin =
            isForm
            ? fields["grant_type"] == "refresh_token" && fields["refresh_token"] == "rt"
            : call.header("Authorization") == Self.basic
        guard isLogin, fields["service"] == Self.host, let scope = fields["scope"],
            ["repository:app:", "repository:group/app:"].contains(where: scope.hasPrefix)
        else { return .error(401, "UNAUTHORIZED") }
        let actions = scope.split(separator: ":").last?.split(separator: ",") ?? []
        let granted = actions.filter { $0 != "delete" || !world.isDenied }
        return .json(200, ["access_token": .string("T:\(granted.joined(separator: ","))")])
    }

    private func form(_ call: VendorCall) -> [String: String] {
        let text = String(decoding: call.body, as: UTF8.self)
        return URLParts("http://h.example/?\(text)").map { VendorCall(request: HTTPRequest(.get, $0), body: []).query }
            ?? [:]
    }

    /// The entries of a page behind the last one, and the link to the next.
    private func page(
        _ call: VendorCall, _ names: [String], _ member: String, _ entry: (String) -> JSONValue
    ) -> FakeRegistry.Reply? {
        let query = call.query
        guard Set(query.keys).isSubset(of: ["n", "last", "orderby"]), let size = Int(query["n"] ?? "100") else {
            return nil
        }
        let rest = names.sorted().filter { $0 > query["last"] ?? "" }
        let page = rest.prefix(size)
        let link = "<\(call.path)?last=\(page.last ?? "")&n=\(size)&orderby=>; rel=\"next\""
        return .json(
            200,
            [
                "registry": .string(Self.host), "imageName": "app",
                member: page.isEmpty ? .null : .array(page.map(entry)),
            ], page.count < rest.count ? ["Link": link] : [:])
    }

    private func tags(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        page(call, Array(world.content.tags.keys), "tags") { tag in
            [
                "name": .string(tag), "digest": .string(world.content.tags[tag]?.text ?? ""),
                "createdTime": "2024-01-01T00:00:00.1234567Z", "lastUpdateTime": .string(Self.time(world.tagged[tag])),
                "signed": false, "changeableAttributes": ["deleteEnabled": .bool(!world.immutable.contains(tag))],
            ]
        }
    }

    private func manifests(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let tags = world.tagsByDigest
        return page(call, world.manifests.map(\.text), "manifests") { text in
            let digest = Digest(text) ?? Digest(of: [])
            return [
                "digest": .string(text), "imageSize": 1234, "createdTime": .string(Self.time(world.pushed[digest])),
                "lastUpdateTime": .string(Self.time(world.pushed[digest])), "architecture": "amd64", "os": "linux",
                "mediaType": .string(world.content.manifests[digest]?.type ?? ""),
                "tags": .array(tags[digest, default: []].map { .string($0) }),
            ]
        }
    }

    private func untag(_ tag: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        guard world.content.tags[tag] != nil else { return .error(404, "TAG_UNKNOWN") }
        if world.immutable.contains(tag) { return Self.locked }
        if world.failing.contains(tag) { return .error(500, "UNKNOWN") }
        _ = world.untag(tag)
        return FakeRegistry.Reply(202)
    }

    private func remove(_ reference: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        // Not by a tag.
        guard let digest = Digest(reference) else { return .error(400, "DIGEST_INVALID") }
        if !world.immutable.isDisjoint(with: world.tags(of: digest)) { return Self.locked }
        return world.remove(digest) ? FakeRegistry.Reply(202) : .error(404, "MANIFEST_UNKNOWN")
    }

    private static let locked = FakeRegistry.Reply.json(
        405,
        [
            "errors": [
                [
                    "code": "UNSUPPORTED",
                    "message": "The operation is disallowed on this image. Correlation ID: c-1234",
                ]
            ]
        ])

    private static func time(_ seconds: Int?) -> String {
        String(Timestamp(secondsSince1970: seconds ?? 0).description.dropLast()) + ".0000000Z"
    }
}
