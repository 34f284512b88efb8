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

    /// What the job's shell sets, in order.
    public var exports: [Export] { [] }
}
