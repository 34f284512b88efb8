internal import CIEnv
internal import DockerConfig
internal import Testing

/// The credentials that CI systems give their jobs.
@Suite struct SystemLoginTests {
    private static let forkEvent = #"{"pull_request": {"head": {"repo": {"full_name": "stranger/app"}}}}"#

    /// `registry user password` of each login.
    private func logins(_ system: String, _ environment: [String: String]) throws -> [String] {
        try set(system, environment).logins.map { login in
            login.password.withValue { "\(login.registry) \(login.username) \($0)" }
        }
    }

    private func set(_ system: String, _ environment: [String: String]) throws -> LoginSet {
        try #require(CISystem.named(system)).logins(in: Environment(environment)) { path in
            path == "/fork.json" ? Array(Self.forkEvent.utf8) : nil
        }
    }

    @Test(arguments: [
        (
            ["CI_REGISTRY_USER": "u", "CI_REGISTRY_PASSWORD": "p", "CI_JOB_TOKEN": "t"],
            ["registry.example.com:5000 u p"]
        ),
        (["CI_REGISTRY_PASSWORD": "p", "CI_JOB_TOKEN": "t"], ["registry.example.com:5000 gitlab-ci-token t"]),
        (
            ["CI_JOB_TOKEN": "t", "CI_DEPLOY_USER": "d", "CI_DEPLOY_PASSWORD": "q"],
            ["registry.example.com:5000 gitlab-ci-token t"]
        ),
        (["CI_DEPLOY_USER": "d", "CI_DEPLOY_PASSWORD": "q"], ["registry.example.com:5000 d q"]),
        (["CI_DEPLOY_USER": "d"], []),
    ])
    func `GitLab's registry is logged in to by the first credentials that are there`(
        environment: [String: String], expected: [String]
    ) throws {
        let job = environment.merging(["CI_REGISTRY": "registry.example.com:5000"]) { $1 }
        #expect(try logins("gitlab", job) == expected)
    }

    @Test func `a GitLab project without a registry has no login and no note`() throws {
        #expect(try set("gitlab", ["CI_JOB_TOKEN": "t"]) == LoginSet())
    }

    @Test func `GitLab's registry is known by the image's name alone`() throws {
        let job = ["CI_REGISTRY_IMAGE": "registry.example.com/group/app", "CI_JOB_TOKEN": "t"]
        #expect(try logins("gitlab", job) == ["registry.example.com gitlab-ci-token t"])
    }

    @Test func `GitLab's dependency proxy is logged in to with and without its port`() throws {
        let proxy = [
            "CI_DEPENDENCY_PROXY_SERVER": "gitlab.example.com:443", "CI_DEPENDENCY_PROXY_USER": "u",
            "CI_DEPENDENCY_PROXY_PASSWORD": "p",
        ]
        #expect(try logins("gitlab", proxy) == ["gitlab.example.com:443 u p", "gitlab.example.com u p"])
        // A registry on the proxy's host keeps its own credentials.
        let both = proxy.merging(["CI_REGISTRY": "gitlab.example.com", "CI_JOB_TOKEN": "t"]) { $1 }
        #expect(try logins("gitlab", both) == ["gitlab.example.com gitlab-ci-token t", "gitlab.example.com:443 u p"])
        #expect(
            try logins("gitlab", proxy.merging(["CI_DEPENDENCY_PROXY_SERVER": "gitlab.example.com:8443"]) { $1 })
                == ["gitlab.example.com:8443 u p"])
    }

    @Test(arguments: [
        ("github", [:], "ghcr.io"),
        ("github", ["GITHUB_SERVER_URL": "https://github.com"], "ghcr.io"),
        ("github", ["GITHUB_SERVER_URL": "https://github.example.com"], "containers.github.example.com"),
        ("gitea", ["GITHUB_SERVER_URL": "https://git.example.com:3000/sub/"], "git.example.com:3000"),
        ("forgejo", ["GITHUB_SERVER_URL": "http://codeberg.org"], "codeberg.org"),
    ])
    func `the instance's registry is logged in to by the job's token`(
        system: String, environment: [String: String], registry: String
    ) throws {
        let job = environment.merging(["GITHUB_ACTOR": "me", "GITHUB_TOKEN": "t"]) { $1 }
        #expect(try logins(system, job) == ["\(registry) me t"])
    }

    @Test(arguments: [
        ("gitea", ["GITEA_TOKEN": "t"]), ("forgejo", ["FORGEJO_TOKEN": "t"]), ("forgejo", ["GITEA_TOKEN": "t"]),
        ("gitea", ["GITHUB_TOKEN": "t", "GITEA_TOKEN": "other"]),
    ])
    func `Gitea's and Forgejo's tokens have names of their own besides`(
        system: String, tokens: [String: String]
    ) throws {
        let job = tokens.merging(["GITHUB_ACTOR": "me", "GITHUB_SERVER_URL": "https://git.example.com"]) { $1 }
        #expect(try logins(system, job) == ["git.example.com me t"])
    }

    @Test(arguments: ["not a url", "https://user:pw@git.example.com", "https://", "ftp:x"])
    func `a server that is no host is not logged in to`(server: String) throws {
        let job = ["GITHUB_SERVER_URL": server, "GITHUB_ACTOR": "me", "GITHUB_TOKEN": "t"]
        #expect(try set("gitea", job) == LoginSet())
    }

    @Test(arguments: CISystem.names.filter { !["gitlab", "github", "gitea", "forgejo"].contains($0) })
    func `other systems bring no credentials of their own`(system: String) throws {
        let all = ["CI_REGISTRY": "r.example.com", "CI_JOB_TOKEN": "t", "GITHUB_ACTOR": "me", "GITHUB_TOKEN": "t"]
        #expect(try set(system, all) == LoginSet())
    }

    @Test func `missing credentials are noted, with what to do`() throws {
        #expect(
            try set("github", ["GITHUB_ACTOR": "me"]).notes == [
                "no login to ghcr.io: GITHUB_TOKEN is not set; a step is given it by env: GITHUB_TOKEN: ${{ github.token }}"
            ])
        #expect(
            try set("gitlab", ["CI_REGISTRY": "r.example.com"]).notes == [
                """
                no login to r.example.com: none of CI_REGISTRY_PASSWORD, CI_JOB_TOKEN, CI_DEPLOY_PASSWORD is set
                """
            ])
        #expect(
            try set("gitlab", ["CI_REGISTRY": "r.example.com", "CI_REGISTRY_PASSWORD": "p"]).notes == [
                "no login to r.example.com: none of CI_REGISTRY_USER, CI_JOB_TOKEN, CI_DEPLOY_PASSWORD is set"
            ])
    }

    @Test func `of a fork it is said that it is one`() throws {
        let job = [
            "GITHUB_ACTOR": "stranger", "GITHUB_REPOSITORY": "owner/app", "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": "/fork.json",
        ]
        #expect(
            try set("github", job).notes == [
                "no login to ghcr.io: GITHUB_TOKEN is not set; the job is from a fork, which is given no secrets"
            ])
        #expect(
            try set(
                "gitlab",
                [
                    "CI_REGISTRY": "r.example.com", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1",
                    "CI_MERGE_REQUEST_PROJECT_ID": "2",
                ]
            ).notes.allSatisfy { $0.hasSuffix("; the job is from a fork, which is given no secrets") })
    }

    @Test func `the event's file is read only where credentials are missing`() throws {
        let job = [
            "GITHUB_ACTOR": "me", "GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "owner/app",
            "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "/fork.json",
        ]
        let system = try #require(CISystem.named("github"))
        let set = system.logins(in: Environment(job)) { _ in
            Issue.record("the file is read")
            return nil
        }
        #expect(set.logins.count == 1)
    }

    @Test func `a login names its variables and shows no secret`() throws {
        let set = try set("gitlab", ["CI_REGISTRY": "r.example.com", "CI_JOB_TOKEN": "s3cret"])
        #expect(set.logins.map(\.source) == ["CI_JOB_TOKEN"])
        #expect(!"\(set)".contains("s3cret"))
        let gitHub = try self.set("github", ["GITHUB_ACTOR": "me", "GITHUB_TOKEN": "s3cret"])
        #expect(gitHub.logins.map(\.source) == ["GITHUB_ACTOR, GITHUB_TOKEN"])
        #expect(!"\(gitHub)".contains("s3cret"))
    }
}
