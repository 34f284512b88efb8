internal import CIEnv
internal import Credentials
internal import Testing

@Suite("A job's requests, before it begins")
struct RequestCheckTests {
    private static let gitHub = ["ACTIONS_ID_TOKEN_REQUEST_URL": "https://x/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"]
    private static let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    private static let role: [IdentityRequest.Key: String] = [.role: "arn:aws:iam::123456789012:role/ci"]

    private func check(
        _ requests: [IdentityRequest], system: String = "github", _ variables: [String: String] = gitHub,
        allowsPlainHTTP: Bool = false, isFork: Bool = false
    ) throws -> RequestCheck.Outcome {
        try RequestCheck(
            system: try #require(CISystem.named(system)), jobName: "berth-1", environment: Environment(variables),
            allowsPlainHTTP: allowsPlainHTTP
        ).check(requests, isFork: isFork)
    }

    @Test("are good where the job has a token for each, and the registry's own audience decides which")
    func good() throws {
        let requests = [IdentityRequest.oidc(Self.ecr, Self.role), .oidc("quay.io", [.robot: "team+ci"])]
        #expect(try check(requests).approved.map(\.tokens) == [.gitHubService, .gitHubService])
        let variables = ["STS_AMAZONAWS_COM_ID_TOKEN": "t", "ID_TOKEN": "t"]
        let outcome = try check(requests, system: "gitlab", variables)
        #expect(outcome.approved.map(\.request) == requests)
        #expect(outcome.approved.map(\.tokens) == [.variable("STS_AMAZONAWS_COM_ID_TOKEN"), .variable("ID_TOKEN")])
        #expect(outcome.notes == [])
    }

    @Test("are an error where the job should have a token and has none")
    func missing() {
        let error = #expect(throws: CIEnvError.self) { try check([.oidc(Self.ecr, Self.role)], [:]) }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text == "no OIDC token for \(Self.ecr): ACTIONS_ID_TOKEN_REQUEST_URL is not set")
    }

    @Test("that a fork's job has no token for are left out with a note, and the others are not")
    func fork() throws {
        let own = IdentityRequest.oidc("quay.io", [.robot: "team+ci", .tokenFile: "/run/token"])
        let outcome = try check([.oidc(Self.ecr, Self.role), own], [:], isFork: true)
        #expect(outcome.approved.map(\.request) == [own])
        #expect(outcome.refused.map(\.registry) == [Self.ecr])
        #expect(
            outcome.notes == [
                "no OIDC token for \(Self.ecr): ACTIONS_ID_TOKEN_REQUEST_URL is not set; the job is from a fork, which is"
                    + " given none"
            ])
    }

    @Test(
        "are refused by who made the mistake, in a fork's job too",
        arguments: [("--oidc", CIEnvError.Kind.usage), ("BERTH_OIDC", .badConfiguration)], [true, false])
    func mistake(source: (name: String, kind: CIEnvError.Kind), isFork: Bool) throws {
        let request = IdentityRequest(registry: "r.example", from: source.name)
        let error = try #require(throws: CIEnvError.self) { try check([request], isFork: isFork) }
        #expect(error.kind == source.kind)
        #expect(error.text.hasPrefix("\(source.name): it is not known how r.example exchanges OIDC tokens"))
    }

    @Test("may name a service without TLS only where the user trusts the network")
    func plainHTTP() throws {
        let request = IdentityRequest.oidc("r.example", [.tokenURL: "http://sts.example.com/token"])
        #expect(throws: CIEnvError.self) { try check([request]) }
        #expect(try check([request], allowsPlainHTTP: true).approved.count == 1)
    }
}
