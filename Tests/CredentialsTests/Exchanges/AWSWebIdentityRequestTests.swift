@testable internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("The role for AWS's own API")
struct AWSWebIdentityRequestTests {
    private func identity(_ request: IdentityRequest, _ variables: [String: String] = [:]) throws -> AWSWebIdentity? {
        let site = ExchangeSite(variables)
        let system = try #require(CISystem.all.first { $0.name == "github" })
        let fetcher = IDTokenFetcher(system: system, environment: Environment(variables), cloud: site.context) {
            _, _ throws(RegistryError) in []
        }
        return AWSWebIdentity(request, jobName: "berth-github-7", site.context) {
            request, audience async throws(RegistryError) in
            try await fetcher.token(for: request, audience: audience)
        }
    }

    @Test("is the one that a credential is asked for with")
    func role() throws {
        let found = try identity(.oidc(ExchangeCase.ecrHost, [.role: ExchangeCase.role]))
        #expect(found?.role == ExchangeCase.role)
        #expect(found?.sessionName == "berth-github-7")
        #expect(found?.region == nil)
        let named = try identity(.oidc("r.example.com", [.region: "eu-west-3"]), ["AWS_ROLE_ARN": ExchangeCase.role])
        #expect(named?.role == ExchangeCase.role)
        #expect(named?.region == "eu-west-3")
    }

    @Test(
        "is none at a registry of somebody else's, or where it is not named",
        arguments: [
            .oidc("quay.io", [.robot: "a+b"]), .oidc(ExchangeCase.ecrHost), .oidc("r.example.com"),
        ] as [IdentityRequest])
    func none(request: IdentityRequest) throws {
        #expect(try identity(request) == nil)
    }
}
