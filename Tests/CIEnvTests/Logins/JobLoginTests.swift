internal import CIEnv
internal import DockerConfig
internal import TestSupport
internal import Testing

/// What a job logs in to by all that its system and its user say.
@Suite struct JobLoginTests {
    @Test func `a forge that does not say where it is is not logged in to`() throws {
        let job = try job([
            "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_RUN_ID": "1", "GITHUB_ACTOR": "a",
            "GITHUB_TOKEN": "token",
        ])
        #expect(job.logins == [])
    }

    @Test(arguments: [["TRAVIS": "true", "TRAVIS_JOB_ID": "1"], ["GITLAB_CI": "true", "CI_JOB_ID": "1"], [:]])
    func `the user's own registry is logged in to on every system`(environment: [String: String]) throws {
        let job = try job(environment.with(Self.ownRegistry))
        #expect(job.logins.map(\.summary) == ["harbor.example.com:robot:own-password"])
    }

    @Test func `without BERTH_REGISTRY its user and password mean nothing`() throws {
        #expect(try job(Self.ownRegistry.with(["BERTH_REGISTRY": ""])).logins == [])
    }

    @Test(arguments: ["BERTH_REGISTRY_USER", "BERTH_REGISTRY_PASSWORD"])
    func `of the user's own registry all is needed`(variable: String) throws {
        let error = try #require(throws: CIEnvError.self) { try job(Self.ownRegistry.with([variable: ""])) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text.contains("\(variable) is not set"))
    }

    @Test func `the CI system's own credentials can be left out`() throws {
        var arguments = CIEnvArguments()
        arguments.logsInToRegistry = false
        arguments.logins = ["ghcr.io=U,P"]
        let job = try job(Self.gitlab.with(Self.ownRegistry).with(["U": "me", "P": "own"]), arguments)
        #expect(job.logins.map(\.summary) == ["ghcr.io:me:own"])
    }

    @Test func `what the user asks for comes after what the system gives, and so counts`() throws {
        var arguments = CIEnvArguments()
        arguments.logins = ["registry.example.com=U,P"]
        let job = try job(
            Self.gitlab.with(["U": "me", "P": "own", "CI_DEPENDENCY_PROXY_SERVER": ""]), arguments)
        #expect(job.logins.last?.summary == "registry.example.com:me:own")
    }

    @Test func `a login whose variables are not set stops the job`() throws {
        var arguments = CIEnvArguments()
        arguments.logins = ["ghcr.io=GHCR_USER,GHCR_TOKEN"]
        let error = try #require(throws: CIEnvError.self) { try job(Self.gitlab, arguments) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text.contains("GHCR_"))
    }

    static let ownRegistry = [
        "BERTH_REGISTRY": "harbor.example.com", "BERTH_REGISTRY_USER": "robot",
        "BERTH_REGISTRY_PASSWORD": "own-password",
    ]

    static let gitlab = [
        "GITLAB_CI": "true", "CI_JOB_ID": "1", "CI_REGISTRY": "registry.example.com", "CI_REGISTRY_USER": "job-user",
        "CI_REGISTRY_PASSWORD": "registry-password", "CI_JOB_TOKEN": "job-token", "CI_DEPLOY_USER": "deploy-user",
        "CI_DEPLOY_PASSWORD": "deploy-password", "CI_DEPENDENCY_PROXY_SERVER": "gitlab.example.com:443",
        "CI_DEPENDENCY_PROXY_USER": "proxy-user", "CI_DEPENDENCY_PROXY_PASSWORD": "proxy-password",
    ]
}

/// Jobs that run code from a fork, which are given no secrets.
@Suite struct ForkTests {
    @Test(arguments: [
        ["GITLAB_CI": "true", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8", "CI_MERGE_REQUEST_PROJECT_ID": "7"],
        ["JENKINS_URL": "https://j", "BUILD_ID": "1", "CHANGE_FORK": "stranger"],
        ["CIRCLECI": "true", "CIRCLE_PR_USERNAME": "stranger"],
        ["TF_BUILD": "True", "SYSTEM_PULLREQUEST_ISFORK": "True"],
        ["TRAVIS": "true", "TRAVIS_PULL_REQUEST_SLUG": "stranger/app", "TRAVIS_REPO_SLUG": "owner/app"],
        [
            "BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_REPO": "https://github.com/stranger/app.git",
            "BUILDKITE_REPO": "git@github.com:owner/app.git",
        ],
        [
            "APPVEYOR": "True", "APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "stranger/app",
            "APPVEYOR_REPO_NAME": "owner/app",
        ],
        ["SEMAPHORE": "true", "SEMAPHORE_GIT_PR_SLUG": "stranger/app", "SEMAPHORE_GIT_REPO_SLUG": "owner/app"],
        ["CF_BUILD_ID": "1", "CF_PULL_REQUEST_IS_FORK": "true"],
        ["CIRRUS_CI": "true", "CIRRUS_PR": "7", "CIRRUS_USER_PERMISSION": "none"],
    ])
    func `a fork's job goes on without credentials, and says so`(environment: [String: String]) throws {
        let job = try askingForLogin(environment)
        #expect(job.logins == [])
        #expect(job.notes.count == 1)
        #expect(job.notes.first?.contains("ghcr.io") == true)
        #expect(job.notes.first?.contains("fork") == true)
    }

    @Test(arguments: [
        ["GITLAB_CI": "true", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "7"],
        ["GITLAB_CI": "true"], ["JENKINS_URL": "https://j", "BUILD_ID": "1"], ["CIRCLECI": "true"],
        ["TF_BUILD": "True", "SYSTEM_PULLREQUEST_ISFORK": "False"],
        ["TRAVIS": "true", "TRAVIS_PULL_REQUEST_SLUG": "owner/app", "TRAVIS_REPO_SLUG": "owner/app"],
        ["TRAVIS": "true", "TRAVIS_PULL_REQUEST_SLUG": "", "TRAVIS_REPO_SLUG": "owner/app"],
        ["BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_REPO": "", "BUILDKITE_REPO": "git@github.com:owner/app.git"],
        [
            "BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/owner/app.git",
            "BUILDKITE_REPO": "git@github.com:owner/app.git",
        ],
        [
            "BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_REPO": "git@github.com:owner/app.git",
            "BUILDKITE_REPO": "https://github.com/owner/app",
        ],
        ["CF_BUILD_ID": "1", "CF_PULL_REQUEST_IS_FORK": "false"],
        ["CIRRUS_CI": "true", "CIRRUS_PR": "7", "CIRRUS_USER_PERMISSION": "write"], [:],
    ])
    func `any other job needs what it asks for`(environment: [String: String]) {
        #expect(throws: CIEnvError.self) { try askingForLogin(environment) }
    }

    @Test(arguments: [
        (#"{"pull_request": {"head": {"repo": {"full_name": "stranger/app"}}}}"#, true),
        (#"{"pull_request": {"head": {"repo": null}}}"#, true),
        (#"{"pull_request": {"head": {"repo": {"full_name": "owner/app"}}}}"#, false),
        ("{", false), ("", false), ("[]", false),
    ])
    func `GitHub's event tells where a pull request's code is from`(event: String, isFork: Bool) throws {
        let environment = [
            "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "1", "GITHUB_REPOSITORY": "owner/app", "GITHUB_HEAD_REF": "fix",
            "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "/event.json", "GITHUB_ACTOR": "a",
            "GITHUB_TOKEN": "t",
        ]
        let read = { (path: String) in path == "/event.json" ? Array(event.utf8) : nil }
        guard isFork else {
            #expect(throws: CIEnvError.self) { try askingForLogin(environment, reading: read) }
            return
        }
        let job = try askingForLogin(environment, reading: read)
        #expect(job.logins.map(\.registry) == ["ghcr.io"])
        #expect(job.notes.count == 1)
    }

    @Test func `a fork's job that has credentials uses them`() throws {
        let job = try askingForLogin([
            "CIRCLECI": "true", "CIRCLE_PR_USERNAME": "stranger", "LOGIN_USER": "me", "LOGIN_PASSWORD": "given",
        ])
        #expect(job.logins.map(\.summary) == ["ghcr.io:me:given"])
        #expect(job.notes == [])
    }

    private func askingForLogin(
        _ environment: [String: String], reading read: (String) -> [UInt8]? = { _ in nil }
    ) throws -> CIJob {
        var arguments = CIEnvArguments()
        arguments.logins = ["ghcr.io=LOGIN_USER,LOGIN_PASSWORD"]
        return try job(environment, arguments, reading: read)
    }
}

private func job(
    _ environment: [String: String], _ arguments: CIEnvArguments = CIEnvArguments(),
    reading read: (String) -> [UInt8]? = { _ in nil }
) throws -> CIJob {
    let environment = Environment(environment)
    return try CIJob(
        CIEnvOptions(arguments, environment: environment, home: "/home/u"), environment: environment, reading: read)
}

extension Login {
    /// `registry:user:password`, which only a test may write down.
    fileprivate var summary: String { password.withValue { "\(registry):\(username):\($0)" } }
}

extension [String: String] {
    /// The same environment with these variables changed; an empty value stands for an absent variable.
    fileprivate func with(_ changes: [String: String]) -> [String: String] {
        merging(changes) { $1 }
    }
}
