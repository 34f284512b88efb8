internal import CIEnv
internal import Testing

/// Where each CI system's jobs have their OIDC tokens.
@Suite("A job's OIDC token")
struct IDTokenSourceTests {
    /// A job, what it asks for, and where the token is.
    struct Job: CustomTestStringConvertible {
        let system: String
        let variables: [String: String]
        var keys: [IdentityRequest.Key: String] = [:]
        var audience: String?
        /// The variable by which the cloud that exchanges the token tells its pods of it.
        var pod: String?
        let source: IDTokenSource

        var testDescription: String { "\(system) \(variables.keys.sorted()) \(audience ?? "-")" }
    }

    static let sts = "sts.amazonaws.com"
    static let gitHub = ["ACTIONS_ID_TOKEN_REQUEST_URL": "https://x/?a=b", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"]
    static let pods = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/aws", "AZURE_FEDERATED_TOKEN_FILE": "/azure"]

    static let jobs: [Job] = [
        Job(system: "github", variables: gitHub, source: .gitHubService),
        Job(system: "gitea", variables: gitHub, source: .gitHubService),
        Job(system: "forgejo", variables: gitHub, source: .gitHubService),
        Job(
            system: "gitlab", variables: ["STS_AMAZONAWS_COM_ID_TOKEN": "t", "ID_TOKEN": "t"], audience: sts,
            source: .variable("STS_AMAZONAWS_COM_ID_TOKEN")),
        Job(
            system: "gitlab", variables: ["HTTPS___A_B_1_ID_TOKEN": "t"], audience: "https://a.b/1",
            source: .variable("HTTPS___A_B_1_ID_TOKEN")),
        Job(system: "gitlab", variables: ["_0X__ID_TOKEN": "t"], audience: "00xé", source: .variable("_0X__ID_TOKEN")),
        Job(
            system: "gitlab", variables: ["GITLAB_OIDC_TOKEN": "t", "ID_TOKEN": "t"], audience: sts,
            source: .variable("GITLAB_OIDC_TOKEN")),
        Job(system: "gitlab", variables: ["ID_TOKEN": "t"], source: .variable("ID_TOKEN")),
        Job(
            system: "circleci", variables: ["CIRCLE_OIDC_TOKEN": "t", "CIRCLE_OIDC_TOKEN_V2": "t"],
            source: .variable("CIRCLE_OIDC_TOKEN_V2")),
        Job(system: "circleci", variables: ["CIRCLE_OIDC_TOKEN": "t"], source: .variable("CIRCLE_OIDC_TOKEN")),
        Job(
            system: "circleci", variables: ["CIRCLE_OIDC_TOKEN": "t"], audience: #"a"b"#,
            source: .program("circleci", ["run", "oidc", "get", "--claims", #"{"aud":"a\"b"}"#])),
        Job(
            system: "buildkite", variables: ["BUILDKITE_AGENT_ACCESS_TOKEN": "t"], audience: sts,
            source: .program("buildkite-agent", ["oidc", "request-token", "--audience", sts])),
        Job(
            system: "buildkite", variables: ["BUILDKITE_AGENT_ACCESS_TOKEN": "t"],
            source: .program("buildkite-agent", ["oidc", "request-token"])),
        Job(
            system: "bitbucket", variables: ["BITBUCKET_STEP_OIDC_TOKEN": "t"], audience: sts,
            source: .variable("BITBUCKET_STEP_OIDC_TOKEN")),
        Job(
            system: "azure-pipelines", variables: ["SYSTEM_OIDCREQUESTURI": "u", "SYSTEM_ACCESSTOKEN": "t"],
            source: .azurePipelinesService),
        Job(system: "cirrus", variables: ["CIRRUS_OIDC_TOKEN": "t"], source: .variable("CIRRUS_OIDC_TOKEN")),
        Job(system: "semaphore", variables: ["SEMAPHORE_OIDC_TOKEN": "t"], source: .variable("SEMAPHORE_OIDC_TOKEN")),
        Job(system: "codefresh", variables: ["ID_TOKEN": "t"], source: .variable("ID_TOKEN")),
        Job(system: "cloudbuild", variables: [:], audience: sts, source: .googleMetadata),
        Job(
            system: "tekton", variables: pods, pod: "AWS_WEB_IDENTITY_TOKEN_FILE",
            source: .fileNamed(by: "AWS_WEB_IDENTITY_TOKEN_FILE")),
        Job(
            system: "drone", variables: pods, pod: "AZURE_FEDERATED_TOKEN_FILE",
            source: .fileNamed(by: "AZURE_FEDERATED_TOKEN_FILE")),
        Job(
            system: "github", variables: gitHub.merging(pods) { $1 }, pod: "AWS_WEB_IDENTITY_TOKEN_FILE",
            source: .gitHubService),
        Job(
            system: "drone", variables: ["BERTH_ID_TOKEN": "t", "BERTH_ID_TOKEN_FILE": "/f"],
            source: .variable("BERTH_ID_TOKEN")),
        Job(
            system: "github", variables: gitHub.merging(["BERTH_ID_TOKEN_FILE": "/f"]) { $1 },
            source: .fileNamed(by: "BERTH_ID_TOKEN_FILE")),
        Job(
            system: "github", variables: gitHub.merging(["BERTH_ID_TOKEN": "t", "X": "t"]) { $1 },
            keys: [.tokenVariable: "X"], source: .variable("X")),
        Job(
            system: "gitlab", variables: ["BERTH_ID_TOKEN": "t"], keys: [.tokenFile: "/run/t"], source: .file("/run/t")),
    ]

    @Test("is where its CI system has it", arguments: jobs)
    func source(job: Job) throws {
        let system = try #require(CISystem.named(job.system))
        let request = IdentityRequest(registry: "r.example", job.keys, from: "--oidc")
        #expect(
            try system.idTokenSource(
                for: request, audience: job.audience, in: Environment(job.variables), orPodBy: job.pod) == job.source)
    }

    /// Sources with tokens for others, and which one is taken.
    static let passedOver: [(others: [IDTokenSource], source: IDTokenSource)] = [
        ([], .variable("BERTH_ID_TOKEN")),
        ([.variable("BERTH_ID_TOKEN")], .fileNamed(by: "BERTH_ID_TOKEN_FILE")),
        ([.variable("BERTH_ID_TOKEN"), .fileNamed(by: "BERTH_ID_TOKEN_FILE")], .gitHubService),
        (
            [.variable("BERTH_ID_TOKEN"), .fileNamed(by: "BERTH_ID_TOKEN_FILE"), .gitHubService],
            .variable("BERTH_ID_TOKEN")
        ),
    ]

    @Test("is not one for others while there is another one", arguments: passedOver)
    func forOthers(case example: (others: [IDTokenSource], source: IDTokenSource)) throws {
        let system = try #require(CISystem.named("github"))
        let variables = Self.gitHub.merging(["BERTH_ID_TOKEN": "t", "BERTH_ID_TOKEN_FILE": "/f"]) { $1 }
        let source = try system.idTokenSource(
            for: IdentityRequest(registry: "r.example", from: "--oidc"), audience: "a", in: Environment(variables),
            passingOver: example.others.contains)
        #expect(source == example.source)
    }

    @Test("is that of the system that the request names")
    func otherSystem() throws {
        var request = IdentityRequest(registry: "r.example", from: "--oidc")
        request.system = "github"
        let system = try #require(CISystem.named("generic"))
        #expect(
            try system.idTokenSource(for: request, audience: nil, in: Environment(Self.gitHub)) == .gitHubService)
    }

    /// A job without a token, and what its owner is told.
    struct Without: CustomTestStringConvertible {
        let system: String
        var variables: [String: String] = [:]
        var keys: [IdentityRequest.Key: String] = [:]
        var audience: String?
        var pod: String?
        let why: String
        let hint: String

        var testDescription: String { "\(system) \(why)" }
    }

    static let without: [Without] = [
        Without(
            system: "github", why: "ACTIONS_ID_TOKEN_REQUEST_URL is not set",
            hint: "let the job have it: permissions: {id-token: write}"),
        Without(
            system: "github", variables: pods, pod: "AWS_WEB_IDENTITY_TOKEN_FILE",
            why: "ACTIONS_ID_TOKEN_REQUEST_URL is not set",
            hint: "let the job have it: permissions: {id-token: write}"),
        Without(
            system: "gitlab", variables: pods, pod: "AZURE_FEDERATED_TOKEN_FILE", why: "GITLAB_OIDC_TOKEN is not set",
            hint: #"let the job have it: id_tokens: {ID_TOKEN: {aud: "whom the token is for"}}"#),
        Without(
            system: "github", variables: gitHub.merging(["BERTH_ID_TOKEN_FILE": "hunter2/f"]) { $1 },
            why: "BERTH_ID_TOKEN_FILE holds no path that begins with /",
            hint: "it is read in other directories, too, whenever a client asks"),
        Without(
            system: "github", variables: ["ACTIONS_ID_TOKEN_REQUEST_URL": "u"],
            why: "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set",
            hint: "let the job have it: permissions: {id-token: write}"),
        Without(
            system: "gitlab", audience: sts, why: "STS_AMAZONAWS_COM_ID_TOKEN is not set",
            hint: #"let the job have it: id_tokens: {STS_AMAZONAWS_COM_ID_TOKEN: {aud: "sts.amazonaws.com"}}"#),
        Without(
            system: "circleci", audience: sts, why: "CIRCLE_OIDC_TOKEN_V2 is not set",
            hint: "a pull request from a fork has one only where its builds are passed secrets"),
        Without(
            system: "bitbucket", why: "BITBUCKET_STEP_OIDC_TOKEN is not set", hint: "let the step have it: oidc: true"),
        Without(
            system: "azure-pipelines", variables: ["SYSTEM_OIDCREQUESTURI": "u"], why: "SYSTEM_ACCESSTOKEN is not set",
            hint: "let the step have the job's token: env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}"),
        Without(
            system: "drone", variables: pods, why: "Drone gives its jobs none that is known",
            hint: "token-file: or token-var: name a file or a variable that holds one"),
        Without(
            system: "bitbucket", audience: sts, why: "BITBUCKET_STEP_OIDC_TOKEN is not set",
            hint: #"let the step have it: oidc: {audiences: ["sts.amazonaws.com"]}"#),
        Without(
            system: "jenkins", why: "Jenkins gives its jobs none that is known",
            hint: "hand the job a token: BERTH_ID_TOKEN, a variable, or BERTH_ID_TOKEN_FILE, the path of a file"),
        Without(
            system: "github", variables: gitHub, keys: [.tokenVariable: "MY_TOKEN"], why: "MY_TOKEN is not set",
            hint: "is it kept from this job?"),
        Without(
            system: "github", variables: gitHub, keys: [.tokenVariable: "hunter2"],
            why: "the variable that token-var names is not set", hint: "is it kept from this job?"),
    ]

    @Test("that is not there is missed by name, with what to do", arguments: without)
    func missing(job: Without) throws {
        let system = try #require(CISystem.named(job.system))
        let request = IdentityRequest(registry: "r.example", job.keys, from: "--oidc")
        #expect(
            throws: CIEnvError(.badConfiguration, "no OIDC token for r.example: \(job.why)", hint: job.hint)
        ) {
            try system.idTokenSource(
                for: request, audience: job.audience, in: Environment(job.variables), orPodBy: job.pod)
        }
    }

    @Test("that a variable counts as absent where it is empty")
    func empty() throws {
        let system = try #require(CISystem.named("bitbucket"))
        let request = IdentityRequest(registry: "r.example", from: "--oidc")
        #expect(throws: CIEnvError.self) {
            try system.idTokenSource(
                for: request, audience: nil, in: Environment(["BITBUCKET_STEP_OIDC_TOKEN": "", "BERTH_ID_TOKEN": ""]))
        }
    }

    @Test(
        "has a source that people know, and that names no secret",
        arguments: [
            (.variable("ID_TOKEN"), "ID_TOKEN"), (.variable("hunter2"), "the variable of token-var"),
            (.fileNamed(by: "X_FILE"), "the file of X_FILE"), (.file("/run/t"), "/run/t"),
            (.gitHubService, "ACTIONS_ID_TOKEN_REQUEST_URL"), (.azurePipelinesService, "SYSTEM_OIDCREQUESTURI"),
            (.program("circleci", ["run", "oidc", "get", "--claims", "{}"]), "circleci run oidc get"),
            (.googleMetadata, "Google's metadata server"),
        ] as [(IDTokenSource, String)])
    func description(source: IDTokenSource, text: String) {
        #expect("\(source)" == text)
    }

    @Test("can be asked for again, unless it is in a variable")
    func renewal() {
        #expect(!IDTokenSource.variable("ID_TOKEN").isRenewable)
        for source in [IDTokenSource.gitHubService, .file("/t"), .program("p", []), .googleMetadata] {
            #expect(source.isRenewable)
        }
    }
}
