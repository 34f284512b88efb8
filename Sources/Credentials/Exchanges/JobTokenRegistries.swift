internal import CIEnv
internal import Registry

/// GitLab's registries take no OIDC token: a job logs in with its own job token.
struct GitLabExchange: KeyedExchange {
    static let title = "GitLab"
    static let ownKeys: [IdentityRequest.Key] = []
    static let vendors = ["gitlab"]

    let audience: String? = nil
    let username: String? = nil

    static func isHome(_ host: RegistryHost, _ context: CloudContext) -> Bool {
        if isVendors(host, context) { return true }
        return context.variable("CI_REGISTRY").flatMap { try? RegistryHost(serverAddress: $0) } == host
    }

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        throw RegistryError(
            .badName, "\(request.source): GitLab's registry \(request.registry) takes no OIDC token",
            hint:
                "a GitLab job needs none: berth ci-env logs in with its job token (CI_JOB_TOKEN). In other jobs, log in"
                + " with a deploy token: --login HOST=USERVAR,PASSWORDVAR")
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        throw RegistryError(.unsupported, "GitLab's registry takes no OIDC token")
    }
}

/// GitHub's registries take no OIDC token: a job logs in with its `GITHUB_TOKEN`.
struct GitHubExchange: KeyedExchange {
    static let title = "GitHub"
    static let ownKeys: [IdentityRequest.Key] = []
    static let vendors = ["github"]

    let audience: String? = nil
    let username: String? = nil

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        throw RegistryError(
            .badName, "\(request.source): GitHub's registry \(request.registry) takes no OIDC token",
            hint: "a GitHub job needs none: berth ci-env logs in with GITHUB_TOKEN (permissions: packages: write). In"
                + " other jobs, log in with a token of somebody's: --login HOST=USERVAR,PASSWORDVAR")
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        throw RegistryError(.unsupported, "GitHub's registry takes no OIDC token")
    }
}
