internal import Registry
internal import Testing

@Suite("The ways to log in that a registry offers")
struct AuthChallengeTests {
    private static func basic(_ parameters: [String: String]) -> AuthChallenge {
        AuthChallenge(scheme: "basic", parameters: parameters)
    }

    private static func bearer(_ parameters: [String: String]) -> AuthChallenge {
        AuthChallenge(scheme: "bearer", parameters: parameters)
    }

    static let readable: [(header: String, challenges: [AuthChallenge])] = [
        ("Basic", [basic([:])]),
        (#"Basic realm="r""#, [basic(["realm": "r"])]),
        (#"BASIC Realm="r""#, [basic(["realm": "r"])]),
        ("Basic realm=r", [basic(["realm": "r"])]),
        (#"Basic realm = "r" , charset="UTF-8""#, [basic(["realm": "r", "charset": "UTF-8"])]),
        (#"  ,, Basic realm="r",,"#, [basic(["realm": "r"])]),
        (#"Basic realm="a, \"b\" \\ Bearer realm=c""#, [basic(["realm": #"a, "b" \ Bearer realm=c"#])]),
        (#"Basic realm="""#, [basic(["realm": ""])]),
        (#"Basic realm="first",realm="second""#, [basic(["realm": "first"])]),
        (
            #"Bearer realm="https://a.example/token",service="r.example",scope="repository:a:pull,push""#,
            [bearer(["realm": "https://a.example/token", "service": "r.example", "scope": "repository:a:pull,push"])]
        ),
        (
            #"Basic realm="r", Bearer realm="u",service="s""#,
            [
                basic(["realm": "r"]), bearer(["realm": "u", "service": "s"]),
            ]
        ),
        (#"Negotiate, Basic realm="r""#, [AuthChallenge(scheme: "negotiate"), basic(["realm": "r"])]),
        (
            #"Negotiate YII+/a==, Basic realm="r""#,
            [
                AuthChallenge(scheme: "negotiate", token68: "YII+/a=="), basic(["realm": "r"]),
            ]
        ),
        (#"Basic realm="é""#, [basic(["realm": "é"])]),
    ]

    @Test("are read", arguments: readable)
    func reads(header: String, challenges: [AuthChallenge]) {
        #expect(AuthChallenge.parse([header]) == challenges)
    }

    static let faulty: [(header: String, challenges: [AuthChallenge])] = [
        ("", []), (" ", []), (",,,", []), ("=", []), (#""Basic""#, []),
        (#"Basic realm="never ended"#, []), (#"Basic realm="ends in a \"#, []), (#"Basic realm="r"x=y"#, []),
        (#"Basic realm="r", @, Bearer realm="u""#, [basic(["realm": "r"])]),
        (#"Basic realm="r", Bearer realm="u" service="s""#, [basic(["realm": "r"])]),
        (
            #"Basic realm="r", Bearer realm="#,
            [
                basic(["realm": "r"]), AuthChallenge(scheme: "bearer", token68: "realm="),
            ]
        ),
    ]

    @Test("are taken up to a header's first fault", arguments: faulty)
    func faults(header: String, challenges: [AuthChallenge]) {
        #expect(AuthChallenge.parse([header]) == challenges)
    }

    @Test("may come in several headers, each with its own faults")
    func severalHeaders() {
        let headers = [#"Basic realm="r""#, #"Bearer realm="broken"#, #"Bearer realm="u""#]
        #expect(AuthChallenge.parse(headers) == [Self.basic(["realm": "r"]), Self.bearer(["realm": "u"])])
    }

    @Test("are read in time from a header that is as long as a header can be")
    func longHeader() {
        let header = String(repeating: "a,", count: 32_000)
        #expect(AuthChallenge.parse([header]).count == 32_000)
    }

    @Test("never end the program, whatever the bytes", arguments: 0..<20 as Range<UInt64>)
    func randomBytes(seed: UInt64) {
        var generator = SplitMix(state: seed)
        // Half of the characters are those that mean something.
        let meaningful = Array(#"Basic Bearer realm="\,= "#.utf8)
        for _ in 0..<2000 {
            let length = Int.random(in: 0..<60, using: &generator)
            let bytes = (0..<length).map { _ in
                Bool.random(using: &generator)
                    ? meaningful.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...255, using: &generator)
            }
            let header = String(decoding: bytes, as: UTF8.self)
            for challenge in AuthChallenge.parse([header]) {
                #expect(!challenge.scheme.isEmpty, "seed \(seed): \(bytes)")
                #expect(challenge.token68 == nil || challenge.parameters.isEmpty, "seed \(seed): \(bytes)")
            }
        }
    }
}

/// A generator whose numbers are the same in every run (SplitMix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
