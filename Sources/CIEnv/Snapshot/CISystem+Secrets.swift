extension CISystem {
    /// The variables in which a CI system gives its jobs a secret, or berth is given one.
    ///
    /// `environment` has the job's variables.
    func secrets(in environment: Environment) -> Set<String> {
        Self.secrets.union(ownSecrets(environment)).union(asked(environment))
    }

    /// Whether `name` is a variable that a CI system gives its jobs, and that is no secret although it is called like one.
    static func isPublic(_ name: String) -> Bool { publicNames.contains(name) }

    /// What the row says: passwords of registries, and OIDC tokens.
    private func ownSecrets(_ environment: Environment) -> Set<String> {
        let passwords = ownLogins(environment).flatMap(\.credentials).map(\.password)
        let tokens = idTokens.offers(nil).compactMap { offer in
            if case .variable(let name) = offer.source { name } else { nil }
        }
        return Set(passwords + tokens)
    }

    /// What the job's own settings of berth name.
    private func asked(_ environment: Environment) -> Set<String> {
        let logins = (try? LoginRequest.list(environment["BERTH_LOGIN"] ?? "")) ?? []
        let tokens = (try? IdentityRequest.list(environment[IdentityRequest.variable] ?? "")) ?? []
        return Set(logins.map(\.passwordVariable) + tokens.compactMap { $0[.tokenVariable] })
    }

    /// Those that the rows of the table have no use for, and those of the services that they name.
    private static let secrets: Set<String> = [
        "BERTH_REGISTRY_PASSWORD", "BERTH_ID_TOKEN",
        "CI_JOB_TOKEN", "CI_JOB_JWT", "CI_JOB_JWT_V1", "CI_JOB_JWT_V2", "CI_BUILD_TOKEN", "CI_REGISTRY_PASSWORD",
        "CI_DEPENDENCY_PROXY_PASSWORD", "CI_DEPLOY_PASSWORD", "CI_NETRC_PASSWORD",
        "GITHUB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "ACTIONS_RUNTIME_TOKEN", IDTokenVariables.gitHubToken,
        IDTokenVariables.azureToken, "BUILDKITE_AGENT_ACCESS_TOKEN", "BUILDKITE_AGENT_JOB_API_TOKEN",
        "CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2", "DRONE_NETRC_PASSWORD", "BITBUCKET_STEP_OIDC_TOKEN",
        "SEMAPHORE_OIDC_TOKEN", "SEMAPHORE_ARTIFACT_TOKEN", "CIRRUS_OIDC_TOKEN", "CIRRUS_CLIENT_TOKEN", "CF_API_KEY",
        "TEAMCITY_AUTH_PASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "DOCKER_AUTH_CONFIG",
    ]

    private static let publicNames: Set<String> = [
        // It stands in every path of a job, and is there to be seen.
        "CI_RUNNER_SHORT_TOKEN",
        "BITBUCKET_PROJECT_KEY", "BUILDKITE_STEP_KEY", "BUILDKITE_GROUP_KEY",
    ]

    /// Variables whose values may stand anywhere, also where one is called like a secret: a password is rarely a
    /// branch's name.
    static let publicFacts = [
        "CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_COMMIT_SHA",
        "CI_DEFAULT_BRANCH", "CI_PROJECT_NAME", "CI_PROJECT_PATH", "CI_PROJECT_NAMESPACE", "CI_PROJECT_URL",
        "CI_JOB_NAME", "CI_JOB_STAGE", "GITHUB_REPOSITORY", "GITHUB_REPOSITORY_OWNER", "GITHUB_REF_NAME", "GITHUB_SHA",
        "GITHUB_JOB", "BRANCH_NAME", "JOB_NAME", "DRONE_BRANCH", "DRONE_REPO", "CIRCLE_BRANCH",
        "CIRCLE_PROJECT_REPONAME", "BUILDKITE_BRANCH", "BITBUCKET_BRANCH", "BITBUCKET_REPO_SLUG", "TRAVIS_BRANCH",
    ]
}
