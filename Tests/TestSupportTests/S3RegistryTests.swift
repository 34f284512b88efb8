internal import TestSupport
internal import Testing

/// A registry that keeps everything with an S3 service.
@Suite("A registry of the tests on S3", .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"))
struct S3RegistryTests {
    @Test("leads to another host for blobs, with a signed query, and not for manifests")
    func redirects() async throws {
        let moto = try await MotoServer()
        let registry = try await LoopbackRegistry(.init(storage: .s3(moto)))
        let stored = try await registry.store([.image(layers: [3000], tags: ["1"])], as: "app")[0]
        let base = "http://\(registry.address)/v2/app"
        let accept = ["--header", "Accept: application/vnd.oci.image.manifest.v1+json"]
        #expect(try await curl("\(base)/manifests/1", accept).status == 200)
        let redirect = try await curl("\(base)/blobs/\(stored.layers[0])")
        #expect(redirect.status == 307)
        let location = try #require(redirect.header("location"))
        #expect(location.hasPrefix("http://\(moto.address)/"))
        #expect(location.contains("X-Amz-Signature="))
        let blob = try await Command.shell("curl -s '\(location)' | sha256sum").succeed().text
        #expect("sha256:\(blob.prefix(64))" == stored.layers[0])
    }

    @Test("has its service behind a proxy that tells what reached it, where a test wants to know")
    func proxy() async throws {
        let moto = try await MotoServer()
        let proxy = try await FaultyProxy(to: moto.address, host: "127.0.0.2")
        let registry = try await LoopbackRegistry(.init(storage: .s3(moto, at: proxy.address)))
        let stored = try await registry.store([.image()], as: "app")[0]
        let url = "http://\(registry.address)/v2/app/blobs/\(stored.layers[0])"
        #expect(try await curl(url, ["--location", "--header", "X-Probe: told"]).status == 200)
        let request = try #require(try proxy.requests().first { $0.header("x-probe") == "told" })
        #expect(request.uri.contains("X-Amz-Signature="))
    }

    @Test("takes what is pushed to it")
    func pushes() async throws {
        let moto = try await MotoServer()
        let registry = try await LoopbackRegistry(.init(storage: .s3(moto)))
        try await registry.seed("app")
        #expect(try await curl("http://\(registry.address)/v2/app/tags/list").body.contains(#""1""#))
    }
}
