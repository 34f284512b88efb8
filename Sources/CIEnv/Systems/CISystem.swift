/// A CI system: how it is recognised and what its variables mean.
///
/// Systems differ in data only; ``CISystem/all`` is the table. A system that needs more than a table row has a file
/// of its own beside this one.
public struct CISystem: Sendable {
    /// The name on the command line, such as `gitlab`.
    public let name: String
}
