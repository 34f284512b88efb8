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

extension CISystem {
    /// The variables that the system would give a job; those of whose value nothing is known are left out.
    ///
    /// They hold no secret: a job on somebody's own machine has the credentials that its user has.
    public func variables(of job: LocalJob) -> [JobVariable] {
        predefined(job).compactMap { name, value in value.map { JobVariable(name, $0) } }
    }
}
