@testable internal import CIEnv
internal import Testing

/// What a CI system would give a job of a known checkout.
@Suite struct ReproductionTests {
    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `a job has the variables that its system's documentation has`(job: ReproducedJob, kind: CheckoutKind) throws {
        let expected = job.variables(kind)
        let found = try variables(job, kind)
        for name in Set(expected.keys).union(found.keys) {
            #expect(found[name] == expected[name], "\(name)")
        }
    }

    @Test func `there is one of every system`() {
        #expect(Set(ReproducedJob.all.map(\.system)) == Set(CISystem.names))
    }

    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `no variable is there twice`(job: ReproducedJob, kind: CheckoutKind) throws {
        let system = try #require(CISystem.named(job.system))
        let names = try system.variables(of: job.job(kind)).map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `the job is recognised as one of the system's`(job: ReproducedJob, kind: CheckoutKind) throws {
        let environment = try Environment(variables(job, kind))
        #expect(CISystem.detect(in: environment).name == job.system)
        #expect(CISystem.named(job.system)?.firstMissingVariable(in: environment) == nil)
    }

    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `its facts are those of the checkout`(job: ReproducedJob, kind: CheckoutKind) throws {
        let system = try #require(CISystem.named(job.system))
        let local = try job.job(kind)
        let facts = try system.facts(in: Environment(variables(job, kind)))
        #expect(facts.commit?.value == ReproducedJob.commit)
        #expect(facts.tag?.value == local.tag)
        #expect(facts.change?.value == local.change?.number)
        // Cirrus calls a pull request's branch by its number.
        let branch = job.system == "cirrus" && kind == .change ? "pull/12" : local.branch
        #expect(facts.branch?.value == branch)
        #expect(facts.jobKey != nil || job.system == "generic")
        #expect(facts.environment == nil)
        #expect(facts.timeoutSeconds == nil)
        #expect(facts.temporaryDirectory == nil)
    }

    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `its project is the remote's, where the system tells the project`(
        job: ReproducedJob, kind: CheckoutKind
    ) throws {
        let system = try #require(CISystem.named(job.system))
        let page = try system.facts(in: Environment(variables(job, kind))).projectURL?.value
        let remote = try job.job(kind).remote
        switch job.system {
        case "teamcity", "travis", "appveyor", "codefresh", "tekton", "generic": #expect(page == nil)
        case "cloudbuild": #expect(page == (kind == .change ? remote?.page : nil))
        case "bitbucket": #expect(page == remote.map { "http://\($0.host)/\($0.path)" })
        default: #expect(page == remote?.page)
        }
    }

    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `it runs its own repository's code and brings no credentials`(job: ReproducedJob, kind: CheckoutKind) throws {
        let system = try #require(CISystem.named(job.system))
        let environment = try Environment(variables(job, kind))
        #expect(!system.isFork(in: environment) { _ in nil })
        #expect(system.logins(in: environment).logins.isEmpty)
        #expect(try !variables(job, kind).values.contains { $0.contains("hunter2") })
    }

    @Test(arguments: ReproducedJob.all, CheckoutKind.allCases)
    func `what a directory of the job's own is for has no other value`(job: ReproducedJob, kind: CheckoutKind) throws {
        let system = try #require(CISystem.named(job.system))
        let found = try variables(job, kind)
        #expect(Set(found.keys).intersection(system.directories.keys).isEmpty)
        #expect(system.temporaryDirectory.allSatisfy { system.directories[$0] != nil })
    }

    @Test(arguments: [
        ("gitlab", ["CI_PROJECT_DIR"]), ("github", ["GITHUB_WORKSPACE"]), ("jenkins", ["WORKSPACE"]),
        (
            "azure-pipelines",
            ["SYSTEM_DEFAULTWORKINGDIRECTORY", "BUILD_SOURCESDIRECTORY", "BUILD_REPOSITORY_LOCALPATH"]
        ),
        ("generic", []),
    ])
    func `the variables with the checkout's path are known`(system: String, names: [String]) {
        #expect(CISystem.named(system)?.checkoutVariables == names)
    }

    @Test(arguments: CISystem.names)
    func `a job of which nothing is known is one of the system's all the same`(name: String) throws {
        let system = try #require(CISystem.named(name))
        let variables = system.variables(of: LocalJob(directory: "/src/app"))
        let environment = Environment(Dictionary(uniqueKeysWithValues: variables.map { ($0.name, $0.value) }))
        #expect(CISystem.detect(in: environment).name == name)
        #expect(system.facts(in: environment).commit == nil)
    }

    @Test func `Jenkins knows the default branch`() throws {
        let jenkins = try #require(CISystem.named("jenkins"))
        var job = LocalJob(directory: "/src/app")
        job.branch = "main"
        job.defaultBranch = "main"
        #expect(jenkins.variables(of: job).contains(JobVariable("BRANCH_IS_PRIMARY", "true")))
    }

    @Test(arguments: [
        ("main", "main"), ("Feature/Ünï-1", "feature--n--1"), ("-a-", "a"), ("---", ""), ("v1.2_3", "v1-2-3"),
        (String(repeating: "a", count: 64), String(repeating: "a", count: 63)),
        (String(repeating: "a", count: 62) + "/b", String(repeating: "a", count: 62)),
        ("/" + String(repeating: "a", count: 64), String(repeating: "a", count: 62)),
    ])
    func `GitLab's slugs are cut before they are trimmed`(branch: String, slug: String) throws {
        let gitLab = try #require(CISystem.named("gitlab"))
        var job = LocalJob(directory: "/src/app")
        job.branch = branch
        #expect(gitLab.variables(of: job).contains(JobVariable("CI_COMMIT_REF_SLUG", slug)))
    }

    @Test(arguments: [(99, "\nBody"), (100, String(repeating: "x", count: 100) + "\n\nBody\n")])
    func `GitLab's description has all of a message whose title is long`(length: Int, description: String) throws {
        let gitLab = try #require(CISystem.named("gitlab"))
        var job = LocalJob(directory: "/src/app")
        job.message = .init(
            text: String(repeating: "x", count: length) + "\n\nBody\n", authorName: "A", authorEmail: "a@b", time: "")
        #expect(gitLab.variables(of: job).contains(JobVariable("CI_COMMIT_DESCRIPTION", description)))
    }

    @Test(arguments: ["github", "gitea", "forgejo"])
    func `the files that a step may write to are named, and are whoever runs the job's to make`(name: String) throws {
        let system = try #require(CISystem.named(name))
        #expect(system.files.contains("GITHUB_ENV") && system.files.contains("GITHUB_OUTPUT"))
        let names = system.variables(of: LocalJob(directory: "/src/app")).map(\.name)
        #expect(Set(names).isDisjoint(with: system.files))
    }
}

private func variables(_ job: ReproducedJob, _ kind: CheckoutKind) throws -> [String: String] {
    let system = try #require(CISystem.named(job.system))
    return Dictionary(try system.variables(of: job.job(kind)).map { ($0.name, $0.value) }) { $1 }
}
