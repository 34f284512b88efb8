/// What the variables of a job's shell are made of.
public struct ExportInputs: Sendable {
    /// What is known of the job.
    public var facts: JobFacts
    /// The job's variables.
    public var environment: Environment
    /// The name that a `werf.yaml` gives the project.
    public var project: String?
    /// Where the job's files are.
    public var paths: JobPaths

    /// What the variables of a job's shell are made of.
    public init(facts: JobFacts, environment: Environment, project: String?, paths: JobPaths) {
        self.facts = facts
        self.environment = environment
        self.project = project
        self.paths = paths
    }

    /// What the job's shell sets, in order; no name stands twice, and no secret stands in a text.
    public var exports: [Export] {
        let werf = WerfVariables(facts: facts, environment: environment, project: project)
        return dockerConfig + werf.exports + clients + neutral + paths.extra
    }

    private static let jobDirectory = "the job's directory"

    private var dockerConfig: [Export] {
        // werf asks its own variable first: the user's would lead it out of the job's directory.
        ["DOCKER_CONFIG", "WERF_DOCKER_CONFIG"].map { Export($0, paths.dockerConfig, from: Self.jobDirectory) }
    }

    /// What programs ask before `DOCKER_CONFIG`.
    private var clients: [Export] {
        var exports = [
            Export("REGISTRY_AUTH_FILE", paths.registryAuthFile, from: Self.jobDirectory),
            Export("HELM_REGISTRY_CONFIG", paths.helmRegistryConfig, from: Self.jobDirectory),
        ]
        if let builders = paths.buildxConfig, environment["BUILDX_CONFIG"] == nil {
            exports.append(Export("BUILDX_CONFIG", builders, from: "the docker config that the job inherits from"))
        }
        exports.append(Export("AWS_ECR_CACHE_DIR", paths.ecrCache, from: Self.jobDirectory))
        // Since 28.3 docker lets it win over the config, and so over the job's logins. Setting it to nothing is the one
        // way to be rid of it that every format has.
        if environment.isSet("DOCKER_AUTH_CONFIG") {
            exports.append(Export("DOCKER_AUTH_CONFIG", "", from: "merged into the job's docker config"))
        }
        return exports
    }

    /// The facts, by names that are the same on every system.
    private var neutral: [Export] {
        let facts: [(String, Sourced?)] = [
            ("BERTH_JOB", Sourced(paths.job, from: Self.jobDirectory)),
            ("BERTH_CI", Sourced(facts.system, from: "the CI system")),
            ("BERTH_REPO", facts.repository),
            ("BERTH_COMMIT", facts.commit),
            ("BERTH_BRANCH", facts.branch),
            ("BERTH_TAG", facts.tag),
            ("BERTH_CHANGE", facts.change),
            ("BERTH_JOB_URL", facts.jobURL),
            ("BERTH_PIPELINE_URL", facts.pipelineURL),
        ]
        return facts.compactMap { name, fact in fact.map { Export(name, $0.value, from: $0.source) } }
    }
}
