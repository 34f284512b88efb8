@testable internal import CIEnv
internal import DockerConfig
internal import JSON
internal import POSIX
internal import TestSupport
internal import Testing

/// What a job is given, before any of it is written.
@Suite struct JobPlanTests {
    private func plan(
        _ surroundings: JobPlan.Surroundings = .init(), sources: CredentialSources? = nil, in root: borrowing JobRoot
    ) throws -> JobPlan {
        let environment = Environment([:])
        let options = try CIEnvOptions(CIEnvArguments(), environment: environment, home: nil)
        let job = try CIJob(options, environment: environment, reading: { _ in nil })
        return JobPlan(
            job, environment: environment, config: Array("{}".utf8), sources: sources, surroundings: surroundings,
            project: nil,
            directory: JobDirectory(system: job.system.name, jobKey: job.facts.jobKey, in: root))
    }

    /// Everything in a tree, by its path: the content of files, what links lead to, nil for directories.
    private func flattened(_ entries: [JobTree.Entry], below parent: String = "") -> [String: String?] {
        entries.reduce(into: [:]) { all, entry in
            let path = parent + entry.name
            switch entry.node {
            case .file(let content): all[path] = .some(String(decoding: content, as: UTF8.self))
            case .link(let target): all[path] = .some("-> \(target)")
            case .directory(let inner):
                all[path] = .some(nil)
                all.merge(flattened(inner, below: "\(path)/")) { $1 }
            }
        }
    }

    private func text(_ name: String, in plan: JobPlan) -> String? {
        guard case .text(let text) = plan.exports.first(where: { $0.name == name })?.value else { return nil }
        return text
    }

    @Test func `one file holds the credentials, and the other clients' names lead to it`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let entries = flattened(try plan(in: root).entries(lease: .fake()))
        #expect(
            entries == [
                "docker": nil, "docker/config.json": "{}", "containers": nil,
                "containers/auth.json": "-> ../docker/config.json", "helm": nil,
                "helm/registry.json": "-> ../docker/config.json", "ecr": nil, "lease.json": Lease.fake().text,
            ])
    }

    @Test func `the exported paths are those of what is written`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let plan = try plan(in: root)
        try plan.directory.make(plan.entries(lease: .fake()), in: root)
        for (name, file) in [
            ("BERTH_JOB", "lease.json"), ("DOCKER_CONFIG", "config.json"), ("REGISTRY_AUTH_FILE", nil),
            ("HELM_REGISTRY_CONFIG", nil), ("AWS_ECR_CACHE_DIR", nil),
        ] as [(String, String?)] {
            let path = try #require(text(name, in: plan), "\(name)")
            #expect(path.hasPrefix("\(plan.directory.path)"))
            #expect(Files.exists(file.map { "\(path)/\($0)" } ?? path), "\(name)")
        }
        #expect(try Files.text(try #require(text("REGISTRY_AUTH_FILE", in: plan))) == "{}", "through the link")
    }

    @Test func `the user's contexts and plugins are linked beside the config`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        surroundings.links = [
            .init("contexts", .link("/users/me/.docker/contexts")),
            .init("cli-plugins", .link("/users/me/.docker/cli-plugins")),
        ]
        surroundings.buildxConfig = "/users/me/.docker/buildx"
        let plan = try plan(surroundings, in: root)
        let entries = flattened(plan.entries(lease: .fake()))
        #expect(entries["docker/contexts"] == "-> /users/me/.docker/contexts")
        #expect(entries["docker/cli-plugins"] == "-> /users/me/.docker/cli-plugins")
        #expect(entries["docker/config.json"] == "{}")
        #expect(text("BUILDX_CONFIG", in: plan) == "/users/me/.docker/buildx")
    }

    @Test func `a job that wants directories of its own has them, one for all variables that mean it`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        surroundings.directories = ["A_TEMP": "temp", "A_STAGING": "staging", "B_STAGING": "staging"]
        let plan = try plan(surroundings, in: root)
        let path = plan.directory.path
        try plan.directory.make(plan.entries(lease: .fake()), in: root)
        #expect(Files.names(in: "\(path)/directories").sorted() == ["staging", "temp"])
        #expect(text("A_TEMP", in: plan) == "\(path)/directories/temp")
        #expect(text("A_STAGING", in: plan) == "\(path)/directories/staging")
        #expect(text("B_STAGING", in: plan) == text("A_STAGING", in: plan))
    }

    @Test func `without need podman's variables and the search path are left alone`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        (surroundings.executable, surroundings.searchPath) = ("/usr/bin/berth", "/usr/bin:/bin")
        let plan = try plan(surroundings, in: root)
        let names = plan.exports.map(\.name)
        for name in ["PATH", "CONTAINERS_REGISTRIES_CONF", "BUILDX_CONFIG"] { #expect(!names.contains(name)) }
        #expect(flattened(plan.entries(lease: .fake()))["bin"] == nil)
    }

    @Test(arguments: [("/usr/bin:/bin", "/usr/bin:/bin"), (nil, nil)] as [(String?, String?)])
    func `where podman needs it, berth comes first in the search path as a helper`(searchPath: String?, rest: String?)
        throws
    {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        (surroundings.executable, surroundings.searchPath) = ("/opt/berth", searchPath)
        surroundings.registriesConf = Array("conf\n".utf8)
        let plan = try plan(surroundings, in: root)
        let (path, entries) = (plan.directory.path, flattened(plan.entries(lease: .fake())))
        #expect(entries["containers/registries.conf"] == "conf\n")
        #expect(entries["bin/docker-credential-berth"] == "-> /opt/berth")
        #expect(text("CONTAINERS_REGISTRIES_CONF", in: plan) == "\(path)/containers/registries.conf")
        #expect(text("PATH", in: plan) == "\(path)/bin\(rest.map { ":\($0)" } ?? "")")
        #expect(plan.programs == "\(path)/bin")
    }

    static let sources = [
        CredentialSources(
            system: "gitlab", jobKey: "7", requests: [IdentityRequest(registry: "a.example", from: "--oidc")]),
        CredentialSources(system: "gitlab", jobKey: "7", store: .init(program: "x", inheritance: .all)),
    ]

    @Test(arguments: sources, [nil, Array("conf\n".utf8)])
    func `where credentials are got on demand, berth comes first in the search path as a helper, and knows from where`(
        sources: CredentialSources, registriesConf: [UInt8]?
    ) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        (surroundings.executable, surroundings.searchPath) = ("/opt/berth", "/usr/bin:/bin")
        surroundings.registriesConf = registriesConf
        let plan = try plan(surroundings, sources: sources, in: root)
        let entries = flattened(plan.entries(lease: .fake()))
        #expect(entries["bin/docker-credential-berth"] == "-> /opt/berth")
        #expect(entries.contains { $0.key == "minted" && $0.value == nil })
        let text = try #require(entries["sources.json"].flatMap { $0 })
        #expect(CredentialSources(Array(text.utf8)) == sources)
        #expect(self.text("PATH", in: plan) == "\(plan.directory.path)/bin:/usr/bin:/bin")
        #expect(plan.exports.filter { $0.name == "PATH" }.count == 1)
        #expect((self.text("CONTAINERS_REGISTRIES_CONF", in: plan) != nil) == (registriesConf != nil))
    }

    @Test func `a job without any such credentials has no file of their sources`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        surroundings.executable = "/opt/berth"
        let plan = try plan(surroundings, sources: CredentialSources(system: "gitlab", jobKey: "7"), in: root)
        let entries = flattened(plan.entries(lease: .fake()))
        for name in ["sources.json", "minted", "bin"] { #expect(!entries.keys.contains(name)) }
        #expect(text("PATH", in: plan) == nil)
    }

    @Test func `what nobody tries to get is told, and needs no helper`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        surroundings.executable = "/opt/berth"
        var sources = CredentialSources(system: "gitlab", jobKey: "7")
        sources.refused = [.init(registry: "a.example", reason: "the job is from a fork")]
        let entries = flattened(try plan(surroundings, sources: sources, in: root).entries(lease: .fake()))
        let text = try #require(entries["sources.json"].flatMap { $0 })
        #expect(CredentialSources(Array(text.utf8)) == sources)
        for name in ["minted", "bin"] { #expect(!entries.keys.contains(name)) }
    }

    @Test func `a helper without a program to lead to is not promised`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        var surroundings = JobPlan.Surroundings()
        surroundings.registriesConf = Array("conf\n".utf8)
        let plan = try plan(surroundings, in: root)
        #expect(flattened(plan.entries(lease: .fake()))["containers/registries.conf"] == nil)
        #expect(text("CONTAINERS_REGISTRIES_CONF", in: plan) == nil)
    }

    @Test func `a script lies beside the rest`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let plan = try plan(in: root)
        let name = JobPlan.scriptName(.sh)
        #expect(flattened(plan.entries(lease: .fake(), script: (name, "export A=1;\n")))[name] == "export A=1;\n")
    }

    @Test func `every shell's script has a name of its own kind`() {
        for shell in Shell.allCases { #expect(JobPlan.scriptName(shell).hasPrefix("env.")) }
        #expect(JobPlan.scriptName(.sh) == "env.sh" && JobPlan.scriptName(.fish) == "env.fish")
    }
}
