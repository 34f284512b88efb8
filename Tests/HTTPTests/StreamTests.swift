internal import HTTP
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A body that is read part by part", .timeLimit(.minutes(1)))
struct StreamTests {
    /// More than may lie unread here, at nginx and in the system.
    private static let size = 96 << 20

    /// A server that sends a body of ``size`` bytes, and says by `stalled` when nobody takes more of it.
    private static func server(stalled: Gate) throws -> LoopbackServer {
        try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(Self.size)\r\n\r\n")
            let part = (0..<1 << 16).map { UInt8(truncatingIfNeeded: $0) }
            for _ in 0..<size / part.count { guard connection.send(part, stalled: stalled) else { return } }
            stalled.open()
        }
    }

    /// Reads one part, and the others when the server `server` could not send more.
    private func readSlowly(_ url: URLParts, _ client: CurlClient, _ server: LoopbackServer, _ stalled: Gate)
        async throws
    {
        let stream = try await client.stream(HTTPRequest(.get, url))
        var next: UInt8 = 0
        var count = 0
        var isStalled = false
        while let part = try await stream.next() {
            count += part.count
            #expect(part.first == next)
            next = (part.last ?? 0) &+ 1
            if isStalled { continue }
            try await stalled.wait()
            #expect(server.sent < Self.size / 2)
            isStalled = true
        }
        #expect(count == Self.size)
    }

    @Test("is fetched no faster than it is read, and comes whole")
    func backPressure() async throws {
        let stalled = try Gate()
        let server = try Self.server(stalled: stalled)
        try await readSlowly(server.url(), makeClient(), server, stalled)
    }

    @Test("is so over HTTP/2, too")
    func backPressureOverHTTP2() async throws {
        let stalled = try Gate()
        let server = try Self.server(stalled: stalled)
        let front = try await TLSFront(of: "127.0.0.1:\(server.port)")
        let client = makeClient {
            $0.trust = .file(front.authority)
            $0.connectionsPerHost = 1
        }
        let url = try #require(URLParts("https://localhost:\(front.port)/"))
        try await readSlowly(url, client, server, stalled)
    }

    @Test("tells status and header fields before it comes")
    func head() async throws {
        let seen = try Gate()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 404 No\r\nContent-Length: 2\r\nX-Name: value\r\n\r\na")
            seen.block()
            connection.send("b")
        }
        let stream = try await makeClient().stream(HTTPRequest(.get, server.url()))
        #expect(stream.head.status == 404)
        #expect(stream.head.first("x-name") == "value")
        #expect(try await stream.next() == [UInt8(ascii: "a")])
        seen.open()
        #expect(try await stream.next() == [UInt8(ascii: "b")])
        #expect(try await stream.next() == nil)
        #expect(try await stream.next() == nil)
    }

    @Test("may be empty", arguments: ["Content-Length: 0", "Transfer-Encoding: chunked"])
    func empty(field: String) async throws {
        let end = field.hasSuffix("chunked") ? "0\r\n\r\n" : ""
        let server = try LoopbackServer { _ in "HTTP/1.1 200 OK\r\n\(field)\r\n\r\n\(end)" }
        let stream = try await makeClient().stream(HTTPRequest(.get, server.url()))
        #expect(stream.head.status == 200)
        #expect(try await stream.next() == nil)
    }

    @Test("ends with an error where it breaks off, after what has come")
    func cut() async throws {
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")
        }
        let stream = try await makeClient().stream(HTTPRequest(.get, server.url()))
        #expect(try await stream.next() == Array("four".utf8))
        for _ in 0..<2 {
            let error = await failure { () async throws(HTTPError) in try await stream.next() }
            #expect(error?.kind == .interrupted)
        }
    }

    @Test("ends its transfer when nobody has it any more")
    func dropped() async throws {
        let ended = try Gate()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")
            connection.waitForEnd()
            ended.open()
        }
        let client = makeClient()
        do {
            let stream = try await client.stream(HTTPRequest(.get, server.url()))
            #expect(try await stream.next()?.count == 4)
        }
        try await ended.wait()
    }

    @Test("of endless length ends its transfer when nobody has it any more")
    func droppedWhilePaused() async throws {
        let stalled = try Gate()
        let ended = try Gate()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 1, count: 1 << 16), stalled: stalled) {}
            ended.open()
        }
        let client = makeClient()
        do {
            let stream = try await client.stream(HTTPRequest(.get, server.url()))
            try await stalled.wait()
            #expect(try await stream.next() != nil)
        }
        try await ended.wait()
    }

    @Test("can be had whole, up to a limit", arguments: [(10, true), (9, false)])
    func collected(limit: Int, fits: Bool) async throws {
        let server = try LoopbackServer { _ in answer(201, "0123456789", headers: ["X-Name: value"]) }
        let request = try HTTPRequest(.get, server.url())
        let stream = try await makeClient().stream(request)
        do throws(HTTPError) {
            let response = try await stream.collect(limit: limit, of: request)
            #expect(fits && response.status == 201 && response.body.count == 10 && response.first("X-Name") == "value")
        } catch {
            #expect(!fits && error.kind == .tooLarge)
        }
    }
}
