// What several systems make of a job in the same way.
extension LocalJob {
    /// What a job is called whose name nothing tells.
    static let name = "reproduce"
    /// The number of a run that never was.
    static let number = "1"
    /// Its UUID, where the system counts by them.
    static let uuid = "00000000-0000-0000-0000-000000000000"

    /// `refs/heads/…` or `refs/tags/…`.
    var reference: String? { tag.map { "refs/tags/\($0)" } ?? branch.map { "refs/heads/\($0)" } }

    /// The branch or the tag.
    var referenceName: String? { tag ?? branch }

    /// The first `count` digits of the commit id.
    func shortCommit(_ count: Int) -> String? { commit.map { String($0.prefix(count)) } }

    /// Made by `value` for a change only.
    func ofChange(_ value: (Change) -> String?) -> String? { change.flatMap(value) }
}

/// `text`, where `condition` holds.
func when(_ condition: Bool, _ text: @autoclosure () -> String?) -> String? { condition ? text() : nil }

#if arch(arm64)
    /// This machine, as Go names it.
    let goArchitecture = "arm64"
#else
    /// This machine, as Go names it.
    let goArchitecture = "amd64"
#endif
