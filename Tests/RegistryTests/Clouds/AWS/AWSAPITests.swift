internal import DockerConfig
internal import HTTP
internal import JSON
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A call of ECR's API")
struct AWSAPITests {
    private let clock = StillClock()

    /// An API with numbered credentials, found anew each time that they are forgotten, up to `most`.
    private func api(_ client: ScriptedClient, credentials most: Int = 1) throws -> AWSAPI {
        let context = CloudContext([:], client, clock: clock)
        let found = Noted(0)
        let chain = AWSCredentialChain(now: context.pacing.unixTime) { () async throws(RegistryError) in
            found.note { $0 = min($0 + 1, most) }
            return AWSCredentials(
                accessKeyID: "KEY\(found.value)", secretAccessKey: Secret("s3cret"), sessionToken: Secret("t0ken"))
        }
        let host = try #require(ECRHost(RegistryHost("111122223333.dkr.ecr.eu-central-1.amazonaws.com")))
        return try AWSAPI(host, context, chain: chain)
    }

    private static func failure(_ code: String) -> ScriptedClient.Answer {
        .status(400, [:], #"{"__type":"\#(code)","message":"m"}"#)
    }

    @Test("is a signed request with the operation's name, whose answer is read")
    func request() async throws {
        let client = ScriptedClient([.status(200, [:], #"{"repositories": [{"createdAt": 1.7E9}]}"#)])
        let answer = try await api(client).call("DescribeRepositories", ["maxResults": 1000])
        let time = answer.member("repositories")?.element(0)?.member("createdAt")?.awsTime
        #expect(time == Timestamp(secondsSince1970: 1_700_000_000))
        #expect(
            client.asked.map(withoutSignature) == [
                "POST https://api.ecr.eu-central-1.amazonaws.com/ | Content-Type: application/x-amz-json-1.1 | "
                    + "X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.DescribeRepositories | "
                    + "X-Amz-Security-Token: t0ken | {\"maxResults\":1000}\n"
            ])
        #expect(client.asked[0].contains("Credential=KEY1/20231114/eu-central-1/ecr/aws4_request"))
    }

    @Test("of the public registry goes to its own service", arguments: [false, true])
    func publicService(isDualStack: Bool) async throws {
        let client = ScriptedClient([.status(200, [:], "{}")])
        let context = CloudContext([:], client)
        let chain = AWSCredentialChain(now: { 0 }) { () async throws(RegistryError) in
            AWSCredentials(accessKeyID: "KEY", secretAccessKey: Secret("s"))
        }
        _ = try await AWSAPI(publicDualStack: isDualStack, context, chain: chain).call("DescribeRegistries", [:])
        let host = isDualStack ? "ecr-public.us-east-1.api.aws" : "api.ecr-public.us-east-1.amazonaws.com"
        #expect(client.asked[0].hasPrefix("POST https://\(host)/ "))
        #expect(client.asked[0].contains("X-Amz-Target: SpencerFrontendService.DescribeRegistries"))
        #expect(client.asked[0].contains("/us-east-1/ecr-public/aws4_request"))
    }

    @Test("waits longer and longer where AWS asks for fewer requests, and signs each try with its own time")
    func throttles() async throws {
        let client = ScriptedClient([
            Self.failure("ThrottlingException"), Self.failure("ThrottleException"), .status(429),
            .status(503), .status(200, [:], "{}"),
        ])
        _ = try await api(client).call("BatchDeleteImage", [:])
        #expect(clock.slept == [.seconds(0.5), .seconds(1), .seconds(2), .seconds(4)])
        let times = client.asked.map { line in
            line.split(separator: " | ").first { $0.hasPrefix("X-Amz-Date: ") }.map { String($0.suffix(3)) }
        }
        #expect(times == ["20Z", "20Z", "21Z", "23Z", "27Z"])
    }

    @Test("is given up where AWS goes on to ask for fewer requests")
    func throttledForever() async throws {
        let client = ScriptedClient(Array(repeating: Self.failure("ThrottlingException"), count: 20))
        let error = await #expect(throws: RegistryError.self) { try await api(client).call("ListImages", [:]) }
        #expect(error?.kind == .tryLater)
        #expect(client.asked.count == 8)
    }

    @Test("does not wait longer than there is time, nor do those that come after it")
    func longWait() async throws {
        let client = ScriptedClient([.status(429, ["Retry-After": "99999999999999999999"])])
        let api = try api(client)
        for _ in 0..<2 {
            let error = await #expect(throws: RegistryError.self) { try await api.call("ListImages", [:]) }
            #expect(error?.kind == .tryLater)
        }
        #expect(client.asked.count == 1)
        #expect(clock.slept == [])
    }

    @Test(
        "that changes something is not repeated where nobody knows if it was done",
        arguments: [.status(500), .status(502), .failure(.interrupted)] as [ScriptedClient.Answer])
    func unsafe(answer: ScriptedClient.Answer) async throws {
        let deleting = ScriptedClient([answer])
        await #expect(throws: RegistryError.self) { try await api(deleting).call("BatchDeleteImage", [:]) }
        let reading = ScriptedClient([answer, .status(200, [:], "{}")])
        _ = try await api(reading).call("BatchGetImage", [:])
        #expect(reading.asked.count == 2)
    }

    @Test("is made once more with new credentials where AWS says that they have expired")
    func renewal() async throws {
        let client = ScriptedClient([Self.failure("ExpiredTokenException"), .status(200, [:], "{}")])
        _ = try await api(client, credentials: 2).call("BatchDeleteImage", [:])
        #expect(client.asked.map { $0.contains("Credential=KEY2/") } == [false, true])
    }

    @Test("is made no more than that", arguments: [(1, 1), (2, 2), (9, 2)])
    func renewalOnce(credentials: Int, requests: Int) async throws {
        let client = ScriptedClient(Array(repeating: Self.failure("ExpiredTokenException"), count: 5))
        let error = await #expect(throws: RegistryError.self) {
            try await api(client, credentials: credentials).call("ListImages", [:])
        }
        #expect(error?.kind == .denied)
        #expect(client.asked.count == requests)
    }

    @Test("says which permission is missing, and no secret")
    func denied() async throws {
        let client = ScriptedClient([Self.failure("AccessDeniedException")])
        let error = await #expect(throws: RegistryError.self) { try await api(client).call("BatchDeleteImage", [:]) }
        #expect(error?.kind == .denied)
        #expect(error?.hint?.contains("ecr:BatchDeleteImage") == true)
        let text = "\(error?.text ?? "") \(error?.hint ?? "")"
        #expect(!text.contains("s3cret"))
        #expect(!text.contains("t0ken"))
    }

    @Test("gives AWS's own words to who can do something about them")
    func attempt() async throws {
        let client = ScriptedClient([Self.failure("RepositoryAlreadyExistsException")])
        let result = try await api(client).attempt("CreateRepository", [:])
        guard case .failure(let failure) = result else {
            Issue.record("no failure")
            return
        }
        #expect(failure.code == "RepositoryAlreadyExistsException")
    }

    @Test("is an error where the answer is no JSON object", arguments: ["", "[]", "<html>", "{"])
    func badAnswer(body: String) async throws {
        let error = await #expect(throws: RegistryError.self) {
            try await api(ScriptedClient([.status(200, [:], body)])).call("ListImages", [:])
        }
        #expect(error?.kind == .protocolViolation)
    }

    @Test("is not sent anywhere else, whatever the answer says")
    func redirects() async throws {
        let client = ScriptedClient([.status(307, ["Location": "https://evil.example/"])])
        let error = await #expect(throws: RegistryError.self) { try await api(client).call("ListImages", [:]) }
        #expect(error?.kind == .protocolViolation)
        #expect(client.asked.count == 1)
    }
}
