extension RepositoryPolicy.DeletionLimit {
    /// Whether `deleted` of `count` tags may go.
    public func allows(_ deleted: Int, of count: Int) -> Bool {
        switch self {
        case .count(let most): deleted <= most
        case .percent(let share): deleted * 100 <= share * count
        }
    }
}

extension RepositoryPolicy.DeletionLimit: CustomStringConvertible {
    /// As people write it: `50%`, `500`.
    public var description: String {
        switch self {
        case .count(let most): "\(most)"
        case .percent(let share): "\(share)%"
        }
    }
}

extension Plan {
    /// Makes sure that no more tags go than may go at once; of a repository without tags, no more manifests.
    ///
    /// - Throws: `CleanupError` of the kind `stopped`.
    public func check(_ limit: RepositoryPolicy.DeletionLimit, _ name: String) throws(CleanupError) {
        let decisions = tags.isEmpty ? manifests.compactMap(\.self) : tags, noun = tags.isEmpty ? "manifests" : "tags"
        let deleted = decisions.count(where: \.isDeleted)
        guard !limit.allows(deleted, of: decisions.count) else { return }
        throw CleanupError(
            .stopped,
            "\(name): \(deleted) of \(decisions.count) \(noun) would go, and no more than \(limit) may go at once",
            hint: "is the policy right? If it is, let more go by --max-delete")
    }
}
