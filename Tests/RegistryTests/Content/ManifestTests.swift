internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

private let digest = Digest(of: [1])
private let config = #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":2}"#
private let layer = #"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\#(digest)","size":0}"#
private let anImage = #""config":\#(config),"layers":[\#(layer)]"#

private func read(_ members: String, _ contentType: String? = nil) throws -> Manifest {
    try Manifest(parsing: Array("{\(members)}".utf8), contentType: contentType)
}

@Suite("A manifest")
struct ManifestTests {
    @Test("of an image has a config and layers")
    func image() throws {
        let manifest = try read(
            """
            "schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"a/b",
            "config":\(config),"layers":[\(layer),\(layer)],"subject":\(layer),
            "annotations":{"org.opencontainers.image.created":"2024-01-02T03:04:05Z","other":5}
            """)
        guard case .image(let config, let layers) = manifest.content else {
            Issue.record("it is an image")
            return
        }
        #expect(manifest.mediaType == .ociManifest)
        #expect(config.mediaType == "application/vnd.oci.image.config.v1+json")
        #expect(config.digest == digest)
        #expect(config.size == 2)
        #expect(layers.map(\.size) == [0, 0])
        #expect(manifest.subject?.digest == digest)
        #expect(manifest.artifactType == "a/b")
        #expect(manifest.annotations == ["org.opencontainers.image.created": "2024-01-02T03:04:05Z"])
    }

    @Test("of an index has other manifests, with their platforms")
    func index() throws {
        let type = "application/vnd.docker.distribution.manifest.list.v2+json"
        let manifest = try read(
            """
            "schemaVersion":2,"mediaType":"\(type)","manifests":[
            {"mediaType":"a/b","digest":"\(digest)","size":1,
             "platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
            {"mediaType":"a/b","digest":"\(digest)","size":1,"platform":{"os":"unknown","architecture":"unknown"},
             "artifactType":"c/d","annotations":{"vnd.docker.reference.type":"attestation-manifest"}},
            {"mediaType":"a/b","digest":"\(digest)","size":1,
             "platform":{"os":"windows","architecture":"amd64","os.version":"10.0.17763.1"}},
            {"mediaType":"a/b","digest":"\(digest)","size":1,"platform":{"os":"","architecture":""}}]
            """)
        guard case .index(let children) = manifest.content else {
            Issue.record("it is an index")
            return
        }
        #expect(manifest.mediaType == .dockerManifestList)
        #expect(
            children.map { $0.platform?.description } == ["linux/arm64/v8", "unknown/unknown", "windows/amd64", nil])
        #expect(children.map { $0.platform?.isUnknown } == [false, true, false, nil])
        #expect(children[1].artifactType == "c/d")
        #expect(children[1].annotations == ["vnd.docker.reference.type": "attestation-manifest"])
        #expect(children[2].platform?.osVersion == "10.0.17763.1")
    }

    static let empty: [(members: String, isIndex: Bool)] = [
        (#""manifests":[]"#, true), (#""manifests":null"#, true), (#""config":\#(config),"layers":[]"#, false),
        (#""config":\#(config),"layers":null"#, false), (#""config":\#(config)"#, false),
        (#""config":\#(config),"manifests":null"#, false), (#""manifests":[],"config":null,"layers":null"#, true),
    ]

    @Test("may be empty, in all forms that programs write", arguments: empty)
    func nothing(members: String, isIndex: Bool) throws {
        switch try read(members).content {
        case .index(let manifests):
            #expect(isIndex)
            #expect(manifests.isEmpty)
        case .image(_, let layers):
            #expect(!isIndex)
            #expect(layers.isEmpty)
        }
    }

    private static let docker = "application/vnd.docker.distribution.manifest.v2+json"

    static let types: [(members: String, contentType: String?, type: MediaType)] = [
        (anImage, nil, .ociManifest), (#""manifests":[]"#, nil, .ociIndex),
        (anImage, "application/json", .ociManifest), (anImage, docker, .dockerManifest),
        (anImage, "\(docker); charset=utf-8", .dockerManifest),
        (#""mediaType":"\#(docker)",\#(anImage)"#, nil, .dockerManifest),
        (#""mediaType":"\#(docker)",\#(anImage)"#, "application/octet-stream", .dockerManifest),
        (#""mediaType":"\#(docker)",\#(anImage)"#, MediaType.ociManifest.text, .dockerManifest),
    ]

    @Test("is what it says itself, else what the registry says, else what it looks like", arguments: types)
    func mediaType(members: String, contentType: String?, type: MediaType) throws {
        #expect(try read(members, contentType).mediaType == type)
    }

    static let deceptions: [(members: String, contentType: String?)] = [
        (#""manifests":[],\#(anImage)"#, nil), (#""manifests":[],"layers":[]"#, nil),
        (#""manifests":[],"config":\#(config)"#, MediaType.ociIndex.text),
        (#""mediaType":"\#(MediaType.ociIndex)",\#(anImage)"#, nil),
        (#""mediaType":"\#(MediaType.dockerManifest)","manifests":[]"#, nil),
        (anImage, MediaType.ociIndex.text), (#""manifests":[]"#, MediaType.ociManifest.text),
        (#""mediaType":"\#(MediaType.ociManifest)",\#(anImage)"#, MediaType.dockerManifestList.text),
    ]

    @Test("that one client would take for an image and another for an index is refused", arguments: deceptions)
    func confusion(members: String, contentType: String?) throws {
        #expect(try refusal { try read(members, contentType) }.kind == .badData)
    }

    static let old: [(members: String, contentType: String?)] = [
        (#""schemaVersion":1,"fsLayers":[],"history":[]"#, nil), (#""fsLayers":[{"blobSum":"x"}]"#, nil),
        (anImage, MediaType.dockerSchema1.text), (#""name":"x""#, MediaType.dockerSchema1Signed.text),
    ]

    @Test("of schema 1 is refused by its name", arguments: old)
    func schema1(members: String, contentType: String?) throws {
        let error = try refusal { try read(members, contentType) }
        #expect(error.kind == .badData)
        #expect(error.text.contains("schema 1"))
    }

    @Test(
        "that is none is refused",
        arguments: [
            "", #""schemaVersion":2"#, #""layers":[]"#, #""layers":[\#(layer)]"#, #""config":[],"layers":[]"#,
            #""config":"x","layers":[]"#, #""config":\#(config),"layers":{}"#, #""config":\#(config),"layers":[null]"#,
            #""config":\#(config),"layers":["x"]"#, #""manifests":{}"#, #""manifests":"x""#, #""manifests":[5]"#,
            #""mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[]"#,
            #""mediaType":"a/b",\#(anImage)"#, #""subject":{},\#(anImage)"#, #""schemaVersion":2"#,
        ])
    func refused(members: String) throws {
        #expect(try refusal { try read(members) }.kind == .badData)
    }

    @Test(
        "is refused where a part of it has no digest or no size",
        arguments: [
            #""size":1"#, #""digest":"\#(digest)""#, #""digest":"\#(digest)","size":-1"#,
            #""digest":"\#(digest)","size":"1""#, #""digest":"\#(digest)","size":1.5"#, #""digest":5,"size":1"#,
            #""digest":"md5:d41d8cd98f00b204e9800998ecf8427e","size":1"#, #""digest":"","size":1"#,
            #""digest":"\u001b[2J","size":1"#,
        ])
    func descriptor(members: String) throws {
        let error = try refusal {
            try read(#""config":\#(config),"layers":[\#(layer),{"mediaType":"a/b",\#(members)}]"#)
        }
        #expect(error.kind == .badData)
        #expect(error.text.hasPrefix("number 2 of the manifest's layers"))
        #expect(error.text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test("that is not JSON, or no object, is refused", arguments: ["", "x", "[]", "{", "{} {}", "\u{FEFF}{}"])
    func noJSON(text: String) throws {
        #expect(try refusal { try Manifest(parsing: Array(text.utf8)) }.kind == .badData)
    }

    @Test("that was changed at random is read or refused")
    func random() throws {
        let whole = Array("{\(anImage),\"subject\":\(layer),\"annotations\":{\"a\":\"b\"}}".utf8)
        var generator = SeededGenerator(seed: 41_190)
        var refused = 0
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...127, using: &generator)
            }
            do throws(RegistryError) {
                _ = try Manifest(parsing: bytes)
            } catch {
                #expect(error.kind == .badData)
                refused += 1
            }
        }
        #expect(refused > 1000)
    }
}

@Suite("A layer")
struct LayerTests {
    static let layers: [(type: String, isForeign: Bool)] = [
        ("application/vnd.oci.image.layer.v1.tar+gzip", false),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip", false),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar", true),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", true),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", true),
        ("application/x.foreign", false),
    ]

    @Test("may be elsewhere where its type says so", arguments: layers)
    func foreign(type: String, isForeign: Bool) throws {
        let layer = #"{"mediaType":"\#(type)","digest":"\#(digest)","size":1,"urls":["https://x.example/l",5]}"#
        guard case .image(_, let layers) = try read(#""config":\#(config),"layers":[\#(layer)]"#).content else {
            Issue.record("it is an image")
            return
        }
        #expect(layers.map(\.isForeign) == [isForeign])
        #expect(layers.map(\.urls) == [["https://x.example/l"]])
    }
}

@Suite("A config")
struct ImageConfigTests {
    @Test("of an image tells its time, platform and labels")
    func facts() throws {
        let text = """
            {"created":"2024-02-29T12:30:45.5Z","architecture":"arm64","os":"linux","variant":"v8",
             "config":{"Labels":{"keep":"true","n":5}}}
            """
        let config = try ImageConfig(parsing: Array(text.utf8))
        #expect(config.created?.description == "2024-02-29T12:30:45.5Z")
        #expect(config.platform?.description == "linux/arm64/v8")
        #expect(config.labels == ["keep": "true"])
    }

    @Test(
        "of anything else tells nothing",
        arguments: [
            "{}", "[]", #"{"created":5,"os":"","architecture":"","config":[]}"#,
            #"{"created":"yesterday","os":"linux"}"#,
            #"{"config":{"Labels":null}}"#, #"{"config":null}"#, #"{"name":"chart","apiVersion":"v2"}"#,
        ])
    func nothing(text: String) throws {
        let config = try ImageConfig(parsing: Array(text.utf8))
        #expect(config.created == nil)
        #expect(config.platform == nil)
        #expect(config.labels.isEmpty)
    }

    @Test("that is not JSON is refused", arguments: ["", "x", "{"])
    func refused(text: String) throws {
        #expect(try refusal { try ImageConfig(parsing: Array(text.utf8)) }.kind == .badData)
    }
}

@Suite("A platform")
struct PlatformTests {
    @Test("shows nothing that moves the cursor")
    func hostile() {
        #expect(Platform(os: "li\u{1B}[2Jnux\n", architecture: "\u{202E}arm").description == "li [2Jnux / arm")
    }
}
