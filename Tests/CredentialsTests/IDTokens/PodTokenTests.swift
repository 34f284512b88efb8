internal import CIEnv
@testable internal import Credentials
internal import Testing

/// The files that clouds' own Kubernetes gives its pods.
@Suite("A pod's OIDC token")
struct PodTokenTests {
    private static let pods = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/aws", "AZURE_FEDERATED_TOKEN_FILE": "/azure"]

    private func source(
        _ system: String, _ registry: String, _ keys: [IdentityRequest.Key: String]
    ) throws -> IDTokenSource {
        let system = try #require(CISystem.named(system))
        let request = IdentityRequest(registry: registry, keys, from: "--oidc")
        return try system.idTokenSource(
            for: request, audience: nil, in: Environment(Self.pods), reading: { _ in nil })
    }

    @Test(
        "is shown to the cloud that it is for",
        arguments: [
            ("tekton", "r.example", [.role: "r"], "AWS_WEB_IDENTITY_TOKEN_FILE"),
            ("tekton", "r.example", [.region: "eu-west-1"], "AWS_WEB_IDENTITY_TOKEN_FILE"),
            ("generic", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", [:], "AWS_WEB_IDENTITY_TOKEN_FILE"),
            ("jenkins", "public.ecr.aws", [:], "AWS_WEB_IDENTITY_TOKEN_FILE"),
            ("drone", "r.azurecr.io", [:], "AZURE_FEDERATED_TOKEN_FILE"),
            ("drone", "r.example", [.client: "c"], "AZURE_FEDERATED_TOKEN_FILE"),
        ] as [(String, String, [IdentityRequest.Key: String], String)])
    func own(system: String, registry: String, keys: [IdentityRequest.Key: String], variable: String) throws {
        #expect(try source(system, registry, keys) == .fileNamed(by: variable))
    }

    @Test(
        "is shown to nobody else, whatever the registry's host",
        arguments: [
            ("r.azurecr.io", [.tokenURL: "https://sts.example"]),
            ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", [.robot: "a+b"]), ("r.example", [:]),
        ] as [(String, [IdentityRequest.Key: String])])
    func others(registry: String, keys: [IdentityRequest.Key: String]) {
        #expect(
            throws: CIEnvError(
                .badConfiguration, "no OIDC token for \(registry): Drone gives its jobs none that is known",
                hint: "token-file: or token-var: name a file or a variable that holds one")
        ) { try source("drone", registry, keys) }
    }

    @Test("is not a job's whose CI system has tokens of its own")
    func ownSystem() {
        #expect(throws: CIEnvError.self) { try source("github", "r.example", [.role: "r"]) }
    }
}
