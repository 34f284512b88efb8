internal import DockerConfig
internal import HTTP
internal import TestSupport
internal import Testing

@Suite("A redirect that is followed", .timeLimit(.minutes(1)))
struct RedirectTests {
    /// The two ways to ask.
    enum Way: CaseIterable {
        case whole, parts

        func body(_ client: CurlClient, _ request: HTTPRequest, refusing: String? = nil) async throws(HTTPError)
            -> [UInt8]
        {
            let policy = RedirectPolicy()
            switch self {
            case .whole:
                return try await client.send(request, following: policy) { _ in refusing }.body
            case .parts:
                let stream = try await client.stream(request, following: policy) { _ in refusing }
                return try await stream.collect(limit: 1000, of: request).body
            }
        }
    }

    /// Headers of which the first two are nobody else's business.
    private let headers = [
        HTTPHeader("Authorization", secret: Secret("Bearer s3cr3t")), HTTPHeader("X-Token", secret: Secret("s3cr3t")),
        HTTPHeader("Accept", "a/b"),
    ]

    private static func target() throws -> LoopbackServer {
        try LoopbackServer { _ in answer(200, "there") }
    }

    private static func redirect(to location: String, _ status: Int = 307) throws -> LoopbackServer {
        // With a body, which must not be taken for the target's.
        try LoopbackServer { _ in answer(status, "not here", headers: ["Location: \(location)"]) }
    }

    @Test("to another origin takes no credentials along", arguments: Way.allCases)
    func otherOrigin(way: Way) async throws {
        let target = try Self.target()
        let source = try Self.redirect(to: "http://127.0.0.1:\(target.port)/x?y=z")
        let body = try await way.body(makeClient(), HTTPRequest(.get, source.url(), headers: headers))
        #expect(body == Array("there".utf8))
        let seen = try #require(target.requests.first)
        #expect(seen.path == "/x?y=z")
        #expect(seen.value("Accept") == "a/b")
        #expect(!seen.head.contains("s3cr3t"))
        #expect(source.requests.first?.value("Authorization") == "Bearer s3cr3t")
    }

    @Test("within the origin takes everything along, on the same connection", arguments: Way.allCases)
    func sameOrigin(way: Way) async throws {
        let server = try LoopbackServer { request in
            request.path == "/a" ? answer(302, headers: ["Location: b"]) : answer(200, "there")
        }
        let body = try await way.body(makeClient(), HTTPRequest(.get, server.url("/a"), headers: headers))
        #expect(body == Array("there".utf8))
        #expect(server.requests.map(\.path) == ["/a", "/b"])
        #expect(server.requests.last?.value("X-Token") == "s3cr3t")
        #expect(server.connectionCount == 1)
    }

    @Test("that goes round in a circle comes to an end", arguments: Way.allCases)
    func loop(way: Way) async throws {
        let server = try Self.redirect(to: "/")
        let url = try server.url()
        let error = await failure { () async throws(HTTPError) in
            try await way.body(makeClient(), HTTPRequest(.get, url))
        }
        #expect(error?.kind == .redirect)
        #expect(server.requests.count == 6)
    }

    @Test("is not, where its target is refused: nobody is asked there", arguments: Way.allCases)
    func refusedTarget(way: Way) async throws {
        let target = try Self.target()
        let source = try Self.redirect(to: "http://127.0.0.1:\(target.port)/x?token=s3cr3t")
        let url = try source.url("/?account=s3cr3t")
        let error = await failure { () async throws(HTTPError) in
            try await way.body(makeClient(), HTTPRequest(.get, url, headers: headers), refusing: "which is private")
        }
        #expect(error?.kind == .redirect)
        #expect(error?.reason == "redirected to http://127.0.0.1:\(target.port)/x?…, which is private")
        #expect(error?.description.contains("s3cr3t") == false)
        #expect(target.connectionCount == 0)
    }

    @Test("of a form goes to no other origin, whose the form is not", arguments: [307, 308])
    func form(status: Int) async throws {
        let target = try Self.target()
        let source = try Self.redirect(to: "http://127.0.0.1:\(target.port)/", status)
        let url = try source.url()
        let error = await failure { () async throws(HTTPError) in
            let request = HTTPRequest(.post, url, body: .secret(Secret("refresh_token=s3cr3t")))
            return try await makeClient().send(request, following: RedirectPolicy())
        }
        #expect(error?.kind == .redirect)
        #expect(target.connectionCount == 0)
    }

    @Test("of an upload is, where the upload is not asked for again")
    func upload() async throws {
        let target = try Self.target()
        let source = try Self.redirect(to: "http://127.0.0.1:\(target.port)/made", 303)
        let upload = HTTPUpload(length: 0) { () async throws(HTTPError) in nil }
        let request = try HTTPRequest(.put, source.url(), headers: headers, body: .stream(upload))
        let response = try await makeClient().send(request, following: RedirectPolicy())
        #expect(response.url == (try target.url("/made")))
        #expect(target.requests.first?.method == "GET")
        #expect(target.requests.first?.head.contains("s3cr3t") == false)
    }

    @Test("leads to an error there, of the place that it led to", arguments: Way.allCases)
    func errorAtTarget(way: Way) async throws {
        let port = try ClosedPort()
        let source = try Self.redirect(to: "http://127.0.0.1:\(port.number)/x")
        let url = try source.url()
        let error = await failure { () async throws(HTTPError) in
            try await way.body(makeClient(), HTTPRequest(.get, url))
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.request == "GET http://127.0.0.1:\(port.number)/x")
    }
}
