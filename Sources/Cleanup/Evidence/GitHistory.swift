/// The branches and tags of a git repository, and the commits behind them.
public struct GitHistory: Sendable {
    /// A branch or a tag.
    struct Ref: Sendable {
        /// Its name without `refs/heads/` and the like; bytes, since git does not ask for UTF-8.
        let name: [UInt8]
        let isTag: Bool
        /// The number of the commit that it leads to.
        let tip: Int
        /// When that, or the annotated tag, was made, in seconds since 1970.
        let made: Int

        /// What people read: `branch main`.
        var text: String { "\(isTag ? "tag" : "branch") \(Shown.unquoted(name))" }
    }

    /// The branches and tags that lead to commits.
    let refs: [Ref]
    /// The commits: all, where their ancestry was asked for, else the tips.
    let commits: [GitObject]
    /// The ancestry, where it was asked for.
    let graph: GitGraph?

    /// Names and the commits that they lead to.
    init(_ tips: [GitTip]) {
        var numbers: [GitObject: Int] = [:], commits: [GitObject] = []
        refs = tips.map { tip in
            if let number = numbers[tip.commit] {
                return Ref(name: tip.name, isTag: tip.isTag, tip: number, made: tip.made)
            }
            numbers[tip.commit] = commits.count
            commits.append(tip.commit)
            return Ref(name: tip.name, isTag: tip.isTag, tip: commits.count - 1, made: tip.made)
        }
        self.commits = commits
        graph = nil
    }

    /// The same with all that `log`, by `git rev-list --topo-order --parents --timestamp`, says of the commits behind.
    ///
    /// `nil` where it is something else, or lacks a tip.
    init?(_ tips: [GitTip], log: [UInt8]) {
        guard let (commits, graph) = GitGraph.read(log) else { return nil }
        var numbers: [GitObject: Int] = [:]
        for (number, commit) in commits.enumerated() { numbers[commit] = number }
        var refs: [Ref] = []
        for tip in tips {
            guard let number = numbers[tip.commit] else { return nil }
            refs.append(Ref(name: tip.name, isTag: tip.isTag, tip: number, made: tip.made))
        }
        self.refs = refs
        self.commits = commits
        self.graph = graph
    }

    /// How many branches and tags there are.
    public var count: Int { refs.count }
}

/// A branch or tag with its commit.
struct GitTip: Sendable {
    let name: [UInt8]
    let isTag: Bool
    let commit: GitObject
    /// When the commit, or the annotated tag, was made, in seconds since 1970.
    var made = 0
}

extension GitRule {
    /// Whether the commits behind branches and tags are asked for, and not their tips alone.
    public var needsCommits: Bool { (last != nil || within != nil) && form.hasCommit }
}
