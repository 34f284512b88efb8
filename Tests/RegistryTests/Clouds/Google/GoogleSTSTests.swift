internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("Google's exchange of a token")
struct GoogleSTSTests {
    private static let provider = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"
    private let account = "ci@p.iam.gserviceaccount.com"
    private let good = ScriptedClient.Answer.status(200, [:], #"{"access_token":"F","expires_in":3600}"#)

    private func exchange(_ site: CloudSite) async throws(RegistryError) -> ShortLivedToken {
        try await GoogleSTS(site.context).exchange(subjectToken: Secret("eyJ.s.t"), audience: Self.provider)
    }

    private static func request(to url: String) -> String {
        "POST \(url) | Content-Type: application/json | "
            + #"{"audience":"\#(provider)","grantType":"urn:ietf:params:oauth:grant-type:token-exchange","#
            + #""requestedTokenType":"urn:ietf:params:oauth:token-type:access_token","#
            + #""scope":"https://www.googleapis.com/auth/cloud-platform","#
            + #""subjectTokenType":"urn:ietf:params:oauth:token-type:jwt","subjectToken":"eyJ.s.t"}"#
    }

    @Test("is one request to the security token service")
    func exchanged() async throws {
        let site = CloudSite([:], [good])
        #expect(try await exchange(site) == ShortLivedToken(Secret("F"), end: CloudSite.start + 3600))
        #expect(site.client.asked == [Self.request(to: "https://sts.googleapis.com/v1/token")])
    }

    @Test(
        "goes where the user says",
        arguments: [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/v1/token"),
            ("https://sts.corp.example/google/", "https://sts.corp.example/google/v1/token"),
        ])
    func elsewhere(named: String, url: String) async throws {
        let site = CloudSite(["BERTH_GCP_STS_URL": named], [good])
        _ = try await exchange(site)
        #expect(site.client.asked == [Self.request(to: url)])
    }

    @Test("goes over plain HTTP to another machine only where the user allows it")
    func plainHTTP() async throws {
        var site = CloudSite(["BERTH_GCP_STS_URL": "http://sts.corp.example"], [good])
        let error = await #expect(throws: RegistryError.self) { try await exchange(site) }
        #expect(error?.kind == .badName)
        #expect(error?.text.contains("BERTH_GCP_STS_URL") == true)
        #expect(site.client.asked.isEmpty)
        site.allowsPlainHTTP = true
        #expect(try await exchange(site).token.text == "F")
    }

    @Test("does not go to what is no address", arguments: ["sts", "ftp://sts.example", "https://sts.example/?a=1"])
    func noAddress(named: String) async throws {
        let error = await #expect(throws: RegistryError.self) {
            try await exchange(CloudSite(["BERTH_GCP_STS_URL": named], [good]))
        }
        #expect(error?.kind == .badName)
    }

    static let refusals: [(status: Int, body: String, kind: RegistryError.Kind, words: String)] = [
        (
            400, #"{"error":"invalid_grant","error_description":"The issuer of eyJ.s.t is unknown."}"#, .denied,
            "invalid_grant: The issuer of *** is unknown."
        ),
        (403, #"{"error":"unauthorized_client","error_description":"by the condition"}"#, .denied, "by the condition"),
        (401, "<html>", .denied, "status 401"), (404, "", .denied, "status 404"),
        (302, "", .protocolViolation, "status 302"), (200, "{}", .protocolViolation, "holds no token"),
        (200, "[", .protocolViolation, "holds no token"),
    ]

    @Test("that is refused says why, without the token", arguments: refusals)
    func refused(status: Int, body: String, kind: RegistryError.Kind, words: String) async throws {
        let site = CloudSite([:], [.status(status, ["Location": "https://evil.example/"], body)])
        let error = await #expect(throws: RegistryError.self) { try await exchange(site) }
        #expect(error?.kind == kind)
        #expect(error?.text.contains(words) == true, "\(error?.text ?? "")")
        #expect(error?.whole.contains("eyJ") == false)
        #expect(site.client.asked.count == 1)
    }

    @Test("that may work later is tried again", arguments: [429, 500, 503])
    func later(status: Int) async throws {
        let site = CloudSite([:], [.status(status), .status(status), good])
        #expect(try await exchange(site).token.text == "F")
        #expect(site.client.asked.count == 3)
    }

    @Test("fails as what may work later where it does not work at once")
    func muchLater() async throws {
        let error = await #expect(throws: RegistryError.self) {
            try await exchange(CloudSite([:], [.status(503), .status(503), .status(503)]))
        }
        #expect(error?.kind == .tryLater)
    }

    @Test("for a service account's is one request to IAM")
    func impersonated() async throws {
        let answer = #"{"accessToken":"S","expireTime":"2023-11-14T23:13:20Z"}"#
        let site = CloudSite([:], [.status(200, [:], answer)])
        let token = try await GoogleSTS(site.context).impersonate(account, with: Secret("F"))
        #expect(token == ShortLivedToken(Secret("S"), end: CloudSite.start + 3600))
        #expect(
            site.client.asked == [
                "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
                    + " | Content-Type: application/json | Authorization: Bearer F | "
                    + #"{"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"}"#
            ])
    }

    @Test("for a service account's goes where the user says, by way of others")
    func delegated() async throws {
        let site = CloudSite(["BERTH_GCP_IAM_URL": "http://localhost:1"], [.status(200, [:], #"{"accessToken":"S"}"#)])
        let token = try await GoogleSTS(site.context).impersonate(
            account, with: Secret("F"), delegates: ["a@b"], lifetime: 1, scope: "s")
        #expect(token == ShortLivedToken(Secret("S"), end: CloudSite.start + 600))
        #expect(
            site.client.asked == [
                "POST http://localhost:1/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
                    + " | Content-Type: application/json | Authorization: Bearer F | "
                    + #"{"delegates":["a@b"],"scope":["s"],"lifetime":"600s"}"#
            ])
    }

    @Test("for a service account's that is refused names the role that is missing")
    func notImpersonated() async throws {
        let body = #"{"error":{"code":403,"message":"Permission 'x' denied","status":"PERMISSION_DENIED"}}"#
        let site = CloudSite([:], [.status(403, [:], body)])
        let error = await #expect(throws: RegistryError.self) {
            try await GoogleSTS(site.context).impersonate(account, with: Secret("F"))
        }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("PERMISSION_DENIED: Permission 'x' denied") == true)
        #expect(error?.hint?.contains("roles/iam.workloadIdentityUser") == true)
    }

    @Test("for what is no service account's is not tried", arguments: ["", "a/b", "..", "a?b", "a b", "a%2Fb"])
    func noAccount(name: String) async throws {
        let site = CloudSite()
        let error = await #expect(throws: RegistryError.self) {
            try await GoogleSTS(site.context).impersonate(name, with: Secret("F"))
        }
        #expect(error?.kind == .badName)
        #expect(site.client.asked.isEmpty)
    }

    @Test(
        "names the provider as the service does",
        arguments: [
            "projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
        ])
    func audience(name: String) {
        #expect(GoogleSTS.audience(ofProvider: name) == Self.provider)
    }

    @Test(
        "is Google's by its host's name",
        arguments: [
            ("sts.googleapis.com", true), ("sts.us-east1.googleapis.com", true), ("x.sts.googleapis.com", true),
            ("us-sts.googleapis.com", true), ("sts-psc.p.googleapis.com", true),
            ("sts.us-east1.rep.googleapis.com", true),
            ("googleapis.com", false), ("storage.googleapis.com", false), ("sts.storage.googleapis.com", false),
            ("sts.googleapis.com.evil.example", false), ("evilgoogleapis.com", false),
            ("sts.a.b.googleapis.com", false),
            ("x-sts.storage.googleapis.com", false), (".googleapis.com", false), ("sts..googleapis.com", false),
            ("iamcredentials.googleapis.com", false),
        ])
    func hosts(host: String, isGoogles: Bool) {
        #expect(GoogleEndpoints.isService("sts", host) == isGoogles)
    }
}
