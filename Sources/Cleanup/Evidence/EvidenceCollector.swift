public import Registry

/// Finds out all that holds tags from outside, each source once, for all repositories at once.
///
/// Whatever cannot be found out is an error: without it, images that somebody needs could go.
public struct EvidenceCollector: Sendable {
    private let checkout: String
    private let remote: String?
    private let programs: Programs
    private let now: Int
    private let usage: @Sendable ([Repository]) -> UsageCollector

    /// A collector.
    ///
    /// - Parameters:
    ///   - checkout: A directory of the git checkout.
    ///   - remote: The git remote whose branches and tags count; `nil` where those of the checkout do.
    ///   - programs: Where git is.
    ///   - now: The time, in seconds since 1970.
    ///   - usage: Makes who finds out what is in use of some repositories.
    public init(
        checkout: String, remote: String?, programs: Programs = .system, now: Int,
        usage: @escaping @Sendable ([Repository]) -> UsageCollector
    ) {
        self.checkout = checkout
        self.remote = remote
        self.programs = programs
        self.now = now
        self.usage = usage
    }

    /// What holds tags of each repository, by what its policy asks for.
    ///
    /// - Throws: `CleanupError` for the first source that cannot be read.
    public func collect(
        _ policies: [(repository: Repository, policy: RepositoryPolicy)]
    ) async throws(CleanupError) -> [Evidence] {
        let rules = policies.flatMap(\.policy.keep)
        let mentions = try await usage(policies.map(\.repository)).collect(rules.flatMap(\.inUse))
        let git = rules.compactMap(\.git)
        var history: GitHistory?
        let isWerf = policies.contains { $0.policy.werf != nil }
        if isWerf || !git.isEmpty {
            history = try await GitHistory.read(
                checkout, remote: remote, needsCommits: isWerf || git.contains(where: \.needsCommits),
                programs: programs)
        }
        var all: [Evidence] = []
        for (repository, policy) in policies {
            var evidence = Evidence()
            if policy.werf != nil { evidence.werf = history }
            for (number, rule) in policy.keep.enumerated() {
                if let git = rule.git, let history { evidence.git[number] = try history.holds(git, now: now) }
                if !rule.inUse.isEmpty { evidence.usage[number] = mentions.usage(of: repository, by: rule.inUse) }
            }
            all.append(evidence)
        }
        return all
    }
}
