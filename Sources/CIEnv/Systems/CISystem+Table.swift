extension CISystem {
    /// No CI system that is known; a user can give the facts by hand.
    public static let generic = neutral(
        "generic", "no particular CI system", marks: [], predefined: Neutral.predefined)

    /// All systems, in the order in which they are looked for.
    ///
    /// Gitea and Forgejo set GitHub's variables too, Forgejo Gitea's as well. GitHub and GitLab come before the machines
    /// that run their jobs for them (AWS CodeBuild), and Jenkins late, since other systems run its agents. Woodpecker's
    /// variables are called as GitLab's are: no system is known by `CI_…` names alone.
    ///
    /// Where a pull request's build has two commits, the one that people see counts and not the merge that the system
    /// made of it, but on GitHub, whose annotations werf makes of the latter.
    static let all: [CISystem] = [
        gitHub(
            "forgejo", "Forgejo Actions", mark: "FORGEJO_ACTIONS", configuration: [".forgejo/workflows"],
            otherConfiguration: [".gitea/workflows", ".github/workflows"], hosts: ["codeberg.org"],
            predefined: GitHub.forgejoPredefined),
        gitHub(
            "gitea", "Gitea Actions", mark: "GITEA_ACTIONS", configuration: [".gitea/workflows"],
            otherConfiguration: [".github/workflows"], hosts: ["gitea.com"], predefined: GitHub.giteaPredefined),
        gitHub(
            "github", "GitHub Actions", mark: "GITHUB_ACTIONS", configuration: [".github/workflows"],
            hosts: ["github.com", "ghe.com"], predefined: GitHub.predefined),

        CISystem(
            name: "gitlab", title: "GitLab CI/CD", marks: ["GITLAB_CI"], key: ["CI_JOB_ID"],
            repository: ["CI_REGISTRY_IMAGE"], commit: ["CI_COMMIT_SHA"],
            branch: ["CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"], tag: ["CI_COMMIT_TAG"],
            change: ["CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID"], projectURL: ["{CI_PROJECT_URL}"],
            environment: ["CI_ENVIRONMENT_SLUG"], jobURL: ["{CI_JOB_URL}"], pipelineURL: ["{CI_PIPELINE_URL}"],
            fork: [
                .differ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID"),
                .differ("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"),
            ],
            timeout: .seconds("CI_JOB_TIMEOUT"), idTokens: .gitLab, configuration: [".gitlab-ci.yml"],
            hosts: ["gitlab.com"], predefined: GitLab.predefined, ownLogins: GitLab.logins),

        CISystem(
            name: "woodpecker", title: "Woodpecker", marks: [Mark("CI_SYSTEM_NAME", is: "woodpecker")],
            otherMarks: [Mark("CI", is: "woodpecker")],
            key: ["CI_REPO", "CI_PIPELINE_NUMBER", "CI_WORKFLOW_NUMBER", "CI_STEP_NUMBER"], commit: ["CI_COMMIT_SHA"],
            branch: ["CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH"], tag: ["CI_COMMIT_TAG"],
            change: ["CI_COMMIT_PULL_REQUEST"], projectURL: ["{CI_REPO_URL}"],
            environment: ["CI_PIPELINE_DEPLOY_TARGET"], jobURL: ["{CI_STEP_URL}"], pipelineURL: ["{CI_PIPELINE_URL}"],
            configuration: [".woodpecker.yml", ".woodpecker.yaml", ".woodpecker"], predefined: Woodpecker.predefined),

        CISystem(
            name: "circleci", title: "CircleCI", marks: ["CIRCLECI"],
            key: ["CIRCLE_WORKFLOW_JOB_ID", "CIRCLE_NODE_INDEX"], commit: ["CIRCLE_SHA1"], branch: ["CIRCLE_BRANCH"],
            tag: ["CIRCLE_TAG"], change: ["CIRCLE_PR_NUMBER", "CIRCLE_PULL_REQUEST"], remote: ["CIRCLE_REPOSITORY_URL"],
            jobURL: ["{CIRCLE_BUILD_URL}"],
            // Set for pull requests from forks only.
            fork: [.isSet("CIRCLE_PR_USERNAME"), .isSet("CIRCLE_PR_REPONAME")], idTokens: .circleCI,
            configuration: [".circleci/config.yml"], files: ["BASH_ENV"],
            refine: { facts, environment in
                // An installation of one's own has this page elsewhere.
                guard let url = facts.jobURL?.value, url.hasPrefix("https://circleci.com/") else { return }
                let pages: [URLTemplate] = ["https://app.circleci.com/pipelines/workflows/{CIRCLE_WORKFLOW_ID}"]
                facts.pipelineURL = URLTemplate.first(of: pages, in: environment)
            }, predefined: CircleCI.predefined),

        CISystem(
            name: "azure-pipelines", title: "Azure Pipelines", marks: ["TF_BUILD"],
            key: ["SYSTEM_JOBID", "SYSTEM_JOBATTEMPT"],
            commit: ["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"],
            branch: ["SYSTEM_PULLREQUEST_SOURCEBRANCH"],
            change: ["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"],
            ref: ["BUILD_SOURCEBRANCH"], remote: ["BUILD_REPOSITORY_URI"],
            jobURL: [
                """
                {SYSTEM_TEAMFOUNDATIONSERVERURI}{SYSTEM_TEAMPROJECTID}/_build/results?buildId={BUILD_BUILDID}\
                &view=logs&j={SYSTEM_JOBID}
                """
            ],
            pipelineURL: [
                "{SYSTEM_TEAMFOUNDATIONSERVERURI}{SYSTEM_TEAMPROJECTID}/_build/results?buildId={BUILD_BUILDID}"
            ],
            fork: [.isTrue("SYSTEM_PULLREQUEST_ISFORK")], temporaryDirectory: ["AGENT_TEMPDIRECTORY"],
            idTokens: .azurePipelines,
            configuration: ["azure-pipelines.yml", "azure-pipelines.yaml", ".azure-pipelines"],
            hosts: ["dev.azure.com", "visualstudio.com"], directories: AzurePipelines.directories,
            predefined: AzurePipelines.predefined),

        CISystem(
            name: "bitbucket", title: "Bitbucket Pipelines", marks: ["BITBUCKET_BUILD_NUMBER"],
            key: ["BITBUCKET_BUILD_NUMBER", "BITBUCKET_STEP_UUID", "BITBUCKET_STEP_RUN_NUMBER"],
            commit: ["BITBUCKET_COMMIT"], branch: ["BITBUCKET_BRANCH"], tag: ["BITBUCKET_TAG"],
            change: ["BITBUCKET_PR_ID"], remote: ["BITBUCKET_GIT_HTTP_ORIGIN"],
            environment: ["BITBUCKET_DEPLOYMENT_ENVIRONMENT"],
            jobURL: [
                """
                https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}\
                /steps/{BITBUCKET_STEP_UUID}
                """
            ],
            pipelineURL: [
                "https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}"
            ], idTokens: .bitbucket, configuration: ["bitbucket-pipelines.yml"], hosts: ["bitbucket.org"],
            predefined: Bitbucket.predefined),

        CISystem(
            name: "buildkite", title: "Buildkite", marks: ["BUILDKITE"], key: ["BUILDKITE_JOB_ID"],
            commit: ["BUILDKITE_COMMIT"], branch: ["BUILDKITE_BRANCH"],
            tag: ["BUILDKITE_TAG"], change: ["BUILDKITE_PULL_REQUEST"], remote: ["BUILDKITE_REPO"],
            jobURL: ["{BUILDKITE_BUILD_URL}#{BUILDKITE_JOB_ID}"], pipelineURL: ["{BUILDKITE_BUILD_URL}"],
            fork: [.differ("BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO")],
            timeout: .minutes("BUILDKITE_TIMEOUT"), idTokens: .buildkite,
            configuration: [".buildkite", "buildkite.yml", "buildkite.yaml"], predefined: Buildkite.predefined),

        CISystem(
            name: "travis", title: "Travis CI", marks: ["TRAVIS"], key: ["TRAVIS_JOB_ID"],
            commit: ["TRAVIS_PULL_REQUEST_SHA", "TRAVIS_COMMIT"],
            branch: ["TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"], tag: ["TRAVIS_TAG"],
            change: ["TRAVIS_PULL_REQUEST"], jobURL: ["{TRAVIS_JOB_WEB_URL}"], pipelineURL: ["{TRAVIS_BUILD_WEB_URL}"],
            fork: [.differ("TRAVIS_PULL_REQUEST_SLUG", "TRAVIS_REPO_SLUG")], configuration: [".travis.yml"],
            predefined: Travis.predefined),

        CISystem(
            name: "drone", title: "Drone", marks: ["DRONE"],
            key: ["DRONE_REPO", "DRONE_BUILD_NUMBER", "DRONE_STAGE_NUMBER", "DRONE_STEP_NUMBER"],
            commit: ["DRONE_COMMIT_SHA"], branch: ["DRONE_SOURCE_BRANCH", "DRONE_BRANCH"], tag: ["DRONE_TAG"],
            change: ["DRONE_PULL_REQUEST"], projectURL: ["{DRONE_REPO_LINK}"], environment: ["DRONE_DEPLOY_TO"],
            jobURL: ["{DRONE_BUILD_LINK}/{DRONE_STAGE_NUMBER}/{DRONE_STEP_NUMBER}", "{DRONE_BUILD_LINK}"],
            pipelineURL: ["{DRONE_BUILD_LINK}"],
            configuration: [".drone.yml", ".drone.yaml", ".drone.jsonnet", ".drone.star"], predefined: Drone.predefined),

        // Its variables say neither branch nor tag: these are parameters, which the build can hand on.
        CISystem(
            name: "teamcity", title: "TeamCity", marks: ["TEAMCITY_VERSION"],
            key: ["TEAMCITY_BUILDCONF_NAME", "BUILD_NUMBER"], commit: ["BUILD_VCS_NUMBER"], branch: ["BERTH_BRANCH"],
            tag: ["BERTH_TAG"], change: ["TEAMCITY_PULLREQUEST_NUMBER"], jobURL: ["{BUILD_URL}"],
            pipelineURL: ["{BUILD_URL}"], configuration: [".teamcity"], predefined: TeamCity.predefined),

        CISystem(
            name: "appveyor", title: "AppVeyor", marks: ["APPVEYOR"], key: ["APPVEYOR_JOB_ID"],
            commit: ["APPVEYOR_PULL_REQUEST_HEAD_COMMIT", "APPVEYOR_REPO_COMMIT"],
            branch: ["APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH", "APPVEYOR_REPO_BRANCH"],
            tag: ["APPVEYOR_REPO_TAG_NAME"], change: ["APPVEYOR_PULL_REQUEST_NUMBER"],
            jobURL: [
                """
                {APPVEYOR_URL}/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}\
                /job/{APPVEYOR_JOB_ID}
                """
            ],
            pipelineURL: [
                "{APPVEYOR_URL}/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}"
            ],
            fork: [.differ("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "APPVEYOR_REPO_NAME")],
            configuration: ["appveyor.yml", ".appveyor.yml"], predefined: AppVeyor.predefined),

        CISystem(
            name: "codebuild", title: "AWS CodeBuild", marks: ["CODEBUILD_BUILD_ARN"], key: ["CODEBUILD_BUILD_ID"],
            commit: ["CODEBUILD_RESOLVED_SOURCE_VERSION"], ref: ["CODEBUILD_WEBHOOK_HEAD_REF"],
            remote: ["CODEBUILD_SOURCE_REPO_URL"],
            jobURL: [
                "{CODEBUILD_BUILD_URL}", "{CODEBUILD_PUBLIC_BUILD_URL}",
                "https://console.aws.amazon.com/codesuite/codebuild/builds/{CODEBUILD_BUILD_ID}?region={AWS_REGION}",
            ],
            pipelineURL: ["{CODEBUILD_BUILD_URL}", "{CODEBUILD_PUBLIC_BUILD_URL}"],
            configuration: ["buildspec.yml", "buildspec.yaml"], refine: CodeBuild.refine,
            predefined: CodeBuild.predefined),

        CISystem(
            name: "semaphore", title: "Semaphore", marks: ["SEMAPHORE"], key: ["SEMAPHORE_JOB_ID"],
            commit: ["SEMAPHORE_GIT_SHA"], branch: ["SEMAPHORE_GIT_PR_BRANCH", "SEMAPHORE_GIT_BRANCH"],
            tag: ["SEMAPHORE_GIT_TAG_NAME"], change: ["SEMAPHORE_GIT_PR_NUMBER"], remote: ["SEMAPHORE_GIT_URL"],
            jobURL: ["{SEMAPHORE_ORGANIZATION_URL}/jobs/{SEMAPHORE_JOB_ID}"],
            pipelineURL: ["{SEMAPHORE_ORGANIZATION_URL}/workflows/{SEMAPHORE_WORKFLOW_ID}"],
            fork: [.differ("SEMAPHORE_GIT_PR_SLUG", "SEMAPHORE_GIT_REPO_SLUG")], idTokens: .semaphore,
            configuration: [".semaphore/semaphore.yml"], predefined: Semaphore.predefined),

        CISystem(
            name: "codefresh", title: "Codefresh", marks: ["CF_BUILD_ID"], key: ["CF_BUILD_ID", "CF_STEP_NAME"],
            commit: ["CF_REVISION"], branch: ["CF_BRANCH"], tag: ["CF_RELEASE_TAG"], change: ["CF_PULL_REQUEST_NUMBER"],
            jobURL: ["{CF_BUILD_URL}"], pipelineURL: ["{CF_BUILD_URL}"], fork: [.isTrue("CF_PULL_REQUEST_IS_FORK")],
            idTokens: .codefresh,
            configuration: ["codefresh.yml", "codefresh/codefresh.yml", ".codefresh/codefresh.yml"],
            predefined: Codefresh.predefined),

        CISystem(
            name: "cirrus", title: "Cirrus CI", marks: ["CIRRUS_CI"], key: ["CIRRUS_TASK_ID"],
            commit: ["CIRRUS_CHANGE_IN_REPO"], branch: ["CIRRUS_BRANCH"], tag: ["CIRRUS_TAG"], change: ["CIRRUS_PR"],
            remote: ["CIRRUS_REPO_CLONE_URL"], jobURL: ["https://cirrus-ci.com/task/{CIRRUS_TASK_ID}"],
            pipelineURL: ["https://cirrus-ci.com/build/{CIRRUS_BUILD_ID}"],
            fork: [.isOne(of: ["none", "read"], "CIRRUS_USER_PERMISSION")], idTokens: .cirrus,
            configuration: [".cirrus.yml", ".cirrus.yaml", ".cirrus.star"], predefined: Cirrus.predefined),

        CISystem(
            name: "jenkins", title: "Jenkins", marks: ["JENKINS_URL", "BUILD_ID"],
            // A Jenkins that was not told its own URL.
            otherMarks: ["JENKINS_HOME", "BUILD_TAG"], key: ["BUILD_TAG", "EXECUTOR_NUMBER"], commit: ["GIT_COMMIT"],
            branch: ["CHANGE_BRANCH", "BRANCH_NAME", "GIT_LOCAL_BRANCH"], tag: ["TAG_NAME"],
            change: ["CHANGE_ID", "ghprbPullId", "gitlabMergeRequestIid"], remote: ["GIT_URL", "GIT_URL_1"],
            jobURL: ["{BUILD_URL}"], pipelineURL: ["{BUILD_URL}"], fork: [.isSet("CHANGE_FORK")],
            idTokens: .handed,
            configuration: ["Jenkinsfile"], directories: ["WORKSPACE_TMP": "temp"],
            refine: { facts, environment in
                // A job without branches of its own knows git's name for it.
                guard facts.branch == nil else { return }
                let remote = "origin/"
                facts.branch = environment.first(["GIT_BRANCH"]) {
                    $0.hasPrefix(remote) ? String($0.dropFirst(remote.count)).nonEmpty : RefName.branch($0)
                }
            }, predefined: Jenkins.predefined),

        // Apart from the first, a build has only the variables that its steps are handed: names as in substitutions.
        CISystem(
            name: "cloudbuild", title: "Google Cloud Build", marks: ["BUILDER_OUTPUT"],
            otherMarks: ["PROJECT_ID", "BUILD_ID", "LOCATION"], key: ["BUILD_ID"], commit: ["COMMIT_SHA"],
            branch: ["_HEAD_BRANCH", "BRANCH_NAME"], tag: ["TAG_NAME"], change: ["_PR_NUMBER"],
            remote: ["_HEAD_REPO_URL"],
            jobURL: [
                """
                https://console.cloud.google.com/cloud-build/builds;region={LOCATION}/{BUILD_ID}?project={PROJECT_ID}
                """
            ],
            pipelineURL: [
                "https://console.cloud.google.com/cloud-build/builds;region={LOCATION}/{BUILD_ID}?project={PROJECT_ID}"
            ], idTokens: .googleMachine, configuration: ["cloudbuild.yaml", "cloudbuild.yml", "cloudbuild.json"],
            predefined: CloudBuild.predefined),

        // Tekton sets no variable: a task hands on $(context.taskRun.uid), and what it knows besides.
        neutral(
            "tekton", "Tekton", marks: ["TEKTON_TASKRUN_UID"], key: ["TEKTON_TASKRUN_UID"],
            configuration: [".tekton"], predefined: Neutral.tektonPredefined),

        generic,
    ]

    /// GitHub Actions or one of its likes.
    private static func gitHub(
        _ name: String, _ title: String, mark: Mark, configuration: [String], otherConfiguration: [String] = [],
        hosts: [String], predefined: @escaping @Sendable (LocalJob) -> [VariableGroup]
    ) -> CISystem {
        CISystem(
            name: name, title: title, marks: [mark], key: ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB"],
            commit: ["GITHUB_SHA"], branch: ["GITHUB_HEAD_REF"], ref: ["GITHUB_REF"],
            fork: [.gitHubEvent], temporaryDirectory: ["RUNNER_TEMP"], idTokens: .gitHub,
            configuration: configuration, otherConfiguration: otherConfiguration, hosts: hosts, files: GitHub.files,
            directories: ["RUNNER_TEMP": "temp", "RUNNER_TOOL_CACHE": "tools"], refine: GitHub.refine,
            predefined: predefined, ownLogins: GitHub.logins(name))
    }

    /// A system without variables of its own, whose users give the facts under the names of berth's own exports.
    private static func neutral(
        _ name: String, _ title: String, marks: [Mark], key: [String] = [], configuration: [String] = [],
        predefined: @escaping @Sendable (LocalJob) -> [VariableGroup]
    ) -> CISystem {
        CISystem(
            name: name, title: title, marks: marks, key: key, commit: ["BERTH_COMMIT"], branch: ["BERTH_BRANCH"],
            tag: ["BERTH_TAG"], change: ["BERTH_CHANGE"], jobURL: ["{BERTH_JOB_URL}"],
            pipelineURL: ["{BERTH_PIPELINE_URL}"], idTokens: .handed, configuration: configuration,
            predefined: predefined)
    }
}
