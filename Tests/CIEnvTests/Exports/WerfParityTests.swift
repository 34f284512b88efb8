internal import CIEnv
internal import Testing

/// That a job gets what `werf ci-env` gives it, by name and value.
///
/// What is expected was derived from werf's behaviour (v2), not from this program's.
@Suite struct WerfParityTests {
    static let gitLabJob = [
        "GITLAB_CI": "true", "CI_JOB_ID": "4711", "CI_SERVER_VERSION": "17.5.1-ee",
        "CI_REGISTRY": "registry.example.com", "CI_REGISTRY_IMAGE": "registry.example.com/group/app",
        "CI_ENVIRONMENT_SLUG": "production", "TRDL_USE_WERF_GROUP_CHANNEL": "2 stable",
        "CI_PROJECT_URL": "https://gitlab.example.com/group/app", "CI_COMMIT_SHA": SampleJob.commit,
        "CI_COMMIT_TAG": "v1.0", "CI_PIPELINE_URL": "https://gitlab.example.com/group/app/-/pipelines/9",
        "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/4711", "CI_JOB_TOKEN": "token",
    ]

    static let gitHubJob = [
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "Owner/App", "GITHUB_SHA": SampleJob.commit,
        "GITHUB_REF": "refs/tags/v1.0", "GITHUB_REF_NAME": "v1.0", "GITHUB_REF_TYPE": "tag", "GITHUB_RUN_ID": "1001",
        "GITHUB_RUN_ATTEMPT": "1", "GITHUB_TOKEN": "token", "TRDL_USE_WERF_GROUP_CHANNEL": "2 stable",
    ]

    static let logging = [
        "WERF_LOG_COLOR_MODE=on", "WERF_LOG_PROJECT_DIR=1", "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
        "WERF_LOG_TERMINAL_WIDTH=130",
    ]

    static let config = "WERF_DOCKER_CONFIG=/tmp/berth-0/job/docker"

    @Test func `a full GitLab job`() {
        #expect(
            exports(Self.gitLabJob).werf == [
                Self.config,
                "WERF_REPO=registry.example.com/group/app",
                "WERF_REPO_CONTAINER_REGISTRY=gitlab",
                "WERF_ENV=production",
                "WERF_ADD_ANNOTATION_WERF_RELEASE_CHANNEL=werf.io/release-channel=2 stable",
                "WERF_ADD_ANNOTATION_PROJECT_GIT=project.werf.io/git=https://gitlab.example.com/group/app",
                "WERF_ADD_ANNOTATION_CI_COMMIT=ci.werf.io/commit=\(SampleJob.commit)",
                "WERF_ADD_ANNOTATION_CI_GIT_TAG=ci.werf.io/tag=v1.0",
                """
                WERF_ADD_ANNOTATION_GITLAB_CI_PIPELINE_URL=\
                gitlab.ci.werf.io/pipeline-url=https://gitlab.example.com/group/app/-/pipelines/9
                """,
                """
                WERF_ADD_ANNOTATION_GITLAB_CI_JOB_URL=\
                gitlab.ci.werf.io/job-url=https://gitlab.example.com/group/app/-/jobs/4711
                """,
            ] + Self.logging)
    }

    @Test func `a full GitHub job`() {
        #expect(
            exports(Self.gitHubJob, project: "web").werf == [
                Self.config,
                "WERF_REPO=ghcr.io/owner/app/web",
                "WERF_ADD_ANNOTATION_WERF_RELEASE_CHANNEL=werf.io/release-channel=2 stable",
                "WERF_ADD_ANNOTATION_PROJECT_GIT=project.werf.io/git=https://github.com/Owner/App",
                "WERF_ADD_ANNOTATION_CI_COMMIT=ci.werf.io/commit=\(SampleJob.commit)",
                "WERF_ADD_ANNOTATION_CI_GIT_TAG=ci.werf.io/tag=v1.0",
                """
                WERF_ADD_ANNOTATION_GITHUB_ACTIONS_RUN_URL=\
                github.ci.werf.io/workflow-run-url=https://github.com/Owner/App/actions/runs/1001
                """,
                "WERF_REPO_GITHUB_TOKEN=$GITHUB_TOKEN",
            ] + Self.logging)
    }

    @Test(arguments: ["GITLAB_CI", "GITHUB_ACTIONS"])
    func `a job with nothing but the sign of its system`(sign: String) {
        #expect(exports([sign: "true"]).werf == [Self.config] + Self.logging)
    }

    @Test func `a GitHub job without a werf.yaml has the repository of its own`() {
        #expect(exports(Self.gitHubJob)["WERF_REPO"] == "ghcr.io/owner/app")
    }

    @Test func `a GitHub branch is no tag`() {
        let branch = Self.gitHubJob.merging([
            "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch",
        ]) { $1 }
        #expect(exports(branch)["WERF_ADD_ANNOTATION_CI_GIT_TAG"] == nil)
    }

    @Test func `GitHub Enterprise Server has pages and a registry of its own`() {
        let job = Self.gitHubJob.merging(["GITHUB_SERVER_URL": "https://github.example.com"]) { $1 }
        let found = exports(job, project: "web")
        #expect(found["WERF_REPO"] == "containers.github.example.com/owner/app/web")
        #expect(
            found["WERF_ADD_ANNOTATION_PROJECT_GIT"] == "project.werf.io/git=https://github.example.com/Owner/App")
        #expect(
            found["WERF_ADD_ANNOTATION_GITHUB_ACTIONS_RUN_URL"]
                == "github.ci.werf.io/workflow-run-url=https://github.example.com/Owner/App/actions/runs/1001")
    }

    @Test(arguments: [
        // The user's repository, the registry's address, and whether it is said to be GitLab's.
        ("registry.example.com/other", "registry.example.com", true),
        ("docker.io/other", "registry.example.com", false),
        ("docker.io/other", "", true),
    ])
    func `a repository of the user's is GitLab's if it begins so`(repository: String, registry: String, isGitLab: Bool)
    {
        let found = exports(Self.gitLabJob.merging(["WERF_REPO": repository, "CI_REGISTRY": registry]) { $1 })
        #expect(found["WERF_REPO"] == nil)
        #expect(found["WERF_REPO_CONTAINER_REGISTRY"] == (isGitLab ? "gitlab" : nil))
    }

    @Test func `without a repository GitLab's registry is not named`() {
        let job = Self.gitLabJob.filter { $0.key != "CI_REGISTRY_IMAGE" }
        #expect(exports(job)["WERF_REPO_CONTAINER_REGISTRY"] == nil)
    }

    @Test(arguments: [
        ("12.1.3", "on"), ("12.1.4", "off"), ("12.1.4-ee", "off"), ("12.1.99", "off"), ("12.2.0-pre", "off"),
        ("12.2.0", "on"), ("12.2.1-pre", "on"), ("12.0.9", "on"), ("11.1.4", "on"), ("17.5.1-ee", "on"), ("12.1", "on"),
        ("12.1.x", "on"), ("nonsense", "on"),
    ])
    func `colours are off for the GitLab versions that cannot show them`(version: String, mode: String) {
        #expect(exports(Self.gitLabJob.merging(["CI_SERVER_VERSION": version]) { $1 })["WERF_LOG_COLOR_MODE"] == mode)
    }

    /// The variables that werf sets although they are set, and those that it leaves.
    @Test(arguments: [gitLabJob, gitHubJob])
    func `what the user has set stays, but for the config and the annotations`(job: [String: String]) {
        let before = exports(job, project: "web")
        let preset = Dictionary(uniqueKeysWithValues: before.map { ($0.name, "preset") })
        let after = exports(job.merging(preset.filter { $0.key.hasPrefix("WERF_") }) { $1 }, project: "web").werf
        #expect(
            after
                == before.werf.filter { line in
                    line.hasPrefix("WERF_DOCKER_CONFIG=") || line.hasPrefix("WERF_ADD_ANNOTATION_")
                })
        #expect(after.count > 5)
    }

    @Test func `a variable that is set to nothing is not set`() {
        #expect(
            exports(Self.gitLabJob.merging(["WERF_REPO": ""]) { $1 })["WERF_REPO"] == "registry.example.com/group/app")
    }

    @Test(arguments: SampleJob.all.filter { !["gitlab", "github"].contains($0.system) })
    func `other systems have the same variables as far as they know the facts`(job: SampleJob) {
        var expected = [Self.config]
        func expect(_ line: String, _ fact: String) {
            if let value = job.facts[fact] { expected.append("\(line)=\(value)") }
        }
        expect("WERF_REPO", "repo")
        expect("WERF_ENV", "env")
        expect("WERF_ADD_ANNOTATION_PROJECT_GIT=project.werf.io/git", "project")
        expect("WERF_ADD_ANNOTATION_CI_COMMIT=ci.werf.io/commit", "commit")
        expect("WERF_ADD_ANNOTATION_CI_GIT_TAG=ci.werf.io/tag", "tag")
        #expect(exports(job.environment, project: "web").werf == expected + Self.logging)
    }
}
