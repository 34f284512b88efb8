internal import CIEnv
internal import Credentials
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("What an OIDC credential is asked for with")
struct ExchangeTableTests {
    /// What cannot be, and what is said of it.
    struct Mistake: CustomTestStringConvertible, Sendable {
        let request: IdentityRequest
        var variables: [String: String] = [:]
        let words: [String]

        var testDescription: String { words.joined(separator: ", ") }

        init(_ request: IdentityRequest, _ variables: [String: String] = [:], _ words: String...) {
            self.request = request
            self.variables = variables
            self.words = words
        }
    }

    private static let ecr = ExchangeCase.ecrHost
    private static let role = ExchangeCase.role

    static let mistakes = [
        Mistake(.oidc("r.example.com"), [:], "r.example.com", "token-url"),
        Mistake(.oidc("r.example.com", [.audience: "a", .tokenVariable: "T"]), [:], "token-url"),
        // What is missing.
        Mistake(.oidc(ecr), [:], "the key role is missing, and AWS_ROLE_ARN not set", "role:arn:aws:iam::"),
        Mistake(.oidc("r.example.com", [.role: role]), [:], "region:eu-central-1", "AWS_REGION"),
        Mistake(.oidc("r.example.com", [.region: "eu-west-1"]), [:], "role is missing"),
        Mistake(.oidc("a.azurecr.io"), [:], "tenant is missing", "AZURE_TENANT_ID"),
        Mistake(.oidc("a.azurecr.io", [.tenant: "t"]), [:], "client is missing", "AZURE_CLIENT_ID"),
        Mistake(.oidc("gcr.io"), [:], "provider is missing", "provider:projects/"),
        Mistake(.oidc("gcr.io", [.serviceAccount: "a@p.iam.gserviceaccount.com"]), [:], "provider is missing"),
        Mistake(.oidc("docker.io"), [:], "connection is missing", "DOCKERHUB_OIDC_CONNECTIONID"),
        Mistake(.oidc("docker.io", [.connection: "c"]), [:], "user is missing", "BERTH_REPO_DOCKER_HUB_USERNAME"),
        Mistake(.oidc("quay.io"), [:], "robot is missing", "robot:NAMESPACE+ROBOT"),
        Mistake(.oidc("a.jfrog.io"), [:], "provider-name is missing", "provider-name:NAME"),
        // What is of another form.
        Mistake(.oidc(ecr, [.role: "ci"]), [:], "\"ci\" is not the name of an AWS role"),
        Mistake(.oidc(ecr, [.role: role, .region: "eu-west-1"]), [:], "eu-central-1", "eu-west-1"),
        Mistake(.oidc("r.example.com", [.role: role, .region: "a.b"]), [:], "not the name of an AWS region"),
        Mistake(.oidc("gcr.io", [.provider: "projects/1"]), [:], "cannot be the key provider"),
        Mistake(.oidc("gcr.io", [.provider: "//evil.example/projects/1"]), [:], "cannot be the key provider"),
        Mistake(
            .oidc("gcr.io", [.provider: ExchangeCase.provider, .serviceAccount: "../x"]), [:],
            "cannot be the key service-account"),
        Mistake(.oidc("quay.io", [.robot: "ci"]), [:], "cannot be the key robot"),
        Mistake(.oidc("quay.io", [.robot: "a+b:c"]), [:], "cannot be the key robot"),
        Mistake(
            .oidc("docker.io", [.connection: "c", .user: "u"]), ["DOCKERHUB_OIDC_EXPIREIN": "7200"],
            "DOCKERHUB_OIDC_EXPIREIN", "from 300 to 3600"),
        Mistake(.oidc("r.example.com", [.tokenURL: "sts"]), [:], "token-url names no http(s) address"),
        Mistake(
            .oidc("r.example.com", [.tokenURL: "http://s.example/t"]), [:], "over plain HTTP",
            "BERTH_INSECURE_REGISTRY=1"),
        Mistake(.oidc("a b", [.robot: "a+b"]), [:], "is not a registry's host"),
        // What does not go together.
        Mistake(.oidc(ecr, [.role: role, .tenant: "t"]), [:], "role and tenant", "tenant one of Azure's"),
        Mistake(.oidc("quay.io", [.robot: "a+b", .scope: "s"]), [:], "robot and scope"),
        Mistake(.oidc("r.example.com", [.tokenURL: "https://s.example", .role: role]), [:], "role and token-url"),
        Mistake(.oidc(ecr, [.user: "u"]), ["AWS_ROLE_ARN": role], "user is not used at a registry of AWS's"),
        // Who takes no OIDC token.
        Mistake(.oidc("registry.gitlab.com"), [:], "takes no OIDC token", "CI_JOB_TOKEN"),
        Mistake(.oidc("reg.example.com"), ["CI_REGISTRY": "reg.example.com"], "takes no OIDC token", "CI_JOB_TOKEN"),
        Mistake(.oidc("ghcr.io"), [:], "takes no OIDC token", "GITHUB_TOKEN"),
    ]

    @Test("is refused before anybody is asked where it cannot be, with what is missing", arguments: mistakes)
    func mistake(_ mistake: Mistake) {
        let site = ExchangeSite(mistake.variables)
        let error = #expect(throws: RegistryError.self) { try site.exchange(mistake.request) }
        #expect(error?.kind == .badName)
        let whole = "\(error?.text ?? "") \(error?.hint ?? "")"
        for word in mistake.words { #expect(whole.contains(word), "\(whole)") }
        #expect(site.client.asked.isEmpty)
    }

    @Test(
        "may name the exchange by its keys, whatever the registry's host and the job say",
        arguments: [
            (.oidc("ghcr.io", [.tokenURL: "https://s.example"]), "oauth2accesstoken"),
            (.oidc(ecr, [.robot: "a+b"]), "a+b"), (.oidc("quay.io", [.role: role, .region: "eu-west-1"]), "AWS"),
            (.oidc("gcr.io", [.connection: "c", .user: "acme"]), "acme"),
            (.oidc("registry.gitlab.com", [.provider: ExchangeCase.provider]), "oauth2accesstoken"),
        ] as [(IdentityRequest, String)])
    func keysDecide(request: IdentityRequest, username: String) throws {
        let site = ExchangeSite(["BERTH_REPO_IMPLEMENTATION": "harbor", "CI_REGISTRY": "gcr.io"])
        #expect(try site.exchange(request).username == username)
    }

    @Test(
        "does not follow from what variables say of no registry by name: what a cloud gives is good for all of them",
        arguments: ["ecr", "ecr-public", "acr", "gcr", "dockerhub", "quay", "jfrog"])
    func variablesAlone(implementation: String) {
        let site = ExchangeSite([
            "BERTH_REPO_IMPLEMENTATION": implementation, "AWS_ROLE_ARN": Self.role, "AWS_REGION": "eu-west-1",
            "AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t", "DOCKERHUB_OIDC_CONNECTIONID": "c",
            "DOCKERHUB_USERNAME": "u",
        ])
        let error = #expect(throws: RegistryError.self) { try site.exchange(.oidc("r.example.com")) }
        #expect(error?.hint?.contains("token-url") == true)
    }

    @Test(
        "goes where the host's name says whose it is, whatever address a variable has",
        arguments: [
            (.oidc("quay.io", [.robot: "a+b"]), "GET https://quay.io/oauth2/federation/robot/token"),
            (
                .oidc("acme.jfrog.io", [.providerName: "p"]),
                "POST https://acme.jfrog.io/access/api/v1/oidc/token"
            ),
            (.oidc("demo.goharbor.io"), "GET https://demo.goharbor.io/api/v2.0/users/current"),
            (
                .oidc("q.example.com", [.robot: "a+b"]),
                "GET https://other.example/oauth2/federation/robot/token"
            ),
            (.oidc("127.0.0.1:1", [.robot: "a+b"]), "GET https://other.example/oauth2/federation/robot/token"),
        ] as [(IdentityRequest, String)])
    func address(request: IdentityRequest, asked: String) async throws {
        let other = "https://other.example"
        let site = ExchangeSite(
            ["BERTH_QUAY_URL": other, "BERTH_JFROG_URL": other, "BERTH_HARBOR_URL": other], [.status(401, [:], "")])
        await #expect(throws: RegistryError.self) { try await site.credential(request) }
        #expect(site.client.asked.map { $0.split(separator: " | ").first.map(String.init) } == [asked])
    }

    @Test("is what the job says of its Harbor only where the host's name does not tell whose it is")
    func harbor() throws {
        let site = ExchangeSite(["BERTH_REPO_IMPLEMENTATION": "harbor"])
        #expect(try site.exchange(.oidc("r.example.com")).audience == nil)
        #expect(try site.exchange(.oidc("quay.io", [.robot: "a+b"])).username == "a+b")
        #expect(throws: RegistryError.self) { try site.exchange(.oidc("gcr.io")) }
        #expect(throws: RegistryError.self) {
            try ExchangeSite(["BERTH_REPO_IMPLEMENTATION": "none"]).exchange(.oidc("r.example.com"))
        }
    }

    @Test("has a token of Azure's sent to a registry by another name where a key was said for it")
    func azureTrust() async throws {
        let site = ExchangeSite(
            ["AZURE_TENANT_ID": "t"],
            [.status(200, [:], #"{"access_token":"A"}"#), .status(200, [:], #"{"refresh_token":"R"}"#)])
        _ = try await site.credential(.oidc("r.example.com", [.client: "c"]))
        #expect(site.client.asked.last?.hasPrefix("POST https://r.example.com/oauth2/exchange") == true)
    }
}
