/// One variable of a job's environment.
public struct JobVariable: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: String

    /// A variable.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Variables of one kind, such as those of a commit, in the order in which they are written down.
struct VariableGroup: ExpressibleByDictionaryLiteral, Sendable {
    var variables: [JobVariable]

    /// Those that have a value.
    init(dictionaryLiteral elements: (String, String?)...) {
        variables = elements.compactMap { name, value in value.map { JobVariable(name, $0) } }
    }
}

extension CISystem {
    /// The variables that the system would give a job; those of whose value nothing is known are left out.
    ///
    /// They hold no secret: a job on somebody's own machine has the credentials that its user has. A run that never was
    /// has the number 1, or a UUID of zeros. The ids of what exists, such as a project's, are nobody's to invent: a
    /// script would act on another's project.
    public func variables(of job: LocalJob) -> [JobVariable] {
        predefined(job).flatMap(\.variables)
    }

    /// The variables that hold the path of the checkout.
    public var checkoutVariables: [String] {
        let job = LocalJob(directory: "/the/checkout")
        return variables(of: job).filter { $0.value == job.directory }.map(\.name)
    }
}
