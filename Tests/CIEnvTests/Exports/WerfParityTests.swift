internal import CIEnv
internal import Testing

/// What `werf ci-env` sets for the same job. The values were worked out by hand from werf's own tables of variables.
@Suite struct WerfParityTests {
    @Test func `a GitLab job has werf's variables with werf's values`() {
        #expect(
            jobExports(Self.gitlab).werfLines == [
                "DOCKER_CONFIG=/job/docker",
                "WERF_DOCKER_CONFIG=/job/docker",
                "WERF_REPO=registry.example.com/group/app",
                "WERF_REPO_CONTAINER_REGISTRY=gitlab",
                "WERF_ENV=review-7",
                "WERF_ADD_ANNOTATION_WERF_RELEASE_CHANNEL=werf.io/release-channel=2 stable",
                "WERF_ADD_ANNOTATION_PROJECT_GIT=project.werf.io/git=https://gitlab.example.com/group/app",
                "WERF_ADD_ANNOTATION_CI_COMMIT=ci.werf.io/commit=8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901",
                "WERF_ADD_ANNOTATION_CI_GIT_TAG=ci.werf.io/tag=v1.2.3",
                "WERF_ADD_ANNOTATION_GITLAB_CI_PIPELINE_URL=gitlab.ci.werf.io/pipeline-url="
                    + "https://gitlab.example.com/group/app/-/pipelines/77",
                "WERF_ADD_ANNOTATION_GITLAB_CI_JOB_URL=gitlab.ci.werf.io/job-url="
                    + "https://gitlab.example.com/group/app/-/jobs/5",
                "WERF_LOG_COLOR_MODE=on",
                "WERF_LOG_PROJECT_DIR=1",
                "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
                "WERF_LOG_TERMINAL_WIDTH=130",
            ])
    }

    @Test func `a GitLab job that knows nothing of itself has what never depends on it`() {
        #expect(
            jobExports(["GITLAB_CI": "true", "CI_JOB_ID": "5"]).werfLines == [
                "DOCKER_CONFIG=/job/docker", "WERF_DOCKER_CONFIG=/job/docker",
                "WERF_LOG_COLOR_MODE=on", "WERF_LOG_PROJECT_DIR=1", "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
                "WERF_LOG_TERMINAL_WIDTH=130",
            ])
    }

    @Test func `a GitHub job has werf's variables with werf's values`() {
        #expect(
            jobExports(Self.github, project: "shop").werfLines == [
                "DOCKER_CONFIG=/job/docker",
                "WERF_DOCKER_CONFIG=/job/docker",
                "WERF_REPO=ghcr.io/owner/app/shop",
                "WERF_ADD_ANNOTATION_WERF_RELEASE_CHANNEL=werf.io/release-channel=2 stable",
                "WERF_ADD_ANNOTATION_PROJECT_GIT=project.werf.io/git=https://github.com/Owner/App",
                "WERF_ADD_ANNOTATION_CI_COMMIT=ci.werf.io/commit=8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901",
                "WERF_ADD_ANNOTATION_CI_GIT_TAG=ci.werf.io/tag=v1.2.3",
                "WERF_ADD_ANNOTATION_GITHUB_ACTIONS_RUN_URL=github.ci.werf.io/workflow-run-url="
                    + "https://github.com/Owner/App/actions/runs/901",
                "WERF_REPO_GITHUB_TOKEN=$GITHUB_TOKEN",
                "WERF_LOG_COLOR_MODE=on",
                "WERF_LOG_PROJECT_DIR=1",
                "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
                "WERF_LOG_TERMINAL_WIDTH=130",
            ])
    }

    @Test func `a GitHub job that knows nothing of itself has what never depends on it`() {
        #expect(
            jobExports(["GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "901"]).werfLines == [
                "DOCKER_CONFIG=/job/docker", "WERF_DOCKER_CONFIG=/job/docker",
                "WERF_LOG_COLOR_MODE=on", "WERF_LOG_PROJECT_DIR=1", "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
                "WERF_LOG_TERMINAL_WIDTH=130",
            ])
    }

    @Test func `a branch is no tag`() {
        let branch = ["GITHUB_REF": "refs/heads/v1.2.3", "GITHUB_REF_TYPE": "branch"]
        #expect(jobExports(Self.github.with(branch))["WERF_ADD_ANNOTATION_CI_GIT_TAG"] == nil)
        #expect(jobExports(Self.gitlab.with(["CI_COMMIT_TAG": ""]))["WERF_ADD_ANNOTATION_CI_GIT_TAG"] == nil)
    }

    @Test func `without a werf.yaml GitHub's repository is the project's own`() {
        #expect(jobExports(Self.github)["WERF_REPO"] == "ghcr.io/owner/app")
    }

    @Test func `a werf.yaml does not change GitLab's repository`() {
        #expect(jobExports(Self.gitlab, project: "shop")["WERF_REPO"] == "registry.example.com/group/app")
    }

    @Test(arguments: ["https://github.example.com", "https://github.example.com/"])
    func `an Enterprise Server's job has its own registry and pages`(server: String) {
        let exports = jobExports(Self.github.with(["GITHUB_SERVER_URL": server]), project: "shop")
        #expect(exports["WERF_REPO"] == "containers.github.example.com/owner/app/shop")
        #expect(
            exports["WERF_ADD_ANNOTATION_PROJECT_GIT"] == "project.werf.io/git=https://github.example.com/Owner/App")
        #expect(
            exports["WERF_ADD_ANNOTATION_GITHUB_ACTIONS_RUN_URL"]
                == "github.ci.werf.io/workflow-run-url=https://github.example.com/Owner/App/actions/runs/901")
    }

    @Test(arguments: [
        // Where the user's own repository is in GitLab's registry, werf is told so.
        ("registry.example.com/group/other", "registry.example.com", "gitlab"),
        ("docker.io/owner/app", "registry.example.com", nil),
        ("docker.io/owner/app", "", "gitlab"),
    ])
    func `GitLab's registry is named as such where the repository is in it`(
        repository: String, registry: String, name: String?
    ) {
        let exports = jobExports(Self.gitlab.with(["WERF_REPO": repository, "CI_REGISTRY": registry]))
        #expect(exports["WERF_REPO_CONTAINER_REGISTRY"] == name)
        #expect(exports["WERF_REPO"] == nil)
    }

    @Test func `a project without a registry has no repository`() {
        let exports = jobExports(Self.gitlab.with(["CI_REGISTRY_IMAGE": ""]))
        #expect(exports["WERF_REPO"] == nil)
        #expect(exports["WERF_REPO_CONTAINER_REGISTRY"] == nil)
    }

    @Test(arguments: [
        ("12.1.3", "on"), ("12.1.4", "off"), ("12.1.17-ee", "off"), ("12.2.0", "on"), ("12.0.9", "on"), ("13.1.4", "on"),
        ("17.5.0", "on"), ("", "on"), ("no version", "on"), ("12.1", "on"),
    ])
    func `colours are off where GitLab printed their codes`(version: String, mode: String) {
        #expect(jobExports(Self.gitlab.with(["CI_SERVER_VERSION": version]))["WERF_LOG_COLOR_MODE"] == mode)
    }

    static let gitlab = [
        "CI": "true", "GITLAB_CI": "true", "CI_SERVER_VERSION": "17.5.0", "CI_JOB_ID": "5",
        "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/5",
        "CI_PIPELINE_URL": "https://gitlab.example.com/group/app/-/pipelines/77",
        "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
        "CI_COMMIT_SHA": "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901", "CI_COMMIT_REF_NAME": "v1.2.3",
        "CI_COMMIT_TAG": "v1.2.3", "CI_ENVIRONMENT_SLUG": "review-7", "CI_REGISTRY": "registry.example.com",
        "CI_REGISTRY_IMAGE": "registry.example.com/group/app", "CI_REGISTRY_USER": "gitlab-ci-token",
        "CI_REGISTRY_PASSWORD": "glcbt-hunter2", "CI_JOB_TOKEN": "glcbt-hunter2",
        "CI_DEPLOY_USER": "gitlab+deploy-token-1", "CI_DEPLOY_PASSWORD": "gldt-hunter2",
        "CI_DEPENDENCY_PROXY_SERVER": "gitlab.example.com:443", "CI_DEPENDENCY_PROXY_USER": "gitlab-ci-token",
        "CI_DEPENDENCY_PROXY_PASSWORD": "glcbt-hunter2", "TRDL_USE_WERF_GROUP_CHANNEL": "2 stable",
    ]

    static let github = [
        "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "Owner/App", "GITHUB_SHA": "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901",
        "GITHUB_REF": "refs/tags/v1.2.3", "GITHUB_REF_NAME": "v1.2.3", "GITHUB_REF_TYPE": "tag",
        "GITHUB_RUN_ID": "901", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "build", "GITHUB_ACTOR": "octocat",
        "GITHUB_TOKEN": "ghs_hunter2", "RUNNER_TEMP": "/runner/_temp", "TRDL_USE_WERF_GROUP_CHANNEL": "2 stable",
    ]
}
