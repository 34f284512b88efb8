/// A job that a CI system would run for a checkout, as far as the checkout and the user tell.
///
/// What is not known is absent, and so are the variables that would be made of it. Names, messages and paths are as
/// hostile as whoever pushes a branch likes: they are values, never part of a command.
public struct LocalJob: Equatable, Sendable {
    /// A merge or pull request.
    public struct Change: Equatable, Sendable {
        /// Its number as people see it.
        public var number: String
        /// The branch that it wants to be merged into.
        public var target: String?
        /// The last commit that source and target have in common.
        public var base: String?

        /// A change.
        public init(number: String, target: String?, base: String? = nil) {
            self.number = number
            self.target = target
            self.base = base
        }
    }

    /// Who runs it.
    public struct User: Equatable, Sendable {
        /// The account's name.
        public var login: String?
        /// The person's name.
        public var name: String?
        /// The person's address.
        public var email: String?

        /// Somebody.
        public init(login: String? = nil, name: String? = nil, email: String? = nil) {
            self.login = login
            self.name = name
            self.email = email
        }
    }

    /// What a commit says of itself.
    public struct CommitMessage: Equatable, Sendable {
        /// All of the message.
        public var text: String
        /// The author's name.
        public var authorName: String
        /// The author's address.
        public var authorEmail: String
        /// When it was committed, by RFC 3339.
        public var time: String

        /// The first line.
        public var title: String { String(text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }) }

        /// What stands behind the first line, without the last line's end.
        public var body: String {
            var body = text.unicodeScalars.drop { $0 != "\n" }.dropFirst()
            if body.last == "\n" { body.removeLast() }
            return String(body)
        }

        /// The author as git writes one.
        public var author: String { "\(authorName) <\(authorEmail)>" }

        /// A message.
        public init(text: String, authorName: String, authorEmail: String, time: String) {
            self.text = text
            self.authorName = authorName
            self.authorEmail = authorEmail
            self.time = time
        }
    }

    /// The root of the work tree: an absolute path.
    public var directory: String
    /// The full commit id.
    public var commit: String?
    /// The branch, of a change its source; absent for tags, and where the checkout is detached and nothing was said.
    public var branch: String?
    /// The git tag; absent for branches.
    public var tag: String?
    /// What the tag says of itself; empty for one that has no message.
    public var tagMessage: String?
    /// The merge or pull request, whose source is ``branch``.
    public var change: Change?
    /// The branch that the remote calls its own.
    public var defaultBranch: String?
    /// The remote that the checkout came from.
    public var remote: Remote?
    /// What the commit says.
    public var message: CommitMessage?
    /// Who runs it.
    public var user = User()

    /// A job in `directory` of which nothing else is known.
    public init(directory: String) {
        self.directory = directory
    }
}
