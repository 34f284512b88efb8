internal import CIEnv
internal import Testing

/// The variables of a job's shell.
@Suite struct ExportTests {
    @Test func `a job's variables stand in one order`() {
        let names = exports(WerfParityTests.gitLabJob.merging(["DOCKER_AUTH_CONFIG": "{}"]) { $1 }).map(\.name)
        #expect(
            names.filter { !$0.hasPrefix("WERF_") || $0 == "WERF_DOCKER_CONFIG" } == [
                "DOCKER_CONFIG", "WERF_DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG", "BUILDX_CONFIG",
                "AWS_ECR_CACHE_DIR", "DOCKER_AUTH_CONFIG", "BERTH_JOB", "BERTH_CI", "BERTH_REPO", "BERTH_COMMIT",
                "BERTH_TAG",
                "BERTH_JOB_URL", "BERTH_PIPELINE_URL",
            ])
    }

    @Test func `clients are led to the job's files, whatever was set before`() {
        let set = ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HELM_REGISTRY_CONFIG", "AWS_ECR_CACHE_DIR", "BERTH_JOB"]
        let found = exports(Dictionary(uniqueKeysWithValues: set.map { ($0, "/elsewhere") }))
        #expect(found["DOCKER_CONFIG"] == "/tmp/berth-0/job/docker")
        #expect(found["REGISTRY_AUTH_FILE"] == "/tmp/berth-0/job/containers/auth.json")
        #expect(found["HELM_REGISTRY_CONFIG"] == "/tmp/berth-0/job/helm/registry.json")
        #expect(found["AWS_ECR_CACHE_DIR"] == "/tmp/berth-0/job/ecr")
        #expect(found["BERTH_JOB"] == "/tmp/berth-0/job")
    }

    @Test func `builders stay where the user has them`() {
        #expect(exports([:])["BUILDX_CONFIG"] == "/srv/docker/buildx")
        #expect(exports(["BUILDX_CONFIG": "/mine"])["BUILDX_CONFIG"] == nil)
        var withoutBuilders = paths
        withoutBuilders.buildxConfig = nil
        #expect(exports([:], paths: withoutBuilders)["BUILDX_CONFIG"] == nil)
    }

    @Test func `DOCKER_AUTH_CONFIG is blanked where it was set, and is not made where it was not`() {
        #expect(exports(["DOCKER_AUTH_CONFIG": #"{"auths": {}}"#])["DOCKER_AUTH_CONFIG"] == "")
        #expect(exports([:])["DOCKER_AUTH_CONFIG"] == nil)
    }

    @Test(arguments: SampleJob.all)
    func `the facts stand under names that are the same everywhere`(job: SampleJob) throws {
        let found = exports(try #require(.named(job.system)), job.environment)
        #expect(found["BERTH_CI"] == job.system)
        for (name, fact) in [
            ("REPO", "repo"), ("COMMIT", "commit"), ("BRANCH", "branch"), ("TAG", "tag"), ("CHANGE", "change"),
            ("JOB_URL", "job"), ("PIPELINE_URL", "pipeline"),
        ] {
            #expect(found["BERTH_\(name)"] == job.facts[fact], "BERTH_\(name)")
        }
    }

    @Test func `what a machine needs besides comes last`() {
        var paths = paths
        paths.extra = [Export("PATH", "/tmp/berth-0/job/bin:/bin", from: "podman")]
        #expect(exports([:], paths: paths).last == paths.extra.last)
    }

    @Test(arguments: SampleJob.all)
    func `every name is a variable's and stands once`(job: SampleJob) throws {
        let names = exports(try #require(.named(job.system)), job.environment, project: "web").map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            let isName = name.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 95 }
            #expect(isName && !name.isEmpty && !(48...57).contains(name.utf8.first ?? 48), "\(name)")
        }
    }

    @Test(arguments: SampleJob.all)
    func `only DOCKER_AUTH_CONFIG is set to nothing, and all say where they are from`(job: SampleJob) throws {
        let environment = job.environment.merging(["DOCKER_AUTH_CONFIG": "{}"]) { $1 }
        let found = exports(try #require(.named(job.system)), environment, project: "web")
        #expect(found.filter { $0.value == .text("") }.map(\.name) == ["DOCKER_AUTH_CONFIG"])
        #expect(found.filter { $0.source.isEmpty }.map(\.name) == [])
    }

    /// Every variable that CI systems or users keep a secret in, and addresses with one.
    private static let secrets: [String: String] = {
        let names = [
            "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPLOY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD",
            "GITHUB_TOKEN",
            "GITEA_TOKEN", "FORGEJO_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN",
            "BUILDKITE_AGENT_ACCESS_TOKEN", "BERTH_REGISTRY_PASSWORD", "WERF_REPO_GITHUB_TOKEN", "WERF_REPO",
            "WERF_ENV",
            "DOCKER_AUTH_CONFIG", "CIRCLE_OIDC_TOKEN", "BITBUCKET_STEP_OIDC_TOKEN", "CF_API_KEY",
        ]
        let remotes = [
            "BUILDKITE_REPO", "BUILDKITE_PULL_REQUEST_REPO", "CIRCLE_REPOSITORY_URL", "BUILD_REPOSITORY_URI",
            "BITBUCKET_GIT_HTTP_ORIGIN", "CODEBUILD_SOURCE_REPO_URL", "SEMAPHORE_GIT_URL", "CIRRUS_REPO_CLONE_URL",
            "GIT_URL", "GIT_URL_1", "_HEAD_REPO_URL", "CI_REPOSITORY_URL",
        ]
        return Dictionary(uniqueKeysWithValues: names.map { ($0, "s3cret-of-\($0)") })
            .merging(remotes.map { ($0, "https://s3cret-user:s3cret@git.example.com/a/b.git") }) { $1 }
    }()

    @Test(arguments: SampleJob.all)
    func `no secret and no value that was there before stands in an export`(job: SampleJob) throws {
        let system = try #require(CISystem.named(job.system))
        for export in exports(system, job.environment.merging(Self.secrets) { $1 }, project: "web") {
            #expect(!"\(export.name) \(export.value) \(export.source)".contains("s3cret"), "\(export.name)")
        }
    }
}
