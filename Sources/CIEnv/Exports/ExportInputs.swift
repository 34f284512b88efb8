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

    private static let always = "the job's directory"

    /// What the job's shell sets, in order.
    public var exports: [Export] {
        let system = CISystem.named(facts.system) ?? .generic
        let config = [
            Export("DOCKER_CONFIG", paths.dockerConfig, from: Self.always),
            Export("WERF_DOCKER_CONFIG", paths.dockerConfig, from: Self.always),
        ]
        let werf = system.werfExports(self).compactMap { $0.export(in: environment) }
        return config + werf + clients + neutral + paths.extra
    }

    /// Where other clients than docker look.
    private var clients: [Export] {
        var exports = [
            Export("REGISTRY_AUTH_FILE", paths.registryAuthFile, from: Self.always),
            Export("HELM_REGISTRY_CONFIG", paths.helmRegistryConfig, from: Self.always),
        ]
        if let builders = paths.buildxConfig, environment["BUILDX_CONFIG"] == nil {
            exports.append(Export("BUILDX_CONFIG", builders, from: "the docker config that the job inherits from"))
        }
        exports.append(Export("AWS_ECR_CACHE_DIR", paths.ecrCache, from: Self.always))
        if environment.isSet("DOCKER_AUTH_CONFIG") {
            exports.append(Export("DOCKER_AUTH_CONFIG", "", from: "its content is in the job's docker config"))
        }
        return exports
    }

    /// The facts, by names that do not change with the system.
    private var neutral: [Export] {
        var exports = [
            Export("BERTH_JOB", paths.job, from: Self.always), Export("BERTH_CI", facts.system, from: "the CI system"),
        ]
        let named = [
            ("BERTH_REPO", facts.repository), ("BERTH_COMMIT", facts.commit), ("BERTH_BRANCH", facts.branch),
            ("BERTH_TAG", facts.tag), ("BERTH_CHANGE", facts.change), ("BERTH_JOB_URL", facts.jobURL),
            ("BERTH_PIPELINE_URL", facts.pipelineURL),
        ]
        for (name, fact) in named {
            if let fact { exports.append(Export(name, fact.value, from: fact.source)) }
        }
        return exports
    }
}
