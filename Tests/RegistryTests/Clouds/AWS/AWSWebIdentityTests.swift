internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A role that a job's OIDC token stands for at a registry of Amazon's")
struct AWSWebIdentityTests {
    private static let host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"

    private static func answer(_ id: String) -> ScriptedClient.Answer {
        .status(
            200, [:],
            "<AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                + "<Expiration>2023-11-14T23:13:20Z</Expiration>")
    }

    /// Settings by which `client` sends tokens, and nobody sends anything else.
    private func settings(_ client: ScriptedClient, clock: StillClock = StillClock()) -> RegistrySettings {
        let tokens = Noted(0)
        var settings = RegistrySettings(client: ScriptedClient([])) { _ in nil }
        settings.pacing = clock.pacing(unixTime: 1_700_000_000)
        settings.variable = { ["AWS_ACCESS_KEY_ID": "OTHER", "AWS_SECRET_ACCESS_KEY": "s"][$0] }
        settings.awsWebIdentity = { host in
            guard host.description == Self.host || host.name == "images.example.com" else { return nil }
            let context = CloudContext(client: client, pacing: clock.pacing(unixTime: 1_700_000_000))
            return AWSWebIdentity(
                role: "arn:aws:iam::123456789012:role/ci", region: "eu-west-3", sessionName: "berth-github-7", context
            ) { () async throws(RegistryError) in
                tokens.note { $0 += 1 }
                return Secret("eyJ.\(tokens.value).x")
            }
        }
        return settings
    }

    private func credentials(_ host: String, _ settings: RegistrySettings) async throws -> String {
        let context = VendorContext(try Repository("\(host)/group/app"), settings)
        return try await settings.memory.awsCredentials(context).credentials().accessKeyID
    }

    @Test("comes before keys in variables, and is taken on once for all of the registry's repositories")
    func first() async throws {
        let client = ScriptedClient([Self.answer("ROLE")])
        let settings = settings(client)
        for _ in 0..<3 { #expect(try await credentials(Self.host, settings) == "ROLE") }
        #expect(client.asked.count == 1)
        #expect(client.asked.first?.hasPrefix("POST https://sts.eu-west-3.amazonaws.com/ ") == true)
        #expect(
            client.asked.first?.hasSuffix(
                "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fci&RoleSessionName=berth-github-7"
                    + "&WebIdentityToken=eyJ.1.x") == true)
    }

    @Test("is not used for another registry")
    func others() async throws {
        let client = ScriptedClient([Self.answer("ROLE")])
        let settings = settings(client)
        #expect(try await credentials("210987654321.dkr.ecr.eu-central-1.amazonaws.com", settings) == "OTHER")
        #expect(try await credentials(Self.host, settings) == "ROLE")
    }

    @Test("is taken on anew, with another token, before its credentials end")
    func renewed() async throws {
        let clock = StillClock()
        let client = ScriptedClient([Self.answer("ROLE1"), Self.answer("ROLE2")])
        let settings = settings(client, clock: clock)
        #expect(try await credentials(Self.host, settings) == "ROLE1")
        clock.advance(by: .seconds(3570))
        #expect(try await credentials(Self.host, settings) == "ROLE2")
        #expect(client.asked.last?.hasSuffix("&WebIdentityToken=eyJ.2.x") == true)
    }

    @Test("tells the region of a registry by another name")
    func region() throws {
        var settings = settings(ScriptedClient([]))
        settings.implementation = NamedImplementation("ecr", source: "the test")
        let context = VendorContext(try Repository("images.example.com/group/app"), settings)
        #expect(try ECRCalls(context).api.region == "eu-west-3")
    }
}
