import DockerConfig
import HTTP
import JSON
@testable import Registry

/// Nexus, with images addressed by paths.
struct FakeNexus: FakeVendor {
    static let name = "nexus"
    static let repository = "nexus.example/docker-hosted/team/app"
    static let behaviour = FakeGitLabSite.behaviour(untags: false)
    static let secrets: [VendorSecret: Secret] = [
        .nexusUsername: Secret("ci"), .nexusPassword: Secret("hunter2"),
    ]
    static let ways: VendorWays = {
        // The root and 2,500 components, fifty a page, the last of which says that there is another; the root, 1,000
        // components, and for each tag a look and a deletion.
        var ways = VendorWays(
            listing: 1 + 51, deletion: 1 + 21 + 2000, limit: .init(headers: ["Retry-After": "3"], seconds: 3))
        ways.protects = false
        return ways
    }()

    static var description: VendorDescription? {
        // The same images as the test of the description makes.
        let registry = FakeRegistry()
        let image = registry.image(1), other = registry.image(2)
        let items = [("a", image), ("b", image), ("c", other)].map { tag, digest -> JSONValue in
            FakeNexusSite.component(tag, digest, "docker-hosted", "team/app", pushed: 0)
        }
        let config: JSONValue = [
            "collections": [
                [
                    "list": "GET /v1/search", "items": .array(items), "wrap": "/items", "key": "id",
                    "paging": [
                        "style": "token", "size": "", "default": 50, "token": "continuationToken",
                        "next": "/continuationToken",
                    ],
                ]
            ]
        ]
        return VendorDescription(
            file: "nexus/nexus-3.94.subset.openapi.json", config: config.text(indented: false),
            operations: ["GET /v1/search", "DELETE /v1/components/{id}"]
        ) { $0.path.hasPrefix("/service/rest/") }
    }

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        FakeNexusSite(repository: "docker-hosted", image: "team/app").answer(call, &world)
    }
}

/// What Nexuses have in common, however images are addressed.
struct FakeNexusSite {
    /// Nexus's name for the repository.
    let repository: String
    let image: String
    /// Another of its repositories that has the image.
    var other: String?
    /// The host of the API.
    var host = "nexus.example"
    /// Tags that the search does not show yet where they lead, by what it shows.
    var stale: [String: Digest] = [:]

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.header("Authorization") == "Basic \(Base64.encode(Array("ci:hunter2".utf8)))" else {
            return FakeRegistry.Reply(401, ["WWW-Authenticate": #"Basic realm="Sonatype Nexus Repository Manager""#])
        }
        if call.line == "GET /service/rest/v1/search", call.host == host { return search(call, world) }
        if call.method == "DELETE", call.host == host,
            let components = call.components(behind: "/service/rest/v1/components/")
        {
            return components.count == 1 ? delete(components[0], &world) : FakeRegistry.Reply(404)
        }
        // What the protocol deletes depends on the version: only what is not there may be asked for.
        if call.method == "DELETE", call.path.contains("/manifests/") {
            if world.isDenied { return .error(403, "DENIED") }
            let digest = Digest(String(call.path.split(separator: "/").last ?? ""))
            return digest.map { world.content.manifests[$0] == nil } ?? false
                ? .error(404, "MANIFEST_UNKNOWN") : .error(500, "")
        }
        return nil
    }

    private func search(_ call: VendorCall, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let query = call.query
        let known: Set<String> = [
            "repository", "format", "docker.imageName", "docker.imageTag", "docker.contentDigest", "sort", "direction",
            "continuationToken",
        ]
        guard Set(query.keys).isSubset(of: known), query["format"] == "docker" else { return nil }
        var all: [JSONValue] = []
        let isHere = query["repository"].map { $0 == repository } ?? true
        if isHere, query["docker.imageName"] == image {
            for tag in world.content.tags.keys.sorted() {
                let digest = stale[tag] ?? world.content.tags[tag] ?? Digest(of: [])
                guard query["docker.imageTag"].map({ $0 == tag }) ?? true,
                    query["docker.contentDigest"].map({ $0 == digest.text }) ?? true
                else { continue }
                all.append(component(tag, digest, repository, world))
                if let other { all.append(component(tag, digest, other, world)) }
            }
            let tagged = Set(world.content.tags.values)
            for digest in world.manifests where !tagged.contains(digest) {
                guard query["docker.imageTag"] == nil, query["docker.contentDigest"].map({ $0 == digest.text }) ?? true
                else { continue }
                all.append(component(digest.text, digest, repository, world))
            }
        }
        var start = 0
        if let token = query["continuationToken"] {
            guard token.hasPrefix("next/"), let place = Int(token.dropFirst(5)) else { return FakeRegistry.Reply(406) }
            start = place
        }
        let page = Array(all.dropFirst(start).prefix(50))
        // A full page leads on, even where it is the last.
        let next: JSONValue = page.count == 50 ? .string("next/\(start + 50)") : .null
        return .json(200, ["items": .array(page), "continuationToken": next])
    }

    private func component(
        _ version: String, _ digest: Digest, _ repository: String, _ world: VendorWorld
    ) -> JSONValue {
        Self.component(
            version, digest, repository, image, pushed: world.pushed[digest] ?? 0,
            type: world.content.manifests[digest]?.type ?? MediaType.ociManifest.text)
    }

    /// A component; its number has characters in it that a path must encode.
    static func component(
        _ version: String, _ digest: Digest, _ repository: String, _ image: String, pushed: Int,
        type: String = MediaType.ociManifest.text
    ) -> JSONValue {
        let time = Timestamp(secondsSince1970: pushed).description.dropLast() + ".000+00:00"
        return [
            "id": .string("\(repository):/\(version)=="), "repository": .string(repository), "format": "docker",
            "name": .string(image), "version": .string(version),
            "assets": [
                [
                    "id": "asset", "path": "v2/-/blobs/sha256:0", "checksum": ["sha256": "00"],
                    "contentType": "application/octet-stream",
                ],
                [
                    "id": "asset", "path": .string("v2/\(image)/manifests/\(version)"),
                    "checksum": ["sha1": "00", "sha256": .string(String(digest.text.dropFirst(7)))],
                    "contentType": .string(type), "blobCreated": .string(String(time)),
                    "lastModified": "2020-01-02T03:04:05.000+00:00",
                ],
            ],
        ]
    }

    private func delete(_ id: String, _ world: inout VendorWorld) -> FakeRegistry.Reply {
        let prefix = "\(repository):/"
        guard id.hasPrefix(prefix), id.hasSuffix("==") else { return FakeRegistry.Reply(422) }
        let version = String(id.dropFirst(prefix.count).dropLast(2))
        if world.isDenied { return FakeRegistry.Reply(403) }
        if world.failing.contains(version) { return FakeRegistry.Reply(500) }
        if let digest = Digest(version) {
            return world.remove(digest) ? FakeRegistry.Reply(204) : FakeRegistry.Reply(404)
        }
        return world.untag(version) ? FakeRegistry.Reply(204) : FakeRegistry.Reply(404)
    }
}
