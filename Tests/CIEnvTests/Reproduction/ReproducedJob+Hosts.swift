extension ReproducedJob {
    private static let azureCommon = [
        "TF_BUILD": "True", "SYSTEM": "build", "SYSTEM_HOSTTYPE": "build", "SYSTEM_JOBID": zeros,
        "SYSTEM_JOBATTEMPT": "1", "SYSTEM_JOBNAME": "reproduce", "SYSTEM_JOBDISPLAYNAME": "reproduce",
        "SYSTEM_STAGENAME": "__default", "SYSTEM_STAGEATTEMPT": "1", "SYSTEM_PHASEATTEMPT": "1",
        "SYSTEM_DEFAULTWORKINGDIRECTORY": "/src/app", "AGENT_JOBNAME": "reproduce", "AGENT_JOBSTATUS": "Succeeded",
        "AGENT_OS": "Linux", "AGENT_OSARCHITECTURE": runnerArchitecture, "BUILD_BUILDID": "1",
        "BUILD_BUILDNUMBER": "1", "BUILD_BUILDURI": "vstfs:///Build/Build/1", "BUILD_DEFINITIONVERSION": "1",
        "BUILD_REASON": "IndividualCI", "BUILD_REQUESTEDFOR": "Grace Hopper",
        "BUILD_REQUESTEDFOREMAIL": "grace@example.com", "BUILD_SOURCESDIRECTORY": "/src/app",
        "BUILD_REPOSITORY_LOCALPATH": "/src/app", "BUILD_REPOSITORY_CLEAN": "False",
        "BUILD_REPOSITORY_GIT_SUBMODULECHECKOUT": "False", "BUILD_SOURCEBRANCH": "refs/heads/feature/login",
        "BUILD_SOURCEBRANCHNAME": "login", "BUILD_SOURCEVERSION": commit, "BUILD_SOURCEVERSIONAUTHOR": "Ada Lovelace",
        "BUILD_SOURCEVERSIONMESSAGE": "Add a login form",
    ]

    private static let azureTag: [String: String?] = [
        "BUILD_SOURCEBRANCH": "refs/tags/v1.2.0", "BUILD_SOURCEBRANCHNAME": "v1.2.0",
    ]

    private static let azureDetached: [String: String?] = ["BUILD_SOURCEBRANCH": nil, "BUILD_SOURCEBRANCHNAME": nil]

    private static let azureHostile: [String: String?] = [
        "BUILD_SOURCEBRANCH": "refs/heads/\(hostileBranch)", "BUILD_SOURCEBRANCHNAME": "$(id)'\";&|`-Ü",
        "BUILD_SOURCEVERSIONMESSAGE": "$(id)\u{1B}[31m `id`",
    ]

    private static let noRepository: [String: String?] = [
        "BUILD_REPOSITORY_PROVIDER": nil, "BUILD_REPOSITORY_URI": nil, "BUILD_REPOSITORY_NAME": nil,
        "SYSTEM_COLLECTIONURI": nil, "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": nil,
        "SYSTEM_TEAMFOUNDATIONSERVERURI": nil, "SYSTEM_TEAMPROJECT": nil,
    ]

    private static func azureChange(_ own: [String: String?]) -> [String: String?] {
        let common: [String: String?] = [
            "BUILD_REASON": "PullRequest", "BUILD_SOURCEBRANCH": "refs/pull/12/merge",
            "BUILD_SOURCEBRANCHNAME": "merge", "SYSTEM_PULLREQUEST_TARGETBRANCHNAME": "main",
            "SYSTEM_PULLREQUEST_SOURCECOMMITID": commit, "SYSTEM_PULLREQUEST_ISFORK": "False",
        ]
        return common.merging(own) { $1 }
    }

    /// Systems that belong to a host of repositories, besides GitLab and GitHub.
    static let gitHosts = [
        ReproducedJob(
            system: "azure-pipelines", remote: "git@ssh.dev.azure.com:v3/acme/shop/app",
            branch: azureCommon + [
                "BUILD_REPOSITORY_PROVIDER": "TfsGit", "BUILD_REPOSITORY_NAME": "app",
                "BUILD_REPOSITORY_URI": "https://dev.azure.com/acme/shop/_git/app",
                "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/",
                "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/acme/",
                "SYSTEM_TEAMFOUNDATIONSERVERURI": "https://dev.azure.com/acme/", "SYSTEM_TEAMPROJECT": "shop",
            ],
            tag: azureTag,
            change: azureChange([
                "SYSTEM_PULLREQUEST_PULLREQUESTID": "12",
                "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature/login",
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://dev.azure.com/acme/shop/_git/app",
            ]),
            detached: azureDetached, noRemote: noRepository, hostile: azureHostile),
        ReproducedJob(
            system: "azure-pipelines", remote: "https://acme.visualstudio.com/shop/_git/app",
            branch: azureCommon + [
                "BUILD_REPOSITORY_PROVIDER": "TfsGit", "BUILD_REPOSITORY_NAME": "app",
                "BUILD_REPOSITORY_URI": "https://acme.visualstudio.com/shop/_git/app",
                "SYSTEM_COLLECTIONURI": "https://acme.visualstudio.com/",
                "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://acme.visualstudio.com/",
                "SYSTEM_TEAMFOUNDATIONSERVERURI": "https://acme.visualstudio.com/", "SYSTEM_TEAMPROJECT": "shop",
            ],
            tag: azureTag,
            change: azureChange([
                "SYSTEM_PULLREQUEST_PULLREQUESTID": "12",
                "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature/login",
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://acme.visualstudio.com/shop/_git/app",
            ]),
            detached: azureDetached, noRemote: noRepository, hostile: azureHostile),
        ReproducedJob(
            system: "azure-pipelines", remote: "https://github.com/acme/app.git",
            branch: azureCommon + [
                "BUILD_REPOSITORY_PROVIDER": "GitHub", "BUILD_REPOSITORY_NAME": "acme/app",
                "BUILD_REPOSITORY_URI": "https://github.com/acme/app",
            ],
            tag: azureTag,
            change: azureChange([
                "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "12", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "feature/login",
                "SYSTEM_PULLREQUEST_TARGETBRANCH": "main",
                "SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI": "https://github.com/acme/app",
            ]),
            detached: azureDetached, noRemote: noRepository, hostile: azureHostile),
        ReproducedJob(
            system: "bitbucket", remote: "https://ada:hunter2@bitbucket.org/acme/app.git",
            branch: [
                "CI": "true", "BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PIPELINE_UUID": "{\(zeros)}",
                "BITBUCKET_STEP_UUID": "{\(zeros)}", "BITBUCKET_STEP_RUN_NUMBER": "1",
                "BITBUCKET_CLONE_DIR": "/src/app", "BITBUCKET_COMMIT": commit, "BITBUCKET_BRANCH": "feature/login",
                "BITBUCKET_WORKSPACE": "acme", "BITBUCKET_REPO_OWNER": "acme", "BITBUCKET_REPO_SLUG": "app",
                "BITBUCKET_REPO_FULL_NAME": "acme/app", "BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/acme/app",
                "BITBUCKET_GIT_SSH_ORIGIN": "git@bitbucket.org:acme/app.git",
            ],
            tag: ["BITBUCKET_BRANCH": nil, "BITBUCKET_TAG": "v1.2.0"],
            change: ["BITBUCKET_PR_ID": "12", "BITBUCKET_PR_DESTINATION_BRANCH": "main"],
            detached: ["BITBUCKET_BRANCH": nil],
            noRemote: [
                "BITBUCKET_WORKSPACE": nil, "BITBUCKET_REPO_OWNER": nil, "BITBUCKET_REPO_SLUG": nil,
                "BITBUCKET_REPO_FULL_NAME": nil, "BITBUCKET_GIT_HTTP_ORIGIN": nil, "BITBUCKET_GIT_SSH_ORIGIN": nil,
            ],
            hostile: ["BITBUCKET_BRANCH": hostileBranch]),
    ]
}
