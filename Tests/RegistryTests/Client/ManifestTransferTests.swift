internal import HTTP
internal import Hashing
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

private let index = #"{"schemaVersion":2,"manifests":[]}"#
private let digest = Digest(of: Array(index.utf8))
private let other = Digest(of: Array("something else".utf8))
private let type = ["Content-Type": MediaType.ociIndex.text]

private func client(_ answers: [ScriptedClient.Answer]) async throws -> (RepositoryClient, ScriptedClient) {
    let client = ScriptedClient([.status(200)] + answers)
    return (RepositoryClient(repository: try Repository("r.example/app"), session: try await client.session()), client)
}

private func failure(
    _ answers: [ScriptedClient.Answer], _ work: (RepositoryClient) async throws -> some Any
) async throws -> RegistryError {
    let (client, _) = try await client(answers)
    return try #require(await #expect(throws: RegistryError.self) { _ = try await work(client) })
}

@Suite("A manifest that is read")
struct ManifestReadingTests {
    private let tag = Reference.tag(.latest)

    @Test("is asked for in all forms that it may have")
    func accept() async throws {
        let (client, script) = try await client([.status(200, type, index)])
        _ = try await client.manifest(tag)
        #expect(
            script.asked.last
                == "GET https://r.example/v2/app/manifests/latest | Accept: application/vnd.oci.image.index.v1+json, "
                + "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
                + "application/vnd.docker.distribution.manifest.v2+json")
    }

    @Test(
        "has the digest of its bytes",
        arguments: [[:], ["Docker-Content-Digest": digest.text], ["docker-content-digest": "?"]])
    func computed(headers: [String: String]) async throws {
        let (client, _) = try await client([.status(200, type.merging(headers) { $1 }, index)])
        let document = try await client.manifest(tag)
        #expect(document.digest == digest)
        #expect(document.bytes == Array(index.utf8))
        #expect(
            document.descriptor
                == Descriptor(mediaType: MediaType.ociIndex.text, digest: digest, size: index.utf8.count))
    }

    @Test("has the digest that the registry says by another hash")
    func sha512() async throws {
        let digest = Digest(of: Array(index.utf8), .sha512)
        let (client, _) = try await client([
            .status(200, type.merging(["Docker-Content-Digest": digest.text]) { $1 }, index)
        ])
        #expect(try await client.manifest(tag).digest == digest)
    }

    static let lies: [(reference: Reference, headers: [String: String])] = [
        (.tag(.latest), ["Docker-Content-Digest": other.text]), (.digest(other), [:]),
        (.digest(other), ["Docker-Content-Digest": other.text]),
        (.digest(other), ["Docker-Content-Digest": digest.text]),
    ]

    @Test("is refused where its bytes are others than were named", arguments: lies)
    func deceived(reference: Reference, headers: [String: String]) async throws {
        let error = try await failure([.status(200, type.merging(headers) { $1 }, index)]) {
            try await $0.manifest(reference)
        }
        #expect(error.kind == .badData)
    }

    static let bad = [
        #"{"schemaVersion":1,"fsLayers":[]}"#, "", "{}", "null", "<html>",
        #"{"schemaVersion":2,"config":{},"manifests":[{}]}"#,
    ]

    @Test("is refused where it is none that can be read", arguments: bad)
    func unreadable(body: String) async throws {
        let error = try await failure([.status(200, [:], body)]) { try await $0.manifest(tag) }
        #expect(error.kind == .badData)
        #expect(error.text.hasPrefix("r.example/app:latest: "))
    }

    static let statuses: [(status: Int, kind: RegistryError.Kind)] = [
        (404, .notFound), (401, .denied), (403, .denied), (500, .tryLater), (429, .tryLater), (206, .protocolViolation),
    ]

    @Test("is not there, or not to be had", arguments: statuses)
    func status(status: Int, kind: RegistryError.Kind) async throws {
        let answers = Array(repeating: ScriptedClient.Answer.status(status), count: 8)
        #expect(try await failure(answers) { try await $0.manifest(tag) }.kind == kind)
    }
}

@Suite("A look at where a tag leads")
struct ManifestHeadTests {
    private let tag = Reference.tag(.latest)
    private let whole = type.merging(["Docker-Content-Digest": digest.text]) { $1 }

    @Test("is one request without a body")
    func head() async throws {
        let (client, script) = try await client([.status(200, whole)])
        let found = try #require(try await client.head(of: tag))
        #expect(found.digest == digest)
        #expect(found.mediaType == .ociIndex)
        #expect(script.asked.last?.hasPrefix("HEAD https://r.example/v2/app/manifests/latest | Accept: ") == true)
    }

    @Test("finds nothing where there is nothing")
    func nothing() async throws {
        let (client, script) = try await client([.status(404)])
        #expect(try await client.head(of: tag) == nil)
        #expect(script.asked.count == 2)
    }

    static let poor: [ScriptedClient.Answer] = [
        .status(405), .status(501), .status(400), .status(200, type),
        .status(200, ["Docker-Content-Digest": digest.text]),
        .status(200, ["Docker-Content-Digest": "md5:abc", "Content-Type": "x"]),
    ]

    @Test("reads the manifest where the registry does not say enough", arguments: poor)
    func fallback(answer: ScriptedClient.Answer) async throws {
        let (client, script) = try await client([answer, .status(200, type, index)])
        #expect(try await client.head(of: tag)?.digest == digest)
        #expect(script.asked.last?.hasPrefix("GET https://r.example/v2/app/manifests/latest ") == true)
    }

    @Test("finds nothing where the manifest cannot be read since it is not there")
    func fallbackNothing() async throws {
        let (client, _) = try await client([.status(405), .status(404)])
        #expect(try await client.head(of: tag) == nil)
    }

    @Test("says why it sees nothing")
    func denied() async throws {
        let body = #"{"errors":[{"code":"DENIED","message":"not you"}]}"#
        let error = try await failure([.status(403), .status(403, [:], body)]) { try await $0.head(of: tag) }
        #expect(error.kind == .denied)
        #expect(error.text.contains("DENIED: not you"))
    }

    @Test("by a digest is refused where the registry names another")
    func lie() async throws {
        let error = try await failure([.status(200, whole)]) { try await $0.head(of: .digest(other)) }
        #expect(error.kind == .badData)
    }
}

@Suite("A manifest that is written")
struct ManifestWritingTests {
    static let types: [MediaType] = [.ociIndex, .ociManifest, .dockerManifest, .dockerManifestList]

    @Test("keeps its media type and its bytes", arguments: types)
    func type(type: MediaType) async throws {
        let (client, script) = try await client([.status(201)])
        try await client.put(Array("{ \"odd\" :1}\n".utf8), type, as: .tag(.latest))
        #expect(
            script.asked.last
                == "PUT https://r.example/v2/app/manifests/latest | Content-Type: \(type.text) | { \"odd\" :1}\n")
    }

    @Test("is written again where the connection broke: that is the same twice")
    func repeated() async throws {
        let (client, script) = try await client([.failure(.interrupted), .status(201)])
        try await client.put([1], .ociIndex, as: .tag(.latest))
        #expect(script.asked.count == 3)
    }

    @Test("tells whether the registry keeps the lists of what refers to it", arguments: [true, false])
    func subject(isKept: Bool) async throws {
        let (client, _) = try await client([.status(201, isKept ? ["OCI-Subject": digest.text] : [:])])
        #expect(try await client.put([1], .ociIndex, as: .tag(.latest)) == isKept)
    }

    @Test("is refused where the registry has written something else")
    func lie() async throws {
        let error = try await failure([.status(201, ["Docker-Content-Digest": other.text])]) {
            try await $0.put([1], .ociIndex, as: .tag(.latest))
        }
        #expect(error.kind == .badData)
    }

    @Test("is not there where the registry refuses", arguments: [400, 403, 404, 405, 413, 202])
    func refused(status: Int) async throws {
        _ = try await failure([.status(status)]) { try await $0.put([1], .ociIndex, as: .tag(.latest)) }
    }
}

@Suite("A small blob that is read")
struct BlobReadingTests {
    @Test("is refused where its bytes are others")
    func lie() async throws {
        let error = try await failure([.status(200, [:], "x")]) { try await $0.blob(digest) }
        #expect(error.kind == .badData)
    }

    @Test("is what its digest names")
    func good() async throws {
        let (client, _) = try await client([.status(200, [:], index)])
        #expect(try await client.blob(digest) == Array(index.utf8))
    }
}
