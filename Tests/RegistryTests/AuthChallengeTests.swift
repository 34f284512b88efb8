internal import Registry
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
        Sample(#"Basic realm="a, Bearer b=c""#, [AuthChallenge(scheme: "basic", parameters: ["realm": "a, Bearer b=c"])]),
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
}
