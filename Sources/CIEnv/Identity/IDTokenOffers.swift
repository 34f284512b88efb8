internal import JSON

/// A source of OIDC tokens, and by what a job is known to have it.
struct IDTokenOffer: Equatable, Sendable {
    let source: IDTokenSource
    /// The variables that are all there where the source is.
    let signs: [String]

    init(_ source: IDTokenSource, where signs: String...) {
        self.source = source
        self.signs = signs
    }

    /// A token in a variable.
    static func variable(_ name: String) -> IDTokenOffer { IDTokenOffer(.variable(name), where: name) }

    /// A token in a file whose path is in a variable.
    static func file(_ name: String) -> IDTokenOffer { IDTokenOffer(.fileNamed(by: name), where: name) }
}

/// What OIDC tokens a CI system gives its jobs.
struct IDTokenOffers: Sendable {
    /// Where a token is, in the order in which it is looked for, if it is to be for that audience.
    let offers: @Sendable (_ audience: String?) -> [IDTokenOffer]
    /// What a person does for a job that has none.
    let advice: @Sendable (_ audience: String?) -> String

    init(
        advice: @escaping @Sendable (_ audience: String?) -> String,
        _ offers: @escaping @Sendable (_ audience: String?) -> [IDTokenOffer]
    ) {
        self.offers = offers
        self.advice = advice
    }

    /// One that is for whomever the system, or the job's description, has it for.
    private init(_ variable: String, advice: String) {
        self.init(advice: { _ in advice }, { _ in [.variable(variable)] })
    }

    /// A JSON value without the newline at its end.
    private static func line(_ value: JSONValue) -> String { String(value.text(indented: false).dropLast()) }

    /// Nothing that is known.
    static let none = IDTokenOffers(
        advice: { _ in "token-file: or token-var: name a file or a variable that holds one" }, { _ in [] })

    /// See <https://docs.github.com/en/actions/reference/security/oidc>.
    ///
    /// Gitea and Forgejo have taken over the variables, not all of their versions.
    static let gitHub = IDTokenOffers(advice: { _ in "let the job have it: permissions: {id-token: write}" }) { _ in
        [IDTokenOffer(.gitHubService, where: IDTokenVariables.gitHubURL, IDTokenVariables.gitHubToken)]
    }

    /// See <https://docs.gitlab.com/ci/secrets/id_token_authentication/>.
    static let gitLab = IDTokenOffers(
        advice: { audience in
            let name = audience.map(GitLab.idTokenVariable) ?? "ID_TOKEN"
            let aud = line(.string(audience ?? "whom the token is for"))
            return "let the job have it: id_tokens: {\(name): {aud: \(aud)}}"
        },
        { audience in
            let convention = audience.map(GitLab.idTokenVariable).map { [IDTokenOffer.variable($0)] } ?? []
            return convention + [.variable("GITLAB_OIDC_TOKEN"), .variable("ID_TOKEN")]
        })

    /// See <https://circleci.com/docs/openid-connect-tokens/>.
    ///
    /// The variables' tokens are for the organisation; the program gets one for anybody, where the job has these.
    static let circleCI = IDTokenOffers(
        advice: { _ in "a pull request from a fork has one only where its builds are passed secrets" },
        { audience in
            let variables = ["CIRCLE_OIDC_TOKEN_V2", "CIRCLE_OIDC_TOKEN"]
            guard let audience else { return variables.map { .variable($0) } }
            let claims: JSONValue = ["aud": .string(audience)]
            let program = IDTokenSource.program("circleci", ["run", "oidc", "get", "--claims", line(claims)])
            return variables.map { IDTokenOffer(program, where: $0) }
        })

    /// See <https://buildkite.com/docs/agent/cli/reference/oidc>.
    static let buildkite = IDTokenOffers(
        advice: { _ in "hand BUILDKITE_AGENT_ACCESS_TOKEN and buildkite-agent on into the step's container" },
        { audience in
            let arguments = ["oidc", "request-token"] + (audience.map { ["--audience", $0] } ?? [])
            return [IDTokenOffer(.program("buildkite-agent", arguments), where: "BUILDKITE_AGENT_ACCESS_TOKEN")]
        })

    /// See <https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/>.
    static let bitbucket = IDTokenOffers(
        advice: { audience in
            let oidc = audience.map { "{audiences: [\(line(.string($0)))]}" } ?? "true"
            return "let the step have it: oidc: \(oidc)"
        },
        { _ in [.variable("BITBUCKET_STEP_OIDC_TOKEN")] })

    /// See <https://learn.microsoft.com/en-us/rest/api/azure/devops/distributedtask/oidctoken/create>.
    static let azurePipelines = IDTokenOffers(
        advice: { _ in "let the step have the job's token: env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}" },
        { _ in
            [IDTokenOffer(.azurePipelinesService, where: IDTokenVariables.azureURL, IDTokenVariables.azureToken)]
        })

    /// See <https://cirrus-ci.org/guide/writing-tasks/>.
    static let cirrus = IDTokenOffers(
        "CIRRUS_OIDC_TOKEN", advice: "let the task have it: env: {CIRRUS_OIDC_TOKEN_AUDIENCE: whom it is for}")

    /// See <https://docs.semaphore.io/using-semaphore/openid>.
    static let semaphore = IDTokenOffers("SEMAPHORE_OIDC_TOKEN", advice: "is OIDC switched on for the organization?")

    /// See <https://codefresh.io/docs/docs/integrations/oidc-pipelines/>.
    static let codefresh = IDTokenOffers(
        "ID_TOKEN", advice: "have a step of the type obtain-oidc-id-token before this one")

    /// See <https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity>.
    static let googleMachine = IDTokenOffers(
        advice: { _ in "give the build a service account" }, { _ in [IDTokenOffer(.googleMetadata)] })

    /// Tekton's tasks and Jenkins's builds are handed theirs under whatever name.
    static let handed = IDTokenOffers(
        advice: { _ in "hand the job a token: BERTH_ID_TOKEN, a variable, or BERTH_ID_TOKEN_FILE, the path of a file" },
        { _ in [] })
}

extension CISystem {
    /// Where a job has the OIDC token for `request`.
    ///
    /// What the request names counts alone. Otherwise the first that is there of: `BERTH_ID_TOKEN` and
    /// `BERTH_ID_TOKEN_FILE`; what the system has. The file that a cloud's cluster gives its pods, for that cloud's
    /// registries, counts where the system has nothing of its own: a job that its system gives no token, such as a
    /// fork's, is not to speak for the machine that it runs on.
    ///
    /// - Parameters:
    ///   - request: What was asked for; it may name another system than this.
    ///   - audience: Whom the token is to be for, where that is known.
    ///   - environment: The job's variables.
    ///   - podVariable: The variable by which the cloud that exchanges the token tells its own pods of their file.
    ///   - isForOthers: Whether what a variable or a file holds is a token for others. Such a source is passed over
    ///     where there is another one.
    /// - Returns: The source; whether it gives a token is not known before it is asked.
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where there is none, with the first variable missed.
    public func idTokenSource(
        for request: IdentityRequest, audience: String?, in environment: Environment,
        orPodBy podVariable: String? = nil,
        passingOver isForOthers: (IDTokenSource) -> Bool = { _ in false }
    ) throws(CIEnvError) -> IDTokenSource {
        let system = request.system.flatMap(Self.named) ?? self
        return try system.ownTokenSource(
            for: request, audience: audience, in: environment, orPodBy: podVariable, passingOver: isForOthers)
    }

    private func ownTokenSource(
        for request: IdentityRequest, audience: String?, in environment: Environment, orPodBy podVariable: String?,
        passingOver isForOthers: (IDTokenSource) -> Bool
    ) throws(CIEnvError) -> IDTokenSource {
        if let path = request[.tokenFile] { return .file(path) }
        if let variable = request[.tokenVariable] {
            guard environment[variable] == nil else { return .variable(variable) }
            let name = Export.isTelling(variable) ? variable : "the variable that token-var names"
            throw Self.missing(request, "\(name) is not set", hint: "is it kept from this job?")
        }
        let own = idTokens.offers(audience)
        let offers =
            [.variable("BERTH_ID_TOKEN"), .file("BERTH_ID_TOKEN_FILE")]
            + (own.isEmpty ? [podVariable].compactMap(\.self).map { .file($0) } : own)
        let sources = offers.filter { $0.signs.allSatisfy { environment[$0] != nil } }.map(\.source)
        if let source = sources.first(where: { !isForOthers($0) }) ?? sources.first {
            guard case .fileNamed(let name) = source, environment[name]?.hasPrefix("/") == false else { return source }
            throw Self.missing(
                request, "\(name) holds no path that begins with /",
                hint: "it is read in other directories, too, whenever a client asks")
        }
        let signs = own.first?.signs ?? []
        guard let sign = signs.first(where: { environment[$0] == nil }) else {
            throw Self.missing(request, "\(title) gives its jobs none that is known", hint: idTokens.advice(audience))
        }
        throw Self.missing(request, "\(sign) is not set", hint: idTokens.advice(audience))
    }

    private static func missing(_ request: IdentityRequest, _ why: String, hint: String) -> CIEnvError {
        CIEnvError(.badConfiguration, "no OIDC token for \(request.registry): \(why)", hint: hint)
    }
}
