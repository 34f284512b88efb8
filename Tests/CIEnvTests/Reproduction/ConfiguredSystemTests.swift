internal import CIEnv
internal import TestSupport
internal import Testing

/// Which CI system a checkout is made for.
@Suite struct ConfiguredSystemTests {
    static let files = [
        (".gitlab-ci.yml", "gitlab"), (".github/workflows/ci.yml", "github"), (".gitea/workflows/ci.yaml", "gitea"),
        (".forgejo/workflows/ci.yml", "forgejo"), (".circleci/config.yml", "circleci"),
        ("azure-pipelines.yml", "azure-pipelines"), ("bitbucket-pipelines.yml", "bitbucket"),
        (".buildkite/pipeline.yml", "buildkite"), (".travis.yml", "travis"), (".drone.yml", "drone"),
        (".woodpecker.yml", "woodpecker"), (".woodpecker/test.yaml", "woodpecker"), ("Jenkinsfile", "jenkins"),
        ("appveyor.yml", "appveyor"), (".appveyor.yml", "appveyor"), ("buildspec.yml", "codebuild"),
        ("cloudbuild.yaml", "cloudbuild"), ("cloudbuild.json", "cloudbuild"),
        (".semaphore/semaphore.yml", "semaphore"), ("codefresh.yml", "codefresh"),
        ("codefresh/codefresh.yml", "codefresh"), (".cirrus.yml", "cirrus"), (".cirrus.star", "cirrus"),
        (".teamcity/settings.kts", "teamcity"), (".tekton/push.yaml", "tekton"),
    ]

    @Test(arguments: files)
    func `its configuration tells`(file: String, system: String) throws {
        #expect(try CISystem.configured(in: checkout([file])).name == system)
    }

    @Test func `there is a configuration of every system`() {
        #expect(Set(Self.files.map(\.1)).union(["generic"]) == Set(CISystem.names))
    }

    @Test(arguments: [
        // A name that only begins so, a directory that holds something else.
        [".gitlab-ci.yml.old"], [".github/CODEOWNERS"], ["src/.gitlab-ci.yml"], [".circleci/other.yml"], [],
    ])
    func `other files tell nothing`(files: [String]) throws {
        #expect(try CISystem.configured(in: checkout(files)).name == "generic")
    }

    @Test(arguments: [
        ("https://github.com/a/b", "github"), ("git@gitlab.com:a/b", "gitlab"),
        ("https://gitlab.example.com/a/b", "gitlab"), ("https://dev.azure.com/a/b/_git/c", "azure-pipelines"),
    ])
    func `of several the host's own counts`(address: String, system: String) throws {
        let files = [".gitlab-ci.yml", ".github/workflows/ci.yml", "azure-pipelines.yml", "Jenkinsfile"]
        #expect(try CISystem.configured(in: checkout(files, address)).name == system)
    }

    @Test(arguments: [
        ("https://codeberg.org/a/b", "forgejo"), ("https://gitea.com/a/b", "gitea"),
        ("https://github.com/a/b", "github"), ("https://git.example.com/a/b", "github"),
    ])
    func `who reads GitHub's files as well does so at home`(address: String, system: String) throws {
        #expect(try CISystem.configured(in: checkout([".github/workflows/ci.yml"], address)).name == system)
    }

    @Test(arguments: [
        ("https://bitbucket.org/a/b", "bitbucket"), ("https://acme.visualstudio.com/a/_git/b", "azure-pipelines"),
        ("https://acme.ghe.com/a/b", "github"), ("https://git.example.com/a/b", "generic"),
        ("https://notgithub.com/a/b", "generic"), ("https://example.com/github/b", "generic"),
    ])
    func `without a configuration the host tells`(address: String, system: String) throws {
        #expect(try CISystem.configured(in: checkout([], address)).name == system)
    }

    @Test func `several of which none is the host's are for the user to choose from`() throws {
        let both = checkout([".gitlab-ci.yml", "Jenkinsfile"], "https://github.com/a/b")
        let error = try #require(throws: CIEnvError.self) { try CISystem.configured(in: both) }
        #expect(error.kind == .usage)
        #expect(error.hint == "name the one to reproduce: gitlab, jenkins")
    }

    @Test func `files count that are committed, and that are not yet, but not what is below other directories`()
        async throws
    {
        let repository = try await GitRepository.withCommit()
        for directory in ["src", ".woodpecker"] {
            try Files.makeDirectory("\(repository.path)/\(directory)", mode: 0o700)
        }
        for file in [".gitlab-ci.yml", "Jenkinsfile", ".woodpecker/a b.yml", "src/.travis.yml"] {
            try Files.write("", to: "\(repository.path)/\(file)", mode: 0o600)
        }
        try await repository.git("add", "Jenkinsfile")
        #expect(
            try await Set(repository.checkout().configuration) == [
                ".gitlab-ci.yml", "Jenkinsfile", ".woodpecker/a b.yml",
            ])
    }
}

private func checkout(_ files: [String], _ address: String? = nil) -> Checkout {
    var checkout = Checkout(root: "/src/app")
    checkout.configuration = files
    checkout.remote = address.flatMap(LocalJob.Remote.init(address:))
    return checkout
}
