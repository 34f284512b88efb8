internal import Credentials
internal import DockerConfig
internal import Testing

@Suite("What an OIDC token says of itself")
struct IDTokenClaimsTests {
    private func claims(_ text: String) -> IDTokenClaims? { IDTokenClaims(Secret(JobToken.text(text))) }

    @Test("is who made it, about what, for whom, and when it is good")
    func all() throws {
        let text = #"{"iss":"https://i","sub":"repo:a/b","aud":"x","exp":30,"iat":10,"nbf":20}"#
        let found = try #require(claims(text))
        #expect(found.issuer == "https://i")
        #expect(found.subject == "repo:a/b")
        #expect(found.audiences == ["x"])
        #expect([found.issuedAt, found.notBefore, found.expiry] == [10, 20, 30])
        #expect(found.summary == #"issuer "https://i", subject "repo:a/b", audience "x""#)
    }

    static let forms: [(claims: String, audiences: [String], expiry: Int?, summary: String?)] = [
        ("{}", [], nil, nil), (#"{"aud":[],"exp":null}"#, [], nil, nil),
        (#"{"aud":["a","b"],"exp":1700000000.9}"#, ["a", "b"], 1_700_000_000, #"audience "a", "b""#),
        (#"{"aud":["a",7,null,"b"],"exp":1.7e9}"#, ["a", "b"], 1_700_000_000, #"audience "a", "b""#),
        (#"{"aud":{"a":1},"exp":"soon"}"#, [], nil, nil), (#"{"iss":7,"sub":["x"],"exp":1e99}"#, [], nil, nil),
        (#"{"exp":-9223372036854775808}"#, [], nil, nil), (#"{"exp":-5}"#, [], -5, nil),
        (#"{"sub":"a\n\u001b[2Jb"}"#, [], nil, #"subject "a [2Jb""#),
    ]

    @Test("is read in every form that is allowed, and left out in any other", arguments: forms)
    func form(claims text: String, audiences: [String], expiry: Int?, summary: String?) throws {
        let found = try #require(claims(text))
        #expect(found.audiences == audiences)
        #expect(found.expiry == expiry)
        #expect(found.summary == summary)
    }

    @Test(
        "is nothing where it is not of the form of a JSON Web Token",
        arguments: [
            "", "a", "a.b", "a.b.c.d", "a.%.c", "a..c", "a.e30", JobToken.text("[]"), JobToken.text("7"),
            JobToken.text("{"), JobToken.text(#"{"sub":"\#(String(repeating: "x", count: 70_000))"}"#),
        ])
    func junk(text: String) {
        #expect(IDTokenClaims(Secret(text)) == nil)
    }

    @Test("is shown in one short line, however much there is of it")
    func short() throws {
        let long = String(repeating: "x", count: 5000)
        let many = (0..<200).map { "\"\(long.prefix(90))\($0)\"" }.joined(separator: ",")
        let found = try #require(claims(#"{"iss":"\#(long)","sub":"\#(long)","aud":[\#(many)]}"#))
        #expect(found.audiences.count == 16)
        #expect(try #require(found.summary).utf8.count < 1000)
    }
}
