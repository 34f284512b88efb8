internal import HTTP
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("Requests at once to a host", .timeLimit(.minutes(1)))
struct HostLimiterTests {
    private let clock = ManualClock()
    private let request: HTTPRequest
    private let entered = Noted(0)

    init() throws {
        request = HTTPRequest(.get, try #require(URLParts("https://r.example/v2/")))
    }

    /// Begins to ask for a place, as far as that goes without waiting.
    private func enter(_ limiter: HostLimiter) -> Task<Void, any Error> {
        let (request, pacing, entered) = (request, clock.pacing(), entered)
        return Task.immediate {
            try await limiter.enter(request, pacing)
            entered.note { $0 += 1 }
        }
    }

    private func answer(_ status: Int, _ headers: [String: String] = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: HTTPFields(headers.map { .init($0.key, $0.value) }), url: request.url)
    }

    private func good(_ limiter: HostLimiter) {
        limiter.leave(asksForLess: false, askedToWait: nil, at: clock.pacing().elapsed())
    }

    private func slow(_ limiter: HostLimiter, _ wait: Duration) {
        limiter.leave(
            asksForLess: RetryPolicy().asksForLess(answer(429)), askedToWait: wait, at: clock.pacing().elapsed())
    }

    @Test("holds nobody in line for longer than there is time")
    func deadline() async throws {
        let clock = StillClock(), limiter = HostLimiter(most: 1)
        let url = try #require(URLParts("https://r.example/v2/"))
        try await limiter.enter(HTTPRequest(.get, url), clock.pacing(), until: .seconds(300))
        limiter.leave(asksForLess: true, askedToWait: .seconds(86_400), at: .zero)
        let error = await #expect(throws: HTTPError.self) {
            try await limiter.enter(HTTPRequest(.get, url), clock.pacing(), until: .seconds(300))
        }
        #expect(error?.kind == .timeout)
        #expect(clock.slept == [])
        // The place is free for who has the time.
        try await limiter.enter(HTTPRequest(.get, url), clock.pacing())
    }

    /// How many are let in at once now; they leave without an answer.
    private func width(_ limiter: HostLimiter, of most: Int) async throws -> Int {
        let before = entered.value
        let tasks = (0..<most).map { _ in enter(limiter) }
        let width = entered.value - before
        for _ in 0..<most { limiter.leave() }
        for task in tasks { try await task.value }
        return width
    }

    @Test("are as many as were agreed on, and the next ones come when one is done")
    func most() async throws {
        let limiter = HostLimiter(most: 3)
        let tasks = (1...5).map { _ in enter(limiter) }
        #expect(entered.value == 3)
        good(limiter)
        try await tasks[3].value
        #expect(entered.value == 4)
        limiter.leave()
        try await tasks[4].value
        #expect(entered.value == 5)
    }

    @Test("are let in in the order in which they came")
    func order() async throws {
        let limiter = HostLimiter(most: 1)
        let order = Noted<[Int]>([])
        let (request, pacing) = (request, clock.pacing())
        try await withThrowingTaskGroup { group in
            for number in 1...9 {
                group.addImmediateTask {
                    try await limiter.enter(request, pacing)
                    order.note { $0.append(number) }
                    limiter.leave()
                }
            }
            try await group.waitForAll()
        }
        #expect(order.value == Array(1...9))
    }

    @Test("wait all of them as long as the host says, and are half as many then")
    func pause() async throws {
        let limiter = HostLimiter(most: 8)
        for task in (1...8).map({ _ in enter(limiter) }) { try await task.value }
        slow(limiter, .seconds(10))
        for _ in 2...8 { good(limiter) }
        // Their places are free, and nobody goes.
        let tasks = (1...8).map { _ in enter(limiter) }
        #expect(entered.value == 8)
        #expect(clock.sleepers == 4)
        clock.advance(by: .seconds(9))
        #expect(clock.sleepers == 4)
        clock.advance(by: .seconds(1))
        for task in tasks.prefix(4) { try await task.value }
        #expect(entered.value == 12)
    }

    @Test("are halved once by all answers to what was sent before the pause")
    func storm() async throws {
        let limiter = HostLimiter(most: 8)
        for task in (1...8).map({ _ in enter(limiter) }) { try await task.value }
        for _ in 1...8 { slow(limiter, .seconds(5)) }
        clock.advance(by: .seconds(5))
        #expect(try await width(limiter, of: 8) == 4)
    }

    @Test("wait for the longest time that any answer has named")
    func longest() async throws {
        let limiter = HostLimiter(most: 3)
        for task in (1...3).map({ _ in enter(limiter) }) { try await task.value }
        for wait in [5, 20, 1] { slow(limiter, .seconds(wait)) }
        #expect(limiter.pause(at: .seconds(19)) == .seconds(1))
        #expect(limiter.pause(at: .seconds(20)) == .zero)
    }

    @Test("are never fewer than one")
    func least() async throws {
        let limiter = HostLimiter(most: 4)
        for _ in 1...5 {
            try await enter(limiter).value
            slow(limiter, .seconds(1))
            clock.advance(by: .seconds(1))
        }
        #expect(try await width(limiter, of: 4) == 1)
    }

    @Test("become one more after each round of good answers, until they are as many as before")
    func recovery() async throws {
        let limiter = HostLimiter(most: 4)
        for _ in 1...2 {
            try await enter(limiter).value
            slow(limiter, .seconds(1))
            clock.advance(by: .seconds(1))
        }
        var widths = [try await width(limiter, of: 6)]
        for round in 1...5 {
            for _ in 0..<min(round, 4) {
                try await enter(limiter).value
                good(limiter)
            }
            widths.append(try await width(limiter, of: 6))
        }
        #expect(widths == [1, 2, 3, 4, 4, 4])
    }

    @Test("are let in all at once where the limit is raised while they wait")
    func raised() async throws {
        let limiter = HostLimiter(most: 2)
        for task in (1...2).map({ _ in enter(limiter) }) { try await task.value }
        slow(limiter, .seconds(1))
        clock.advance(by: .seconds(1))
        let tasks = (1...3).map { _ in enter(limiter) }
        // One place is left of two, and the second of both who had one is still on its way.
        #expect(entered.value == 2)
        good(limiter)
        let entered = entered
        #expect(await waitUntil { entered.value == 4 })
        for _ in tasks { limiter.leave() }
        for task in tasks { try await task.value }
    }

    @Test("that are not wanted any more leave the line")
    func cancelled() async throws {
        let limiter = HostLimiter(most: 1)
        try await enter(limiter).value
        let tasks = (1...3).map { _ in enter(limiter) }
        tasks[0].cancel()
        let error = await #expect(throws: HTTPError.self) { try await tasks[0].value }
        #expect(error?.kind == .cancelled)
        limiter.leave()
        try await tasks[1].value
        limiter.leave()
        try await tasks[2].value
    }

    @Test("that are not wanted any more in the pause give their place back")
    func cancelledInPause() async throws {
        let limiter = HostLimiter(most: 1)
        try await enter(limiter).value
        slow(limiter, .seconds(10))
        let task = enter(limiter)
        #expect(clock.sleepers == 1)
        task.cancel()
        await #expect(throws: HTTPError.self) { try await task.value }
        clock.advance(by: .seconds(10))
        #expect(try await width(limiter, of: 2) == 1)
    }

    @Test("never lose a place, whatever becomes of them", arguments: 0..<60)
    func places(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let most = Int.random(in: 1...6, using: &random)
        let limiter = HostLimiter(most: most)
        let (request, still) = (request, StillClock())
        let pacing = still.pacing()
        let inFlight = Noted((now: 0, peak: 0))
        let tasks = (0..<40).map { number in
            let kind = Int.random(in: 0..<6, using: &random)
            return Task {
                try await limiter.enter(request, pacing)
                inFlight.note { state in
                    state.now += 1
                    state.peak = max(state.peak, state.now)
                }
                for _ in 0..<number % 4 { await Task.yield() }
                inFlight.note { $0.now -= 1 }
                let response = HTTPResponse(status: kind == 0 ? 429 : 200, url: request.url)
                if kind == 1 {
                    limiter.leave()
                } else {
                    limiter.leave(
                        asksForLess: RetryPolicy().asksForLess(response), askedToWait: kind == 0 ? .seconds(1) : nil,
                        at: pacing.elapsed())
                }
            }
        }
        for task in tasks where Int.random(in: 0..<3, using: &random) == 0 { task.cancel() }
        for task in tasks { _ = await task.result }
        #expect(inFlight.value.peak <= most)
        // Good answers bring the limit back to what it was; then all places must be there.
        for _ in 0..<most * most {
            try await limiter.enter(request, pacing)
            limiter.leave(asksForLess: false, askedToWait: nil, at: pacing.elapsed())
        }
        clock.advance(by: still.pacing().elapsed())
        #expect(try await width(limiter, of: most + 2) == most)
    }

    @Test("are counted for each host by itself")
    func hosts() throws {
        let limiters = HostLimiters(most: 1)
        let other = try #require(URLParts("https://r.example/other")),
            port = try #require(URLParts("https://r.example:444/"))
        #expect(limiters.limiter(for: request.url) === limiters.limiter(for: other))
        #expect(limiters.limiter(for: request.url) !== limiters.limiter(for: port))
    }
}

@Suite("A host that asks for fewer requests", .timeLimit(.minutes(1)))
struct RateLimitTests {
    private func request() throws -> HTTPRequest { HTTPRequest(.get, try #require(URLParts("https://r.example/v2/"))) }

    private func client(_ client: any HTTPClient, _ pacing: Pacing, patience: Duration = .seconds(300))
        -> RetryingClient
    {
        RetryingClient(
            client: client, policy: RetryPolicy(tries: 8), pacing: pacing, patience: .each(patience),
            limiters: HostLimiters(most: 4))
    }

    static let waits = ["20", "Thu, 01 Jan 1970 00:00:20 GMT"]

    @Test("is not asked for anything else until then", arguments: waits)
    func others(wait: String) async throws {
        let clock = ManualClock()
        let script = ScriptedClient([.status(429, ["Retry-After": wait]), .status(200), .status(200)])
        let (client, request) = (client(script, clock.pacing()), try request())
        let first = Task.immediate { try await client.send(request).status }
        let second = Task.immediate { try await client.send(request).status }
        #expect(script.asked.count == 1)
        clock.advance(by: .seconds(19))
        #expect(script.asked.count == 1)
        clock.advance(by: .seconds(1))
        #expect(try await first.value == 200)
        #expect(try await second.value == 200)
        #expect(script.asked.count == 3)
    }

    @Test(
        "for longer than anybody has time is not asked again by those who come after",
        arguments: ["301", "99999999999999999999"])
    func budget(wait: String) async throws {
        let clock = StillClock()
        let script = ScriptedClient([.status(429, ["Retry-After": wait])])
        let (client, request) = (client(script, clock.pacing()), try request())
        #expect(try await client.send(request).status == 429)
        let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        #expect(error?.kind == .timeout)
        #expect(script.asked.count == 1)
    }

    @Test("is not waited for by who is interrupted")
    func interrupted() async throws {
        let clock = ManualClock()
        let script = ScriptedClient([.status(429, ["Retry-After": "20"]), .status(200)])
        let (client, request) = (client(script, clock.pacing()), try request())
        let task = Task.immediate { try await client.send(request) }
        #expect(clock.sleepers == 1)
        task.cancel()
        let error = await #expect(throws: HTTPError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        clock.advance(by: .seconds(20))
        #expect(try await client.send(request).status == 200)
    }
}
