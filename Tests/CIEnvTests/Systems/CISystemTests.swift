internal import CIEnv
internal import Testing

/// Which CI system a job is of.
@Suite struct CISystemTests {
    @Test func `every system of the command line is there`() {
        #expect(
            Set(CISystem.names) == [
                "gitlab", "github", "gitea", "forgejo", "jenkins", "circleci", "azure-pipelines", "bitbucket",
                "buildkite",
                "travis", "drone", "woodpecker", "teamcity", "appveyor", "codebuild", "cloudbuild", "semaphore",
                "codefresh", "cirrus", "tekton", "generic",
            ])
        #expect(Set(CISystem.names).count == CISystem.names.count)
    }

    @Test(arguments: CISystem.names)
    func `a system is found by its name`(name: String) throws {
        let system = try #require(CISystem.named(name))
        #expect(system.name == name)
        #expect(!system.title.isEmpty)
    }

    @Test(arguments: ["", "auto", "GitLab", "gitlab ", "gitlab-ci"])
    func `no other name is a system's`(name: String) {
        #expect(CISystem.named(name) == nil)
    }

    @Test(arguments: SampleJob.all)
    func `a job's system is recognised`(job: SampleJob) {
        #expect(CISystem.detect(in: Environment(job.environment)).name == job.system)
    }

    @Test func `there is a sample of every system`() {
        #expect(Set(SampleJob.all.map(\.system)) == Set(CISystem.names))
    }

    @Test(arguments: [
        // A runner of the first kind that a machine of the second kind runs.
        ("github", ["GITHUB_ACTIONS": "true", "CODEBUILD_BUILD_ARN": "arn"]),
        ("gitlab", ["GITLAB_CI": "true", "CODEBUILD_BUILD_ARN": "arn"]),
        ("gitlab", ["GITLAB_CI": "true", "JENKINS_URL": "https://j", "BUILD_ID": "1"]),
        ("buildkite", ["BUILDKITE": "true", "JENKINS_URL": "https://j", "BUILD_ID": "1"]),
        // What says that it is not one.
        ("generic", ["GITLAB_CI": "false", "CI_JOB_ID": "1", "CI": "true"]),
        ("generic", ["GITHUB_ACTIONS": "false"]),
        ("generic", ["TEAMCITY_VERSION": "LOCAL"]),
        ("generic", ["GITLAB_CI": ""]),
        // Half of what it takes.
        ("generic", ["JENKINS_URL": "https://j"]),
        ("generic", ["BUILD_ID": "1", "PROJECT_ID": "p"]),
        ("generic", ["CI_SYSTEM_NAME": "another"]),
    ])
    func `of several systems the job's own is recognised`(name: String, environment: [String: String]) {
        #expect(CISystem.detect(in: Environment(environment)).name == name)
    }

    @Test(arguments: [
        ("gitlab", "GITLAB_CI"), ("github", "GITHUB_ACTIONS"), ("gitea", "GITEA_ACTIONS"),
        ("forgejo", "FORGEJO_ACTIONS"), ("jenkins", "JENKINS_URL"), ("circleci", "CIRCLECI"),
        ("azure-pipelines", "TF_BUILD"), ("bitbucket", "BITBUCKET_BUILD_NUMBER"), ("buildkite", "BUILDKITE"),
        ("travis", "TRAVIS"), ("drone", "DRONE"), ("woodpecker", "CI_SYSTEM_NAME"), ("teamcity", "TEAMCITY_VERSION"),
        ("appveyor", "APPVEYOR"), ("codebuild", "CODEBUILD_BUILD_ARN"), ("cloudbuild", "BUILDER_OUTPUT"),
        ("semaphore", "SEMAPHORE"), ("codefresh", "CF_BUILD_ID"), ("cirrus", "CIRRUS_CI"),
        ("tekton", "TEKTON_TASKRUN_UID"),
    ])
    func `outside of a named system its first variable is missed`(name: String, variable: String) throws {
        let system = try #require(CISystem.named(name))
        #expect(system.firstMissingVariable(in: Environment([:])) == variable)
        #expect(system.firstMissingVariable(in: Environment(["CI": "true", variable: ""])) == variable)
    }

    @Test func `of several variables the one that is not there is named`() throws {
        let jenkins = try #require(CISystem.named("jenkins"))
        #expect(jenkins.firstMissingVariable(in: Environment(["JENKINS_URL": "https://j"])) == "BUILD_ID")
    }

    @Test(arguments: SampleJob.all)
    func `a named system misses nothing in its own jobs`(job: SampleJob) throws {
        let system = try #require(CISystem.named(job.system))
        #expect(system.firstMissingVariable(in: Environment(job.environment)) == nil)
    }

    @Test func `gitlab-ci-local's jobs are GitLab's for who says so`() throws {
        let system = try #require(CISystem.named("gitlab"))
        #expect(system.firstMissingVariable(in: Environment(["GITLAB_CI": "false", "CI_JOB_ID": "1"])) == nil)
    }
}
