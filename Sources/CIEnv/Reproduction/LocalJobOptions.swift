/// What a user says of a job on their own machine that a checkout does not tell, or tells otherwise.
public struct LocalJobOptions: Equatable, Sendable {
    /// The branch.
    public var branch: String?
    /// The git tag.
    public var tag: String?
    /// The number, or the page, of the merge or pull request.
    public var change: String?
    /// The branch that the change wants to be merged into.
    public var target: String?

    /// What the options say; `nil` is what was not given.
    ///
    /// - Throws: `CIEnvError` with `usage` where they make no sense together, or one none at all.
    public init(
        branch: String? = nil, tag: String? = nil, change: String? = nil, target: String? = nil
    ) throws(CIEnvError) {
        for (option, value) in [("branch", branch), ("tag", tag), ("change", change), ("target", target)]
        where value?.isEmpty == true {
            throw CIEnvError(.usage, "--\(option) is empty")
        }
        if tag != nil, let other = [("branch", branch), ("change", change)].first(where: { $0.1 != nil })?.0 {
            throw CIEnvError(
                .usage, "--tag and --\(other) contradict each other", hint: "the job of a tag is of no \(other)")
        }
        if target != nil, change == nil {
            throw CIEnvError(
                .usage, "--target is of no use without --change",
                hint: "--change NUMBER says of which merge or pull request the job is")
        }
        self.branch = branch.flatMap(RefName.branch)
        self.tag = tag.flatMap(RefName.tag)
        self.target = target.flatMap(RefName.branch)
        self.change = change.flatMap(RefName.change)
        guard change == nil || self.change != nil else {
            throw CIEnvError(
                .usage, "--change wants the number of a merge or pull request",
                hint: "it is the one that its page shows, such as 12")
        }
    }

    /// The options of a user who said nothing.
    public static let none = LocalJobOptions()

    private init() {}
}

extension LocalJob {
    /// The job of what is checked out.
    ///
    /// Whatever branch or tag is named, the commit is the one that is checked out: it is what the job's commands see. A
    /// detached checkout that has one tag is the tag's.
    ///
    /// - Parameters:
    ///   - checkout: What is checked out.
    ///   - options: What the user says of it.
    /// - Throws: `CIEnvError` with `usage` for a change that has no branch, or whose branch is its target.
    public init(_ checkout: Checkout, _ options: LocalJobOptions = .none) throws(CIEnvError) {
        directory = checkout.root
        commit = checkout.commit
        message = checkout.message
        remote = checkout.remote
        defaultBranch = checkout.defaultBranch
        user = checkout.user
        tag = options.tag
        if tag == nil {
            branch = options.branch ?? checkout.branch
            if branch == nil, options.change == nil { tag = checkout.onlyTag }
        }
        tagMessage = checkout.tags.first { $0.name == tag }?.message
        guard let number = options.change else { return }
        let target = options.target ?? defaultBranch
        guard let branch else {
            throw CIEnvError(
                .usage, "a change has a branch, and HEAD is detached",
                hint: "--branch NAME says which branch the change is of")
        }
        guard branch != target else {
            throw CIEnvError(
                .usage, "the change is of the branch that it is to be merged into, \(branch.quoted)",
                hint: "check out the change's own branch, or name it with --branch, and the other with --target")
        }
        change = Change(number: number, target: target, base: checkout.base)
    }
}

extension LocalJobOptions {
    /// What a user should know of the job of `checkout`: how it differs from the one that the CI system would run.
    public func notes(on checkout: Checkout) -> [String] {
        [commitNote(checkout), referenceNote(checkout), targetNote(checkout), remoteNote(checkout)].compactMap { $0 }
    }

    private func commitNote(_ checkout: Checkout) -> String? {
        guard let head = checkout.commit else { return "there is no commit yet, so the job has none" }
        let named = tag.map { ("tag", "refs/tags/\($0)", $0) } ?? branch.map { ("branch", "refs/heads/\($0)", $0) }
        guard let (kind, reference, name) = named, let commit = checkout.named[reference], commit != head else {
            return nil
        }
        return
            "the \(kind) \(name.quoted) is at \(commit.prefix(8)), and the job at what is checked out, \(head.prefix(8))"
    }

    private func referenceNote(_ checkout: Checkout) -> String? {
        guard branch == nil, tag == nil, checkout.branch == nil, checkout.onlyTag == nil else { return nil }
        let which = "--branch or --tag says of which the job is"
        if checkout.tags.isEmpty { return "HEAD is detached, so the job has no branch and no tag: \(which)" }
        let names = checkout.tags.prefix(5).map { $0.name.quoted }.joined(separator: ", ")
        return "HEAD is detached and has several tags, \(names): \(which)"
    }

    private func targetNote(_ checkout: Checkout) -> String? {
        guard change != nil, target == nil, checkout.defaultBranch == nil else { return nil }
        return "nothing tells which branch the change is to be merged into: --target says it"
    }

    private func remoteNote(_ checkout: Checkout) -> String? {
        guard checkout.remote == nil else { return nil }
        return "no remote tells where the project is, so the variables with its name and its pages are left out"
    }
}
