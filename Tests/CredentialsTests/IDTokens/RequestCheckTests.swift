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
        allowsPlainHTTP: Bool = false, isFork: Bool = false, files: [String: [UInt8]] = [:]
    ) throws -> RequestCheck.Outcome {
        try RequestCheck(
            system: try #require(CISystem.named(system)), jobName: "berth-1", environment: Environment(variables),
            allowsPlainHTTP: allowsPlainHTTP, readFile: { files[$0] }
        ).check(requests, excuse: isFork ? "the job is from a fork" : nil)
    }

    private static func token(_ audience: String, end: Int = 4_000_000_000) -> String {
        JobToken.text(#"{"aud":"\#(audience)","exp":\#(end)}"#)
    }

    @Test("are good where the job has a token for each, and the registry's own audience decides which")
    func good() throws {
        let requests = [IdentityRequest.oidc(Self.ecr, Self.role), .oidc("quay.io", [.robot: "team+ci"])]
        #expect(try check(requests).approved.map(\.tokens) == [.gitHubService, .gitHubService])
        let variables = ["STS_AMAZONAWS_COM_ID_TOKEN": Self.token("sts.amazonaws.com"), "ID_TOKEN": Self.token("quay")]
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
                "no OIDC token for \(Self.ecr): ACTIONS_ID_TOKEN_REQUEST_URL is not set; the job is from a fork"
            ])
    }

    @Test(
        "are refused by who made the mistake, in a fork's job too",
        arguments: [("--oidc", CIEnvError.Kind.usage), ("BERTH_OIDC", .badConfiguration)], [true, false])
    func mistake(source: (name: String, kind: CIEnvError.Kind), isFork: Bool) throws {
        let request = IdentityRequest(registry: "r.example", from: source.name)
        let error = try #require(throws: CIEnvError.self) { try check([request], isFork: isFork) }
        #expect(error.kind == source.kind)
        #expect(error.text.hasPrefix("\(source.name): it is not known how "))
    }

    @Test("may name a service without TLS only where the user trusts the network")
    func plainHTTP() throws {
        let request = IdentityRequest.oidc("r.example", [.tokenURL: "http://sts.example.com/token"])
        #expect(throws: CIEnvError.self) { try check([request]) }
        #expect(try check([request], allowsPlainHTTP: true).approved.count == 1)
    }

    @Test("are each for the first token that is for the registry, and not for the first that there is")
    func audience() throws {
        let vault = Self.token("vault"), aws = Self.token("sts.amazonaws.com")
        let variables = ["GITLAB_OIDC_TOKEN": vault, "ID_TOKEN": aws]
        let outcome = try check([.oidc(Self.ecr, Self.role)], system: "gitlab", variables)
        #expect(outcome.approved.map(\.tokens) == [.variable("ID_TOKEN")])
        let file = try check(
            [.oidc(Self.ecr, Self.role)], Self.gitHub.merging(["BERTH_ID_TOKEN_FILE": "/f"]) { $1 },
            files: ["/f": Array(vault.utf8)])
        #expect(file.approved.map(\.tokens) == [.gitHubService])
    }

    /// Variables that hold what is no good, and what is said.
    static let useless: [(variables: [String: String], says: String)] = [
        (["BERTH_ID_TOKEN": "hunter2"], "what BERTH_ID_TOKEN gives is no JSON Web Token"),
        (["BERTH_ID_TOKEN": token("sts.amazonaws.com", end: 1)], "the OIDC token of BERTH_ID_TOKEN ended"),
        (["BERTH_ID_TOKEN": token("vault")], #"is for "vault" and not for "sts.amazonaws.com""#),
        (
            ["ACTIONS_ID_TOKEN_REQUEST_URL": "http://ci.example/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hunter2"],
            "ACTIONS_ID_TOKEN_REQUEST_URL names http://ci.example/, which would send tokens over plain HTTP"
        ),
    ]

    @Test("are an error at once where what there is for them can be no good", arguments: useless)
    func noGood(case example: (variables: [String: String], says: String)) throws {
        let error = try #require(throws: CIEnvError.self) { try check([.oidc(Self.ecr, Self.role)], example.variables) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text.contains(example.says) && !error.text.contains("hunter2"), "\(error.text)")
    }

    @Test("are tried where the token's file is not there yet, with a warning that shows no secret")
    func missingFile() throws {
        let file = IdentityRequest.oidc(Self.ecr, [.role: Self.role[.role] ?? "", .tokenFile: "/run/token"])
        #expect(
            try check([file]).warnings == ["\(Self.ecr): there is no /run/token yet, which is to hold its OIDC token"])
        #expect(try check([file], files: ["/run/token": []]).warnings == [])
        let named = try check([.oidc(Self.ecr, Self.role)], ["BERTH_ID_TOKEN_FILE": "/hunter2"])
        #expect(named.approved.map(\.tokens) == [.fileNamed(by: "BERTH_ID_TOKEN_FILE")])
        #expect(named.warnings.count == 1 && !named.warnings[0].contains("hunter2"))
    }

    @Test("whose settings in a variable are wrong are the variable's mistake, whoever asks")
    func variable() throws {
        let variables = Self.gitHub.merging(["BERTH_QUAY_URL": "http://quay.internal"]) { $1 }
        let quay = IdentityRequest.oidc("quay.example.com", [.robot: "team+ci"])
        let error = try #require(throws: CIEnvError.self) { try check([quay], variables) }
        #expect(error.kind == .badConfiguration && error.text.hasPrefix("BERTH_QUAY_URL names"), "\(error)")
    }

    @Test("in a variable are called by their number where they may be a secret in the wrong place")
    func secret() throws {
        let request = IdentityRequest(registry: "ghp_hunter2", from: "BERTH_OIDC")
        let error = try #require(throws: CIEnvError.self) {
            try check([.oidc("quay.io", [.robot: "team+ci"]), request])
        }
        #expect(!error.text.contains("hunter2") && error.hint?.contains("hunter2") == false)
        #expect(error.text.contains("number 2"))
    }
}
