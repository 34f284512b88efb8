/// What a policy file says: which tags of which repositories may go, and what holds them.
public struct Policy: Equatable, Sendable {
    /// The parts; the first whose match fits a repository is its policy.
    public var repositories: [RepositoryPolicy]

    /// A policy of these parts.
    public init(_ repositories: [RepositoryPolicy]) {
        self.repositories = repositories
    }
}

/// What may go from a repository, and what stays.
///
/// A tag goes only if a delete rule selects it and no keep rule holds it.
public struct RepositoryPolicy: Equatable, Sendable {
    /// Which time of a tag counts.
    public enum TimeBasis: String, CaseIterable, Sendable {
        /// When the image was made, as it says itself.
        case created
        /// When it came to the registry, as the registry says.
        case pushed
    }

    /// The most tags that may go at once.
    public enum DeletionLimit: Equatable, Sendable {
        /// That many.
        case count(Int)
        /// That many of a hundred.
        case percent(Int)

        /// Where nobody says otherwise.
        public static let standard = DeletionLimit.percent(50)
    }

    /// Which repositories it is for, by `host/name`; any of these; empty for all.
    public var match: [TextPattern] = []
    /// Which time of a tag counts; `nil` for that of the push where the registry's list tells it, else that of creation.
    public var time: TimeBasis?
    /// The most tags that may go at once.
    public var maxDelete = DeletionLimit.standard
    /// Tags that any of these selects may go.
    public var delete: [DeleteRule] = []
    /// Tags that any of these holds stay.
    public var keep: [KeepRule] = []
    /// The age, in seconds, from which on manifests go that nothing leads to; `nil` keeps them.
    public var untaggedOlderThan: Int?
    /// Whether the repository is one of werf's, of which only werf's own tags are looked at.
    public var werf: WerfPolicy?

    /// A policy by which nothing goes.
    public init() {}
}

/// What a tag is picked by; all that is said must fit.
public struct Selector: Equatable, Sendable {
    /// The tag's name: any of these; empty for all names.
    public var tags: [TextPattern] = []
    /// The version that the tag's name is.
    public var semver: SemanticRange?
    /// Labels of the image's config, each with its value's pattern.
    public var labels: [MarkPattern] = []
    /// Annotations of the manifest, each with its value's pattern.
    public var annotations: [MarkPattern] = []

    /// What picks every tag.
    public init() {}
}

/// A label or annotation that is looked for.
public struct MarkPattern: Hashable, Sendable {
    /// Its key.
    public var key: String
    /// What its value must be like.
    public var value: TextPattern

    /// A mark by its key and value.
    public init(_ key: String, _ value: TextPattern) {
        self.key = key
        self.value = value
    }
}

/// What selects tags that may go.
public struct DeleteRule: Equatable, Sendable {
    /// Which tags.
    public var selector = Selector()
    /// How old they must be, in seconds; `nil` for any age.
    public var olderThan: Int?
    /// The rule as the user wrote it, on one line.
    public var source = ""

    /// A rule that selects every tag.
    public init() {}
}

/// What holds tags.
///
/// Where it has a `last` and a `within`, either is enough; where it has neither, and no git and no usage, it holds all
/// that its selector picks.
public struct KeepRule: Equatable, Sendable {
    /// What part of versions is equal within a group of its own.
    public enum Line: String, CaseIterable, Sendable {
        /// The major version: 1.x.y are a group.
        case major
        /// The minor version: 1.2.y are a group.
        case minor
        /// The whole version, without prerelease and build: 1.2.3-rc.1 and 1.2.3 are a group.
        case patch
    }

    /// Which tags.
    public var selector = Selector()
    /// The newest so many of them: by version where the selector has a range of versions, else by time.
    public var last: Int?
    /// Those younger than this, in seconds.
    public var within: Int?
    /// What ``last`` counts for itself.
    public var per: Line?
    /// Those whose commits are in branches and tags that exist.
    public var git: GitRule?
    /// Those in use, by these sources.
    public var inUse: [UsageSource] = []
    /// The rule as the user wrote it, on one line.
    public var source = ""

    /// A rule that holds every tag.
    public init() {}
}

/// Which commits hold images, and where tags name them.
public struct GitRule: Equatable, Sendable {
    /// The branches that count: any of these; where both this and ``tags`` are empty, all branches.
    public var branches: [TextPattern] = []
    /// The git tags that count: any of these.
    public var tags: [TextPattern] = []
    /// The newest so many commits of each.
    public var last: Int?
    /// The commits younger than this, in seconds.
    public var within: Int?
    /// How an image's tag names the branch or commit.
    public var form: TagForm

    /// A rule for the tips of all branches.
    public init(_ form: TagForm) {
        self.form = form
    }
}

/// Where it is looked for what is in use.
public enum UsageSource: Hashable, Sendable {
    /// A cluster: a context of kubectl's config, `*` for all of them, `nil` for the current one.
    case kubernetes(context: String?)
    /// A file that mentions images in any form.
    case file(String)
    /// The same by standard input.
    case standardInput
}

/// What is different in a repository of werf's.
public struct WerfPolicy: Equatable, Sendable {
    /// Which references of git hold what was built for their commits.
    public var keep: [WerfKeepPolicy]
    /// The age in seconds up to which everything stays.
    public var builtWithin: Int
    /// Whether what runs in Kubernetes stays; it is for rules about use to find that out.
    public var usesKubernetes = true
    /// Tags that stay whatever else holds: stages, and tags of the user's own choice.
    public var keepList: Set<String> = []

    /// What werf does where nobody says otherwise, with its policies for git.
    public init(keep: [WerfKeepPolicy], builtWithin: Int = 2 * 3600) {
        self.keep = keep
        self.builtWithin = builtWithin
    }
}

/// One of werf's `cleanup.keepPolicies`.
public struct WerfKeepPolicy: Equatable, Sendable {
    /// How many, and from how long a time.
    public struct Limit: Equatable, Sendable {
        /// The newest so many; `nil` for all.
        public var last: Int?
        /// Those younger than this, in seconds.
        public var within: Int?
        /// Whether one of both is enough.
        public var isEither: Bool

        /// A limit.
        public init(last: Int? = nil, within: Int? = nil, isEither: Bool = false) {
            self.last = last
            self.within = within
            self.isEither = isEither
        }
    }

    /// Whether it is about git's tags, not branches.
    public var isAboutTags: Bool
    /// The references' names.
    public var name: TextPattern
    /// Which of them count.
    public var references: Limit
    /// Which of their images stay.
    public var images: Limit

    /// A policy.
    public init(isAboutTags: Bool, name: TextPattern, references: Limit = Limit(), images: Limit = Limit(last: 1)) {
        self.isAboutTags = isAboutTags
        self.name = name
        self.references = references
        self.images = images
    }
}
