/// A git checkout, as a CI system would see it.
public struct Checkout: Equatable, Sendable {
    /// A tag.
    public struct Tag: Equatable, Sendable {
        /// Its name.
        public var name: String
        /// What it says of itself; empty for one that has no message.
        public var message: String

        /// A tag.
        public init(name: String, message: String = "") {
            self.name = name
            self.message = message
        }
    }

    /// The root of the work tree: an absolute path.
    public var root: String
    /// The commit that is checked out; absent before the first one.
    public var commit: String?
    /// The branch; absent where HEAD is detached.
    public var branch: String?
    /// The tags of the commit, by name.
    public var tags: [Tag] = []
    /// The remote that it came from, where that has a page.
    public var remote: LocalJob.Remote?
    /// The branch that the remote calls its own.
    public var defaultBranch: String?
    /// What the commit says.
    public var message: LocalJob.CommitMessage?
    /// Who git takes for the user.
    public var user = LocalJob.User()
    /// The CI systems' files that are in it, by their paths below ``root``.
    public var configuration: [String] = []
    /// The commits of the branches and tags that were asked for by name, by full names such as `refs/tags/v1`.
    public var named: [String: String] = [:]
    /// The last commit that it has in common with the branch that was asked for as a change's target.
    public var base: String?

    /// A checkout of which nothing but its place is known.
    public init(root: String) {
        self.root = root
    }

    /// The tag of a detached checkout that has one.
    var onlyTag: String? { branch == nil && tags.count == 1 ? tags.first?.name : nil }
}
