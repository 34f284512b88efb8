/// What GitHub sets, and Gitea and Forgejo in its manner.
///
/// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
/// https://docs.gitea.com/usage/actions/comparison
/// https://forgejo.org/docs/latest/user/actions/reference/
///
/// The files that steps write to, `GITHUB_ENV` and the others, are not among them: whoever runs the job makes them.
extension GitHub {
    /// The variables with the paths of those files.
    static let files = [
        "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
    ]

    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            run(job), event(job, pullRequest: "merge"), job.remote.map(gitHubServer) ?? [:],
            [
                "GITHUB_ACTION": "__run", "GITHUB_REF_TYPE": type(job) ?? when(job.change != nil, "branch"),
                "GITHUB_REF_NAME": job.change.map { "\($0.number)/merge" } ?? job.referenceName,
                "GITHUB_WORKFLOW_SHA": job.commit, "RUNNER_ENVIRONMENT": "self-hosted",
            ],
        ]
    }

    static func giteaPredefined(_ job: LocalJob) -> [VariableGroup] {
        // Gitea's address ends with a slash, wherever it is.
        [
            ["GITEA_ACTIONS": "true"], run(job), event(job, pullRequest: "head"),
            job.remote.map { server($0, "\($0.server)/") } ?? [:], giteaReference(job),
        ]
    }

    static func forgejoPredefined(_ job: LocalJob) -> [VariableGroup] {
        let groups = [
            run(job), event(job, pullRequest: "head"), job.remote.map { server($0, $0.server) } ?? [:],
            giteaReference(job),
        ]
        // Its own names for GitHub's variables.
        var own = groups
        for place in own.indices {
            own[place].variables = own[place].variables.compactMap { variable in
                let prefix = "GITHUB_"
                guard variable.name.hasPrefix(prefix), variable.name != "GITHUB_ACTIONS" else { return nil }
                return JobVariable("FORGEJO_\(variable.name.dropFirst(prefix.count))", variable.value)
            }
        }
        return [["FORGEJO_ACTIONS": "true", "GITEA_ACTIONS": "true"]] + groups + own
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_ACTOR": job.user.login,
            "GITHUB_TRIGGERING_ACTOR": job.user.login, "GITHUB_JOB": LocalJob.name, "GITHUB_WORKFLOW": LocalJob.name,
            "GITHUB_RUN_ID": LocalJob.number, "GITHUB_RUN_NUMBER": LocalJob.number,
            "GITHUB_RUN_ATTEMPT": LocalJob.number, "GITHUB_SHA": job.commit, "GITHUB_WORKSPACE": job.directory,
            "RUNNER_OS": "Linux", "RUNNER_ARCH": goArchitecture == "arm64" ? "ARM64" : "X64",
        ]
    }

    /// Branches and tags are pushed; the base and the head of a pull request are set, to nothing, without one too.
    private static func event(_ job: LocalJob, pullRequest suffix: String) -> VariableGroup {
        [
            "GITHUB_EVENT_NAME": job.change == nil ? "push" : "pull_request",
            "GITHUB_REF": job.change.map { "refs/pull/\($0.number)/\(suffix)" } ?? job.reference,
            "GITHUB_HEAD_REF": job.change == nil ? "" : job.branch,
            "GITHUB_BASE_REF": job.change == nil ? "" : job.change?.target,
        ]
    }

    private static func type(_ job: LocalJob) -> String? {
        job.change == nil ? when(job.tag != nil, "tag") ?? when(job.branch != nil, "branch") : nil
    }

    /// A pull request has its number for a name, and no type.
    private static func giteaReference(_ job: LocalJob) -> VariableGroup {
        [
            "GITHUB_REF_NAME": job.change?.number ?? job.referenceName,
            "GITHUB_REF_TYPE": job.change == nil ? type(job) : "",
        ]
    }

    /// GitHub's programming interfaces have a host of their own, but on servers of one's own.
    private static func gitHubServer(_ remote: LocalJob.Remote) -> VariableGroup {
        let isHosted = remote.host == "github.com" || remote.host.hasSuffix(".ghe.com")
        let interface = isHosted ? "\(remote.scheme)://api.\(remote.host)" : "\(remote.server)/api"
        return [
            "GITHUB_REPOSITORY": remote.path, "GITHUB_REPOSITORY_OWNER": remote.owner,
            "GITHUB_SERVER_URL": remote.server, "GITHUB_API_URL": isHosted ? interface : "\(interface)/v3",
            "GITHUB_GRAPHQL_URL": "\(interface)/graphql",
        ]
    }

    /// An instance at `address`, which has no GraphQL.
    private static func server(_ remote: LocalJob.Remote, _ address: String) -> VariableGroup {
        [
            "GITHUB_REPOSITORY": remote.path, "GITHUB_REPOSITORY_OWNER": remote.owner,
            "GITHUB_SERVER_URL": address, "GITHUB_API_URL": "\(remote.server)/api/v1", "GITHUB_GRAPHQL_URL": "",
        ]
    }
}
