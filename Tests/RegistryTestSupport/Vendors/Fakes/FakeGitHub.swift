import DockerConfig
import JSON
@testable import Registry

/// GitHub's packages, and ghcr.io, which itself deletes nothing.
struct FakeGitHub: FakeVendor {
    static let name = "github"
    static let repository = "ghcr.io/acme/group/app"
    static let behaviour: FakeRegistry.Behaviour = {
        var behaviour = FakeRegistry.Behaviour()
        behaviour.deletes = false
        return behaviour
    }()
    static let secrets: [VendorSecret: Secret] = [.githubToken: Secret("ghp_hunter2")]
    static let ways: VendorWays = {
        // The owner, and 1,250 versions, a hundred a page. To delete: the owner, the list with the three pages by which
        // it is known to be whole, whether it is allowed, the registry's root, a manifest for each version, and for each
        // a look at its tag, one at its own tags and a deletion; and, as a second goes by with each, a new list every
        // half minute.
        var ways = VendorWays(
            listing: 1 + 13, deletion: 1 + 14 + 2 + 1001 + 3000 + 270,
            limit: .init(
                status: 403, headers: ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000037"],
                body: #"{"message":"API rate limit exceeded for installation"}"#, seconds: 37))
        ways.keepsLastTag = true
        ways.tellsDeletion = false
        return ways
    }()
    static let description: VendorDescription? = {
        // What the description's examples call a version is none of the registry's manifests.
        let version = [
            #""id":7,"name":"\#(FakeRegistry().image(1))","created_at":"2024-01-02T03:04:05Z""#,
            #""updated_at":"2024-01-02T03:04:05Z","metadata":{"package_type":"container","container":{"tags":["a","b"]}}"#,
        ].joined(separator: ",")
        let rules = [
            #"{"match":"^GET /users/acme","status":200,"body":{"login":"acme","type":"Organization"}}"#,
            #"{"match":"^GET /orgs/.*/versions[?]","status":200,"body":[{\#(version)}]}"#,
        ]
        return VendorDescription(
            file: "github/packages.openapi.json", config: #"{"rules":[\#(rules.joined(separator: ","))]}"#,
            operations: [
                "GET /users/{username}",
                "GET /orgs/{org}/packages/{package_type}/{package_name}/versions",
                "GET /orgs/{org}/packages/{package_type}/{package_name}/versions/{package_version_id}",
                "DELETE /orgs/{org}/packages/{package_type}/{package_name}/versions/{package_version_id}",
            ]
        ) { $0.host == "api.github.com" }
    }()

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.host == "api.github.com" else { return nil }
        guard call.header("Authorization") == "Bearer ghp_hunter2" else { return Self.error(401, "Bad credentials") }
        guard call.header("X-GitHub-Api-Version") == "2022-11-28" else { return nil }
        let isOrganization = world.notes["owner"] != "User"
        if call.line == "GET /users/acme" {
            return .json(200, ["login": "Acme", "id": 1, "type": isOrganization ? "Organization" : "User"])
        }
        if call.line == "GET /user" { return .json(200, ["login": "Acme", "type": "User"]) }
        let names = "/packages/container/group%2Fapp/versions"
        // What is private, users are shown as their own alone.
        let prefixes = isOrganization ? ["/orgs/acme"] : ["/users/acme", "/user"]
        guard let prefix = prefixes.first(where: { call.path.hasPrefix($0 + names) }),
            let components = call.components(behind: prefix + names)
        else { return nil }
        if prefix == "/users/acme" { return Self.error(404, "Package not found.") }
        switch (call.method, components.count) {
        case ("GET", 0): return list(call, prefix + names, &world)
        case ("GET", 1): return version(components[0], world).map { .json(200, Self.entry($0, world)) } ?? Self.absent
        case ("DELETE", 1): return delete(components[0], &world)
        default: return nil
        }
    }

    private func list(_ call: VendorCall, _ path: String, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        guard Set(query.keys).isSubset(of: ["page", "per_page", "state"]), let page = Int(query["page"] ?? "1"),
            let size = Int(query["per_page"] ?? "30"), (1...100).contains(size)
        else { return nil }
        // The newest first: what a test has not pushed itself.
        func time(_ digest: Digest) -> Int { world.pushed[digest] ?? .max }
        var digests = world.content.manifests.keys.sorted { time($0) == time($1) ? $0 > $1 : time($0) > time($1) }
        if let looks = world.notes["stale"].flatMap({ Int($0) }), looks > 0 {
            world.notes["stale"] = "\(looks - 1)"
            digests.removeAll { time($0) == .max }
        }
        let last = max(1, (digests.count + size - 1) / size)
        let tags = world.tagsByDigest
        func link(_ number: Int, _ relation: String) -> String {
            "<https://api.github.com\(path)?per_page=\(size)&page=\(number)>; rel=\"\(relation)\""
        }
        var links: [String] = []
        if page > 1 { links += [link(page - 1, "prev")] }
        if page < last { links += [link(page + 1, "next")] }
        if page < last, world.notes["links"] != "next" { links += [link(last, "last")] }
        if page > 1 { links += [link(1, "first")] }
        let shown = digests.page(page, of: size)
        // Somebody deletes the newest while others look.
        if let count = world.notes["shrinking"].flatMap({ Int($0) }), count > 0, page == 2, let newest = digests.first {
            world.notes["shrinking"] = "\(count - 1)"
            _ = world.remove(newest)
        }
        for digest in shown { world.notes["version \(Self.id(digest))"] = digest.text }
        let entries = shown.map { Self.entry($0, world, tags) }
        return .json(200, .array(entries), links.isEmpty ? [:] : ["Link": links.joined(separator: ", ")])
    }

    private func delete(_ text: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        if world.isDenied { return Self.error(403, "Resource not accessible by integration") }
        guard let digest = version(text, world) else { return Self.absent }
        let tags = world.tags(of: digest)
        if world.notes["hides"] != nil { return Self.absent }
        if !world.immutable.isDisjoint(with: tags) {
            return Self.error(
                400, "Publicly visible package versions with more than 5000 downloads cannot be deleted.")
        }
        if !tags.isEmpty, world.content.tags.values.allSatisfy({ $0 == digest }) {
            return Self.error(400, "You cannot delete the last tagged version of a package.")
        }
        if !world.failing.isDisjoint(with: tags) { return Self.error(500, "Server Error") }
        _ = world.remove(digest)
        return FakeRegistry.Reply(204)
    }

    private func version(_ text: String, _ world: VendorWorld) -> Digest? {
        // Nobody knows the number of what was never listed.
        world.notes["version \(text)"].flatMap { Digest($0) }.flatMap { world.content.manifests[$0] == nil ? nil : $0 }
    }

    private static func id(_ digest: Digest) -> Int { Int(digest.text.dropFirst(7).prefix(10), radix: 16) ?? 0 }

    private static func entry(_ digest: Digest, _ world: VendorWorld, _ tags: [Digest: [String]]? = nil) -> JSONValue {
        let time = Timestamp(secondsSince1970: world.pushed[digest] ?? VendorWays.start).description
        let tags = tags?[digest, default: []] ?? world.tags(of: digest)
        return [
            "id": .integer(id(digest)), "name": .string(digest.text), "created_at": .string(time),
            "updated_at": .string(time),
            "metadata": ["package_type": "container", "container": ["tags": .array(tags.map { .string($0) })]],
        ]
    }

    private static let absent = error(404, "Package version not found.")

    private static func error(_ status: Int, _ message: String) -> FakeRegistry.Reply {
        .json(status, ["message": .string(message), "documentation_url": "https://docs.github.com/rest"])
    }
}
