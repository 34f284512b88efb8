public import Registry

extension Policy {
    /// What the policy says of a repository: the first part whose match fits; `nil` where none does.
    ///
    /// - Throws: `CleanupError` where a pattern takes too long.
    public func part(for repository: Repository) throws(CleanupError) -> RepositoryPolicy? {
        let name = "\(repository)"
        for part in repositories {
            if part.match.isEmpty { return part }
            if try part.match.hasMatch(name.utf8.span) { return part }
        }
        return nil
    }

    /// The repositories that are named without a pattern.
    public var literalNames: [String] {
        repositories.flatMap(\.match).map(\.text).filter { text in
            !text.hasPrefix("/") && !text.contains { "*?[]{}\\".contains($0) }
        }
    }
}
