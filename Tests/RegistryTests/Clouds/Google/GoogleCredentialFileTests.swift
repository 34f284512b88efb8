internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A credential file of Google's")
struct GoogleCredentialFileTests {
    private static let account = "ci@p.iam.gserviceaccount.com"
    private static let iam =
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
    private static let federated = ScriptedClient.Answer.status(200, [:], #"{"access_token":"F","expires_in":3600}"#)
    private static let impersonated = ScriptedClient.Answer.status(
        200, [:], #"{"accessToken":"S","expireTime":"2023-11-14T23:13:20Z"}"#)

    private func external(_ source: String, _ more: String = "") -> String {
        #"{"type":"external_account","audience":"//iam.example/p","#
            + #""subject_token_type":"urn:ietf:params:oauth:token-type:jwt","credential_source":\#(source)\#(more)}"#
    }

    private func site(
        _ file: String, _ variables: [String: String] = [:], files: [String: String] = [:],
        _ answers: [ScriptedClient.Answer] = []
    ) -> CloudSite {
        CloudSite(
            variables.merging(["GOOGLE_APPLICATION_CREDENTIALS": "/a"]) { $1 },
            files: files.merging(["/a": file]) { $1 }, answers)
    }

    private func error(_ site: CloudSite) async -> RegistryError? {
        await #expect(throws: RegistryError.self) { try await GoogleCredentials(site.context).accessToken() }
    }

    private func exchange(_ token: String, at url: String = "https://sts.googleapis.com/v1/token") -> String {
        "POST \(url) | Content-Type: application/json | "
            + #"{"audience":"//iam.example/p","grantType":"urn:ietf:params:oauth:grant-type:token-exchange","#
            + #""requestedTokenType":"urn:ietf:params:oauth:token-type:access_token","#
            + #""scope":"https://www.googleapis.com/auth/cloud-platform","#
            + #""subjectTokenType":"urn:ietf:params:oauth:token-type:jwt","subjectToken":"\#(token)"}"#
    }

    @Test(
        "may name a file with a token to exchange",
        arguments: [
            (#"{"file":"/t"}"#, " J.W.T\n"), (#"{"file":"/t","format":{"type":"text"}}"#, "J.W.T"),
            (#"{"file":"/t","format":{"type":"json","subject_token_field_name":"v"}}"#, #"{"v":"J.W.T"}"#),
        ])
    func tokenFile(source: String, content: String) async throws {
        let site = site(external(source), files: ["/t": content], [Self.federated])
        #expect(try await GoogleCredentials(site.context).accessToken().text == "F")
        #expect(site.client.asked == [exchange("J.W.T")])
    }

    @Test("may name an address with a token to exchange, and a service account to act as")
    func tokenAddress() async throws {
        let source =
            #"{"url":"https://ci.example/id?audience=x","headers":{"Authorization":"bearer R"},"#
            + #""format":{"type":"json","subject_token_field_name":"value"}}"#
        let more =
            #","token_url":"https://sts.us-east1.googleapis.com/v1/token","service_account_impersonation_url":"\#(Self.iam)","#
            + #""service_account_impersonation":{"token_lifetime_seconds":1800}"#
        let site = site(
            external(source, more), [:], [.status(200, [:], #"{"value":"J.W.T"}"#), Self.federated, Self.impersonated])
        let credentials = GoogleCredentials(site.context)
        #expect(credentials.source.hasSuffix("workload identity federation as \(Self.account)"))
        #expect(try await credentials.accessToken().text == "S")
        #expect(
            site.client.asked == [
                "GET https://ci.example/id?audience=x | Authorization: bearer R",
                exchange("J.W.T", at: "https://sts.us-east1.googleapis.com/v1/token"),
                "POST \(Self.iam) | Content-Type: application/json | Authorization: Bearer F | "
                    + #"{"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"1800s"}"#,
            ])
    }

    @Test("is followed to private endpoints that the user names, whatever it says")
    func privateEndpoints() async throws {
        let more = #","token_url":"https://evil.example/","service_account_impersonation_url":"\#(Self.iam)""#
        let variables = ["BERTH_GCP_STS_URL": "http://127.0.0.1:1", "BERTH_GCP_IAM_URL": "http://127.0.0.1:2/"]
        let site = site(
            external(#"{"file":"/t"}"#, more), variables, files: ["/t": "J.W.T"], [Self.federated, Self.impersonated])
        #expect(try await GoogleCredentials(site.context).accessToken().text == "S")
        #expect(site.client.asked.first == exchange("J.W.T", at: "http://127.0.0.1:1/v1/token"))
        let path = "/v1/projects/-/serviceAccounts/\(Self.account):generateAccessToken"
        #expect(site.client.asked.last?.hasPrefix("POST http://127.0.0.1:2\(path) ") == true)
    }

    @Test(
        "is not followed to somebody else's address",
        arguments: [
            #","token_url":"https://sts.evil.example/v1/token""#, #","token_url":"http://sts.googleapis.com/v1/token""#,
            #","token_url":"https://sts.googleapis.com:8443/v1/token""#, #","token_url":"sts""#,
            #","token_url":"https://sts.googleapis.com@evil.example/v1/token""#,
        ])
    func foreignExchange(more: String) async throws {
        let site = site(external(#"{"file":"/t"}"#, more), files: ["/t": "J.W.T"])
        let error = await error(site)
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("not Google's") == true)
        #expect(site.client.asked.isEmpty)
    }

    @Test("is not followed to somebody else who would act as the service account")
    func foreignImpersonation() async throws {
        let url = "https://evil.example/v1/projects/-/serviceAccounts/\(Self.account):generateAccessToken"
        let site = site(
            external(#"{"file":"/t"}"#, #","service_account_impersonation_url":"\#(url)""#), files: ["/t": "J.W.T"],
            [Self.federated])
        #expect(await error(site)?.text.contains("not Google's") == true)
        #expect(site.client.asked.count == 1)
    }

    @Test(
        "is not followed over plain HTTP, but to this machine and its cloud's metadata",
        arguments: [
            ("http://ci.example/id", false), ("http://127.0.0.1:8/id", true), ("http://169.254.169.254/id", true),
        ])
    func plainSource(url: String, isAsked: Bool) async throws {
        let site = site(external(#"{"url":"\#(url)"}"#), [:], [.status(200, [:], "J.W.T"), Self.federated])
        let token = try? await GoogleCredentials(site.context).accessToken()
        #expect((token != nil) == isAsked)
        #expect(site.client.asked.isEmpty != isAsked)
    }

    @Test("may be a service account that another credential acts as")
    func nested() async throws {
        let user = #"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#
        let file =
            #"{"type":"impersonated_service_account","delegates":["d@p"],"source_credentials":\#(user),"#
            + #""service_account_impersonation_url":"\#(Self.iam)"}"#
        let site = site(file, [:], [Self.federated, Self.impersonated])
        let credentials = GoogleCredentials(site.context)
        #expect(credentials.source.hasSuffix("a person's login, as \(Self.account)"))
        #expect(try await credentials.accessToken().text == "S")
        #expect(
            site.client.asked.last == "POST \(Self.iam) | Content-Type: application/json | Authorization: Bearer F | "
                + #"{"delegates":["d@p"],"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"}"#
        )
    }

    static let noTokens: [(source: String, answers: [ScriptedClient.Answer], words: String)] = [
        (#"{"file":"/gone"}"#, [], "there is no /gone"), (#"{"file":"/empty"}"#, [], "/empty: there is no token"),
        (#"{"file":"/words"}"#, [], "/words: there is no token"),
        (
            #"{"file":"/words","format":{"type":"json","subject_token_field_name":"v"}}"#, [],
            "/words: there is no token"
        ),
        (#"{"url":"https://ci.example/id"}"#, [.status(403)], "GET https://ci.example/id, where the token"),
        (#"{"url":"https://ci.example/id"}"#, [.status(302, ["Location": "https://a.example/"])], "status 302"),
        (#"{"url":"https://ci.example/id"}"#, [.status(200, [:], "a b")], "there is no token"),
    ]

    @Test("that leads to no token says where it should have been", arguments: noTokens)
    func noToken(source: String, answers: [ScriptedClient.Answer], words: String) async throws {
        let site = site(external(source), files: ["/empty": " \n", "/words": "s3cret words"], answers)
        let error = await error(site)
        #expect(error?.text.contains(words) == true, "\(error?.text ?? "")")
        #expect(error?.whole.contains("s3cret") == false)
    }

    static let unsupported: [(file: String, words: String)] = [
        (#"{"executable":{"command":"rm"}}"#, "is a program to run"),
        (#"{"environment_id":"aws1","url":"http://169.254.169.254/"}"#, "is AWS"),
        ("{}", "is neither file nor url"),
    ]

    @Test("whose source is of another kind is refused with the reason", arguments: unsupported)
    func source(source: String, words: String) async throws {
        let error = await error(site(external(source)))
        #expect(error?.kind == .unsupported)
        #expect(error?.text.contains("credential_source \(words)") == true)
    }

    static let bad: [(file: String, words: String)] = [
        ("", "no JSON"), ("[]", "no JSON"), ("{", "no JSON"), ("{}", "its type is missing"),
        (#"{"type":"gdch_service_account"}"#, "its type is \"gdch_service_account\""),
        (#"{"type":"service_account"}"#, "it has no client_email"),
        (#"{"type":"service_account","client_email":"a@b","private_key":""}"#, "it has no private_key"),
        (#"{"type":"service_account","client_email":"a@b","private_key":"s3cret"}"#, "its private_key is no PEM"),
        (#"{"type":"authorized_user","client_id":"s3cret"}"#, "it has no client_secret"),
        (#"{"type":"external_account","audience":"s3cret"}"#, "it has no credential_source"),
        (#"{"type":"external_account","credential_source":{"file":"/t"}}"#, "it has no audience"),
        (#"{"type":"impersonated_service_account"}"#, "its source_credentials are missing"),
        (
            #"{"type":"impersonated_service_account","service_account_impersonation_url":"s3cret","source_credentials":{}}"#,
            "name no service account"
        ),
    ]

    @Test("that is none says what is wrong with it, and nothing of what is in it", arguments: bad)
    func broken(file: String, words: String) async throws {
        let error = await error(site(file))
        #expect(error?.text.contains("GOOGLE_APPLICATION_CREDENTIALS (/a)") == true)
        #expect(error?.text.contains(words) == true, "\(error?.text ?? "")")
        #expect(error?.whole.contains("s3cret") == false)
    }

    @Test("is not read deeper than credentials can sensibly be nested")
    func depth() async throws {
        var file = "{}"
        for _ in 0..<500 {
            file =
                #"{"type":"impersonated_service_account","service_account_impersonation_url":"\#(Self.iam)","#
                + #""source_credentials":\#(file)}"#
        }
        #expect(await error(site(file))?.text.contains("nested too deep") == true)
    }
}
