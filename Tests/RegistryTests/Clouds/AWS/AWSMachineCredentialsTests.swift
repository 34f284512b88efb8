internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("Credentials for AWS from where the job runs")
struct AWSMachineCredentialsTests {
    private static let body = """
        {"Code": "Success", "RoleArn": "r", "AccessKeyId": "TASK", "SecretAccessKey": "s3cret", "Token": "t0ken",
         "Expiration": "2023-11-14T23:13:20Z"}
        """
    private static let found = AWSCredentials(
        accessKeyID: "TASK", secretAccessKey: Secret("s3cret"), sessionToken: Secret("t0ken"), expiry: 1_700_003_600)

    private func inContainer(
        _ variables: [String: String], _ client: ScriptedClient
    ) async throws(RegistryError) -> AWSCredentials? {
        let context = CloudContext(variables, files: ["/token": "eks.t0ken\n"], client)
        return try await AWSContainerCredentials(context).credentials()
    }

    @Test(
        "are got from the container's endpoint, which is shown its token",
        arguments: [
            (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x?y=1"], "GET http://169.254.170.2/v2/x?y=1"),
            (["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:80/x"], "GET http://localhost:80/x"),
            (["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.5/x"], "GET http://127.0.0.5/x"),
            (["AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://any.example/x"], "GET https://any.example/x"),
            (
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
                ], "GET http://169.254.170.23/v1/credentials | Authorization: eks.t0ken"
            ),
            (
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/v1/credentials",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x",
                ], "GET http://[fd00:ec2::23]/v1/credentials | Authorization: Basic x"
            ),
        ])
    func container(variables: [String: String], asked: String) async throws {
        let client = ScriptedClient([.status(200, [:], Self.body)])
        #expect(try await inContainer(variables, client) == Self.found)
        #expect(client.asked == [asked])
    }

    @Test("are not looked for in a container where no variable says so")
    func noContainer() async throws {
        #expect(try await inContainer([:], ScriptedClient([])) == nil)
    }

    @Test(
        "are not asked of an endpoint that must not have the token",
        arguments: [
            ("FULL", "http://evil.example/"), ("FULL", "http://169.254.170.24/"), ("FULL", "http://[fd00:ec2::24]/"),
            ("FULL", "http://127.0.0.1.evil.example/"), ("FULL", "ftp://127.0.0.1/"), ("FULL", "x"),
            ("RELATIVE", ".evil.example/"), ("RELATIVE", "@evil.example/"), ("RELATIVE", ":81/"), ("RELATIVE", ""),
        ])
    func refusedEndpoint(kind: String, text: String) async {
        let client = ScriptedClient([.status(200, [:], Self.body)])
        await #expect(throws: RegistryError.self) {
            try await inContainer(["AWS_CONTAINER_CREDENTIALS_\(kind)_URI": text], client)
        }
        #expect(client.asked.isEmpty)
    }

    @Test(
        "are an error where the container's endpoint has none",
        arguments: [
            (.status(200, [:], "{}"), .protocolViolation), (.status(200, [:], "no"), .protocolViolation),
            (.status(403, [:], #"{"code":"AccessDenied","message":"no"}"#), .denied),
            (.status(404), .protocolViolation), (.failure(.unreachable), .unreachable),
        ] as [(ScriptedClient.Answer, RegistryError.Kind)])
    func containerFailures(answer: ScriptedClient.Answer, kind: RegistryError.Kind) async {
        let error = await #expect(throws: RegistryError.self) {
            try await inContainer(
                ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"], ScriptedClient([answer]))
        }
        #expect(error?.kind == kind)
    }

    @Test("are asked of the container's endpoint again where it is busy, with the token as it is by then")
    func containerRetries() async throws {
        let client = ScriptedClient([.status(429), .status(500), .status(200, [:], Self.body)])
        let clock = StillClock()
        let reads = Noted(0)
        var context = CloudContext(
            [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token",
            ], client, clock: clock)
        context.readFile = { _ throws(RegistryError) in
            reads.note { $0 += 1 }
            return Array("t\(reads.value)".utf8)
        }
        #expect(try await AWSContainerCredentials(context).credentials() == Self.found)
        #expect(client.asked.map { $0.suffix(2) } == ["t1", "t2", "t3"])
        #expect(clock.slept == [.seconds(0.5), .seconds(1)])
    }

    // MARK: instances

    private func onInstance(
        _ variables: [String: String] = [:], _ client: ScriptedClient
    ) async throws(RegistryError) -> AWSCredentials? {
        try await AWSInstanceMetadata(CloudContext(variables, client)).credentials()
    }

    @Test(
        "are got from the instance's metadata service, by a token",
        arguments: [
            ([:], "http://169.254.169.254"),
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], "http://[fd00:ec2::254]"),
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:81/"], "http://127.0.0.1:81"),
        ])
    func instance(variables: [String: String], base: String) async throws {
        let client = ScriptedClient([
            .status(200, [:], "imds=="), .status(200, [:], "my.role@x\nother"), .status(200, [:], Self.body),
        ])
        #expect(try await onInstance(variables, client) == Self.found)
        let path = "\(base)/latest/meta-data/iam/security-credentials/"
        #expect(
            client.asked == [
                "PUT \(base)/latest/api/token | X-aws-ec2-metadata-token-ttl-seconds: 300",
                "GET \(path) | X-aws-ec2-metadata-token: imds==",
                "GET \(path)my.role%40x | X-aws-ec2-metadata-token: imds==",
            ])
        #expect(client.timeouts == [.seconds(1), .seconds(1), .seconds(1)])
    }

    @Test(
        "are none where this is no instance, or one without a role or the service",
        arguments: [
            [.failure(.timeout)], [.failure(.unreachable)], [.status(404)], [.status(403)], [.status(200, [:], "a b")],
            [.status(200)], [.status(200, [:], "t"), .status(404)],
            [.status(200, [:], "t"), .status(200, [:], "role"), .status(404)],
        ] as [[ScriptedClient.Answer]])
    func noInstance(answers: [ScriptedClient.Answer]) async throws {
        let client = ScriptedClient(answers)
        #expect(try await onInstance([:], client) == nil)
        #expect(client.asked.count == answers.count)
    }

    @Test(
        "are an error where the instance's service does not do as it should",
        arguments: [
            ([.status(200, [:], "../../user-data")], .protocolViolation), ([.status(200)], .protocolViolation),
            ([.status(200, [:], "role"), .status(200, [:], #"{"Code": "AssumeRoleUnauthorizedAccess"}"#)], .denied),
            ([.status(401)], .denied), ([.failure(.timeout)], .tryLater),
        ] as [([ScriptedClient.Answer], RegistryError.Kind)])
    func instanceFailures(answers: [ScriptedClient.Answer], kind: RegistryError.Kind) async {
        let error = await #expect(throws: RegistryError.self) {
            try await onInstance([:], ScriptedClient([.status(200, [:], "t")] + answers))
        }
        #expect(error?.kind == kind)
    }

    @Test("are not asked of the instance where the user does not wish it, nor unencrypted on another machine")
    func noWish() async throws {
        let client = ScriptedClient([])
        #expect(try await onInstance(["AWS_EC2_METADATA_DISABLED": "TRUE"], client) == nil)
        for address in ["http://evil.example", "x"] {
            await #expect(throws: RegistryError.self) {
                try await onInstance(["AWS_EC2_METADATA_SERVICE_ENDPOINT": address], client)
            }
        }
        #expect(client.asked.isEmpty)
    }

    @Test("are not given up for others where nobody waits any more")
    func cancelled() async {
        let error = await #expect(throws: RegistryError.self) {
            try await onInstance([:], ScriptedClient([.failure(.cancelled)]))
        }
        #expect(error?.kind == .cancelled)
    }
}
