internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("Finding out about all tags")
struct ManifestReaderTests {
    private let registry = FakeRegistry()

    private func read(
        _ wanted: ManifestReader.Wanted = .all, parallel: Int = 16
    ) async throws -> [String: ManifestFacts?] {
        let client = try await registry.client(for: [.pull], parallel: parallel)
        let table = try await ManifestReader(client, wanted: wanted).tags()
        return Dictionary(uniqueKeysWithValues: table.map { ($0.tag.text, $0.facts) })
    }

    /// How often manifests and blobs were asked for.
    private var requests: [Int] { [registry.lines("GET app/manifests").count, registry.lines("GET app/blobs").count] }

    @Test("tells what an image is")
    func image() async throws {
        let digest = registry.image(.init(layers: ["one", "another"]), tags: ["a"])
        let facts = try #require(try await read()["a"] ?? nil)
        #expect(facts.digest == digest)
        #expect(facts.mediaType == .ociManifest)
        #expect(facts.created == Timestamp("2024-01-02T03:04:05Z"))
        #expect(facts.pushed == nil)
        #expect(facts.platforms?.map(\.description) == ["linux/amd64"])
        let config = #"{"created":"2024-01-02T03:04:05Z","os":"linux","architecture":"amd64","seed":0}"#.utf8.count
        let manifest = registry.with { $0.repositories["app"]?.manifests[digest]?.bytes.count }
        #expect(facts.size == config + 10 + (manifest ?? 0))
    }

    @Test("asks once for each tag, and once for the config that all of them share", arguments: [1, 16])
    func shared(parallel: Int) async throws {
        registry.image(1, tags: (1...100).map { "v\($0)" })
        let facts = try await read(parallel: parallel)
        #expect(Set(facts.values).count == 1)
        #expect(requests == [100, 1])
    }

    @Test("asks for no config where the annotations tell")
    func annotated() async throws {
        registry.image(.init(annotations: ["org.opencontainers.image.created": "2020-01-01T00:00:00Z"]), tags: ["a"])
        let facts = try await read([.created, .size])["a"] ?? nil
        #expect(facts?.created == Timestamp("2020-01-01T00:00:00Z"))
        #expect(requests == [1, 0])
    }

    @Test("believes the annotation before the config, and asks that for the rest")
    func annotatedAndRead() async throws {
        registry.image(.init(annotations: ["org.opencontainers.image.created": "2020-01-01T00:00:00Z"]), tags: ["a"])
        let facts = try await read()["a"] ?? nil
        #expect(facts?.created == Timestamp("2020-01-01T00:00:00Z"))
        #expect(facts?.platforms?.count == 1)
        #expect(requests == [1, 1])
    }

    @Test("asks for no config where only the size is wanted")
    func sizeOnly() async throws {
        registry.image(1, tags: ["a"])
        #expect(try await read(.size)["a"]??.size != nil)
        #expect(requests == [1, 0])
    }

    static let artifacts = [
        "application/vnd.cncf.helm.config.v1+json", "application/vnd.oci.empty.v1+json", "application/octet-stream",
    ]

    @Test("asks for no config of what is no image", arguments: artifacts)
    func artifact(type: String) async throws {
        registry.image(.init(configType: type), tags: ["a"])
        let facts = try await read()["a"] ?? nil
        #expect(facts?.created == nil)
        #expect(facts?.size != nil)
        #expect(requests == [1, 0])
    }

    @Test("tells of an index how old its newest image is, all that it has, and for which machines")
    func index() async throws {
        let old = registry.image(.init(created: "2020-01-01T00:00:00Z", architecture: "amd64"))
        let new = registry.image(.init(created: "2021-01-01T00:00:00Z", architecture: "arm64"))
        registry.index([old, new], tags: ["i"], platforms: ["linux/amd64", "linux/arm64"])
        registry.tag(old, as: "a")
        registry.tag(new, as: "b")
        let facts = try await read()
        #expect(facts["i"]??.created == Timestamp("2021-01-01T00:00:00Z"))
        #expect(facts["i"]??.platforms?.map(\.description) == ["linux/amd64", "linux/arm64"])
        let sum = (facts["a"]??.size ?? 0) + (facts["b"]??.size ?? 0)
        let own = registry.with { state in
            state.repositories["app"]?.tags["i"].flatMap { state.repositories["app"]?.manifests[$0] }?.bytes.count ?? 0
        }
        #expect(facts["i"]??.size == sum + own)
    }

    @Test("asks for an index's platforms where it does not say them")
    func unnamedPlatforms() async throws {
        let children = ["amd64", "arm64"].map { registry.image(.init(architecture: $0)) }
        registry.index(children, tags: ["i"])
        #expect(try await read()["i"]??.platforms?.map(\.description) == ["linux/amd64", "linux/arm64"])
    }

    @Test("asks for nothing below an index that says all that is wanted")
    func sufficientIndex() async throws {
        let child = registry.image(1)
        registry.index(
            [child], tags: ["i"], platforms: ["linux/amd64"],
            annotations: ["org.opencontainers.image.created": "2020-01-01T00:00:00Z"])
        _ = try await read([.created, .platforms])
        #expect(requests == [1, 0])
    }

    @Test("asks once for what many indexes share", arguments: [1, 16])
    func sharedChildren(parallel: Int) async throws {
        let children = (1...3).map { registry.image($0) }
        for number in 1...30 { registry.index(children, tags: ["i\(number)"], annotations: ["n": "\(number)"]) }
        _ = try await read(parallel: parallel)
        #expect(requests == [33, 3])
    }

    @Test("asks once for the config of what has a tag and lies in an index", arguments: [1, 16])
    func taggedChild(parallel: Int) async throws {
        let child = registry.image(1, tags: ["a", "z"])
        registry.index([child], tags: ["i"])
        _ = try await read(parallel: parallel)
        #expect(registry.lines("GET app/blobs").count == 1)
    }

    @Test("knows no size of an index that lacks one of its images")
    func missingChild() async throws {
        let child = registry.image(1)
        registry.index([child, Digest(of: [1, 2, 3])], tags: ["i"], platforms: ["linux/amd64", "linux/arm64"])
        let facts = try await read()["i"] ?? nil
        #expect(facts?.size == nil)
        #expect(facts?.created == Timestamp("2024-01-02T03:04:05Z"))
        #expect(facts?.platforms?.count == 2)
    }

    @Test("does not take attestations for images")
    func attestations() async throws {
        let image = registry.image(.init(created: "2020-01-01T00:00:00Z"))
        let attestation = registry.image(.init(created: "2025-01-01T00:00:00Z", architecture: "unknown"))
        registry.index([image, attestation], tags: ["i"], platforms: ["linux/amd64", "unknown/unknown"])
        let facts = try await read()["i"] ?? nil
        #expect(facts?.created == Timestamp("2020-01-01T00:00:00Z"))
        #expect(facts?.platforms?.map(\.description) == ["linux/amd64"])
    }

    @Test("goes into indexes within indexes, so far")
    func nested() async throws {
        var digest = registry.image(1)
        for number in 1...8 { digest = registry.index([digest], tags: ["i\(number)"], annotations: ["n": "\(number)"]) }
        let facts = try await read(.created, parallel: 1)
        #expect(facts["i1"]??.created == Timestamp("2024-01-02T03:04:05Z"))
        #expect(facts.values.allSatisfy { $0 != nil })
    }

    @Test("knows nothing of a tag that goes meanwhile, and all of the others")
    func vanished() async throws {
        registry.image(1, tags: ["a", "b"])
        registry.upon(
            "GET app/manifests/a",
            .meanwhile { registry in
                registry.with { $0.repositories["app"]?.tags["a"] = nil }
            })
        let facts = try await read()
        #expect(facts.count == 2)
        #expect(facts["a"] == .some(nil))
        #expect(facts["b"] != .some(nil))
    }

    @Test(
        "fails where a manifest or a config is not what it should be",
        arguments: ["GET app/manifests", "GET app/blobs"])
    func lie(prefix: String) async throws {
        registry.image(1, tags: ["a"])
        registry.upon(prefix, .lie("{}"))
        let error = await #expect(throws: RegistryError.self) { try await read() }
        #expect(error?.kind == .badData)
    }

    @Test("tells how far it is, once for each tag")
    func progress() async throws {
        registry.image(1, tags: (1...20).map { "v\($0)" })
        let told = Noted<[Int]>([])
        let client = try await registry.client(for: [.pull])
        _ = try await ManifestReader(client).tags { done, count in told.note { $0.append(done * 100 + count) } }
        #expect(told.value.sorted() == (1...20).map { $0 * 100 + 20 })
    }
}
