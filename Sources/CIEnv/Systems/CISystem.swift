/// A CI system: how it is recognised and what its variables mean.
///
/// Systems differ in data only; ``CISystem/all`` is the table. A system that needs more than a table row has a file
/// of its own beside this one.
public struct CISystem: Sendable {
    /// The name on the command line, such as `gitlab`.
    public let name: String

    /// The name as its makers write it, such as `GitLab CI/CD`.
    public let title: String

    /// All names, in the order in which systems are looked for.
    public static var names: [String] { [generic.name] }

    static let generic = CISystem(name: "generic", title: "no particular CI system")

    /// The system called `name`, or `nil` where there is none.
    public static func named(_ name: String) -> CISystem? { nil }

    /// The system whose job has `environment`; `generic` where it is none that is known.
    public static func detect(in environment: Environment) -> CISystem { generic }

    /// The first variable that every job of the system has and this one has not, or `nil` where all are there.
    public func firstMissingVariable(in environment: Environment) -> String? { nil }

    /// What is known of the job.
    public func facts(in environment: Environment) -> JobFacts { JobFacts(system: name) }

    /// The credentials that the system gives the job, and those of `BERTH_REGISTRY`.
    public func logins(in environment: Environment) -> LoginSet { LoginSet() }
}
