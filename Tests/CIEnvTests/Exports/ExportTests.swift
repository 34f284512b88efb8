internal import CIEnv
internal import Testing

/// What a job's shell sets.
@Suite struct ExportTests {
    @Test func `the variables stand in the documented order`() {
        let exports = jobExports(
            WerfParityTests.gitlab.with([
                "CI_COMMIT_TAG": "", "CI_COMMIT_BRANCH": "main", "CI_MERGE_REQUEST_IID": "12", "DOCKER_AUTH_CONFIG": "{}",
            ]), buildxConfig: "/home/u/.docker/buildx", extra: [Export("EXTRA", "1", from: "test")])
        #expect(
            exports.filter { !$0.name.hasPrefix("WERF_") }.map(\.line) == [
                "DOCKER_CONFIG=/job/docker",
                "REGISTRY_AUTH_FILE=/job/containers/auth.json",
                "HELM_REGISTRY_CONFIG=/job/helm/registry.json",
                "BUILDX_CONFIG=/home/u/.docker/buildx",
                "AWS_ECR_CACHE_DIR=/job/ecr",
                "DOCKER_AUTH_CONFIG=",
                "BERTH_JOB=/job",
                "BERTH_CI=gitlab",
                "BERTH_REPO=registry.example.com/group/app",
                "BERTH_COMMIT=8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901",
                "BERTH_BRANCH=main",
                "BERTH_CHANGE=12",
                "BERTH_JOB_URL=https://gitlab.example.com/group/app/-/jobs/5",
                "BERTH_PIPELINE_URL=https://gitlab.example.com/group/app/-/pipelines/77",
                "EXTRA=1",
            ])
    }

    @Test(arguments: [WerfParityTests.gitlab, WerfParityTests.github], [
        "WERF_REPO", "WERF_REPO_CONTAINER_REGISTRY", "WERF_ENV", "WERF_REPO_GITHUB_TOKEN", "WERF_LOG_COLOR_MODE",
        "WERF_LOG_PROJECT_DIR", "WERF_ENABLE_PROCESS_EXTERMINATOR", "WERF_LOG_TERMINAL_WIDTH", "BUILDX_CONFIG",
    ])
    func `what the user has set is left as it is, and not repeated`(job: [String: String], name: String) {
        let exports = jobExports(job.with([name: "the user's own"]), project: "shop", buildxConfig: "/b")
        #expect(exports[name] == nil)
        #expect(exports.allSatisfy { !$0.line.contains("the user's own") })
    }

    @Test(arguments: [
        ("DOCKER_CONFIG", "/job/docker"), ("WERF_DOCKER_CONFIG", "/job/docker"),
        ("WERF_ADD_ANNOTATION_PROJECT_GIT", "project.werf.io/git=https://gitlab.example.com/group/app"),
        ("WERF_ADD_ANNOTATION_CI_GIT_TAG", "ci.werf.io/tag=v1.2.3"),
        ("WERF_ADD_ANNOTATION_WERF_RELEASE_CHANNEL", "werf.io/release-channel=2 stable"),
        ("REGISTRY_AUTH_FILE", "/job/containers/auth.json"), ("HELM_REGISTRY_CONFIG", "/job/helm/registry.json"),
        ("AWS_ECR_CACHE_DIR", "/job/ecr"), ("BERTH_JOB", "/job"), ("BERTH_CI", "gitlab"), ("BERTH_TAG", "v1.2.3"),
    ])
    func `what belongs to this job replaces another's`(name: String, value: String) {
        #expect(jobExports(WerfParityTests.gitlab.with([name: "another job's"]))[name] == value)
    }

    @Test(arguments: [
        "WERF_REPO", "WERF_ENV", "WERF_LOG_COLOR_MODE", "WERF_LOG_TERMINAL_WIDTH",
    ])
    func `a variable that is set to nothing counts as not set`(name: String) {
        let expected = jobExports(WerfParityTests.gitlab)[name]
        #expect(expected != nil)
        #expect(jobExports(WerfParityTests.gitlab.with([name: ""]))[name] == expected)
    }

    @Test func `DOCKER_AUTH_CONFIG is emptied only where it was set`() {
        #expect(jobExports(WerfParityTests.gitlab)["DOCKER_AUTH_CONFIG"] == nil)
        #expect(jobExports(WerfParityTests.gitlab.with(["DOCKER_AUTH_CONFIG": "{}"]))["DOCKER_AUTH_CONFIG"] == "")
    }

    @Test func `without builders there is nothing to say to buildx`() {
        #expect(jobExports(WerfParityTests.gitlab)["BUILDX_CONFIG"] == nil)
    }

    @Test func `a GitHub token that is not there is not referred to`() {
        #expect(jobExports(WerfParityTests.github.with(["GITHUB_TOKEN": ""]))["WERF_REPO_GITHUB_TOKEN"] == nil)
    }

    @Test func `another system's job has werf's variables from its own facts`() {
        let exports = jobExports([
            "WOODPECKER": "1", "CI": "woodpecker", "CI_SYSTEM_NAME": "woodpecker", "CI_REPO": "owner/app",
            "CI_REPO_ID": "3", "CI_PIPELINE_NUMBER": "7", "CI_COMMIT_SHA": "abc", "CI_COMMIT_TAG": "v1",
            "CI_REPO_URL": "https://git.example.com/owner/app", "BERTH_REPO": "harbor.example.com/app",
        ])
        #expect(
            exports.werfLines == [
                "DOCKER_CONFIG=/job/docker", "WERF_DOCKER_CONFIG=/job/docker", "WERF_REPO=harbor.example.com/app",
                "WERF_ADD_ANNOTATION_PROJECT_GIT=project.werf.io/git=https://git.example.com/owner/app",
                "WERF_ADD_ANNOTATION_CI_COMMIT=ci.werf.io/commit=abc",
                "WERF_ADD_ANNOTATION_CI_GIT_TAG=ci.werf.io/tag=v1",
                "WERF_LOG_COLOR_MODE=on", "WERF_LOG_PROJECT_DIR=1", "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
                "WERF_LOG_TERMINAL_WIDTH=130",
            ])
        #expect(exports["BERTH_CI"] == "woodpecker")
    }

    @Test func `outside of any CI there are the job's files, and what never depends on it`() {
        #expect(
            jobExports([:]).map(\.line) == [
                "DOCKER_CONFIG=/job/docker", "WERF_DOCKER_CONFIG=/job/docker",
                "WERF_LOG_COLOR_MODE=on", "WERF_LOG_PROJECT_DIR=1", "WERF_ENABLE_PROCESS_EXTERMINATOR=1",
                "WERF_LOG_TERMINAL_WIDTH=130",
                "REGISTRY_AUTH_FILE=/job/containers/auth.json", "HELM_REGISTRY_CONFIG=/job/helm/registry.json",
                "AWS_ECR_CACHE_DIR=/job/ecr", "BERTH_JOB=/job", "BERTH_CI=generic",
            ])
    }

    @Test(arguments: [WerfParityTests.gitlab, WerfParityTests.github, [:]])
    func `each name is a variable's and stands once`(job: [String: String]) {
        let names = jobExports(job.with(["DOCKER_AUTH_CONFIG": "{}"]), project: "shop", buildxConfig: "/b").map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.filter { $0.contains { !($0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_")) } } == [])
    }

    @Test(arguments: [WerfParityTests.gitlab, WerfParityTests.github])
    func `no secret is in any of them`(job: [String: String]) {
        let secrets = job.values.filter { $0.contains("hunter2") }
        #expect(!secrets.isEmpty)
        let exports = jobExports(
            job.with(["DOCKER_AUTH_CONFIG": "hunter2", "WERF_REPO_GITHUB_TOKEN": "hunter2"]), project: "shop")
        #expect(exports.filter { $0.line.contains("hunter2") || $0.source.contains("hunter2") }.map(\.name) == [])
    }

    @Test func `a value is handed on byte for byte`() {
        let tag = "v1'\"$(touch x)`\n\u{1B}é"
        #expect(jobExports(WerfParityTests.gitlab.with(["CI_COMMIT_TAG": tag]))["BERTH_TAG"] == tag)
    }

    @Test func `a variable says what it comes from`() {
        let sources = jobExports(WerfParityTests.gitlab).map { ($0.name, $0.source) }
        let table = Dictionary(uniqueKeysWithValues: sources)
        #expect(table["WERF_REPO"] == "CI_REGISTRY_IMAGE")
        #expect(table["WERF_ENV"] == "CI_ENVIRONMENT_SLUG")
        #expect(table["BERTH_TAG"] == "CI_COMMIT_TAG")
        #expect(!sources.contains { $0.1.isEmpty })
    }

    @Test func `evaluated twice, a shell has what it had`() throws {
        for job in [WerfParityTests.gitlab, WerfParityTests.github] {
            let first = jobExports(job, project: "shop", buildxConfig: "/b")
            var environment = job
            for export in first {
                if case .text(let text) = export.value { environment[export.name] = text } else { environment[export.name] = "hunter2" }
            }
            for export in jobExports(environment, project: "shop", buildxConfig: "/b") {
                #expect(export.line == first.first { $0.name == export.name }?.line)
            }
        }
    }
}
