internal import CIEnv
internal import Testing

/// The variables that a CI system gives a job of a known checkout, as its documentation has them.
///
/// Those of a branch are written down in full; the other checkouts' by what is otherwise, `nil` for what is not set.
struct ReproducedJob: CustomTestStringConvertible, Sendable {
    let system: String
    /// The address of the remote.
    let remote: String
    let branch: [String: String]
    /// What is otherwise for a tag.
    let tag: [String: String?]
    /// What is otherwise for merge or pull request 12 of the branch into `main`.
    let change: [String: String?]
    /// What is otherwise where HEAD is detached.
    let detached: [String: String?]
    /// What is otherwise without a remote.
    let noRemote: [String: String?]
    /// What is otherwise for a branch with a hostile name, and a commit with such a message.
    let hostile: [String: String?]

    var testDescription: String { system }

    static let all = gitLab + gitHub + gitHosts + hosted + clouds + selfHosted

    static let zeros = "00000000-0000-0000-0000-000000000000"
    static let commit = SampleJob.commit
    static let message = "Add a login form\n\nIt asks for a \"name\".\n"
    static let hostileBranch = "fix/$(id)'\";&|`-Ü"
    static let hostileMessage = "$(id)\u{1B}[31m `id`\r\n'\"\\ %s\n"

    #if arch(arm64)
        static let architecture = "arm64", runnerArchitecture = "ARM64"
    #else
        static let architecture = "amd64", runnerArchitecture = "X64"
    #endif
}

/// A kind of checkout.
enum CheckoutKind: String, CaseIterable, Sendable {
    case branch, tag, change, detached, noRemote, hostile
}

extension ReproducedJob {
    /// All variables of a checkout.
    func variables(_ kind: CheckoutKind) -> [String: String] {
        let otherwise: [String: String?] =
            switch kind {
            case .branch: [:]
            case .tag: tag
            case .change: change
            case .detached: detached
            case .noRemote: noRemote
            case .hostile: hostile
            }
        var all = branch
        for (name, value) in otherwise { all[name] = value }
        return all
    }

    /// The job of a checkout.
    func job(_ kind: CheckoutKind) throws -> LocalJob {
        var checkout = Checkout(root: "/src/app")
        checkout.commit = Self.commit
        checkout.message = .init(
            text: kind == .hostile ? Self.hostileMessage : Self.message, authorName: "Ada Lovelace",
            authorEmail: "ada@example.com", time: "2026-01-31T16:47:55+01:00")
        checkout.user = .init(name: "Grace Hopper", email: "grace@example.com")
        if kind != .noRemote {
            checkout.remote = LocalJob.Remote(address: remote)
            checkout.defaultBranch = "main"
        }
        switch kind {
        case .branch, .noRemote: checkout.branch = "feature/login"
        case .hostile: checkout.branch = Self.hostileBranch
        case .tag: checkout.tags = [.init(name: "v1.2.0", message: "The second release")]
        case .detached: break
        case .change:
            checkout.branch = "feature/login"
            checkout.base = "0123456789012345678901234567890123456789"
        }
        var job = try LocalJob(checkout, LocalJobOptions(change: kind == .change ? "12" : nil))
        job.user.login = "grace"
        return job
    }
}
