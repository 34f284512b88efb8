extension ReproducedJob {
    private static let gitHubCommon = [
        "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "grace", "GITHUB_TRIGGERING_ACTOR": "grace",
        "GITHUB_JOB": "reproduce", "GITHUB_WORKFLOW": "reproduce", "GITHUB_RUN_ID": "1", "GITHUB_RUN_NUMBER": "1",
        "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SHA": commit, "GITHUB_WORKSPACE": "/src/app", "RUNNER_OS": "Linux",
        "RUNNER_ARCH": runnerArchitecture, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/feature/login",
        "GITHUB_REF_NAME": "feature/login", "GITHUB_REF_TYPE": "branch", "GITHUB_HEAD_REF": "", "GITHUB_BASE_REF": "",
        "GITHUB_REPOSITORY": "Acme/App", "GITHUB_REPOSITORY_OWNER": "Acme",
    ]

    private static let tagged: [String: String?] = [
        "GITHUB_REF": "refs/tags/v1.2.0", "GITHUB_REF_NAME": "v1.2.0", "GITHUB_REF_TYPE": "tag",
    ]

    private static let noReference: [String: String?] = [
        "GITHUB_REF": nil, "GITHUB_REF_NAME": nil, "GITHUB_REF_TYPE": nil,
    ]

    private static let noServer: [String: String?] = [
        "GITHUB_REPOSITORY": nil, "GITHUB_REPOSITORY_OWNER": nil, "GITHUB_SERVER_URL": nil, "GITHUB_API_URL": nil,
        "GITHUB_GRAPHQL_URL": nil,
    ]

    private static let hostileReference: [String: String?] = [
        "GITHUB_REF": "refs/heads/\(hostileBranch)", "GITHUB_REF_NAME": hostileBranch,
    ]

    private static let gitHubOnly = [
        "GITHUB_ACTION": "__run", "GITHUB_WORKFLOW_SHA": commit, "RUNNER_ENVIRONMENT": "self-hosted",
    ]

    private static let gitHubPullRequest: [String: String?] = [
        "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/12/merge", "GITHUB_REF_NAME": "12/merge",
        "GITHUB_HEAD_REF": "feature/login", "GITHUB_BASE_REF": "main",
    ]

    private static let giteaPullRequest: [String: String?] = [
        "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/12/head", "GITHUB_REF_NAME": "12",
        "GITHUB_REF_TYPE": "", "GITHUB_HEAD_REF": "feature/login", "GITHUB_BASE_REF": "main",
    ]

    /// GitHub's variables by Forgejo's names besides.
    private static func forgejo<Value>(_ variables: [String: Value]) -> [String: Value] {
        var all = variables
        for (name, value) in variables where name.hasPrefix("GITHUB_") && name != "GITHUB_ACTIONS" {
            all["FORGEJO_\(name.dropFirst("GITHUB_".count))"] = value
        }
        return all
    }

    private static func server(_ address: String, _ interface: String, _ graphQL: String) -> [String: String] {
        ["GITHUB_SERVER_URL": address, "GITHUB_API_URL": interface, "GITHUB_GRAPHQL_URL": graphQL]
    }

    static let gitHub = [
        ReproducedJob(
            system: "github", remote: "https://x-access-token:hunter2@github.com/Acme/App",
            branch: gitHubCommon + gitHubOnly
                + server("https://github.com", "https://api.github.com", "https://api.github.com/graphql"),
            tag: tagged, change: gitHubPullRequest, detached: noReference, noRemote: noServer,
            hostile: hostileReference),
        ReproducedJob(
            system: "github", remote: "git@github.example.com:Acme/App.git",
            branch: gitHubCommon + gitHubOnly
                + server(
                    "https://github.example.com", "https://github.example.com/api/v3",
                    "https://github.example.com/api/graphql"),
            tag: tagged, change: gitHubPullRequest, detached: noReference, noRemote: noServer,
            hostile: hostileReference),
        ReproducedJob(
            system: "github", remote: "git@acme.ghe.com:Acme/App.git",
            branch: gitHubCommon + gitHubOnly
                + server("https://acme.ghe.com", "https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
            tag: tagged, change: gitHubPullRequest, detached: noReference, noRemote: noServer,
            hostile: hostileReference),
        ReproducedJob(
            system: "gitea", remote: "https://git.example.com:3000/Acme/App.git",
            branch: gitHubCommon + ["GITEA_ACTIONS": "true"]
                + server("https://git.example.com:3000/", "https://git.example.com:3000/api/v1", ""),
            tag: tagged, change: giteaPullRequest, detached: noReference, noRemote: noServer,
            hostile: hostileReference),
        ReproducedJob(
            system: "forgejo", remote: "ssh://git@codeberg.org/Acme/App.git",
            branch: forgejo(gitHubCommon + server("https://codeberg.org", "https://codeberg.org/api/v1", ""))
                + ["GITEA_ACTIONS": "true", "FORGEJO_ACTIONS": "true"],
            tag: forgejo(tagged), change: forgejo(giteaPullRequest), detached: forgejo(noReference),
            noRemote: forgejo(noServer), hostile: forgejo(hostileReference)),
    ]
}

extension [String: String] {
    /// Both, of which no variable is in the other.
    static func + (left: Self, right: Self) -> Self { left.merging(right) { $1 } }
}
