internal import Glibc
internal import HTTP
internal import TestSupport
internal import Testing

@Suite("Requests", .timeLimit(.minutes(1)))
struct ConnectionTests {
    /// The statuses of `count` requests that are sent at once.
    private func statuses(_ count: Int, of url: URLParts, _ client: CurlClient) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<count { group.addTask { try await client.send(HTTPRequest(.get, url)).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("one after the other go over one connection")
    func keepAlive() async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let client = makeClient()
        for _ in 0..<20 { #expect(try await client.send(HTTPRequest(.get, server.url())).status == 200) }
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 20)
    }

    @Test("at once go over no more connections than are allowed", arguments: [1, 3])
    func connectionsPerHost(limit: Int) async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let client = makeClient { $0.connectionsPerHost = limit }
        let statuses = try await statuses(60, of: server.url(), client)
        #expect(statuses == Array(repeating: 200, count: 60))
        #expect((1...limit).contains(server.connectionCount))
        #expect(server.requests.count == 60)
    }

    @Test("at once are all on their way at once, where there are connections enough")
    func concurrent() async throws {
        let all = try Gate(after: 16)
        let server = try LoopbackServer { _ in
            all.open()
            all.block()
            return answer(200, "x")
        }
        let statuses = try await statuses(16, of: server.url(), makeClient { $0.connectionsPerHost = 16 })
        #expect(statuses == Array(repeating: 200, count: 16))
    }

    @Test("wait for a connection that others use for longer than one may take to be made")
    func waiting() async throws {
        let server = try LoopbackServer { _ in
            // Some time that is longer, no moment that something has happened by.
            usleep(1_300_000)
            return answer(200, "x")
        }
        let client = makeClient {
            $0.connectionsPerHost = 1
            $0.connectTimeout = .seconds(1)
        }
        #expect(try await statuses(2, of: server.url(), client) == [200, 200])
        #expect(server.connectionCount == 1)
    }

    @Test("over HTTP/2 are all on their way at once on one connection")
    func multiplexed() async throws {
        let all = try Gate(after: 40)
        let server = try LoopbackServer { _ in
            all.open()
            all.block()
            return answer(200, "x")
        }
        let front = try await TLSFront(of: "127.0.0.1:\(server.port)")
        let client = makeClient {
            $0.trust = .file(front.authority)
            $0.connectionsPerHost = 1
        }
        let url = try #require(URLParts("https://localhost:\(front.port)/"))
        #expect(try await statuses(40, of: url, client) == Array(repeating: 200, count: 40))
    }

    @Test("are sent over a new connection where the server has ended the old one meanwhile")
    func endedMeanwhile() async throws {
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(answer(200, "x"))
        }
        let client = makeClient()
        for number in 1...3 {
            #expect(try await client.send(HTTPRequest(.post, server.url())).status == 200)
            #expect(try await waitUntil { try server.hasClientNoticedEnd(of: number) })
        }
        #expect(server.requests.count == 3)
    }

    @Test(
        "that act are sent once, also where the connection ends before an answer",
        arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
    func sentOnce(method: HTTPRequest.Method) async throws {
        let server = try Self.serverOfOneAnswer()
        let (client, url) = try (makeClient(), server.url("/act"))
        _ = try await client.send(HTTPRequest(.get, server.url()))
        let error = await failure { () async throws(HTTPError) in
            try await client.send(HTTPRequest(method, url, body: .bytes([1, 2, 3])))
        }
        #expect(error?.kind == .interrupted)
        #expect(server.requests.filter { $0.path == "/act" }.count == 1)
    }

    @Test("that read are sent again where a kept connection ends before an answer")
    func sentAgain() async throws {
        let server = try Self.serverOfOneAnswer()
        let client = makeClient()
        for path in ["/", "/again"] {
            #expect(try await client.send(HTTPRequest(.get, server.url(path))).status == 200)
        }
        #expect(server.requests.map(\.path) == ["/", "/again", "/again"])
    }

    /// A server that answers the first request of each connection and ends it at the second.
    private static func serverOfOneAnswer() throws -> LoopbackServer {
        try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(answer(200, "x"))
            _ = connection.readRequest()
        }
    }

    @Test(
        "without a body say so where one is usual",
        arguments: [
            (HTTPRequest.Method.post, "0"), (.put, "0"), (.patch, "0"), (.get, nil), (.head, nil), (.delete, nil),
        ] as [(HTTPRequest.Method, String?)])
    func noBody(method: HTTPRequest.Method, length: String?) async throws {
        let server = try LoopbackServer { _ in "HTTP/1.1 204 Done\r\n\r\n" }
        _ = try await makeClient().send(HTTPRequest(method, server.url()))
        let request = try #require(server.requests.first)
        #expect(request.method == method.rawValue)
        #expect(request.value("Content-Length") == length)
        #expect(request.value("Content-Type") == nil)
    }

    @Test("keep their method whatever they carry", arguments: [HTTPRequest.Method.get, .post, .put, .patch, .delete])
    func body(method: HTTPRequest.Method) async throws {
        let server = try LoopbackServer { _ in "HTTP/1.1 204 Done\r\n\r\n" }
        _ = try await makeClient().send(HTTPRequest(method, server.url(), body: .bytes([0, 10, 255])))
        #expect(server.requests.first?.method == method.rawValue)
        #expect(server.requests.first?.body == [0, 10, 255])
    }
}
