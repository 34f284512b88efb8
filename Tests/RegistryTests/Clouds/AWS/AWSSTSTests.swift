internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A role of AWS taken on with an OIDC token")
struct AWSSTSTests {
    private static let arn = "arn:aws:iam::111122223333:role/ci"
    private static let jwt = Secret("eyJhbGciOiJ.eyJzdWIiOiJ.c2lnbmF0dXJl")

    private static let answer = """
        {"AssumeRoleWithWebIdentityResponse": {"AssumeRoleWithWebIdentityResult": {"Credentials":
        {"AccessKeyId": "ROLE", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": 1.70000036E9}}}}
        """

    private func assume(
        _ answers: [ScriptedClient.Answer], _ variables: [String: String] = [:], role: String = arn,
        token: Secret = jwt, region: String? = nil, clock: StillClock = StillClock()
    ) async throws -> (AWSCredentials?, RegistryError?, asked: [String]) {
        let client = ScriptedClient(answers)
        let sts = AWSSTS(CloudContext(variables, client, clock: clock))
        do throws(RegistryError) {
            let found = try await sts.assumeRole(
                webIdentityToken: token, role: role, sessionName: "berth", region: region)
            return (found, nil, client.asked)
        } catch {
            return (nil, error, client.asked)
        }
    }

    @Test("gives credentials in JSON too, where the service prefers it")
    func json() async throws {
        let (found, _, _) = try await assume([.status(200, [:], Self.answer)])
        #expect(
            found
                == AWSCredentials(
                    accessKeyID: "ROLE", secretAccessKey: Secret("s"), sessionToken: Secret("t"), expiry: 1_700_000_360)
        )
    }

    @Test(
        "is asked of the region that is named, or the main one of the role's partition",
        arguments: [
            ("aws", nil, [:], "sts.us-east-1.amazonaws.com"),
            ("aws-cn", nil, [:], "sts.cn-northwest-1.amazonaws.com.cn"),
            ("aws", "eu-west-1", ["AWS_REGION": "eu-central-1"], "sts.eu-west-1.amazonaws.com"),
            ("aws", nil, ["AWS_REGION": "eu-central-1"], "sts.eu-central-1.amazonaws.com"),
            (
                "aws", nil, ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"],
                "sts-fips.us-east-1.api.aws"
            ), ("aws", nil, ["AWS_ENDPOINT_URL_STS": "https://sts.example"], "sts.example"),
        ] as [(String, String?, [String: String], String)])
    func region(partition: String, region: String?, variables: [String: String], host: String) async throws {
        let role = "arn:\(partition):iam::111122223333:role/ci"
        let (found, _, asked) = try await assume(
            [.status(200, [:], Self.answer)], variables, role: role, region: region)
        #expect(found != nil)
        #expect(asked.count == 1)
        #expect(asked.first?.hasPrefix("POST https://\(host)/ ") == true)
    }

    @Test("is refused without the token's words in the error", arguments: ["eyJzdWIiOiJ", "x"])
    func refusal(word: String) async throws {
        let body = "<Error><Code>InvalidIdentityToken</Code><Message>bad \(word) token</Message></Error>"
        let (_, error, asked) = try await assume([.status(400, [:], body)])
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("InvalidIdentityToken") == true)
        #expect(error?.text.contains("eyJ") == false)
        #expect(error?.text.contains("bad x token") == (word == "x"))
        #expect(asked.count == 1)
    }

    @Test("is tried again where AWS could not ask the token's provider, or is asked too often")
    func retries() async throws {
        let clock = StillClock()
        let (found, _, asked) = try await assume(
            [
                .status(400, [:], "<Code>IDPCommunicationError</Code>"), .status(400, [:], "<Code>Throttling</Code>"),
                .status(500), .failure(.interrupted), .status(200, [:], Self.answer),
            ], clock: clock)
        #expect(found != nil)
        #expect(asked.count == 5)
        #expect(clock.slept == [.seconds(0.5), .seconds(1), .seconds(2), .seconds(4)])
    }

    @Test("is not asked for in vain", arguments: ["", String(repeating: "x", count: 20_001)])
    func badToken(token: String) async throws {
        let (_, error, asked) = try await assume([], token: Secret(token))
        #expect(error?.kind == .denied)
        #expect(asked.isEmpty)
    }

    @Test(
        "is an error where the role has no right name",
        arguments: ["", "admin", "arn:aws:s3:::x:role/y", "arn:aws:iam::1", "arn:aws:iam:\u{1b}[2J"])
    func badRole(role: String) async throws {
        let (_, error, asked) = try await assume([], role: role)
        #expect(error?.kind == .badName)
        #expect(error?.text.contains("\u{1b}") == false)
        #expect(asked.isEmpty)
    }

    @Test(
        "is an error where the answer holds no credentials",
        arguments: [
            "", "{}", "<AccessKeyId>A</AccessKeyId><SecretAccessKey></SecretAccessKey><SessionToken>t</SessionToken>",
            "<AccessKeyId>A</AccessKeyId>", "<AccessKeyId>A", "<AccessKeyId><AccessKeyId>",
        ])
    func badAnswer(body: String) async throws {
        let (_, error, _) = try await assume([.status(200, [:], body)])
        #expect(error?.kind == .protocolViolation)
    }

    @Test(
        "has a session name that AWS takes",
        arguments: [
            ("job-7", "job-7"), ("a b/ü", "a-b---"), ("", "berth-5"), (nil, "berth-5"), ("x", "berth-5"),
            (String(repeating: "y", count: 80), String(repeating: "y", count: 64)),
        ] as [(String?, String)])
    func sessionNames(wanted: String?, name: String) {
        #expect(AWSSTS.sessionName(wanted, at: 5) == name)
    }
}
