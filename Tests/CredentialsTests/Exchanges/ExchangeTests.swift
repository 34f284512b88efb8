internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("A credential in exchange for a job's OIDC token")
struct ExchangeTests {
    @Test("is asked for as the vendor has it, and ends when the vendor says", arguments: ExchangeCase.all)
    func exchanged(example: ExchangeCase) async throws {
        let site = ExchangeSite(example.variables, example.answers)
        let exchange = try site.exchange(example.request)
        let credential = try await exchange.credential(for: JobToken.token)
        #expect(site.client.asked.map(unsigned) == example.asked)
        #expect(
            credential
                == MintedCredential(
                    username: example.username, secret: Secret(example.secret),
                    end: ExchangeSite.start + example.life))
        #expect(exchange.username ?? example.username == example.username)
    }

    @Test(
        "takes a token that is for whom the vendor wants, or for whom the user says",
        arguments: [
            (.oidc(ExchangeCase.ecrHost, [.role: ExchangeCase.role]), "sts.amazonaws.com"),
            (.oidc("a.azurecr.io", [.tenant: "t", .client: "c"]), "api://AzureADTokenExchange"),
            (.oidc("a.azurecr.cn", [.tenant: "t", .client: "c"]), "api://AzureADTokenExchangeChina"),
            (
                .oidc("gcr.io", [.provider: ExchangeCase.provider]),
                "https://iam.googleapis.com/\(ExchangeCase.provider)"
            ),
            (.oidc("docker.io", [.connection: "c", .user: "u"]), "https://identity.docker.com"),
            (.oidc("quay.io", [.robot: "a+b"]), nil), (.oidc("a.jfrog.io", [.providerName: "p"]), nil),
            (.oidc("demo.goharbor.io"), nil), (.oidc("r.example.com", [.tokenURL: "https://s.example"]), nil),
        ] as [(IdentityRequest, String?)])
    func audience(request: IdentityRequest, audience: String?) throws {
        #expect(try ExchangeSite().exchange(request).audience == audience)
        var values: [IdentityRequest.Key: String] = [.audience: "mine"]
        for key in IdentityRequest.Key.allCases where key != .audience { values[key] = request[key] }
        #expect(try ExchangeSite().exchange(.oidc(request.registry, values)).audience == "mine")
    }

    static let junk: [ScriptedClient.Answer] = [
        .status(200, [:], ""), .status(200, [:], "<html>Please log in</html>"), .status(200, [:], "[]"),
        .status(200, [:], "null"), .status(200, [:], #"{"access_token":7,"token":{},"token_type":"Bearer"}"#),
        .status(200, [:], #"{"access_token":"a b","token":"a\nb","refresh_token":"","token_type":"Bearer"}"#),
        .status(
            200, [:], #"{"username":"ann","oidc_user_meta":"cli","authorizationData":[{"authorizationToken":"?"}]}"#),
        .status(200, [:], String(repeating: "{\"a\":", count: 100_000)),
        .status(302, ["Location": "https://evil.example"], ""),
        .failure(.tooLarge), .status(204, [:], ""),
    ]

    @Test(
        "is not made of an answer that has none",
        arguments: ExchangeCase.all, ExchangeTests.junk.indices)
    func notAnAnswer(example: ExchangeCase, number: Int) async throws {
        for last in example.answers.indices {
            let answers = example.answers[..<last] + [Self.junk[number]]
            let site = ExchangeSite(example.variables, Array(answers))
            let error = await #expect(throws: RegistryError.self) { try await site.credential(example.request) }
            #expect(error?.kind == .protocolViolation, "\(error?.text ?? "")")
            #expect(site.client.asked.count == answers.count)
        }
    }

    static let lives = ["-1", "0", "1e99", "99999999999999999", "\"soon\"", "null", "9223372036854775807"]

    @Test(
        "ends within a week, and not before it begins, whatever the answer says of its life",
        arguments: ["docker", "jfrog", "google", "azure", "rfc"], ExchangeTests.lives)
    func absurdLife(vendor: String, life: String) async throws {
        let body =
            #"{"access_token":"t","refresh_token":"r","token_type":"Bearer","username":"u","expires_in":\#(life)}"#
        let requests: [String: IdentityRequest] = [
            "docker": .oidc("docker.io", [.connection: "c", .user: "u"]),
            "jfrog": .oidc("a.jfrog.io", [.providerName: "p"]),
            "google": .oidc("gcr.io", [.provider: ExchangeCase.provider]),
            "azure": .oidc("a.azurecr.io", [.tenant: "t", .client: "c"]),
            "rfc": .oidc("r.example.com", [.tokenURL: "https://s.example"]),
        ]
        let site = ExchangeSite([:], [.status(200, [:], body), .status(200, [:], body)])
        let credential = try await site.credential(try #require(requests[vendor]))
        let start = ExchangeSite.start
        #expect((start + 1...start + 7 * 86_400).contains(credential.end))
    }

    @Test("of Harbor's is kept no longer than the token, and not long where that does not end")
    func harborsEnd() async throws {
        let answer = ScriptedClient.Answer.status(
            200, [:], #"{"username":"ann","oidc_user_meta":{"secret":"cli"}}"#)
        for (claims, life) in [(#"{"exp":1700000030}"#, 30), ("{}", 300), (#"{"exp":9e14}"#, 7 * 86_400)] {
            let exchange = try ExchangeSite([:], [answer]).exchange(.oidc("demo.goharbor.io"))
            let credential = try await exchange.credential(for: JobToken.token(JobToken.text(claims)))
            #expect(credential.end == ExchangeSite.start + life)
        }
    }
}
