internal import POSIX

/// What else the docker config directory holds that a job inherits from, and that a job goes on using there.
public struct OriginalDirectory: Equatable, Sendable {
    /// A thing that the job's own directory leads to.
    public struct Link: Equatable, Sendable {
        /// Its name, in both directories.
        public let name: String
        /// Its absolute path.
        public let target: String
    }

    /// What is there of all that docker keeps beside its config and cannot be told to look for elsewhere.
    public let links: [Link]
    /// Where the user's plugins are; `nil` where there are none.
    public let pluginDirectory: String?
    /// Whether there are contexts; without them every docker command fails that finds a `currentContext`.
    public let hasContexts: Bool

    /// A directory that holds nothing.
    public static let empty = OriginalDirectory(links: [], pluginDirectory: nil, hasContexts: false)

    private init(links: [Link], pluginDirectory: String?, hasContexts: Bool) {
        self.links = links
        self.pluginDirectory = pluginDirectory
        self.hasContexts = hasContexts
    }

    private static let directories = ["contexts", "trust"]
    private static let files = ["ca.pem", "cert.pem", "key.pem"]

    /// Looks into the directory at `path`, which need not exist.
    public init(path: String) {
        // The links are to go on leading here when the working directory or a link in the path has changed.
        guard let directory = try? FilePath.resolved(path) else {
            self = .empty
            return
        }
        func has(_ name: String, _ kind: FileStatus.Kind) -> Bool {
            (try? FileStatus(path: "\(directory)/\(name)").kind) == kind
        }
        let found = Self.directories.filter { has($0, .directory) } + Self.files.filter { has($0, .file) }
        self.init(
            links: found.map { Link(name: $0, target: "\(directory)/\($0)") },
            pluginDirectory: has("cli-plugins", .directory) ? "\(directory)/cli-plugins" : nil,
            hasContexts: found.contains("contexts"))
    }
}
