internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A short-lived token")
struct TokenCacheTests {
    private let clock = StillClock()
    private let made = Noted(0)

    private func ask(_ cache: TokenCache<String>, _ key: String = "k", life: Int = 3600) async throws -> String {
        try await cache.token(for: key) { () async throws(RegistryError) in
            made.note { $0 += 1 }
            return ShortLivedToken(Secret("T\(made.value)"), end: clock.pacing(unixTime: 1000).unixTime() + life)
        }.text
    }

    @Test(
        "is used until shortly before its end",
        arguments: [
            (3600, 3539, "T1"), (3600, 3540, "T2"), (100, 74, "T1"), (100, 75, "T2"), (0, 0, "T2"), (-5, 0, "T2"),
        ])
    func renewed(life: Int, later: Int, token: String) async throws {
        let cache = TokenCache<String>(pacing: clock.pacing(unixTime: 1000))
        #expect(try await ask(cache, life: life) == "T1")
        clock.advance(by: .seconds(later))
        #expect(try await ask(cache, life: life) == token)
    }

    @Test("is believed to live a week at most", arguments: [Int.max, 10_000_000])
    func longest(life: Int) async throws {
        let cache = TokenCache<String>(pacing: clock.pacing(unixTime: 0))
        func ask() async throws -> String {
            try await cache.token(for: "") { () async throws(RegistryError) in
                made.note { $0 += 1 }
                return ShortLivedToken(Secret("T\(made.value)"), end: life)
            }.text
        }
        #expect(try await ask() == "T1")
        clock.advance(by: .seconds(7 * 86_400))
        #expect(try await ask() == "T2")
    }

    @Test("whose end lies before all time is not kept")
    func longGone() async throws {
        let cache = TokenCache<String>(pacing: clock.pacing(unixTime: 1000))
        for number in 1...2 {
            let token = try await cache.token(for: "") { () async throws(RegistryError) in
                made.note { $0 += 1 }
                return ShortLivedToken(Secret("T\(made.value)"), end: .min)
            }
            #expect(token.text == "T\(number)")
        }
    }

    @Test("is another one for another purpose")
    func keys() async throws {
        let cache = TokenCache<String>(pacing: clock.pacing(unixTime: 1000))
        #expect(try await ask(cache, "a") == "T1")
        #expect(try await ask(cache, "b") == "T2")
        #expect(try await ask(cache, "a") == "T1")
    }

    @Test("is asked for once, however many need it")
    func once() async throws {
        let cache = TokenCache<String>(pacing: clock.pacing(unixTime: 1000))
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await ask(cache) } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(tokens == ["T1"])
    }

    @Test("that was refused is asked for again")
    func refused() async throws {
        let cache = TokenCache<String>(pacing: clock.pacing(unixTime: 1000))
        await #expect(throws: RegistryError(.denied, "no")) {
            try await cache.token(for: "k") { () async throws(RegistryError) in throw RegistryError(.denied, "no") }
        }
        #expect(try await ask(cache) == "T1")
    }

    static let answers: [(answer: String, life: Int)] = [
        (#"{"access_token":"T","expires_in":3599}"#, 3599), (#"{"access_token":"T","expires_in":"86399"}"#, 86_399),
        (#"{"access_token":"T","expires_on":"1500"}"#, 500), (#"{"access_token":"T","expires_on":2000}"#, 1000),
        // Nothing that can be believed.
        (#"{"access_token":"T"}"#, 300), (#"{"access_token":"T","expires_in":0}"#, 300),
        (#"{"access_token":"T","expires_in":-9223372036854775808}"#, 300),
        (#"{"access_token":"T","expires_on":-9223372036854775808}"#, 300),
        (#"{"access_token":"T","expires_on":999}"#, 300), (#"{"access_token":"T","expires_in":"soon"}"#, 300),
        (#"{"access_token":"T","expires_in":9223372036854775807}"#, 604_800),
    ]

    @Test("lives as long as the answer says, within reason", arguments: answers)
    func life(answer: String, life: Int) {
        #expect(
            ShortLivedToken(oauth: Array(answer.utf8), start: 1000, life: 300)
                == ShortLivedToken(Secret("T"), end: 1000 + life))
    }

    @Test(
        "is not in an answer that has none",
        arguments: [
            "", "{}", "[]", #"{"access_token":""}"#, #"{"access_token":5}"#, #"{"access_token":"a b"}"#,
            #"{"access_token":"a\nb"}"#, #"{"access_token":"é"}"#, "<html>",
        ])
    func nothing(answer: String) {
        #expect(ShortLivedToken(oauth: Array(answer.utf8), start: 0, life: 300) == nil)
    }

    @Test(
        "tells its end itself where it is a JSON Web Token",
        arguments: [
            ("e30.eyJleHAiOjEyM30.x", 123), ("e30.eyJleHAiOiIxIn0.x", nil), ("e30.e30.x", nil),
            ("eyJleHAiOjEyM30", nil),
            ("..", nil), ("e30.*.x", nil), ("", nil),
        ] as [(String, Int?)])
    func ownEnd(token: String, end: Int?) {
        #expect(CloudToken.end(ofJSONWebToken: Secret(token)) == end)
    }

    @Test(
        "is not repeated in the words that refuse it",
        arguments: [
            ("bad token eyJhbGciOi.e30.x, sorry", "bad token *** sorry"), ("key s3cret is wrong", "key *** is wrong"),
            ("(token=s3cret)", "***"), ("fine", "fine"), ("two\r\nlines\u{1B}[2J", "two lines [2J"), ("", nil),
            (nil, nil),
        ] as [(String?, String?)])
    func words(text: String?, shown: String?) {
        #expect(CloudWords.line(text, without: [Secret("s3cret"), Secret("")]) == shown)
    }
}
