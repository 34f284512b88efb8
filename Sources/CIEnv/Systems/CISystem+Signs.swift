extension CISystem {
    /// The variables by which the job is known to be one of the system's; none where it is not.
    public func signs(in environment: Environment) -> [String] {
        let found = [marks, otherMarks].first { marks in
            !marks.isEmpty && marks.allSatisfy { $0.stands(in: environment) }
        }
        return (found ?? []).map(\.variable)
    }
}
