internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A token")
struct TokenTests {
    private func service(_ client: ScriptedClient, _ name: String? = "s") throws -> TokenService {
        var parameters = ["realm": "https://auth.example/token?tenant=7"]
        parameters["service"] = name
        return try TokenService(
            AuthChallenge(scheme: "bearer", parameters: parameters), of: RegistryHost("r.example"),
            at: try #require(URLParts("https://r.example/v2/")), allowsPlainHTTP: false, client: client)
    }

    private let scopes = ScopeSet(
        [AuthScope("repository:a:pull"), AuthScope("repository:b:pull,push")].compactMap(\.self))
    private let user = TokenService.Identity.user(BasicCredentials(username: "me", password: Secret("pa ss")))
    private let good = ScriptedClient.Answer.status(200, [:], #"{"token":"T"}"#)

    @Test("for nobody is refused with the advice to log in, not with a wrong password", arguments: [401, 403])
    func nobodyRefused(status: Int) async throws {
        let client = ScriptedClient([.status(status)])
        let error = await #expect(throws: RegistryError.self) {
            try await service(client).token(for: [], as: .nobody)
        }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("without a login") == true)
        #expect(error?.hint?.contains("berth login") == true)
    }

    @Test("for nobody is asked for without a name")
    func nobody() async throws {
        let client = ScriptedClient([good])
        _ = try await service(client, nil).token(for: scopes.scopes, as: .nobody)
        #expect(
            client.asked == [
                "GET https://auth.example/token?tenant=7&client_id=berth&scope=repository%3Aa%3Apull"
                    + "&scope=repository%3Ab%3Apull%2Cpush"
            ])
    }

    @Test("for a user is asked for with name and password in a header")
    func user() async throws {
        let client = ScriptedClient([good])
        _ = try await service(client).token(for: [], as: user)
        #expect(
            client.asked == [
                "GET https://auth.example/token?tenant=7&client_id=berth&service=s&account=me"
                    + " | Authorization: Basic bWU6cGEgc3M="
            ])
    }

    @Test("for a user whose name is a secret, as the password is it too, is asked for without the name in the address")
    func secretName() async throws {
        let client = ScriptedClient([good])
        let user = TokenService.Identity.user(BasicCredentials(username: "dop_v1_t", password: Secret("dop_v1_t")))
        _ = try await service(client).token(for: [], as: user)
        let asked = try #require(client.asked.first)
        #expect(!asked.prefix { $0 != "|" }.contains("dop_v1_t"))
        #expect(asked.contains("| Authorization: Basic "))
    }

    @Test("is asked for in a form where the service does not know the other way", arguments: [404, 405])
    func fallback(status: Int) async throws {
        let client = ScriptedClient([.status(status), good])
        _ = try await service(client).token(for: scopes.scopes, as: user)
        #expect(
            client.asked.last == "POST https://auth.example/token?tenant=7"
                + " | Content-Type: application/x-www-form-urlencoded | client_id=berth&service=s"
                + "&scope=repository%3Aa%3Apull%20repository%3Ab%3Apull%2Cpush&grant_type=password&username=me"
                + "&password=pa%20ss")
    }

    @Test("is not asked for again where the service refuses", arguments: [400, 401, 403])
    func refused(status: Int) async throws {
        let client = ScriptedClient([.status(status)])
        await #expect(throws: RegistryError.self) { try await service(client).token(for: [], as: user) }
        #expect(client.asked.count == 1)
    }

    @Test("by an identity token is asked for in a form")
    func refresh() async throws {
        let client = ScriptedClient([good])
        _ = try await service(client).token(for: scopes.scopes, as: .refreshToken(Secret("I&I")))
        #expect(
            client.asked == [
                "POST https://auth.example/token?tenant=7 | Content-Type: application/x-www-form-urlencoded"
                    + " | client_id=berth&service=s&scope=repository%3Aa%3Apull%20repository%3Ab%3Apull%2Cpush"
                    + "&grant_type=refresh_token&refresh_token=I%26I"
            ])
    }

    @Test(
        "is not in an answer that has none",
        arguments: ["", "{}", "[]", "null", #"{"token":""}"#, #"{"token":5}"#, "<html>"])
    func nothing(body: String) async throws {
        let client = ScriptedClient([.status(200, [:], body)])
        let error = await #expect(throws: RegistryError.self) { try await service(client).token(for: [], as: .nobody) }
        #expect(error?.kind == .protocolViolation)
    }

    static let lives: [(text: String, life: Duration)] = [
        ("300", .seconds(300)), ("1", .seconds(1)), ("86400", .seconds(86_400)),
        // Nothing that can be believed.
        ("0", .seconds(60)), ("-1", .seconds(60)), ("null", .seconds(60)), (#""300""#, .seconds(60)),
        ("99999999999", .seconds(86_400)),
    ]

    @Test("lives as long as the service says, within reason", arguments: lives)
    func life(text: String, life: Duration) throws {
        let body = #"{"access_token":"T","expires_in":\#(text)}"#
        #expect(TokenResponse(Array(body.utf8))?.lifetime == life)
    }

    @Test("lives a minute where the service does not say")
    func noLife() {
        #expect(TokenResponse(Array(#"{"token":"T"}"#.utf8))?.lifetime == .seconds(60))
    }
}
