internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("Azure's credentials")
struct AzureCredentialsTests {
    private static let good = ScriptedClient.Answer.status(200, [:], #"{"access_token":"T","expires_in":3599}"#)
    private static let form = " | Content-Type: application/x-www-form-urlencoded | "
    private static let scope = "https%3A%2F%2Fcontainerregistry.azure.net%2F.default"
    private static let client = [
        "AZURE_CLIENT_ID": "c-1", "AZURE_TENANT_ID": "t-1", "AZURE_CLIENT_SECRET": "p~w &=",
    ]
    private static let workload = [
        "AZURE_CLIENT_ID": "c-1", "AZURE_TENANT_ID": "t-1", "AZURE_FEDERATED_TOKEN_FILE": "/t",
    ]

    private func error(_ site: CloudSite) async -> RegistryError? {
        await #expect(throws: RegistryError.self) { try await AzureCredentials(site.context).accessToken() }
    }

    @Test("may be a client's secret, which comes first")
    func secret() async throws {
        let variables = Self.client.merging(Self.workload) { $1 }.merging(["IDENTITY_ENDPOINT": "http://localhost/"]) {
            $1
        }
        let site = CloudSite(variables, [Self.good])
        let credentials = AzureCredentials(site.context)
        #expect(credentials.source == "AZURE_CLIENT_SECRET of the client c-1")
        #expect(try await credentials.accessToken().text == "T")
        #expect(
            site.client.asked == [
                "POST https://login.microsoftonline.com/t-1/oauth2/v2.0/token\(Self.form)grant_type=client_credentials"
                    + "&client_id=c-1&scope=\(Self.scope)&client_secret=p~w%20%26%3D"
            ])
    }

    @Test("may be a workload's token, which is read anew each time")
    func workload() async throws {
        let site = CloudSite(Self.workload, files: ["/t": "J.W.T\n"], [Self.good, Self.good])
        let reads = Noted(0)
        var context = site.context
        context.readFile = { [read = context.readFile] path throws(RegistryError) in
            reads.note { $0 += 1 }
            return try read(path)
        }
        let credentials = AzureCredentials(context)
        #expect(credentials.source == "AZURE_FEDERATED_TOKEN_FILE (/t) for the client c-1")
        #expect(try await credentials.accessToken().text == "T")
        #expect(
            site.client.asked == [
                "POST https://login.microsoftonline.com/t-1/oauth2/v2.0/token\(Self.form)grant_type=client_credentials"
                    + "&client_id=c-1&scope=\(Self.scope)&client_assertion_type="
                    + "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=J.W.T"
            ])
        site.clock.advance(by: .seconds(3600))
        _ = try await credentials.accessToken()
        #expect(reads.value == 2)
    }

    @Test("are kept for each scope as long as the token lives")
    func kept() async throws {
        let site = CloudSite(Self.client, [Self.good, Self.good])
        let credentials = AzureCredentials(site.context)
        for _ in 0..<3 { _ = try await credentials.accessToken() }
        _ = try await credentials.accessToken(scope: "https://management.azure.com/.default")
        #expect(site.client.asked.count == 2)
        #expect(site.client.asked.last?.contains("&scope=https%3A%2F%2Fmanagement.azure.com%2F.default&") == true)
    }

    static let authorities: [(registry: String, variables: [String: String], root: String)] = [
        ("a.azurecr.io", [:], "https://login.microsoftonline.com"),
        ("a.azurecr.us", [:], "https://login.microsoftonline.us"),
        ("a.azurecr.cn", [:], "https://login.chinacloudapi.cn"),
        ("r.example", [:], "https://login.microsoftonline.com"),
        ("a.azurecr.cn", ["AZURE_AUTHORITY_HOST": "https://login.partner.example/"], "https://login.partner.example"),
        ("a.azurecr.io", ["AZURE_AUTHORITY_HOST": "login.partner.example"], "https://login.partner.example"),
        (
            "a.azurecr.us",
            ["BERTH_AZURE_LOGIN_URL": "http://127.0.0.1:1/x", "AZURE_AUTHORITY_HOST": "https://b.example"],
            "http://127.0.0.1:1/x"
        ),
    ]

    @Test("are shown to the registry's cloud, or where the user says", arguments: authorities)
    func authority(registry: String, variables: [String: String], root: String) async throws {
        let site = CloudSite(Self.client.merging(variables) { $1 }, [Self.good])
        _ = try await AzureCredentials(site.context, registry: RegistryHost(registry)).accessToken()
        #expect(site.client.asked.first?.hasPrefix("POST \(root)/t-1/oauth2/v2.0/token | ") == true)
    }

    @Test(
        "are not shown over plain HTTP to another machine",
        arguments: ["BERTH_AZURE_LOGIN_URL", "AZURE_AUTHORITY_HOST"])
    func plainHTTP(name: String) async throws {
        var site = CloudSite(Self.client.merging([name: "http://login.example"]) { $1 }, [Self.good])
        #expect(await error(site)?.kind == .badName)
        #expect(site.client.asked.isEmpty)
        site.allowsPlainHTTP = true
        #expect(try await AzureCredentials(site.context).accessToken().text == "T")
    }

    @Test(
        "are not shown to a tenant whose name would lead elsewhere", arguments: ["a/b", "..", "t?x", "t#", "t 1", "é"])
    func tenant(name: String) async throws {
        let site = CloudSite(Self.client.merging(["AZURE_TENANT_ID": name]) { $1 })
        #expect(await error(site)?.kind == .badName)
        #expect(site.client.asked.isEmpty)
    }

    static let halves: [(variables: [String: String], words: String)] = [
        (["AZURE_CLIENT_SECRET": "s3cret"], "AZURE_CLIENT_SECRET is set without AZURE_CLIENT_ID and AZURE_TENANT_ID"),
        (
            ["AZURE_CLIENT_SECRET": "s3cret", "AZURE_CLIENT_ID": "c"],
            "AZURE_CLIENT_SECRET is set without AZURE_TENANT_ID"
        ),
        (
            ["AZURE_FEDERATED_TOKEN_FILE": "/t", "AZURE_TENANT_ID": "t"],
            "AZURE_FEDERATED_TOKEN_FILE is set without AZURE_CLIENT_ID"
        ),
        (Self.workload, "AZURE_FEDERATED_TOKEN_FILE is /t, which is not there"),
        (Self.workload.merging(["AZURE_FEDERATED_TOKEN_FILE": "/words"]) { $1 }, "/words: there is no token in it"),
        (
            Self.workload.merging(["AZURE_FEDERATED_TOKEN_FILE": "eyJ.s3cret.x"]) { $1 },
            "AZURE_FEDERATED_TOKEN_FILE holds a token"
        ),
    ]

    @Test("that are not whole say what is missing", arguments: halves)
    func incomplete(variables: [String: String], words: String) async throws {
        let site = CloudSite(variables, files: ["/words": "s3cret words"])
        let error = await error(site)
        #expect(error?.kind == .denied)
        #expect(error?.text == words)
        #expect(error?.whole.contains("s3cret") == false)
        #expect(site.client.asked.isEmpty)
    }

    // MARK: managed identities

    private static let machine =
        "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
        + "&resource=https%3A%2F%2Fcontainerregistry.azure.net"

    @Test(
        "may be the machine's, which is looked for with little patience",
        arguments: [([:], ""), (["AZURE_CLIENT_ID": "c-1"], "&client_id=c-1")] as [([String: String], String)])
    func machine(variables: [String: String], query: String) async throws {
        let answer = #"{"access_token":"M","expires_in":"86399","expires_on":"1700086399"}"#
        let site = CloudSite(variables, [.status(400), .status(200, [:], answer)])
        #expect(try await AzureCredentials(site.context).accessToken().text == "M")
        let line = "\(Self.machine)\(query)"
        #expect(site.client.asked == [line, "\(line) | Metadata: true"])
        #expect(site.client.timeouts == [.seconds(2), .seconds(30)])
    }

    @Test(
        "may be the app's, by the endpoint that it is given",
        arguments: ["http://localhost:42356/msi/token", "http://169.254.129.2:8081/msi/token"])
    func app(endpoint: String) async throws {
        let site = CloudSite(
            ["IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": "h", "AZURE_CLIENT_ID": "c-1"],
            [.status(200, [:], #"{"access_token":"A","expires_on":"1700003600"}"#)])
        let credentials = AzureCredentials(site.context)
        #expect(credentials.source == "the managed identity of the client c-1")
        #expect(try await credentials.accessToken().text == "A")
        #expect(
            site.client.asked == [
                "\("GET \(endpoint)")?api-version=2019-08-01&resource=https%3A%2F%2Fcontainerregistry.azure.net"
                    + "&client_id=c-1 | X-IDENTITY-HEADER: h"
            ])
    }

    @Test("of an app are not asked for over plain HTTP on another machine")
    func foreignApp() async throws {
        let site = CloudSite(["IDENTITY_ENDPOINT": "http://evil.example/", "IDENTITY_HEADER": "h"])
        #expect(await error(site)?.kind == .badName)
        #expect(site.client.asked.isEmpty)
    }

    static let silence: [ScriptedClient.Answer] = [
        .failure(.timeout), .failure(.unreachable), .status(404), .status(401, [:], "<html>"), .status(200, [:], "{}"),
    ]

    @Test("that are nowhere are an error that says where they could be", arguments: silence)
    func nowhere(answer: ScriptedClient.Answer) async throws {
        let error = await error(CloudSite([:], [answer, answer]))
        #expect(error?.kind == .denied)
        for word in ["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT", "metadata service"] {
            #expect(error?.text.contains(word) == true)
        }
        #expect(error?.hint?.contains("AZURE_TENANT_ID") == true)
    }

    @Test(
        "of a machine or app without an identity say so",
        arguments: [[:], ["IDENTITY_ENDPOINT": "http://127.0.0.1/", "IDENTITY_HEADER": "s3cret"]])
    func noIdentity(variables: [String: String]) async throws {
        let body = #"{"error":"invalid_request","error_description":"Identity not found for s3cret. More."}"#
        let answer = ScriptedClient.Answer.status(400, [:], body)
        let error = await error(CloudSite(variables, [answer, answer]))
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("the managed identity gives no token") == true)
        #expect(error?.text.contains("Identity not found") == true)
        #expect(variables.isEmpty || error?.whole.contains("s3cret") == false)
    }

    // MARK: refusals

    static let refusals: [(code: Int, words: String, hint: String)] = [
        (
            700_213, "No matching federated identity record found for presented assertion subject 'repo:o/r:x'",
            "federated"
        ),
        (70_021, "No matching federated identity record found", "federated credential"),
        (7_000_215, "Invalid client secret provided", "AZURE_CLIENT_SECRET must be the secret's value"),
        (90_002, "Tenant 't-1' not found", "AZURE_TENANT_ID"),
        (700_016, "Application 'c-1' was not found", "AZURE_CLIENT_ID"),
        (700_024, "Client assertion is not within its valid time range", "clock"), (1, "Something else", "check"),
    ]

    @Test("that are refused are an error with Azure's number and its first sentence", arguments: refusals)
    func refused(code: Int, words: String, hint: String) async throws {
        let body =
            #"{"error":"invalid_client","error_description":"AADSTS\#(code): \#(words). Ensure that you are right. "#
            + #"Trace ID: 1234 Correlation ID: 5678","error_codes":[\#(code)]}"#
        let site = CloudSite(Self.client, [.status(code == 1 ? 400 : 401, [:], body)])
        let error = await error(site)
        #expect(error?.kind == .denied)
        #expect(
            error?.text == "Azure gives no token (POST https://login.microsoftonline.com/t-1/oauth2/v2.0/token:"
                + " status \(code == 1 ? 400 : 401), AADSTS\(code): \(words))")
        #expect(error?.hint?.contains(hint) == true)
    }

    @Test("that are refused are not in the error, even where Azure repeats them")
    func hidden() async throws {
        let body = #"{"error_description":"AADSTS50027: JWT token p~w eyJhbGciOi.x.y is invalid\r\nTrace ID: 1"}"#
        let site = CloudSite(Self.client.merging(["AZURE_CLIENT_SECRET": "p~w"]) { $1 }, [.status(400, [:], body)])
        let error = await error(site)
        #expect(error?.text.hasSuffix("AADSTS50027: JWT token *** *** is invalid)") == true)
    }

    @Test(
        "refused with rubbish are an error too",
        arguments: [
            (400, "", .denied), (401, "[", .denied), (400, #"{"error_codes":["x"],"error_description":7}"#, .denied),
            (400, #"{"error_description":"AADSTS"}"#, .denied), (302, "", .protocolViolation),
            (200, "{}", .protocolViolation),
        ] as [(Int, String, RegistryError.Kind)])
    func rubbish(status: Int, body: String, kind: RegistryError.Kind) async throws {
        #expect(await error(CloudSite(Self.client, [.status(status, [:], body)]))?.kind == kind)
    }

    @Test("are shown again where Azure is out of order")
    func later() async throws {
        let site = CloudSite(Self.client, [.status(503), .status(429, ["Retry-After": "1"]), Self.good])
        #expect(try await AzureCredentials(site.context).accessToken().text == "T")
    }
}
