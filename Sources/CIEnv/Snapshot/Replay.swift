/// The environment of a snapshot, with what a person gives for its secrets.
public struct Replay: Equatable, Sendable {
    /// The variables, sorted by their names.
    public private(set) var variables: [JobVariable] = []
    /// Those that are a secret which nobody gave, and so are left out.
    public private(set) var missing: [String] = []
    /// Those in whose values a placeholder is left.
    public private(set) var incomplete: [String] = []
    /// Those in whose values there is now what somebody gave.
    public private(set) var filled: Set<String> = []

    /// Fills placeholders with what `given` has for their names.
    public init(_ snapshot: Snapshot, given: [String: String]) {
        let names = Set(snapshot.secrets)
        for variable in snapshot.variables {
            let pieces = ValuePiece.read(Array(variable.value.utf8), names: names)
            let asked = pieces.compactMap(\.name)
            let lacks = asked.contains { given[$0] == nil }
            if lacks, pieces.count == 1 {
                missing.append(variable.name)
                continue
            }
            if lacks { incomplete.append(variable.name) }
            if asked.contains(where: { given[$0] != nil }) { filled.insert(variable.name) }
            let value = pieces.joined { given[$0] ?? Snapshot.placeholder($0) }
            variables.append(JobVariable(variable.name, value))
        }
    }
}
