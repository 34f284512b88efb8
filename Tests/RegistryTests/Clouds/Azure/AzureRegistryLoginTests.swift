internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("The login at one of Azure's registries")
struct AzureRegistryLoginTests {
    private static let good = ScriptedClient.Answer.status(200, [:], #"{"refresh_token":"R"}"#)
    private static let form = " | Content-Type: application/x-www-form-urlencoded | "

    private func login(
        _ site: CloudSite, _ host: String = "app.azurecr.io", at root: String? = nil, isTrusted: Bool = false
    ) throws -> AzureRegistryLogin {
        AzureRegistryLogin(
            try RegistryHost(host), site.context, at: try root.map { try #require(URLParts($0)) }, isTrusted: isTrusted)
    }

    @Test(
        "is a refresh token, which the registry gives for a token of Azure's",
        arguments: [(nil, ""), ("t-1", "&tenant=t-1")] as [(String?, String)])
    func exchanged(tenant: String?, query: String) async throws {
        let site = CloudSite([:], [Self.good])
        let token = try await login(site).refreshToken(for: Secret("A/T"), tenant: tenant)
        #expect(token == ShortLivedToken(Secret("R"), end: CloudSite.start + 10_800))
        #expect(
            site.client.asked == [
                "POST https://app.azurecr.io/oauth2/exchange\(Self.form)grant_type=access_token"
                    + "&service=app.azurecr.io\(query)&access_token=A%2FT"
            ])
    }

    @Test("ends when the refresh token says")
    func end() async throws {
        let claims = Base64.encodeURL(Array(#"{"exp":\#(CloudSite.start + 60)}"#.utf8))
        let site = CloudSite([:], [.status(200, [:], #"{"refresh_token":"e30.\#(claims).x"}"#)])
        #expect(try await login(site).refreshToken(for: Secret("A")).end == CloudSite.start + 60)
    }

    @Test("is to be had by what the environment has")
    func byEnvironment() async throws {
        let site = CloudSite(
            ["AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t-1", "AZURE_CLIENT_SECRET": "s"],
            [.status(200, [:], #"{"access_token":"A"}"#), Self.good])
        let token = try await login(site).refreshToken(by: AzureCredentials(site.context))
        #expect(token.token.text == "R")
        #expect(site.client.asked.last?.hasSuffix("&tenant=t-1&access_token=A") == true)
    }

    @Test(
        "is not asked for at a registry that is not Azure's",
        arguments: ["r.example", "azurecr.io", "app.azurecr.io.evil.example", "app-azurecr.io", "app.azurecr.de"])
    func foreign(host: String) async throws {
        let site = CloudSite(["AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t", "AZURE_CLIENT_SECRET": "s"])
        let login = try login(site, host)
        let error = await #expect(throws: RegistryError.self) { try await login.refreshToken(for: Secret("A")) }
        #expect(error?.kind == .denied)
        await #expect(throws: RegistryError.self) {
            try await login.refreshToken(by: AzureCredentials(site.context))
        }
        #expect(site.client.asked.isEmpty)
    }

    @Test(
        "is asked for where the user says that it is Azure's, and at the address that is known",
        arguments: [
            ("r.example", nil, true, "https://r.example/oauth2/exchange"),
            ("127.0.0.1:5000", "http://127.0.0.1:5000/v2/", false, "http://127.0.0.1:5000/oauth2/exchange"),
            (
                "a.weu.geo.azurecr.io", "https://a.weu.geo.azurecr.io/v2/", false,
                "https://a.weu.geo.azurecr.io/oauth2/exchange"
            ),
        ] as [(String, String?, Bool, String)])
    func trusted(host: String, root: String?, isTrusted: Bool, url: String) async throws {
        let site = CloudSite([:], [Self.good])
        _ = try await login(site, host, at: root, isTrusted: isTrusted).refreshToken(for: Secret("A"))
        #expect(site.client.asked.first?.hasPrefix("POST \(url) | ") == true)
    }

    @Test(
        "is not asked for over plain HTTP or at another host",
        arguments: ["http://app.azurecr.io/v2/", "https://evil.example/v2/"])
    func elsewhere(root: String) async throws {
        let site = CloudSite()
        let login = try login(site, at: root)
        await #expect(throws: RegistryError.self) { try await login.refreshToken(for: Secret("A")) }
        #expect(site.client.asked.isEmpty)
    }

    static let refusals: [(status: Int, body: String, kind: RegistryError.Kind, words: String)] = [
        (
            401, #"{"errors":[{"code":"UNAUTHORIZED","message":"bad token eyJ.b.c. Correlation ID: 7"}]}"#, .denied,
            "UNAUTHORIZED: bad token *** Correlation ID: 7"
        ),
        (403, "", .denied, "status 403"), (404, "<html>", .denied, "status 404"), (500, "", .tryLater, "status 500"),
        (307, "", .protocolViolation, "status 307"), (200, "{}", .protocolViolation, "no refresh token"),
        (200, #"{"refresh_token":"a b"}"#, .protocolViolation, "no refresh token"),
    ]

    @Test("that is refused says why, without the token", arguments: refusals)
    func refused(status: Int, body: String, kind: RegistryError.Kind, words: String) async throws {
        let answer = ScriptedClient.Answer.status(status, ["Location": "https://evil.example/"], body)
        let site = CloudSite([:], [answer, answer, answer])
        let login = try login(site)
        let error = await #expect(throws: RegistryError.self) { try await login.refreshToken(for: Secret("A.A.D")) }
        #expect(error?.kind == kind)
        #expect(error?.text.contains(words) == true, "\(error?.text ?? "")")
    }

    @Test("is kept as docker keeps it")
    func credential() {
        let nobody = "00000000-0000-0000-0000-000000000000"
        #expect(AzureRegistryLogin.credential(Secret("R")) == Credential(username: nobody, password: Secret("R")))
        #expect(
            AzureRegistryLogin.identity(Secret("R"))
                == Credential(username: nobody, password: Secret(""), identityToken: Secret("R")))
    }
}
