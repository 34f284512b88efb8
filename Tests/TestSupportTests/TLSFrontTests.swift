internal import TestSupport
internal import Testing

/// nginx as the tests set it up, asked by curl.
@Suite("A TLS front")
struct TLSFrontTests {
    @Test("speaks HTTP/2 to who trusts its authority")
    func http2() async throws {
        let registry = try await LoopbackRegistry()
        let front = try await TLSFront(of: registry.address)
        let url = "https://localhost:\(front.port)/v2/"
        let version = ["--cacert", front.authority, "--write-out", "%{http_version}", "--silent", url]
        #expect(try await Command("curl", version).succeed().text == "{}2")
        #expect(try await curl(url).exit == 60)
    }

    @Test("has the registry behind it give addresses that lead to the front, under the name it was asked by")
    func locations() async throws {
        let registry = try await LoopbackRegistry()
        var options = TLSFront.Options()
        options.names = ["DNS:registry.example"]
        let front = try await TLSFront(of: registry.address, options)
        let host = "registry.example:\(front.port)"
        let start = try await curl(
            "https://\(host)/v2/app/blobs/uploads/",
            ["--request", "POST", "--cacert", front.authority, "--resolve", "\(host):127.0.0.1"])
        #expect(start.header("location")?.hasPrefix("https://\(host)/v2/app/blobs/uploads/") == true)
    }

    @Test("asks for a client's certificate where it is told to")
    func clientCertificate() async throws {
        let registry = try await LoopbackRegistry()
        var options = TLSFront.Options()
        options.requiresClientCertificate = true
        let front = try await TLSFront(of: registry.address, options)
        let url = "https://localhost:\(front.port)/v2/"
        let trust = ["--cacert", front.authority]
        #expect(try await curl(url, trust).status == 400)
        let shown = trust + ["--cert", front.clientCertificate, "--key", front.clientKey]
        #expect(try await curl(url, shown).status == 200)
    }

    @Test("answers 429 to what is too much, on the paths that count")
    func rateLimit() async throws {
        let registry = try await LoopbackRegistry()
        var options = TLSFront.Options()
        options.rateLimit = .init(path: "/tags/list", perSecond: 1, burst: 1, retryAfter: "9")
        let front = try await TLSFront(of: registry.address, options)
        let base = "https://localhost:\(front.port)/v2"
        func answers(_ path: String) async throws -> Set<String> {
            let told = "%{http_code} %header{retry-after}\n"
            let many = ["--silent", "--cacert", front.authority, "--output", "/dev/null", "--write-out", told]
            return Set(try await Command("curl", many + ["\(base)\(path)?[1-10]"]).succeed().lines)
        }
        #expect(try await answers("/app/tags/list") == ["404 ", "429 9"])
        #expect(try await answers("/") == ["200 "])
    }

    @Test("lets large blobs through", .timeLimit(.minutes(1)))
    func largeBodies() async throws {
        let registry = try await LoopbackRegistry()
        let front = try await TLSFront(of: registry.address)
        let trust = ["--cacert", front.authority]
        let start = try await curl(
            "https://localhost:\(front.port)/v2/app/blobs/uploads/", trust + ["--request", "POST"])
        let scratch = try ScratchDirectory()
        let file = "\(scratch.path)/blob"
        try await Command("truncate", ["-s", "8M", file]).succeed()
        let digest = "sha256:\(try await Command("sha256sum", [file]).succeed().text.prefix(64))"
        let location = try #require(start.header("location"))
        #expect(try await curl("\(location)&digest=\(digest)", trust + ["--upload-file", file]).status == 201)
    }
}
