internal import HTTP
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A request that nobody waits for any more", .timeLimit(.minutes(1)))
struct CancellationTests {
    /// A server that gives no answer, says by `asked` when it is asked, and by `ended` when the client goes.
    private static func silentServer(asked: Gate, ended: Gate, begin: String = "") throws -> LoopbackServer {
        try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            connection.send(begin)
            asked.open()
            connection.waitForEnd()
            ended.open()
        }
    }

    private func kind<Value>(of task: Task<Value, any Error>) async -> HTTPError.Kind? {
        switch await task.result {
        case .success: nil
        case .failure(let error): (error as? HTTPError)?.kind
        }
    }

    @Test("before it is sent is not sent")
    func beforeStart() async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let (client, url) = try (makeClient(), server.url("/never"))
        let goesOn = try Gate()
        let task = Task {
            try? await goesOn.wait()
            _ = try await client.send(HTTPRequest(.get, url))
        }
        task.cancel()
        goesOn.open()
        #expect(await kind(of: task) == .cancelled)
        // Whatever had been begun would be known when a later request has its answer.
        #expect(try await client.send(HTTPRequest(.get, server.url())).status == 200)
        #expect(server.requests.map(\.path) == ["/"])
    }

    @Test("ends at once, and its connection with it", arguments: [false, true])
    func inFlight(onDriver: Bool) async throws {
        let asked = try Gate()
        let ended = try Gate()
        let server = try Self.silentServer(asked: asked, ended: ended)
        let (client, url) = try (makeClient(), server.url())
        let task = Task(executorPreference: onDriver ? client.executor : nil) {
            _ = try await client.send(HTTPRequest(.get, url))
        }
        try await asked.wait()
        task.cancel()
        #expect(await kind(of: task) == .cancelled)
        try await ended.wait()
    }

    @Test("ends while its body is read", arguments: [false, true])
    func whileReading(onDriver: Bool) async throws {
        let asked = try Gate()
        let ended = try Gate()
        let begin = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"
        let server = try Self.silentServer(asked: asked, ended: ended, begin: begin)
        let (client, url) = try (makeClient(), server.url())
        let task = Task(executorPreference: onDriver ? client.executor : nil) {
            let stream = try await client.stream(HTTPRequest(.get, url))
            while try await stream.next() != nil {}
        }
        try await asked.wait()
        task.cancel()
        #expect(await kind(of: task) == .cancelled)
        try await ended.wait()
    }

    @Test("ends where its body is there and not read: what is there can be read, and no more")
    func beforeReading() async throws {
        let asked = try Gate()
        let ended = try Gate()
        let begin = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"
        let server = try Self.silentServer(asked: asked, ended: ended, begin: begin)
        let stream = try await makeClient().stream(HTTPRequest(.get, server.url()))
        let goesOn = try Gate()
        let task = Task {
            try? await goesOn.wait()
            var count = 0
            while let part = try await stream.next() { count += part.count }
            Issue.record("a body of 10 bytes ended after \(count)")
        }
        task.cancel()
        goesOn.open()
        let kind = await kind(of: task)
        #expect(kind == .cancelled || kind == .interrupted)
        try await ended.wait()
    }

    @Test("ends while its body waits to be sent")
    func whileSending() async throws {
        let asked = try Gate()
        let cancelled = try Gate()
        let ended = try Gate()
        let made = Locked(0)
        let server = try LoopbackServer { connection in
            guard connection.readHead() != nil else { return }
            asked.open()
            // What there is room for is sent meanwhile, and then nothing.
            cancelled.block()
            connection.waitForEnd()
            ended.open()
        }
        let (client, url) = try (makeClient(), server.url())
        let upload = HTTPUpload(length: 1 << 40) { () async throws(HTTPError) in
            made.withLock { $0 += 1 }
            return [UInt8](repeating: 7, count: 1 << 20)
        }
        let task = Task { _ = try await client.send(HTTPRequest(.put, url, body: .stream(upload))) }
        try await asked.wait()
        let isAtRest = await waitUntil(.seconds(30)) {
            let before = made.withLock { $0 }
            try? await Task.sleep(for: .milliseconds(300))
            return before > 0 && made.withLock { $0 } == before
        }
        #expect(isAtRest)
        task.cancel()
        #expect(await kind(of: task) == .cancelled)
        cancelled.open()
        try await ended.wait()
    }

    @Test("ends while its body is made, which is told so", arguments: [false, true])
    func whileMaking(fails: Bool) async throws {
        let asked = try Gate()
        let ended = try Gate()
        let wasCancelled = Locked(false)
        let server = try Self.silentServer(asked: asked, ended: ended)
        let (client, url) = try (makeClient(), server.url())
        let upload = HTTPUpload(length: 10) { () async throws(HTTPError) in
            do { try await Task.sleep(for: .seconds(3600)) } catch { wasCancelled.withLock { $0 = true } }
            // What a source makes of that is not why the request ended.
            if fails { throw HTTPError(.corrupt, of: HTTPRequest(.get, url), reason: "no more") }
            return nil
        }
        let task = Task { _ = try await client.send(HTTPRequest(.put, url, body: .stream(upload))) }
        try await asked.wait()
        task.cancel()
        #expect(await kind(of: task) == .cancelled)
        #expect(wasCancelled.withLock { $0 })
        try await ended.wait()
    }

    @Test("may be one of 500, and the next is answered all the same", arguments: [false, true])
    func many(onDriver: Bool) async throws {
        let asked = try Gate(after: 8)
        let ended = try Gate()
        let server = try LoopbackServer { connection in
            while let request = connection.readRequest() {
                if request.path == "/silent" {
                    asked.open()
                    connection.waitForEnd()
                    return ended.open()
                }
                connection.send(answer(200, "x"))
            }
        }
        let client = makeClient { $0.connectionsPerHost = 8 }
        let (silent, url) = try (server.url("/silent"), server.url())
        let executor = onDriver ? client.executor : nil
        let tasks = (0..<500).map { _ in
            Task(executorPreference: executor) { _ = try await client.send(HTTPRequest(.get, silent)) }
        }
        try await asked.wait()
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await kind(of: task) == .cancelled) }
        #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
    }
}
