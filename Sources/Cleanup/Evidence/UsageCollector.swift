public import POSIX
public import Registry

/// Finds out which images are in use, each source once, for all repositories at once.
public struct UsageCollector: Sendable {
    /// Reads a file, or standard input for `nil`, and no more than `limit` bytes.
    public typealias Read = @Sendable (_ path: String?, _ limit: Int) throws(SystemError) -> [UInt8]

    private let empty: Mentions
    private let kubernetes: Kubernetes
    private let read: Read

    /// The most bytes of a file.
    private static let fileLimit = 1 << 28

    /// A collector.
    ///
    /// - Parameters:
    ///   - repositories: What is looked for.
    ///   - aliases: Other names of their registries.
    ///   - resources: The resources of Kubernetes that are looked at; `nil` for workloads and all custom resources.
    ///   - programs: Where kubectl is.
    ///   - read: Reads files.
    public init(
        of repositories: [Repository], aliases: [HostAlias] = [], resources: [String]? = nil,
        programs: Programs = .system, read: @escaping Read = Self.system
    ) {
        empty = Mentions(of: repositories, aliases: aliases)
        kubernetes = Kubernetes(programs: programs, resources: resources)
        self.read = read
    }

    /// Reads files of this machine.
    public static let system: Read = { (path, limit) throws(SystemError) in
        guard let path else { return try StandardStream.input.readAll(limit: limit) }
        return try FileDescriptor(reading: path).readAll(limit: limit)
    }

    /// What `sources` say.
    ///
    /// - Throws: `CleanupError` for the first that cannot be read: nothing may be deleted then.
    public func collect(_ sources: some Sequence<UsageSource>) async throws(CleanupError) -> [UsageSource: Mentions] {
        guard kubernetes.resources?.isEmpty != true else {
            throw CleanupError(
                .usage, "no kind of Kubernetes objects is named to look at",
                hint: "name some, such as pods,deployments.apps, or leave the option out for all")
        }
        var found: [UsageSource: Mentions] = [:]
        for source in sources where found[source] == nil {
            var mentions = empty
            switch source {
            case .kubernetes(context: "*"):
                for context in try await kubernetes.contexts() {
                    try await kubernetes.collect(context, into: &mentions)
                }
            case .kubernetes(let context): try await kubernetes.collect(context, into: &mentions)
            case .file(let path): try mentions.scan(content(of: path, place: path), place: path)
            case .standardInput:
                try mentions.scan(content(of: nil, place: "standard input"), place: "standard input")
            }
            found[source] = mentions
        }
        return found
    }

    private func content(of path: String?, place: String) throws(CleanupError) -> [UInt8] {
        let content: [UInt8]
        do throws(SystemError) { content = try read(path, Self.fileLimit) } catch {
            let isMissing = error.code == .notFound || error.code == .isDirectory || error.code == .notDirectory
            throw CleanupError(
                isMissing ? .badConfiguration : .badData,
                "it is not known which images are in use: \(error)",
                hint: error.code == .wouldBlock ? "give what a program writes by standard input, as -" : nil)
        }
        guard content.contains(where: \.isTagByte) else {
            throw CleanupError(
                .badData, "\(place) has not a single word, so it is not known which images are in use",
                hint: "did the program that writes it fail? In a pipe, set -o pipefail tells")
        }
        return content
    }
}

extension [UsageSource: Mentions] {
    /// What `sources` say of a repository, all of which have been asked.
    public func usage(of repository: Repository, by sources: [UsageSource]) -> Usage {
        var usage = Usage()
        for source in sources { if let mentions = self[source] { usage.merge(mentions.usage(of: repository)) } }
        return usage
    }
}
