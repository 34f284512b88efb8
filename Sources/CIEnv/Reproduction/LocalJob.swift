/// A job that a CI system would run for a checkout, as far as the checkout and the user tell.
///
/// What is not known is absent, and so are the variables that would be made of it.
public struct LocalJob: Equatable, Sendable {
    /// A merge or pull request.
    public struct Change: Equatable, Sendable {
        /// Its number as people see it.
        public var number: String
        /// The branch that it wants to be merged into.
        public var target: String?

        /// A change.
        public init(number: String, target: String?) {
            self.number = number
            self.target = target
        }
    }

    /// The root of the work tree: an absolute path.
    public var directory: String
    /// The full commit id.
    public var commit: String?
    /// The branch; absent for tags, and where the checkout is detached and nothing was said.
    public var branch: String?
    /// The git tag; absent for branches.
    public var tag: String?
    /// The merge or pull request, whose source is ``branch``.
    public var change: Change?
    /// The branch that the remote calls its own.
    public var defaultBranch: String?
    /// The remote that the checkout came from.
    public var remote: Remote?
    /// What the commit says.
    public var message: CommitMessage?
    /// The user on this machine.
    public var user: String?

    /// A job in `directory` of which nothing else is known.
    public init(directory: String) {
        self.directory = directory
    }
}

extension LocalJob {
    /// Where a checkout came from.
    public struct Remote: Equatable, Sendable {
        /// The address to clone from by HTTPS, without credentials, such as `https://gitlab.example.com/group/app.git`.
        public var cloneURL: String
        /// The page, such as `https://gitlab.example.com/group/app`.
        public var page: String
        /// The host, with its port where it has one.
        public var host: String
        /// The path without `.git`, such as `group/app`.
        public var path: String

        /// A remote.
        public init(cloneURL: String, page: String, host: String, path: String) {
            self.cloneURL = cloneURL
            self.page = page
            self.host = host
            self.path = path
        }
    }

    /// What a commit says of itself.
    public struct CommitMessage: Equatable, Sendable {
        /// The first line.
        public var title: String
        /// What follows it.
        public var body: String
        /// The author's name.
        public var authorName: String
        /// The author's address.
        public var authorEmail: String
        /// When it was committed, by RFC 3339.
        public var time: String

        /// A message.
        public init(title: String, body: String, authorName: String, authorEmail: String, time: String) {
            self.title = title
            self.body = body
            self.authorName = authorName
            self.authorEmail = authorEmail
            self.time = time
        }
    }
}
