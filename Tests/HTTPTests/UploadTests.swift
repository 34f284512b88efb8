internal import HTTP
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A body that is made while it is sent", .timeLimit(.minutes(1)))
struct UploadTests {
    private static let part = (0..<1 << 16).map { UInt8(truncatingIfNeeded: $0) }

    /// A body of `parts` parts of 64 KiB, which counts what is made of it.
    private static func upload(parts: Int, made: Locked<Int> = Locked(0)) -> HTTPUpload {
        HTTPUpload(length: parts * part.count) { () async throws(HTTPError) in
            let isMore = made.withLock { made in
                guard made < parts * part.count else { return false }
                made += part.count
                return true
            }
            return isMore ? part : nil
        }
    }

    /// A body of `length` bytes, of which `parts` come before `end`.
    private static func upload(
        _ length: Int, parts: [String], end: @escaping HTTPStream.Source = { () async throws(HTTPError) in nil }
    ) -> HTTPUpload {
        let left = Locked(parts)
        return HTTPUpload(length: length) { () async throws(HTTPError) in
            let part = left.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) }
            if let part { return part }
            return try await end()
        }
    }

    /// What is never made.
    private static let never: HTTPStream.Source = { () async throws(HTTPError) in
        try? await Task.sleep(for: .seconds(3600))
        return nil
    }

    @Test("arrives whole, by the length that was told", arguments: [HTTPRequest.Method.put, .patch, .post])
    func whole(method: HTTPRequest.Method) async throws {
        let server = try LoopbackServer { request in answer(201, "\(request.body.count)") }
        let request = try HTTPRequest(method, server.url(), body: .stream(Self.upload(parts: 50)))
        let response = try await makeClient().send(request)
        #expect(response.status == 201)
        #expect(response.body == Array("\(50 << 16)".utf8))
        let seen = try #require(server.requests.first)
        #expect(seen.method == method.rawValue)
        #expect(seen.value("Content-Length") == "\(50 << 16)")
        var body: [UInt8] = []
        for _ in 0..<50 { body += Self.part }
        #expect(seen.body == body)
        // To wait for leave would cost a second with most servers.
        #expect(seen.value("Expect") == nil)
    }

    @Test("may be empty, and come in empty parts", arguments: [[], ["", ""], ["", "abc", "", "d"]])
    func emptyParts(parts: [String]) async throws {
        let server = try LoopbackServer { _ in answer(201) }
        let length = parts.joined().utf8.count
        let request = try HTTPRequest(.put, server.url(), body: .stream(Self.upload(length, parts: parts)))
        #expect(try await makeClient().send(request).status == 201)
        #expect(server.requests.first?.value("Content-Length") == "\(length)")
        #expect(server.requests.first?.body == Array(parts.joined().utf8))
    }

    @Test("is made no faster than it is sent")
    func backPressure() async throws {
        let goesOn = try Gate()
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            goesOn.block()
            guard connection.read(64 << 20) != nil else { return }
            connection.send(answer(201))
        }
        let made = Locked(0)
        let (client, url) = try (makeClient(), server.url())
        async let response = client.send(HTTPRequest(.put, url, body: .stream(Self.upload(parts: 1024, made: made))))
        // It comes to rest, at its end or before.
        let isAtRest = await waitUntil(.seconds(30)) {
            let before = made.withLock { $0 }
            try? await Task.sleep(for: .milliseconds(300))
            return before > 0 && made.withLock { $0 } == before
        }
        #expect(isAtRest)
        #expect(made.withLock { $0 } < 32 << 20)
        goesOn.open()
        #expect(try await response.status == 201)
    }

    @Test("may be another answer's body, as when something is copied")
    func copied() async throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 18)
        let source = try LoopbackServer { _ in answer(200, text) }
        let target = try LoopbackServer { _ in answer(201) }
        let client = makeClient()
        let stream = try await client.stream(HTTPRequest(.get, source.url()))
        let upload = HTTPUpload(length: text.utf8.count) { () async throws(HTTPError) in try await stream.next() }
        #expect(try await client.send(HTTPRequest(.put, target.url(), body: .stream(upload))).status == 201)
        #expect(target.requests.first?.body == Array(text.utf8))
    }

    @Test("cannot be made: that is the request's error, and the server gets no whole request")
    func failingSource() async throws {
        let (server, gotAll) = try Self.strictServer()
        let url = try server.url()
        let cause = HTTPError(.corrupt, of: HTTPRequest(.get, url), reason: "the blob is not what it was")
        let upload = Self.upload(10, parts: ["four"]) { () async throws(HTTPError) in throw cause }
        let error = await failure { () async throws(HTTPError) in
            try await makeClient().send(HTTPRequest(.put, url, body: .stream(upload)))
        }
        #expect(error == cause)
        // With the client go its connections, and then the server knows what it got.
        #expect(await waitUntil { server.endedCount == server.connectionCount })
        #expect(gotAll.withLock { !$0 })
    }

    @Test(
        "has another length than was told: nothing is sent as if it were right", arguments: [["four"], ["0123456789a"]])
    func wrongLength(parts: [String]) async throws {
        let (server, gotAll) = try Self.strictServer()
        let url = try server.url()
        let error = await failure { () async throws(HTTPError) in
            try await makeClient().send(HTTPRequest(.put, url, body: .stream(Self.upload(10, parts: parts))))
        }
        #expect(error?.kind == .interrupted)
        #expect(error?.reason == "what was to be sent has not the length of 10 bytes")
        // With the client go its connections, and then the server knows what it got.
        #expect(await waitUntil { server.endedCount == server.connectionCount })
        #expect(gotAll.withLock { !$0 })
    }

    @Test("has more than was told, in a part of its own: that is an error, too")
    func partTooMany() async throws {
        let (server, _) = try Self.strictServer()
        let (client, url) = try (makeClient(), server.url())
        let error = await failure { () async throws(HTTPError) in
            try await client.send(HTTPRequest(.put, url, body: .stream(Self.upload(10, parts: ["0123456789", "a"]))))
        }
        #expect(error?.kind == .interrupted)
    }

    /// A server that takes ten bytes, and tells whether it got them.
    private static func strictServer() throws -> (LoopbackServer, Locked<Bool>) {
        let gotAll = Locked(false)
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil, connection.read(10) != nil else { return }
            gotAll.withLock { $0 = true }
            connection.waitForEnd()
        }
        return (server, gotAll)
    }

    @Test(
        "is refused before it is made: the answer does not wait for it", arguments: [401, 413, 307, 500], [false, true])
    func earlyAnswer(status: Int, closes: Bool) async throws {
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(answer(status, "no", headers: closes ? ["Connection: close"] : []))
            if !closes { connection.waitForEnd() }
        }
        let request = try HTTPRequest(.put, server.url(), body: .stream(Self.upload(10, parts: ["a"], end: Self.never)))
        let response = try await makeClient().send(request)
        #expect(response.status == status)
        #expect(response.body == Array("no".utf8))
    }

    @Test("is refused before it is made over HTTP/2: the answer does not wait for it")
    func earlyAnswerOverHTTP2() async throws {
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(answer(413, "no", headers: ["Connection: close"]))
            connection.waitForEnd()
        }
        let front = try await TLSFront(of: "127.0.0.1:\(server.port)")
        let client = makeClient { $0.trust = .file(front.authority) }
        let url = try #require(URLParts("https://localhost:\(front.port)/"))
        let upload = Self.upload(1 << 20, parts: ["a"], end: Self.never)
        #expect(try await client.send(HTTPRequest(.put, url, body: .stream(upload))).status == 413)
    }

    @Test("is refused while it is sent: it is not made to its end")
    func refusedWhileSent() async throws {
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil, connection.read(1 << 20) != nil else { return }
            connection.send(answer(413, "no"))
            connection.waitForEnd()
        }
        let made = Locked(0)
        let upload = Self.upload(parts: 1 << 14, made: made)
        #expect(try await makeClient().send(HTTPRequest(.put, server.url(), body: .stream(upload))).status == 413)
        #expect(made.withLock { $0 } < 512 << 20)
    }

    @Test("is not sent again where a kept connection ends before an answer")
    func notSentAgain() async throws {
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(answer(200, "x"))
            _ = connection.readHead()
        }
        let (client, url) = try (makeClient(), server.url("/act"))
        _ = try await client.send(HTTPRequest(.get, server.url()))
        var request = HTTPRequest(.put, url, body: .stream(Self.upload(4, parts: ["four"])))
        request.isRepeatable = true
        let sent = request
        let error = await failure { () async throws(HTTPError) in try await client.send(sent) }
        #expect(error?.kind == .interrupted)
        #expect(server.requests.filter { $0.path == "/act" }.count == 1)
    }

    @Test("goes nowhere else by a redirect")
    func redirected() async throws {
        let server = try LoopbackServer { _ in answer(307, headers: ["Location: /other"]) }
        let (client, url) = try (makeClient(), server.url("/act"))
        let request = HTTPRequest(.put, url, body: .stream(Self.upload(4, parts: ["four"])))
        let error = await failure { () async throws(HTTPError) in
            try await client.send(request, following: RedirectPolicy())
        }
        #expect(error?.kind == .redirect)
        #expect(server.requests.map(\.path) == ["/act"])
    }
}
