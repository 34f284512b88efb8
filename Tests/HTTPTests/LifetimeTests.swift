internal import Glibc
internal import HTTP
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A client", .timeLimit(.minutes(1)))
struct LifetimeTests {
    @Test("whose last owner is a body that is read lives until that ends")
    func lastOwnerIsBody() async throws {
        let goesOn = try Gate()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour")
            goesOn.block()
            connection.send(" more.")
        }
        let stream = try await makeClient().stream(HTTPRequest(.get, server.url()))
        #expect(try await stream.next()?.count == 4)
        goesOn.open()
        #expect(try await stream.next()?.count == 6)
        #expect(try await stream.next() == nil)
    }

    @Test("whose last owner is a request answers that", arguments: 0..<20)
    func lastOwner(_: Int) async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let url = try server.url()
        let tasks = (0..<4).map { _ in Task { try await makeClient().send(HTTPRequest(.get, url)).status } }
        for task in tasks { #expect(try await task.value == 200) }
    }

    @Test("that is gone leaves no thread, no descriptor and no connection")
    func leavesNothing() async {
        // In a process of its own, whose threads and descriptors are all its own.
        await #expect(processExitsWith: .success) {
            let server = try LoopbackServer { _ in answer(200, "x") }
            let url = try server.url()
            func use() async throws {
                let client = makeClient()
                let task = Task(executorPreference: client.executor) { try await client.send(HTTPRequest(.get, url)) }
                #expect(try await task.value.status == 200)
            }
            try await use()
            @Sendable func count(_ kind: String) -> Int { Files.names(in: "/proc/self/\(kind)").count }
            #expect(await waitUntil { server.endedCount == 1 })
            let before = (threads: count("task"), descriptors: count("fd"))
            for _ in 0..<50 { try await use() }
            // The pool of the concurrency runtime may still be growing, by as many threads as there are processors.
            #expect(await waitUntil { count("task") <= before.threads + 8 && count("fd") <= before.descriptors + 8 })
            #expect(await waitUntil { server.endedCount == 51 })
        }
    }
}

@Suite("Tasks on the client's thread", .timeLimit(.minutes(1)))
struct ExecutorTests {
    @Test("all run on one thread, and what they wait for runs there, too")
    func oneThread() async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let (client, url) = try (makeClient(), server.url())
        let threads = Locked(Set<UInt>())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 {
                group.addTask(executorPreference: client.executor) {
                    for _ in 0..<5 {
                        threads.withLock { _ = $0.insert(currentThread()) }
                        _ = try await client.send(HTTPRequest(.get, url))
                        threads.withLock { _ = $0.insert(currentThread()) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(threads.withLock { $0.count } == 1)
        #expect(server.requests.count == 160)
    }

    @Test("may wait for an answer by giving way to others for as long as it takes")
    func yielding() async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let (client, url) = try (makeClient(), server.url())
        let isDone = Locked(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: client.executor) {
                while !isDone.withLock({ $0 }) { await Task.yield() }
            }
            group.addTask(executorPreference: client.executor) {
                _ = try await client.send(HTTPRequest(.get, url))
                isDone.withLock { $0 = true }
            }
            try await group.waitForAll()
        }
    }

    @Test("may wait for tasks that run elsewhere, and these for them")
    func nested() async throws {
        let server = try LoopbackServer { _ in answer(200, "x") }
        let (client, url) = try (makeClient(), server.url())
        let executor = client.executor
        let task = Task(executorPreference: executor) {
            let elsewhere = Task.detached {
                try await Task(executorPreference: executor) { try await client.send(HTTPRequest(.get, url)).status }
                    .value
            }
            return try await elsewhere.value + client.send(HTTPRequest(.get, url)).status
        }
        #expect(try await task.value == 400)
    }

    @Test("can read and write bodies")
    func bodies() async throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 17)
        let source = try LoopbackServer { _ in answer(200, text) }
        let target = try LoopbackServer { request in answer(201, "\(request.body.count)") }
        let (client, from, to) = try (makeClient(), source.url(), target.url())
        let task = Task(executorPreference: client.executor) {
            let stream = try await client.stream(HTTPRequest(.get, from))
            let upload = HTTPUpload(length: text.utf8.count) { () async throws(HTTPError) in try await stream.next() }
            return try await client.send(HTTPRequest(.put, to, body: .stream(upload))).body
        }
        #expect(try await task.value == Array("\(text.utf8.count)".utf8))
    }

    @Test("go on when the client is gone, and new ones do, too", arguments: 0..<10)
    func afterTheClient(_: Int) async throws {
        let executor = try #require(makeClient().executor)
        let goesOn = try Gate()
        let tasks = (0..<8).map { number in
            Task(executorPreference: executor) {
                for _ in 0..<number { await Task.yield() }
                try? await goesOn.wait()
                for _ in 0..<1000 { await Task.yield() }
                return await withTaskGroup(of: Int.self) { group in
                    for part in 0..<4 { group.addTask { number + part } }
                    return await group.reduce(0, +)
                }
            }
        }
        goesOn.open()
        for (number, task) in tasks.enumerated() { #expect(await task.value == 4 * number + 6) }
    }
}

private func currentThread() -> UInt { UInt(pthread_self()) }
