/// What is known of a CI job, in words that fit every CI system.
public struct JobFacts: Equatable, Sendable {
    /// The system's name as on the command line, such as `gitlab`.
    public var system: String

    /// What tells this job from others on the same machine, as the system gives it.
    ///
    /// It is raw, possibly hostile text, and on some systems not unique: only good for naming things for people.
    public var jobKey: String?

    /// The image repository that the job's project owns, such as `registry.gitlab.com/group/app`.
    public var repository: Sourced?

    /// The full commit id.
    public var commit: Sourced?

    /// The branch, absent for tags.
    public var branch: Sourced?

    /// The git tag, absent for branches.
    public var tag: Sourced?

    /// The number of the merge or pull request as people see it.
    public var change: Sourced?

    /// The page of the job.
    public var jobURL: Sourced?

    /// The page of the pipeline, workflow run or build that the job belongs to.
    public var pipelineURL: Sourced?

    /// The page of the project.
    public var projectURL: Sourced?

    /// The deployment environment's slug.
    public var environment: Sourced?

    /// The longest time, in seconds, that the system lets the job run.
    public var timeoutSeconds: Int?

    /// A directory that the system itself empties when the job ends.
    public var temporaryDirectory: Sourced?

    /// Facts of which only the system is known.
    public init(system: String) {
        self.system = system
    }
}
