/// The systems for which names of variables are nearly all there is to say.
extension CISystem {
    /// Woodpecker (woodpecker-ci.org/docs/usage/environment). Many of its names are GitLab's, with other meanings.
    static let woodpecker = CISystem(
        "woodpecker", "Woodpecker", .equals("CI", "woodpecker"),
        FactVariables(
            key: ["CI_REPO_ID", "CI_PIPELINE_NUMBER", "CI_WORKFLOW_NUMBER", "CI_STEP_NUMBER"], commit: ["CI_COMMIT_SHA"],
            branch: ["CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH"], tag: ["CI_COMMIT_TAG"],
            change: ["CI_COMMIT_PULL_REQUEST"], jobURL: ["CI_STEP_URL"], pipelineURL: ["CI_PIPELINE_URL"],
            projectURL: ["CI_REPO_URL"]))

    /// Drone (docs.drone.io/pipeline/environment/reference), and Harness, which has its variables.
    static let drone = CISystem(
        "drone", "Drone", .isTrue("DRONE"),
        FactVariables(
            key: ["DRONE_REPO", "DRONE_BUILD_NUMBER", "DRONE_STAGE_NUMBER", "DRONE_STEP_NUMBER"],
            commit: ["DRONE_COMMIT_SHA"], branch: ["DRONE_SOURCE_BRANCH", "DRONE_BRANCH"], tag: ["DRONE_TAG"],
            change: ["DRONE_PULL_REQUEST"], pipelineURL: ["DRONE_BUILD_LINK"], projectURL: ["DRONE_REPO_LINK"]))

    /// CircleCI (circleci.com/docs/variables).
    static let circleci = CISystem(
        "circleci", "CircleCI", .isTrue("CIRCLECI"),
        FactVariables(
            key: ["CIRCLE_WORKFLOW_JOB_ID", "CIRCLE_NODE_INDEX"], commit: ["CIRCLE_SHA1"], branch: ["CIRCLE_BRANCH"],
            tag: ["CIRCLE_TAG"], change: ["CIRCLE_PR_NUMBER"], jobURL: ["CIRCLE_BUILD_URL"]),
        refine: { facts, environment in
            if let page = environment["CIRCLE_PULL_REQUEST"] {
                facts.change = Sourced(Parts.last(page), from: "CIRCLE_PULL_REQUEST")
            }
            if let workflow = environment["CIRCLE_WORKFLOW_ID"] {
                let page = "https://app.circleci.com/pipelines/workflows/\(workflow)"
                facts.pipelineURL = Sourced(page, from: "CIRCLE_WORKFLOW_ID")
            }
            facts.projectURL = projectPage("CIRCLE_REPOSITORY_URL", environment)
        },
        // Set for pull requests from forks only.
        isFork: { environment, _ in environment["CIRCLE_PR_USERNAME"] != nil })

    /// Bitbucket Pipelines (support.atlassian.com, "Variables and secrets").
    static let bitbucket = CISystem(
        "bitbucket", "Bitbucket Pipelines", .isSet("BITBUCKET_BUILD_NUMBER"),
        FactVariables(
            key: ["BITBUCKET_STEP_UUID", "BITBUCKET_STEP_RUN_NUMBER"], commit: ["BITBUCKET_COMMIT"],
            branch: ["BITBUCKET_BRANCH"], tag: ["BITBUCKET_TAG"], change: ["BITBUCKET_PR_ID"],
            projectURL: ["BITBUCKET_GIT_HTTP_ORIGIN"]),
        refine: { facts, environment in
            guard let name = environment["BITBUCKET_REPO_FULL_NAME"], let build = environment["BITBUCKET_BUILD_NUMBER"]
            else { return }
            let page = "https://bitbucket.org/\(name)/pipelines/results/\(build)"
            facts.pipelineURL = Sourced(page, from: "BITBUCKET_BUILD_NUMBER")
            facts.jobURL = environment["BITBUCKET_STEP_UUID"].map {
                Sourced("\(page)/steps/\($0)", from: "BITBUCKET_STEP_UUID")
            }
        })

    /// Buildkite (buildkite.com/docs/pipelines/configure/environment-variables).
    static let buildkite = CISystem(
        "buildkite", "Buildkite", .isTrue("BUILDKITE"),
        FactVariables(
            key: ["BUILDKITE_JOB_ID"], commit: ["BUILDKITE_COMMIT"], branch: ["BUILDKITE_BRANCH"],
            tag: ["BUILDKITE_TAG"], change: ["BUILDKITE_PULL_REQUEST"], pipelineURL: ["BUILDKITE_BUILD_URL"]),
        refine: { facts, environment in
            // A build may be asked for by this word, until the checkout has found what it means.
            if facts.commit?.value == "HEAD" { facts.commit = environment.first("BUILDKITE_COMMIT_RESOLVED") }
            if let build = environment["BUILDKITE_BUILD_URL"], let job = environment["BUILDKITE_JOB_ID"] {
                facts.jobURL = Sourced("\(build)#\(job)", from: "BUILDKITE_BUILD_URL")
            }
            facts.projectURL = projectPage("BUILDKITE_REPO", environment)
            facts.timeoutSeconds = environment["BUILDKITE_TIMEOUT"].flatMap(LeaseDuration.plainMinutes)
        },
        isFork: { environment, _ in
            guard let source = environment["BUILDKITE_PULL_REQUEST_REPO"] else { return false }
            return source.split(separator: "/").suffix(2) != (environment["BUILDKITE_REPO"] ?? "").split { "/:".contains($0) }.suffix(2)
        })

    /// Travis CI (docs.travis-ci.com/user/environment-variables).
    static let travis = CISystem(
        "travis", "Travis CI", .isTrue("TRAVIS"),
        FactVariables(
            key: ["TRAVIS_JOB_ID"], commit: ["TRAVIS_PULL_REQUEST_SHA", "TRAVIS_COMMIT"],
            branch: ["TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"], tag: ["TRAVIS_TAG"],
            change: ["TRAVIS_PULL_REQUEST"], jobURL: ["TRAVIS_JOB_WEB_URL"], pipelineURL: ["TRAVIS_BUILD_WEB_URL"]),
        isFork: { environment, _ in
            guard let source = environment["TRAVIS_PULL_REQUEST_SLUG"] else { return false }
            return source != environment["TRAVIS_REPO_SLUG"]
        })

    /// TeamCity (jetbrains.com/help/teamcity/predefined-build-parameters). In an IDE it says `LOCAL`.
    static let teamcity = CISystem(
        "teamcity", "TeamCity", .isSet("TEAMCITY_VERSION"),
        FactVariables(
            key: ["BUILD_NUMBER"], commit: ["BUILD_VCS_NUMBER"], change: ["TEAMCITY_PULLREQUEST_NUMBER"],
            jobURL: ["BUILD_URL"]))

    /// AppVeyor (appveyor.com/docs/environment-variables).
    static let appveyor = CISystem(
        "appveyor", "AppVeyor", .isTrue("APPVEYOR"),
        FactVariables(
            key: ["APPVEYOR_JOB_ID"], commit: ["APPVEYOR_PULL_REQUEST_HEAD_COMMIT", "APPVEYOR_REPO_COMMIT"],
            branch: ["APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH", "APPVEYOR_REPO_BRANCH"], tag: ["APPVEYOR_REPO_TAG_NAME"],
            change: ["APPVEYOR_PULL_REQUEST_NUMBER"]),
        refine: { facts, environment in
            guard let server = environment["APPVEYOR_URL"], let account = environment["APPVEYOR_ACCOUNT_NAME"],
                let project = environment["APPVEYOR_PROJECT_SLUG"], let build = environment["APPVEYOR_BUILD_ID"]
            else { return }
            let page = "\(server)/project/\(account)/\(project)/builds/\(build)"
            facts.pipelineURL = Sourced(page, from: "APPVEYOR_BUILD_ID")
            facts.jobURL = environment["APPVEYOR_JOB_ID"].map { Sourced("\(page)/job/\($0)", from: "APPVEYOR_JOB_ID") }
        },
        isFork: { environment, _ in
            guard let source = environment["APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME"] else { return false }
            return source != environment["APPVEYOR_REPO_NAME"]
        })

    /// Semaphore (docs.semaphore.io/reference/env-vars).
    static let semaphore = CISystem(
        "semaphore", "Semaphore", .isTrue("SEMAPHORE"),
        FactVariables(
            key: ["SEMAPHORE_JOB_ID"], commit: ["SEMAPHORE_GIT_SHA"],
            branch: ["SEMAPHORE_GIT_PR_BRANCH", "SEMAPHORE_GIT_BRANCH"], tag: ["SEMAPHORE_GIT_TAG_NAME"],
            change: ["SEMAPHORE_GIT_PR_NUMBER"]),
        refine: { facts, environment in
            guard let server = environment["SEMAPHORE_ORGANIZATION_URL"] else { return }
            facts.jobURL = environment["SEMAPHORE_JOB_ID"].map { Sourced("\(server)/jobs/\($0)", from: "SEMAPHORE_JOB_ID") }
            facts.pipelineURL = environment["SEMAPHORE_WORKFLOW_ID"].map {
                Sourced("\(server)/workflows/\($0)", from: "SEMAPHORE_WORKFLOW_ID")
            }
            facts.projectURL = projectPage("SEMAPHORE_GIT_URL", environment)
        },
        isFork: { environment, _ in
            guard let source = environment["SEMAPHORE_GIT_PR_SLUG"] else { return false }
            return source != environment["SEMAPHORE_GIT_REPO_SLUG"]
        })

    /// Codefresh (codefresh.io/docs, "Variables in pipelines").
    static let codefresh = CISystem(
        "codefresh", "Codefresh", .isSet("CF_BUILD_ID"),
        FactVariables(
            key: ["CF_BUILD_ID", "CF_STEP_NAME"], commit: ["CF_REVISION"], branch: ["CF_BRANCH"],
            tag: ["CF_RELEASE_TAG"], change: ["CF_PULL_REQUEST_NUMBER"], pipelineURL: ["CF_BUILD_URL"]),
        isFork: { environment, _ in environment.isTrue("CF_PULL_REQUEST_IS_FORK") })

    /// Cirrus CI (cirrus-ci.org/guide/writing-tasks, "Environment Variables").
    static let cirrus = CISystem(
        "cirrus", "Cirrus CI", .isTrue("CIRRUS_CI"),
        FactVariables(
            key: ["CIRRUS_TASK_ID"], commit: ["CIRRUS_CHANGE_IN_REPO"], branch: ["CIRRUS_BRANCH"], tag: ["CIRRUS_TAG"],
            change: ["CIRRUS_PR"]),
        refine: { facts, environment in
            facts.jobURL = environment["CIRRUS_TASK_ID"].map {
                Sourced("https://cirrus-ci.com/task/\($0)", from: "CIRRUS_TASK_ID")
            }
            facts.pipelineURL = environment["CIRRUS_BUILD_ID"].map {
                Sourced("https://cirrus-ci.com/build/\($0)", from: "CIRRUS_BUILD_ID")
            }
            facts.projectURL = projectPage("CIRRUS_REPO_CLONE_URL", environment)
        },
        // What the author of the change may do here; those of forks mostly nothing.
        isFork: { environment, _ in ["none", "read"].contains(environment["CIRRUS_USER_PERMISSION"]) })

    /// AWS CodeBuild (docs.aws.amazon.com/codebuild, "Environment variables in build environments").
    static let codebuild = CISystem(
        "codebuild", "AWS CodeBuild", .isSet("CODEBUILD_BUILD_ARN"),
        FactVariables(
            key: ["CODEBUILD_BUILD_ID"], commit: ["CODEBUILD_RESOLVED_SOURCE_VERSION"],
            jobURL: ["CODEBUILD_PUBLIC_BUILD_URL"]),
        refine: { facts, environment in
            if let branch = Parts.after("branch/", environment["CODEBUILD_WEBHOOK_TRIGGER"]) {
                facts.branch = Sourced(branch, from: "CODEBUILD_WEBHOOK_TRIGGER")
            } else if let branch = Parts.after("refs/heads/", environment["CODEBUILD_WEBHOOK_HEAD_REF"]) {
                facts.branch = Sourced(branch, from: "CODEBUILD_WEBHOOK_HEAD_REF")
            }
            if let tag = Parts.after("tag/", environment["CODEBUILD_WEBHOOK_TRIGGER"]) {
                facts.tag = Sourced(tag, from: "CODEBUILD_WEBHOOK_TRIGGER")
                facts.branch = nil
            }
            if let number = Parts.after("pr/", environment["CODEBUILD_SOURCE_VERSION"]) {
                facts.change = Sourced(number, from: "CODEBUILD_SOURCE_VERSION")
            }
            facts.projectURL = projectPage("CODEBUILD_SOURCE_REPO_URL", environment)
        })

    /// Google Cloud Build. A step sees what its `env` maps from the substitutions, by their own names.
    static let cloudbuild = CISystem(
        "cloudbuild", "Google Cloud Build", .isSet("BUILDER_OUTPUT"),
        FactVariables(
            key: ["BUILD_ID"], commit: ["COMMIT_SHA"], branch: ["_HEAD_BRANCH", "BRANCH_NAME"], tag: ["TAG_NAME"],
            change: ["_PR_NUMBER"]),
        refine: { facts, environment in
            guard let build = environment["BUILD_ID"], let location = environment["LOCATION"] else { return }
            let project = environment["PROJECT_ID"].map { "?project=\($0)" } ?? ""
            facts.pipelineURL = Sourced(
                "https://console.cloud.google.com/cloud-build/builds;region=\(location)/\(build)\(project)", from: "BUILD_ID")
        })

    /// Tekton, whose steps see nothing of their run but what the task hands them: as `TEKTON_TASKRUN_UID` here, and the
    /// facts as `BERTH_…`.
    static let tekton = CISystem(
        "tekton", "Tekton", .isSet("TEKTON_TASKRUN_UID"), FactVariables(key: ["TEKTON_TASKRUN_UID"]))

    /// Jenkins (jenkins.io/doc/book/pipeline/jenkinsfile). Stages in parallel share all but the random part of a name.
    static let jenkins = CISystem(
        "jenkins", "Jenkins", .isSet("JENKINS_URL"),
        FactVariables(
            key: ["BUILD_TAG", "EXECUTOR_NUMBER"], commit: ["GIT_COMMIT"], branch: ["CHANGE_BRANCH", "BRANCH_NAME"],
            tag: ["TAG_NAME"], change: ["CHANGE_ID", "ghprbPullId", "gitlabMergeRequestIid"], jobURL: ["BUILD_URL"],
            pipelineURL: ["RUN_DISPLAY_URL"]),
        refine: { facts, environment in
            if facts.branch == nil, facts.tag == nil, let branch = environment["GIT_BRANCH"] {
                facts.branch = Sourced(Parts.after("origin/", branch) ?? branch, from: "GIT_BRANCH")
            }
            facts.projectURL = projectPage("GIT_URL", environment)
        },
        isFork: { environment, _ in environment["CHANGE_FORK"] != nil })

    /// Any other, or none: what the user says by `BERTH_…`.
    static let generic = CISystem("generic", "no CI system that berth knows", .none)

    private static func projectPage(_ variable: String, _ environment: Environment) -> Sourced? {
        environment[variable].flatMap(Parts.webPage).map { Sourced($0, from: variable) }
    }
}
