internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("An exchange that is refused")
struct RefusalTests {
    /// What a vendor answers, and what people are told.
    struct Refusal: CustomTestStringConvertible, Sendable {
        let who: String
        let status: Int
        let body: String
        var kind = RegistryError.Kind.denied
        let words: [String]

        var testDescription: String { "\(who), \(status): \(words.joined(separator: ", "))" }

        init(
            _ who: String, _ status: Int, _ body: String, _ kind: RegistryError.Kind = .denied, _ words: String...
        ) {
            (self.who, self.status, self.body, self.kind, self.words) = (who, status, body, kind, words)
        }
    }

    /// Who is asked, and what has gone well before.
    static let requests: [String: (request: IdentityRequest, before: [ScriptedClient.Answer])] = [
        "STS": (.oidc(ExchangeCase.ecrHost, [.role: ExchangeCase.role]), []),
        "ECR": (.oidc(ExchangeCase.ecrHost, [.role: ExchangeCase.role]), [ExchangeCase.session]),
        "Entra": (.oidc("a.azurecr.io", [.tenant: "t", .client: "c"]), []),
        "ACR": (
            .oidc("a.azurecr.io", [.tenant: "t", .client: "c"]), [.status(200, [:], #"{"access_token":"hidden-1"}"#)]
        ),
        "Google": (.oidc("gcr.io", [.provider: ExchangeCase.provider]), []),
        "IAM": (
            .oidc("gcr.io", [.provider: ExchangeCase.provider, .serviceAccount: "ci@p.iam.gserviceaccount.com"]),
            [.status(200, [:], #"{"access_token":"hidden-1"}"#)]
        ),
        "Hub": (.oidc("docker.io", [.connection: "c-1", .user: "acme"]), []),
        "Quay": (.oidc("quay.io", [.robot: "acme+ci"]), []),
        "JFrog": (.oidc("acme.jfrog.io", [.providerName: "gh"]), []),
        "Harbor": (.oidc("demo.goharbor.io"), []),
        "RFC": (.oidc("r.example.com", [.tokenURL: "https://sts.example/token"]), []),
    ]

    private static let trust = [
        "issuer \"\(JobToken.issuer)\"", "subject \"\(JobToken.subject)\"", "audience \"sts.amazonaws.com\"",
        "GitHub's token service",
    ]

    private static func xml(_ code: String, _ message: String) -> String {
        "<ErrorResponse><Error><Code>\(code)</Code><Message>\(message)</Message></Error></ErrorResponse>"
    }

    static let refusals = [
        Refusal(
            "STS", 403, xml("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"), .denied,
            "Not authorized to perform", "trust policy must allow"),
        Refusal(
            "STS", 400, xml("InvalidIdentityToken", "Incorrect token audience"), .denied, "Incorrect token audience",
            "identity provider in IAM"),
        Refusal("STS", 403, xml("IDPRejectedClaim", "x"), .denied, "IDPRejectedClaim", "another audience"),
        Refusal("STS", 400, xml("ExpiredTokenException", "Token expired"), .denied, "OIDC token has expired"),
        Refusal(
            "STS", 403, xml("RegionDisabledException", "x"), .denied, "switched off for this region: the role's account"
        ),
        Refusal(
            "STS", 400, xml("PackedPolicyTooLarge", "Packed size of session tags consumes 107%"), .denied, "107%",
            "too long"),
        Refusal("STS", 403, "", .denied, "status 403"),
        Refusal(
            "STS", 400, xml("InvalidIdentityToken", "bad token \(JobToken.text)"), .denied, "InvalidIdentityToken"),
        Refusal(
            "Entra", 401,
            #"{"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found "#
                + #"for presented assertion subject 'repo:acme/app'. Trace ID: 1","error_codes":[700213]}"#, .denied,
            "No matching federated identity record", "federated credential"),
        Refusal(
            "Entra", 400,
            #"{"error":"invalid_request","error_description":"AADSTS90002: Tenant 't' not found. Check."}"#, .denied,
            "Tenant 't' not found", "check the tenant's id (tenant:)"),
        Refusal(
            "Entra", 401, #"{"error":"x","error_description":"AADSTS700024: Client assertion \#(JobToken.text)"}"#,
            .denied, "AADSTS700024", "the token has ended"),
        Refusal(
            "Google", 400,
            #"{"error":"invalid_grant","error_description":"The audience in ID Token [x] does not match"}"#, .denied,
            "does not match", "issuer and audience"),
        Refusal(
            "Google", 403,
            #"{"error":"unauthorized_client","error_description":"The given credential is rejected by the attribute "#
                + #"condition."}"#, .denied, "rejected by the attribute condition", "attribute condition"),
        Refusal(
            "IAM", 403,
            #"{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Permission "#
                + #"'iam.serviceAccounts.getAccessToken' denied"}}"#, .denied, "getAccessToken",
            "roles/iam.workloadIdentityUser"),
        Refusal(
            "Hub", 401, #"{"error":"invalid_grant","error_description":"no ruleset matches \#(JobToken.text)"}"#,
            .denied,
            "invalid_grant: no ruleset matches ***", "OIDC connection \"c-1\""),
        Refusal("Hub", 403, "<html>Forbidden</html>", .denied, "status 403"),
        Refusal(
            "Quay", 401, #"{"message":"Token does not match robot"}"#, .denied, "Token does not match robot",
            "federation of the robot acme+ci"),
        Refusal(
            "JFrog", 401,
            #"{"errors":[{"code":"UNAUTHORIZED","message":"no mapping for c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"}]}"#,
            .denied, "UNAUTHORIZED: no mapping for ***", "\"gh\"", "identity mappings"),
        Refusal(
            "JFrog", 400, #"{"errors":[{"status":400,"message":"Invalid provider name"}]}"#, .denied,
            "Invalid provider name"),
        Refusal(
            "Harbor", 401, #"{"errors":[{"code":"UNAUTHORIZED","message":"unauthorized"}]}"#, .denied,
            "UNAUTHORIZED: unauthorized", "own OIDC provider", "--login"),
        Refusal(
            "Harbor", 412, #"{"errors":[{"code":"PRECONDITION","message":"robot"}]}"#, .denied, "PRECONDITION: robot"),
        Refusal(
            "RFC", 400, #"{"error":"invalid_target","error_description":"unknown audience"}"#, .denied,
            "invalid_target: unknown audience", "r.example.com"),
    ]

    @Test("says why in the vendor's words, and what the job's token has, and is not repeated", arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        let (request, before) = try #require(Self.requests[refusal.who])
        let site = ExchangeSite([:], before + [.status(refusal.status, [:], refusal.body)])
        let error = await #expect(throws: RegistryError.self) { try await site.credential(request) }
        #expect(error?.kind == .denied)
        let whole = "\(error?.text ?? "") \(error?.hint ?? "")"
        for word in refusal.words + Self.trust { #expect(whole.contains(word), "\(word) in \(whole)") }
        for secret in ["eyJ", "c2lnbmF0", "hidden"] { #expect(!whole.contains(secret), "\(whole)") }
        #expect(site.client.asked.count == before.count + 1)
    }

    static let others = [
        Refusal("Quay", 404, "<html>", .unsupported, "no such exchange", "3.13"),
        Refusal("JFrog", 404, "", .unsupported, "no such exchange", "BERTH_JFROG_URL"),
        Refusal("Harbor", 404, "", .unsupported, "no such exchange", "BERTH_HARBOR_URL"),
        Refusal("RFC", 405, "", .unsupported, "no such exchange", "token-url"),
        Refusal(
            "ECR", 400, #"{"__type":"AccessDeniedException","message":"not authorized"}"#, .denied,
            "the role (role:) needs the permission ecr:GetAuthorizationToken"),
        Refusal("STS", 400, xml("ValidationError", "Request ARN is invalid"), .badName, "is invalid", "check role:"),
        Refusal(
            "ECR", 400, #"{"__type":"UnrecognizedClientException","message":"m"}"#, .denied, "the role's account"),
        Refusal("ACR", 401, #"{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}"#, .denied, "AcrPull"),
        Refusal(
            "RFC", 200, #"{"access_token":"a","token_type":"N_A"}"#, .protocolViolation, "no token of the type Bearer"),
        Refusal(
            "RFC", 200,
            #"{"access_token":"a","token_type":"Bearer","#
                + #""issued_token_type":"urn:ietf:params:oauth:token-type:refresh_token"}"#,
            .protocolViolation, "refresh_token"),
        Refusal(
            "JFrog", 200, #"{"access_token":"a","expires_in":9}"#, .protocolViolation, "whose token it is", "user:NAME"),
        Refusal("JFrog", 200, #"{"access_token":"a","username":"a:b"}"#, .protocolViolation, "whose token it is"),
        Refusal("Harbor", 200, #"{"username":"ann"}"#, .protocolViolation, "OIDC mode"),
    ]

    @Test("for a reason that is not the token's says so", arguments: others)
    func other(_ refusal: Refusal) async throws {
        let (request, before) = try #require(Self.requests[refusal.who])
        let site = ExchangeSite([:], before + [.status(refusal.status, [:], refusal.body)])
        let error = await #expect(throws: RegistryError.self) { try await site.credential(request) }
        #expect(error?.kind == refusal.kind)
        let whole = "\(error?.text ?? "") \(error?.hint ?? "")"
        for word in refusal.words { #expect(whole.contains(word), "\(whole)") }
        #expect(!whole.contains(JobToken.subject))
    }

    @Test(
        "because there was too much to do, or nobody, may go well later, and is tried again",
        arguments: requests.keys.sorted(),
        [
            (.status(503, [:], ""), .tryLater, true), (.status(429, ["Retry-After": "1"], "<html>"), .tryLater, true),
            (.failure(.interrupted), .tryLater, true), (.failure(.timeout), .tryLater, false),
            (.failure(.unresolvedHost), .unreachable, false), (.failure(.certificate), .unreachable, false),
            (.failure(.cancelled), .cancelled, false),
        ] as [(ScriptedClient.Answer, RegistryError.Kind, Bool)])
    func later(who: String, answer: (ScriptedClient.Answer, RegistryError.Kind, isRepeated: Bool)) async throws {
        let (request, before) = try #require(Self.requests[who])
        let site = ExchangeSite([:], before + Array(repeating: answer.0, count: 10))
        let error = await #expect(throws: RegistryError.self) { try await site.credential(request) }
        #expect(error?.kind == answer.1)
        #expect((site.client.asked.count > before.count + 1) == answer.isRepeated)
        #expect(error?.hint?.contains(JobToken.subject) != true)
    }

    @Test(
        "tells what is wrong with the token itself",
        arguments: [
            (JobToken.text(#"{"sub":"s","exp":1699999990}"#), "it ended 10 s ago by this machine's clock"),
            (JobToken.text(#"{"sub":"s","exp":1700000600,"nbf":1700000030}"#), "it is good only in 30 s"),
            ("opaque-word", "what GitHub's token service holds is no JSON Web Token"),
        ])
    func token(text: String, words: String) async throws {
        let site = ExchangeSite([:], [.status(401, [:], "")])
        let exchange = try site.exchange(.oidc("quay.io", [.robot: "a+b"]))
        let error = await #expect(throws: RegistryError.self) {
            try await exchange.credential(for: JobToken.token(text))
        }
        #expect(error?.hint?.contains(words) == true, "\(error?.hint ?? "")")
        #expect(error?.hint?.contains("opaque") == false)
    }

    @Test("keeps the name of the permission that is missing")
    func permission() async throws {
        let site = ExchangeSite([:], [.status(403, [:], Self.xml("AccessDenied", "no"))])
        let error = await #expect(throws: RegistryError.self) {
            try await site.credential(.oidc(ExchangeCase.ecrHost, [.role: ExchangeCase.role]))
        }
        #expect(error?.permission == "sts:AssumeRoleWithWebIdentity")
    }
}
