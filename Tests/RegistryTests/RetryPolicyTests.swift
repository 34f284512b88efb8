internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A request")
struct RetryPolicyTests {
    private func request(_ method: HTTPRequest.Method = .get) throws -> HTTPRequest {
        HTTPRequest(method, try #require(URLParts("https://r.example/v2/")))
    }

    /// Sends one request with `clock` and at most three tries.
    private func send(
        _ client: ScriptedClient, _ method: HTTPRequest.Method = .get, _ clock: StillClock = StillClock(),
        chance: Double = 0.5, deadline: Duration = .seconds(100)
    ) async throws -> HTTPResponse {
        let pacing = clock.pacing(unixTime: 784_111_777, chance: chance)
        return try await RetryingClient(
            client: client, policy: RetryPolicy(), pacing: pacing, patience: .until(deadline),
            limiters: HostLimiters(most: 4)
        )
        .send(try request(method))
    }

    @Test("is made again where waiting may help", arguments: [408, 429, 500, 502, 503, 504])
    func repeats(status: Int) async throws {
        let client = ScriptedClient([.status(status), .status(status), .status(200)])
        #expect(try await send(client).status == 200)
        #expect(client.asked.count == 3)
    }

    @Test("is made once where waiting will not help", arguments: [200, 201, 301, 400, 401, 403, 404, 405, 416, 501])
    func final(status: Int) async throws {
        let client = ScriptedClient([.status(status)])
        #expect(try await send(client).status == status)
        #expect(client.asked.count == 1)
    }

    @Test(
        "that changes something is not made again where it may have been carried out", arguments: [408, 500, 502, 504])
    func unclear(status: Int) async throws {
        let client = ScriptedClient([.status(status)])
        #expect(try await send(client, .post).status == status)
        #expect(client.asked.count == 1)
    }

    @Test("that changes something is made again where it was turned away at the door", arguments: [429, 503])
    func turnedAway(status: Int) async throws {
        let client = ScriptedClient([.status(status), .status(200)])
        #expect(try await send(client, .post).status == 200)
    }

    @Test("gives up after three tries with the last answer")
    func givesUp() async throws {
        let client = ScriptedClient([.status(503), .status(503), .status(503)])
        #expect(try await send(client).status == 503)
        #expect(client.asked.count == 3)
    }

    @Test("waits twice as long each time, by chance up to all of it", arguments: [0.0, 0.5, 0.75])
    func backoff(chance: Double) async throws {
        let clock = StillClock()
        _ = try await send(ScriptedClient([.status(503), .status(503), .status(200)]), .get, clock, chance: chance)
        #expect(clock.slept == [.seconds(chance), .seconds(2 * chance)])
    }

    /// What servers say in `Retry-After` at 1994-11-06 08:49:37, and the pause that it makes.
    static let waits: [(header: String, pause: Duration)] = [
        ("0", .zero), ("7", .seconds(7)), ("007", .seconds(7)),
        ("Sun, 06 Nov 1994 08:49:57 GMT", .seconds(20)), ("Sun, 06 Nov 1994 08:00:00 GMT", .zero),
        // Not understood: the pause is one's own.
        ("soon", .milliseconds(500)), ("-1", .milliseconds(500)), ("1.5", .milliseconds(500)), ("", .milliseconds(500)),
        ("٧", .milliseconds(500)),
    ]

    @Test("is made again when the server says", arguments: waits)
    func retryAfter(header: String, pause: Duration) async throws {
        let clock = StillClock()
        _ = try await send(ScriptedClient([.status(429, ["retry-after": header]), .status(200)]), .get, clock)
        #expect(clock.slept == [pause])
    }

    @Test(
        "is not made again where the wait goes beyond the time that there is, however far",
        arguments: ["100", "300", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
    func tooLong(header: String) async throws {
        let clock = StillClock()
        let client = ScriptedClient([.status(429, ["Retry-After": header])])
        #expect(try await send(client, .get, clock).status == 429)
        #expect(clock.slept.isEmpty)
    }

    @Test("that is forbidden for a time is a rate limit by another name")
    func forbiddenForNow() async throws {
        let client = ScriptedClient([.status(403, ["Retry-After": "1"]), .status(200)])
        #expect(try await send(client).status == 200)
    }

    @Test("is made again where the connection broke")
    func interrupted() async throws {
        #expect(try await send(ScriptedClient([.failure(.interrupted), .status(200)])).status == 200)
    }

    @Test("that changes something is not made again where the connection broke")
    func interruptedChange() async throws {
        let client = ScriptedClient([.failure(.interrupted)])
        await #expect(throws: HTTPError.self) { try await send(client, .post) }
        #expect(client.asked.count == 1)
    }

    static let noAnswers: [HTTPError.Kind] = [
        .invalidRequest, .unresolvedHost, .unreachable, .timeout, .tls, .certificate, .tooLarge, .redirect,
        .protocolViolation,
    ]

    @Test("is made once where there is nobody to answer it", arguments: noAnswers)
    func hopeless(kind: HTTPError.Kind) async throws {
        let client = ScriptedClient([.failure(kind)])
        let error = await #expect(throws: HTTPError.self) { try await send(client) }
        #expect(error?.kind == kind)
        #expect(client.asked.count == 1)
    }

    @Test("never gets more time than there is left")
    func timeLeft() async throws {
        let client = ScriptedClient([
            .status(503, ["Retry-After": "15"]), .status(503, ["Retry-After": "4"]), .status(200),
        ])
        _ = try await send(client, deadline: .seconds(40))
        #expect(client.timeouts == [.seconds(30), .seconds(25), .seconds(21)])
    }

    @Test("is not made at all when there is no time")
    func noTime() async throws {
        let client = ScriptedClient([])
        let error = await #expect(throws: HTTPError.self) { try await send(client, deadline: .zero) }
        #expect(error?.kind == .timeout)
        #expect(client.asked.isEmpty)
    }
}

@Suite("A registry's failure")
struct RegistryErrorTests {
    private func request() throws -> HTTPRequest {
        HTTPRequest(.get, try #require(URLParts("https://r.example/v2/?account=alice")))
    }

    static let statuses: [(status: Int, headers: [String: String], kind: RegistryError.Kind)] = [
        (401, [:], .denied), (403, [:], .denied), (403, ["Retry-After": "9"], .tryLater), (429, [:], .tryLater),
        (408, [:], .tryLater), (500, [:], .tryLater), (503, [:], .tryLater), (599, [:], .tryLater),
        (404, [:], .protocolViolation), (204, [:], .protocolViolation), (400, [:], .protocolViolation),
    ]

    @Test("says what can be done about an answer", arguments: statuses)
    func status(status: Int, headers: [String: String], kind: RegistryError.Kind) throws {
        let request = try request()
        let response = HTTPResponse(
            status: status, headers: HTTPFields(headers.map { .init($0.key, $0.value) }), url: request.url)
        let error = RegistryError(unexpected: response, to: request)
        #expect(error.kind == kind)
        #expect(error.text.hasPrefix("GET https://r.example/v2/?…: status \(status)"))
    }

    @Test("tells when to ask again")
    func wait() throws {
        let request = try request()
        let response = HTTPResponse(status: 429, headers: [.init("Retry-After", "120")], url: request.url)
        #expect(
            RegistryError(unexpected: response, to: request).text.hasSuffix("status 429, to be asked again in 120 s"))
    }

    static let failures: [(failure: HTTPError.Kind, kind: RegistryError.Kind)] = [
        (.timeout, .tryLater), (.interrupted, .tryLater), (.unresolvedHost, .unreachable), (.unreachable, .unreachable),
        (.tls, .unreachable), (.certificate, .unreachable), (.tooLarge, .protocolViolation),
        (.redirect, .protocolViolation), (.protocolViolation, .protocolViolation),
        (.invalidRequest, .protocolViolation),
    ]

    @Test("says what can be done where there is no answer", arguments: failures)
    func failure(failure: HTTPError.Kind, kind: RegistryError.Kind) throws {
        #expect(RegistryError(HTTPError(failure, of: try request(), reason: "why")).kind == kind)
    }
}
