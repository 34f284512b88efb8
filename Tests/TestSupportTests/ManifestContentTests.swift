internal import JSON
internal import TestSupport
internal import Testing

/// Manifests written into the storage, judged by Debian's registry and skopeo.
@Suite("Manifests put into a registry's storage")
struct ManifestContentTests {
    /// A manifest as the registry has it, with the digest that it says.
    private func manifest(_ reference: String, at address: String) async throws -> (digest: String?, json: JSONObject) {
        let types = ["oci.image.index.v1", "oci.image.manifest.v1", "docker.distribution.manifest.v2"]
        let accept = types + ["docker.distribution.manifest.list.v2"]
        let answer = try await curl(
            "http://\(address)/v2/group/app/manifests/\(reference)",
            accept.flatMap { ["--header", "Accept: application/vnd.\($0)+json"] })
        let json = try JSONValue(parsing: Array(answer.body.utf8)).object ?? JSONObject()
        return (answer.header("docker-content-digest"), json)
    }

    /// What skopeo says of an image in which all is as it should be.
    private func pull(_ reference: String, from address: String, all: Bool = false) async throws {
        let scratch = try ScratchDirectory()
        try await Command(
            "skopeo",
            ["copy", "--src-tls-verify=false"] + (all ? ["--all"] : [])
                + ["docker://\(address)/group/app:\(reference)", "dir:\(scratch.path)/pulled"],
            environment: ["PATH": Command.searchPath, "HOME": scratch.path]
        ).succeed()
    }

    @Test("are images that can be pulled, of the sizes that were said", arguments: ["oci", "docker"])
    func image(format: String) async throws {
        let registry = try await LoopbackRegistry()
        let image = ManifestContent.image(
            created: "2026-01-02T03:04:05Z", layers: [5, 1535, 1536, 100_000, .init(size: 5, seed: 1)],
            format: try #require(.init(rawValue: format)), tags: ["1"])
        let stored = try #require(try await registry.store([image], as: "group/app").first)
        let found = try await manifest("1", at: registry.address)
        #expect(found.digest == stored.digest)
        #expect(found.json["mediaType"]?.string == stored.mediaType)
        let layers = found.json["layers"]?.array?.compactMap(\.object) ?? []
        #expect(layers.map { $0["size"] } == [5, 1535, 1536, 100_000, 5])
        #expect(layers.map { $0["digest"]?.string } == stored.layers)
        #expect(Set(stored.layers).count == 5)
        try await pull("1", from: registry.address)
        let config = try await curl("http://\(registry.address)/v2/group/app/blobs/\(try #require(stored.config))")
        #expect(config.body.contains(#""created": "2026-01-02T03:04:05Z""#))
    }

    @Test("are one manifest under several tags")
    func siblings() async throws {
        let registry = try await LoopbackRegistry()
        let stored = try await registry.store(
            [.image(tags: ["a", "b"]), .image(created: "x", tags: ["c"])], as: "group/app")
        #expect(try await manifest("a", at: registry.address).digest == stored[0].digest)
        #expect(try await manifest("b", at: registry.address).digest == stored[0].digest)
        #expect(try await manifest("c", at: registry.address).digest == stored[1].digest)
        #expect(stored[0].digest != stored[1].digest)
    }

    @Test("are indexes of platforms with an attestation, which can be pulled", arguments: ["oci", "docker"])
    func index(format: String) async throws {
        let registry = try await LoopbackRegistry()
        let format = try #require(ManifestContent.Format(rawValue: format))
        let images = ["linux/amd64", "linux/arm64"].map { ManifestContent.image(platform: $0, format: format) }
        let attestations = format == .oci ? [ManifestContent.attestation(of: 1)] : []
        let stored = try await registry.store(
            [.index(images + attestations, format: format, tags: ["1"])], as: "group/app")
        let entries = try await manifest("1", at: registry.address).json["manifests"]?.array?.compactMap(\.object) ?? []
        #expect(entries.map { $0["digest"]?.string } == stored[0].children.map(\.digest))
        let platforms = entries.map { $0["platform"]?.object?["architecture"] }
        #expect(platforms == ["amd64", "arm64"] + (format == .oci ? ["unknown"] : []))
        if format == .oci {
            let annotations = entries.last?["annotations"]?.object
            #expect(annotations?["vnd.docker.reference.type"] == "attestation-manifest")
            #expect(annotations?["vnd.docker.reference.digest"]?.string == stored[0].children[1].digest)
        }
        try await pull("1", from: registry.address, all: true)
    }

    @Test("are indexes of indexes")
    func nested() async throws {
        let registry = try await LoopbackRegistry()
        let inner = ManifestContent.index([.image()], tags: ["inner"])
        let stored = try await registry.store([.index([inner], tags: ["outer"])], as: "group/app")
        #expect(try await manifest("inner", at: registry.address).digest == stored[0].children[0].digest)
        #expect(try await manifest("outer", at: registry.address).digest == stored[0].digest)
    }

    @Test("have referrers, listed under the fallback tag")
    func referrers() async throws {
        let registry = try await LoopbackRegistry()
        var image = ManifestContent.image(tags: ["1"], annotations: ["a": "b"])
        image.referrers = [.artifact("application/spdx+json", annotations: ["c": "d"])]
        let stored = try #require(try await registry.store([image], as: "group/app").first)
        let list = try await manifest(stored.fallbackTag, at: registry.address)
        #expect(list.digest == stored.fallback)
        let entry = list.json["manifests"]?.array?.first?.object
        #expect(entry?["artifactType"] == "application/spdx+json")
        #expect(entry?["annotations"] == ["c": "d"])
        let referrer = try await manifest(try #require(entry?["digest"]?.string), at: registry.address)
        #expect(referrer.digest == stored.referrers[0].digest)
        #expect(referrer.json["subject"]?.object?["digest"]?.string == stored.digest)
        #expect(try await manifest("1", at: registry.address).json["annotations"] == ["a": "b"])
    }

    @Test("can be a thousand", .timeLimit(.minutes(5)))
    func many() async throws {
        let registry = try await LoopbackRegistry()
        let images = (0..<1000).map { ManifestContent.image(created: "\($0)", tags: ["v\($0)"]) }
        let stored = try await registry.store(images, as: "group/app")
        #expect(Set(stored.map(\.digest)).count == 1000)
        let list = try await curl("http://\(registry.address)/v2/group/app/tags/list").body
        #expect(try JSONValue(parsing: Array(list.utf8)).object?["tags"]?.array?.count == 1000)
    }
}
