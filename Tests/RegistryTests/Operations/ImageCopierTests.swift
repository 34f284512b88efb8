@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

private let v1 = Tag(unchecked: "v1")

extension ImageCopier.Report {
    /// Mounted, copied, present, bytes.
    fileprivate var numbers: [Int] { [mounted, copied, present, bytes] }
}

@Suite("A copy to another registry", .timeLimit(.minutes(1)))
struct ImageCopierTests {
    private let network = FakeNetwork()
    private var source: FakeRegistry { network.source }
    private var destination: FakeRegistry { network.destination }

    static let images: [FakeRegistry.Image] = [
        .init(layers: ["one", "another"]), .init(layers: ["one", "one"], isDocker: true), .init(layers: [""]),
        .init(layers: []),
        .init(foreign: ["elsewhere"]),
    ]

    @Test("has the image's digest, byte for byte, and all that it consists of", arguments: images)
    func image(image: FakeRegistry.Image) async throws {
        let digest = source.image(image, tags: ["v1"])
        #expect(try await network.copier().copy(.tag(v1), as: Tag("w1")) == digest)
        #expect(destination.tags() == ["w1": digest])
        #expect(destination.gaps() == [])
        #expect(
            destination.with { $0.repositories["app"]?.manifests[digest]?.bytes }
                == source.with { $0.repositories["app"]?.manifests[digest]?.bytes })
        #expect(
            destination.with { $0.repositories["app"]?.manifests[digest]?.type }
                == source.with { $0.repositories["app"]?.manifests[digest]?.type })
    }

    @Test("counts blobs and bytes")
    func report() async throws {
        source.image(.init(layers: ["12345", "123"]), tags: ["v1"])
        destination.blob("123")
        let copier = try await network.copier()
        _ = try await copier.copy(.tag(v1), as: v1)
        let config = #"{"created":"2024-01-02T03:04:05Z","os":"linux","architecture":"amd64","seed":0}"#.utf8.count
        #expect(copier.report.numbers == [0, 2, 1, 5 + config])
    }

    @Test("by its digest has no tag")
    func untagged() async throws {
        let digest = source.image(1)
        #expect(try await network.copier().copy(.digest(digest), as: nil) == digest)
        #expect(destination.has(digest))
        #expect(destination.tags() == [:])
    }

    @Test("moves nothing where the image is there")
    func present() async throws {
        let digest = source.image(1, tags: ["v1"])
        destination.image(1)
        let copier = try await network.copier()
        _ = try await copier.copy(.tag(v1), as: v1)
        #expect(destination.tags() == ["v1": digest])
        #expect(destination.lines("POST").isEmpty)
        #expect(copier.report.numbers == [0, 0, 2, 0])
    }

    @Test("leaves out layers that must not be passed on")
    func foreign() async throws {
        source.image(.init(foreign: ["elsewhere"]), tags: ["v1"])
        _ = try await network.copier().copy(.tag(v1), as: v1)
        #expect(source.lines("GET app/blobs").count == 2)
    }

    @Test("of an index writes its images first, and what they share once")
    func index() async throws {
        let children = (1...4).map { source.image($0) }
        let inner = source.index(Array(children.prefix(2)))
        let index = source.index([inner] + children, tags: ["v1"])
        let copier = try await network.copier()
        #expect(try await copier.copy(.tag(v1), as: v1) == index)
        #expect(destination.gaps() == [])
        let written = destination.lines("PUT app/manifests")
        #expect(written.count == 6)
        #expect(written.last == "PUT app/manifests/v1")
        // Four configs, and the layer that all have.
        #expect(copier.report.copied == 5)
        #expect(source.lines("GET app/blobs").count == 5)
    }

    @Test("of an index takes the blobs along that some keep there")
    func cacheIndex() async throws {
        let layer = source.blob("layer"), config = source.blob("{}")
        let entries = [
            #"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\#(layer)","size":5}"#,
            #"{"mediaType":"application/vnd.buildkit.cacheconfig.v0","digest":"\#(config)","size":2}"#,
        ]
        let type = MediaType.ociIndex.text
        let text = #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(entries.joined(separator: ","))]}"#
        let digest = source.manifest(text: text, type, tags: ["v1"])
        #expect(try await network.copier().copy(.tag(v1), as: v1) == digest)
        #expect(destination.with { $0.repositories["app"]?.blobs[layer] != nil })
    }

    @Test("of an index that lacks an image fails, and leaves no tag")
    func missingChild() async throws {
        source.index([source.image(1), Digest(of: [1])], tags: ["v1"])
        let copier = try await network.copier()
        let error = await #expect(throws: RegistryError.self) { try await copier.copy(.tag(v1), as: v1) }
        #expect(error?.kind == .notFound)
        #expect(destination.tags() == [:])
    }

    @Test("of indexes within indexes without end ends")
    func deep() async throws {
        var digest = source.image(1)
        for _ in 1...6 { digest = source.index([digest]) }
        source.tag(digest, as: "v1")
        let copier = try await network.copier()
        let error = await #expect(throws: RegistryError.self) { try await copier.copy(.tag(v1), as: v1) }
        #expect(error?.kind == .badData)
    }

    @Test("of all tags has all of them, and moves what they share once")
    func allTags() async throws {
        for number in 1...30 { source.image(number % 7, tags: ["v\(number)"]) }
        let copier = try await network.copier()
        let copied = try await copier.copyAllTags()
        #expect(destination.tags() == source.tags())
        #expect(Dictionary(uniqueKeysWithValues: copied.map { ($0.tag.text, $0.digest) }) == source.tags())
        #expect(destination.gaps() == [])
        #expect(copier.report.copied == 8)
    }

    @Test("tells of as many bytes as are there in the end")
    func progress() async throws {
        for number in 1...10 {
            source.image(.init(layers: ["a\(number % 3)", "shared"], seed: number), tags: ["v\(number)"])
        }
        destination.image(.init(layers: ["a1", "shared"], seed: 1))
        let told = Noted((found: 0, copied: 0))
        let copier = try await network.copier { progress in
            told.note { told in
                switch progress {
                case .found(let bytes): told.found += bytes
                case .copied(let bytes): told.copied += bytes
                }
            }
        }
        _ = try await copier.copyAllTags()
        #expect(told.value.found > 0)
        #expect(told.value.found == told.value.copied)
    }

    // MARK: lies

    @Test("of bytes that are others than their digest says fails, and no manifest is written")
    func lyingBlob() async throws {
        source.image(.init(layers: ["a layer"]), tags: ["v1"])
        source.upon("GET app/blobs/\(Digest(of: Array("a layer".utf8)))", .lie("A layer"))
        try await expectBadData()
    }

    @Test(
        "of more or fewer bytes than the manifest says fails, and no manifest is written",
        arguments: ["a lay", "a layer!"])
    func lyingSize(text: String) async throws {
        source.image(.init(layers: ["a layer"]), tags: ["v1"])
        source.upon("GET app/blobs/\(Digest(of: Array("a layer".utf8)))", 1...99, .lie(text))
        try await expectBadData()
    }

    @Test("of a blob whose manifest says another size fails, and no manifest is written", arguments: [6, 8, 0])
    func wrongSize(size: Int) async throws {
        let config = source.blob("{}"), layer = source.blob("a layer")
        let type = MediaType.ociManifest.text
        let text = """
            {"schemaVersion":2,"mediaType":"\(type)","config":{"mediaType":"a/b","digest":"\(config)","size":2},\
            "layers":[{"mediaType":"c/d","digest":"\(layer)","size":\(size)}]}
            """
        source.manifest(text: text, type, tags: ["v1"])
        try await expectBadData()
    }

    @Test("of a manifest that is another than its digest says fails, and none is written")
    func lyingManifest() async throws {
        let child = source.image(1)
        source.index([child], tags: ["v1"])
        source.upon("GET app/manifests/\(child)", .lie(#"{"schemaVersion":2,"manifests":[]}"#))
        try await expectBadData()
    }

    private func expectBadData() async throws {
        let copier = try await network.copier()
        let error = await #expect(throws: RegistryError.self) { try await copier.copy(.tag(v1), as: v1) }
        #expect(error?.kind == .badData)
        #expect(destination.lines("PUT app/manifests") == [])
    }

    @Test("fails where it may not write", arguments: [Set(["push"]), ["pull", "push"]])
    func denied(actions: Set<String>) async throws {
        source.image(1, tags: ["v1"])
        destination.with { $0.behaviour.denied = actions }
        let copier = try await network.copier()
        let error = await #expect(throws: RegistryError.self) { try await copier.copy(.tag(v1), as: v1) }
        #expect(error?.kind == .denied)
    }
}

@Suite("A copy within a registry")
struct MountTests {
    private let registry = FakeRegistry()

    @Test("moves no byte")
    func mount() async throws {
        let digest = registry.image(.init(layers: ["one", "another"]), tags: ["v1"])
        let copier = try await registry.copier()
        #expect(try await copier.copy(.tag(v1), as: v1) == digest)
        #expect(copier.report.numbers == [3, 0, 0, 0])
        #expect(registry.lines("GET app/blobs", "PUT mirror/blobs", "PATCH").isEmpty)
        #expect(registry.gaps(in: "mirror") == [])
        #expect(registry.with { $0.uploads.count } == 0)
    }

    @Test("moves the bytes where the registry does not", arguments: [nil, 400, 401, 403, 404, 405])
    func refused(status: Int?) async throws {
        if let status {
            registry.upon("POST mirror/blobs/uploads", 1...1, .status(status))
        }
        registry.with { $0.behaviour.mounts = false }
        let digest = registry.image(.init(layers: []), tags: ["v1"])
        let copier = try await registry.copier()
        #expect(try await copier.copy(.tag(v1), as: v1) == digest)
        #expect(copier.report.mounted == 0)
        #expect(copier.report.copied == 1)
        #expect(registry.gaps(in: "mirror") == [])
    }

    @Test("asks for the right to read the other repository")
    func scopes() async throws {
        let registry = FakeRegistry(.init(tokenLife: .seconds(300)))
        registry.image(1, tags: ["v1"])
        _ = try await registry.copier().copy(.tag(v1), as: v1)
        #expect(registry.lines("POST mirror").count == 2)
        #expect(
            registry.asked.contains {
                $0.url.hasSuffix("scope=repository%3Aapp%3Apull&scope=repository%3Amirror%3Apull%2Cpush")
            })
        #expect(registry.with { $0.uploads.count } == 0)
    }

    @Test("of a tag to another name needs no blob at all")
    func retag() async throws {
        let digest = registry.image(1, tags: ["v1"])
        let copier = try await registry.copier(to: "app")
        _ = try await copier.copy(.tag(v1), as: Tag("v2"))
        #expect(registry.tags() == ["v1": digest, "v2": digest])
        #expect(registry.lines("POST").isEmpty)
    }
}

@Suite("A copy with what refers to the image", .timeLimit(.minutes(1)))
struct ReferrerCopyTests {
    private func network(_ source: Bool, _ destination: Bool) -> FakeNetwork {
        FakeNetwork(.init(keepsReferrers: source), .init(keepsReferrers: destination))
    }

    @Test(
        "has the signatures, whoever keeps the lists of them",
        arguments: [(true, true), (true, false), (false, true), (false, false)])
    func referrers(source: Bool, destination: Bool) async throws {
        let network = network(source, destination)
        let image = network.source.image(1, tags: ["v1"])
        let signatures = (2...4).map { network.source.image(.init(subject: image, seed: $0)) }
        let second = network.source.image(.init(subject: signatures[0], seed: 9))
        if !source {
            network.source.list(signatures, of: image)
            network.source.list([second], of: signatures[0])
        }
        _ = try await network.copier(referrers: true).copy(.tag(v1), as: v1)
        let client = try await network.client(of: network.destination, for: [.pull])
        #expect(Set(try await client.referrers(of: image).map(\.digest)) == Set(signatures))
        #expect(try await client.referrers(of: signatures[0]).map(\.digest) == [second])
        #expect(network.destination.gaps() == [])
    }

    @Test("has what cosign puts beside the image")
    func cosign() async throws {
        let network = network(false, false)
        let image = network.source.image(1, tags: ["v1"])
        let beside = ["sig", "att", "sbom"].map { "\(image.tagForm).\($0)" }
        for (number, tag) in beside.enumerated() { network.source.image(10 + number, tags: [tag]) }
        _ = try await network.copier(referrers: true).copy(.tag(v1), as: v1)
        #expect(Set(network.destination.tags().keys) == Set(beside + ["v1"]))
    }

    @Test("leaves them where they are not asked for")
    func without() async throws {
        let network = network(true, true)
        let image = network.source.image(1, tags: ["v1"])
        let signature = network.source.image(.init(subject: image, seed: 2))
        _ = try await network.copier().copy(.tag(v1), as: v1)
        #expect(!network.destination.has(signature))
    }

    @Test("adds to the list that the destination has")
    func added() async throws {
        let network = network(true, false)
        let image = network.source.image(1, tags: ["v1"])
        let new = network.source.image(.init(subject: image, seed: 2))
        network.destination.image(1)
        let old = network.destination.image(.init(subject: image, seed: 3))
        network.destination.list([old], of: image)
        _ = try await network.copier(referrers: true).copy(.tag(v1), as: v1)
        let client = try await network.client(of: network.destination, for: [.pull])
        #expect(try await client.referrers(of: image).map(\.digest) == [old, new])
    }

    @Test("of all tags loses none of a list, in whatever order they come", arguments: 0..<20)
    func allTags(_: Int) async throws {
        let network = network(false, false)
        let image = network.source.image(1, tags: ["v1"])
        let signatures = (2...9).map { network.source.image(.init(subject: image, seed: $0), tags: ["s\($0)"]) }
        network.source.list(signatures, of: image)
        _ = try await network.copier().copyAllTags()
        let client = try await network.client(of: network.destination, for: [.pull])
        #expect(Set(try await client.referrers(of: image).map(\.digest)) == Set(signatures))
    }

    @Test("of all tags makes the lists that the source keeps by itself")
    func allTagsFromLists() async throws {
        let network = network(true, false)
        let image = network.source.image(1, tags: ["v1"])
        let signatures = (2...9).map { network.source.image(.init(subject: image, seed: $0), tags: ["s\($0)"]) }
        _ = try await network.copier().copyAllTags()
        let client = try await network.client(of: network.destination, for: [.pull])
        #expect(Set(try await client.referrers(of: image).map(\.digest)) == Set(signatures))
    }

    @Test("passes over what is in a list and is gone, or refers to something else")
    func staleList() async throws {
        let network = network(false, false)
        let image = network.source.image(1, tags: ["v1"])
        let stranger = network.source.image(2)
        network.source.list([Digest(of: [1]), stranger], of: image)
        _ = try await network.copier(referrers: true).copy(.tag(v1), as: v1)
        #expect(!network.destination.has(stranger))
        #expect(network.destination.tags().keys.sorted() == ["v1"])
    }

    @Test("ends where lists lead in a circle")
    func circle() async throws {
        let network = network(false, false)
        let image = network.source.image(1, tags: ["v1"])
        let one = network.source.image(.init(subject: image, seed: 2))
        let other = network.source.image(.init(subject: image, seed: 3))
        network.source.list([one, other], of: image)
        network.source.list([other, one], of: one)
        network.source.list([one, image], of: other)
        let copier = try await network.copier(referrers: true)
        _ = try await copier.copy(.tag(v1), as: v1)
        #expect(network.destination.has(one) && network.destination.has(other))
    }
}
