internal import Glibc
internal import HTTP
internal import TestSupport
internal import Testing

@Suite("A request whose time is over", .timeLimit(.minutes(1)))
struct TimeoutTests {
    /// Where a server falls silent.
    enum Stage: CaseIterable {
        case beforeHead, inHead, inBody, inUpload

        /// What has come until then.
        var text: String {
            switch self {
            case .beforeHead, .inUpload: ""
            case .inHead: "HTTP/1.1 200 OK\r\nX: "
            case .inBody: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"
            }
        }
    }

    private func server(silentAt stage: Stage) throws -> LoopbackServer {
        try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(stage.text)
            stage == .inUpload ? connection.waitWithoutReading() : connection.waitForEnd()
        }
    }

    private func body(_ stage: Stage) -> HTTPRequest.Body {
        guard stage == .inUpload else { return .none }
        let part = [UInt8](repeating: 7, count: 1 << 20)
        return .stream(HTTPUpload(length: 1 << 30) { () async throws(HTTPError) in part })
    }

    @Test("as nothing comes or goes, ends", arguments: Stage.allCases)
    func idle(stage: Stage) async throws {
        let server = try server(silentAt: stage)
        let request = try HTTPRequest(.put, server.url(), body: body(stage), idleTimeout: .seconds(1))
        let error = await failure { () async throws(HTTPError) in try await makeClient().send(request) }
        #expect(error?.kind == .timeout)
    }

    @Test(
        "as nothing comes or goes, ends where it is read part by part, too",
        arguments: [Stage.beforeHead, .inHead, .inBody])
    func idleInParts(stage: Stage) async throws {
        let server = try server(silentAt: stage)
        let request = try HTTPRequest(.get, server.url(), idleTimeout: .seconds(1))
        let error = await failure { () async throws(HTTPError) in try await makeClient().stream(request).count() }
        #expect(error?.kind == .timeout)
    }

    @Test("does not end as nothing comes, where it is the reader who waits")
    func slowReader() async throws {
        let stalled = try Gate()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(64 << 20)\r\n\r\n")
            for _ in 0..<1024 { _ = connection.send([UInt8](repeating: 7, count: 1 << 16), stalled: stalled) }
        }
        let stream = try await makeClient().stream(HTTPRequest(.get, server.url(), idleTimeout: .seconds(3)))
        try await stalled.wait()
        // Some time that is longer than the limit, no moment that something has happened by.
        try await Task.sleep(for: .seconds(5))
        #expect(try await stream.count() == 64 << 20)
    }

    @Test("as all of it takes too long, ends, however much comes")
    func total() async throws {
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.send("x") { usleep(1000) }
        }
        let request = try HTTPRequest(.get, server.url(), timeout: .milliseconds(300))
        let error = await failure { () async throws(HTTPError) in try await makeClient().send(request) }
        #expect(error?.kind == .timeout)
    }

    @Test("as there is no connection, ends")
    func connecting() async throws {
        let port = try FullPort()
        let client = makeClient { $0.connectTimeout = .milliseconds(200) }
        let url = try #require(URLParts("http://127.0.0.1:\(port.number)/"))
        let error = await failure { () async throws(HTTPError) in try await client.send(HTTPRequest(.get, url)) }
        #expect(error?.kind == .timeout)
    }

    @Test("is told from one that nothing answers")
    func refused() async throws {
        let port = try ClosedPort()
        let url = try #require(URLParts("http://127.0.0.1:\(port.number)/"))
        let error = await failure { () async throws(HTTPError) in try await makeClient().send(HTTPRequest(.get, url)) }
        #expect(error?.kind == .unreachable)
        #expect(error?.reason == "nothing answers at port \(port.number)")
    }
}
