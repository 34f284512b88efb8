internal import DockerConfig
internal import HTTP
internal import JSON
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

/// Requests that moto judges, over a real network.
@Suite(
    "A service that answers as AWS does", .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"),
    .timeLimit(.minutes(2)))
struct RealAWSTests {
    private static let policy = """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
        "Action": ["ecr:CreateRepository", "ecr:DescribeRepositories", "sts:AssumeRole", "iam:CreateRole"]}]}
        """

    private func context(_ moto: MotoServer, _ variables: [String: String] = [:]) -> CloudContext {
        var context = CloudContext(client: CurlClient(.init(userAgent: "berth/test", trust: .builtIn)))
        let all = variables.merging(["AWS_ENDPOINT_URL": "http://\(moto.address)", "AWS_REGION": "us-east-1"]) { $1 }
        context.variable = { all[$0] }
        return context
    }

    private func api(_ context: CloudContext, _ credentials: AWSCredentials? = nil) throws -> AWSAPI {
        let host = try #require(ECRHost(RegistryHost("123456789012.dkr.ecr.us-east-1.amazonaws.com")))
        guard let credentials else { return try AWSAPI(host, context, chain: AWSCredentialChain(context)) }
        let chain = AWSCredentialChain(now: context.pacing.unixTime) { () async throws(RegistryError) in credentials }
        return try AWSAPI(host, context, chain: chain)
    }

    private func variables(_ key: (id: String, secret: String)) -> [String: String] {
        ["AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret]
    }

    @Test("takes the signature of the right key, and says so where there is no repository")
    func rightKey() async throws {
        let moto = try await MotoServer(checkingAfter: MotoServer.requestsForKey)
        let api = try api(context(moto, variables(try await moto.makeKey(policy: Self.policy))))
        _ = try await api.call("CreateRepository", ["repositoryName": "group/app"])
        let found = try await api.call("DescribeRepositories", ["repositoryNames": ["group/app"]])
        let repository = try #require(found.member("repositories")?.element(0))
        #expect(repository.text("repositoryName") == "group/app")
        #expect(repository.member("createdAt")?.awsTime?.isPlausible == true)
        let error = await #expect(throws: RegistryError.self) {
            try await api.call("DescribeRepositories", ["repositoryNames": ["none"]])
        }
        #expect(error?.kind == .notFound)
    }

    @Test("refuses the signature of a wrong key")
    func wrongKey() async throws {
        let moto = try await MotoServer(checkingAfter: MotoServer.requestsForKey)
        let key = try await moto.makeKey(policy: Self.policy)
        let api = try api(context(moto, variables((key.id, "wr0ng"))))
        let error = await #expect(throws: RegistryError.self) { try await api.call("DescribeRepositories", [:]) }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("SignatureDoesNotMatch") == true)
        #expect(error?.hint?.contains("AWS_SECRET_ACCESS_KEY") == true)
        #expect(error?.text.contains("wr0ng") == false)
    }

    @Test("refuses a key that it does not know, and what the key's policy does not allow")
    func refusals() async throws {
        let moto = try await MotoServer(checkingAfter: MotoServer.requestsForKey)
        let key = try await moto.makeKey(policy: Self.policy)
        let stranger = try api(context(moto, variables(("AKIAIOSFODNN7EXAMPLE", key.secret))))
        let unknown = await #expect(throws: RegistryError.self) {
            try await stranger.call("DescribeRepositories", [:])
        }
        #expect(unknown?.kind == .denied)
        let api = try api(context(moto, variables(key)))
        let forbidden = await #expect(throws: RegistryError.self) {
            try await api.call("DeleteRepository", ["repositoryName": "app"])
        }
        #expect(forbidden?.kind == .denied)
        #expect(forbidden?.hint?.contains("ecr:DeleteRepository") == true)
    }

    @Test("gives a role's credentials for those of a user")
    func assumedRole() async throws {
        let moto = try await MotoServer(checkingAfter: MotoServer.requestsForKey)
        let key = try await moto.makeKey(policy: Self.policy)
        let context = context(moto, variables(key))
        let user = AWSCredentials(accessKeyID: key.id, secretAccessKey: Secret(key.secret))
        let role = AWSSTS.Role(arn: "arn:aws:iam::123456789012:role/ci", sessionName: "job/7", duration: 900)
        let found = try await AWSSTS(context).assumeRole(role, as: user)
        let now = context.pacing.unixTime()
        #expect(found.accessKeyID.hasPrefix("ASIA"))
        #expect(found.sessionToken != nil)
        #expect(found.expiry.map { (now + 600...now + 1200).contains($0) } == true)
    }

    @Test("gives an instance the credentials of its role")
    func instance() async throws {
        let moto = try await MotoServer()
        let found = try await AWSInstanceMetadata(
            context(moto, ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://\(moto.address)"])
        ).credentials()
        #expect(found?.accessKeyID == "test-key")
        #expect(found?.isFresh(at: context(moto).pacing.unixTime()) == true)
    }

    @Test("gives a role's credentials for a token of another provider, which it takes for its own services")
    func webIdentity() async throws {
        let moto = try await MotoServer()
        var context = context(
            moto, ["AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ci", "AWS_WEB_IDENTITY_TOKEN_FILE": "/token"])
        context.readFile = { path throws(RegistryError) in
            path == "/token" ? Array("eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2IifQ.\n".utf8) : nil
        }
        let api = try api(context)
        let answer = try await api.call("GetAuthorizationToken", [:])
        let token = try #require(answer.member("authorizationData")?.element(0))
        #expect(token.text("authorizationToken") != nil)
        #expect(token.member("expiresAt")?.awsTime?.isPlausible == true)
    }
}
