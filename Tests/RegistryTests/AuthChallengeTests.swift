internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@Suite("A challenge")
struct AuthChallengeTests {
    /// One header, and what it offers.
    struct Sample: Sendable, CustomTestStringConvertible {
        let header: String
        let challenges: [AuthChallenge]

        init(_ header: String, _ challenges: [AuthChallenge]) {
            self.header = header
            self.challenges = challenges
        }

        var testDescription: String { header }
    }

    private static let basic = AuthChallenge(scheme: "basic", parameters: ["realm": "r"])

    /// As registries send them (ECR, Artifactory, GHCR, Docker Hub, Forgejo).
    static let real = [
        Sample(
            #"Basic realm="https://1.dkr.ecr.eu-central-1.amazonaws.com/",service="ecr.amazonaws.com""#,
            [
                AuthChallenge(
                    scheme: "basic",
                    parameters: [
                        "realm": "https://1.dkr.ecr.eu-central-1.amazonaws.com/", "service": "ecr.amazonaws.com",
                    ])
            ]),
        Sample(
            #"Basic realm="Artifactory Realm""#,
            [AuthChallenge(scheme: "basic", parameters: ["realm": "Artifactory Realm"])]),
        Sample(
            #"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull,push""#,
            [
                AuthChallenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://ghcr.io/token", "service": "ghcr.io",
                        "scope": "repository:user/image:pull,push",
                    ])
            ]),
        Sample(
            #"Bearer realm="https://f.example/v2/token",service="container_registry",scope="*", Basic realm="f",scope="*""#,
            [
                AuthChallenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://f.example/v2/token", "service": "container_registry", "scope": "*",
                    ]),
                AuthChallenge(scheme: "basic", parameters: ["realm": "f", "scope": "*"]),
            ]),
    ]

    /// What RFC 9110 §11.6.1 allows besides.
    static let odd = [
        Sample("", []),
        Sample(" , ,, ", []),
        Sample("Negotiate", [AuthChallenge(scheme: "negotiate")]),
        Sample("Negotiate, Basic realm=r", [AuthChallenge(scheme: "negotiate"), basic]),
        Sample("Negotiate YWJj==, Basic realm=r", [AuthChallenge(scheme: "negotiate", token68: "YWJj=="), basic]),
        Sample("BASIC REALM=r", [basic]),
        Sample("Basic realm = \"r\" ", [basic]),
        Sample("Basic\trealm\t=\tr", [basic]),
        Sample(", Basic ,, realm=r,,", [basic]),
        Sample(#"Basic realm="r", realm="evil""#, [basic]),
        Sample(#"Basic realm="\r""#, [basic]),
        Sample(#"Basic realm="a\"b\\c""#, [AuthChallenge(scheme: "basic", parameters: ["realm": #"a"b\c"#])]),
        Sample(
            #"Basic realm="a, Bearer b=c""#, [AuthChallenge(scheme: "basic", parameters: ["realm": "a, Bearer b=c"])]),
        Sample(#"Basic realm="""#, [AuthChallenge(scheme: "basic", parameters: ["realm": ""])]),
        Sample("Basic realm=r, Bearer", [basic, AuthChallenge(scheme: "bearer")]),
    ]

    @Test("is read as registries send it", arguments: real)
    func readsReal(_ sample: Sample) {
        #expect(AuthChallenge.parse([sample.header]) == sample.challenges)
    }

    @Test("is read in every form that the standard allows", arguments: odd)
    func readsOdd(_ sample: Sample) {
        #expect(AuthChallenge.parse([sample.header]) == sample.challenges)
    }

    /// Headers with a fault, and what stands before it.
    static let faulty = [
        Sample("=", []),
        Sample("\"Basic\" realm=r", []),
        Sample("Basic realm", [AuthChallenge(scheme: "basic", token68: "realm")]),
        Sample("Basic realm=", [AuthChallenge(scheme: "basic", token68: "realm=")]),
        Sample("Basic realm=,x=y", [AuthChallenge(scheme: "basic", token68: "realm=")]),
        Sample("Basic @", []),
        Sample(#"Basic realm="r"#, []),
        Sample(#"Basic realm="r\"#, []),
        Sample(#"Basic realm="r"x=y"#, []),
        Sample("Basic realm=r service=s", []),
        Sample("Basic realm=r, service==s", []),
        Sample("Basic realm=r, Bearer realm=\u{e9}, Basic realm=x", [basic]),
        Sample("Basic realm=r, Bearer a b", [basic]),
        Sample("Basic realm=r;service=s", []),
        Sample("Basic\u{0}realm=r", []),
    ]

    @Test("counts as far as it can be understood", arguments: faulty)
    func readsFaulty(_ sample: Sample) {
        #expect(AuthChallenge.parse([sample.header]) == sample.challenges)
    }

    @Test("may come in a header of its own, and one with a fault spoils no other")
    func severalHeaders() {
        let challenges = AuthChallenge.parse([#"Bearer realm="cut"#, "Basic realm=r", "Negotiate"])
        #expect(challenges == [Self.basic, AuthChallenge(scheme: "negotiate")])
    }

    @Test("is read again as it was written, whatever a quoted text holds", arguments: 0..<200)
    func roundTrip(seed: Int) {
        var chance = Chance(seed: UInt64(seed))
        let challenges = (0..<Int.random(in: 1...4, using: &chance.generator)).map { _ in chance.challenge() }
        let header = challenges.map { chance.text(of: $0) }.joined(separator: [",", ", ", " , ,"][seed % 3])
        #expect(AuthChallenge.parse([header]) == challenges, "\(header)")
    }

    @Test("is never more than its header says, whatever that is", arguments: 0..<500)
    func rubbish(seed: Int) {
        var chance = Chance(seed: UInt64(seed))
        let pieces = [
            "Basic", "Bearer", "realm", "=", "\"", "\\", ",", " ", "\t", "é", "\u{0}", "a=b", "c=\"d\"", "/", "==",
        ]
        let header = (0..<Int.random(in: 0...40, using: &chance.generator)).map { _ in
            pieces.randomElement(using: &chance.generator) ?? ""
        }
        .joined()
        for challenge in AuthChallenge.parse([header]) {
            #expect(header.lowercased().contains(challenge.scheme), "\(header)")
            #expect(challenge.parameters.isEmpty || challenge.token68 == nil, "\(header)")
            #expect(challenge.parameters.values.allSatisfy { $0.utf8.count <= header.utf8.count }, "\(header)")
        }
    }

    @Test("of any length is read in the time that its length takes", .timeLimit(.minutes(1)))
    func long() {
        let pieces = ["a,", "a=b,", "a b,", "\"", "=", "x=\"\\"]
        for piece in pieces { _ = AuthChallenge.parse([String(repeating: piece, count: 1 << 16)]) }
        let header = "Basic " + String(repeating: "a=b,", count: 1 << 14) + "realm=r"
        #expect(AuthChallenge.parse([header]).first?.parameters["realm"] == "r")
    }
}

/// Challenges made at random, the same in each run.
private struct Chance {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func challenge() -> AuthChallenge {
        let scheme = ["basic", "bearer", "x-1!"].randomElement(using: &generator) ?? ""
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return AuthChallenge(scheme: scheme)
        case 1: return AuthChallenge(scheme: scheme, token68: "aZ0-._~+/==")
        default:
            let names = ["realm", "service", "scope", "x*"].prefix(Int.random(in: 1...4, using: &generator))
            let values = names.map { _ in value() }
            return AuthChallenge(scheme: scheme, parameters: Dictionary(uniqueKeysWithValues: zip(names, values)))
        }
    }

    private mutating func value() -> String {
        let pieces = ["a", "\"", "\\", ",", " ", "=", "é", "Basic x=y", "https://r.example/t?a=b"]
        return (0..<Int.random(in: 0...6, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
            .joined()
    }

    func text(of challenge: AuthChallenge) -> String {
        if let token68 = challenge.token68 { return "\(challenge.scheme.uppercased()) \(token68)" }
        let parameters = challenge.parameters.map { name, value in
            let quoted = value.map { "\"\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
            return "\(name.uppercased())=\"\(quoted)\""
        }
        return parameters.isEmpty ? challenge.scheme : "\(challenge.scheme) \(parameters.joined(separator: ", "))"
    }
}
