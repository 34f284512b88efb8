internal import POSIX

/// A policy by flags, as they stand on the command line.
public struct PolicyFlags: Equatable, Sendable {
    /// `--delete GLOB`: tags that may go; `*` where only other flags are given.
    public var delete: [String] = []
    /// `--older-than D`: how old they must be.
    public var olderThan: String?
    /// `--keep GLOB`: tags that stay.
    public var keep: [String] = []
    /// `--keep-last N[:GLOB]`: the newest so many stay.
    public var keepLast: [String] = []
    /// `--keep-within D[:GLOB]`: the younger ones stay.
    public var keepWithin: [String] = []
    /// `--keep-semver RANGE`: versions that stay.
    public var keepSemver: [String] = []
    /// `--keep-git PATTERN`: how tags name branches and commits, of which those that exist stay.
    public var keepGit: [String] = []
    /// `--in-use SOURCE`: what is in use stays.
    public var inUse: [String] = []
    /// `--untagged-older-than D`: manifests without a tag that go.
    public var untaggedOlderThan: String?
    /// `--time created|pushed`.
    public var time: String?
    /// `--max-delete N|P%`.
    public var maxDelete: String?

    /// No flags.
    public init() {}

    /// Whether no flag says what goes or stays.
    public var selectsNothing: Bool {
        olderThan == nil && untaggedOlderThan == nil
            && [delete, keep, keepLast, keepWithin, keepSemver, keepGit, inUse].allSatisfy(\.isEmpty)
    }

    /// The policy by these flags, alone or on top of that of a file.
    ///
    /// With a file, flags keep more than it says, and set the time and the limit. What goes is the file's to say.
    ///
    /// - Parameter file: What the file says of the repository; `nil` where there is no file.
    /// - Returns: The policy.
    /// - Throws: `CleanupError` of the kind `usage`.
    public func policy(over file: RepositoryPolicy? = nil) throws(CleanupError) -> RepositoryPolicy {
        var policy = file ?? RepositoryPolicy()
        if file == nil {
            try select(&policy)
        } else if let flag = firstSelectingFlag {
            throw CleanupError(
                .usage, "\(flag) does not go together with a policy file, which says what goes",
                hint: "write it into the file, or take --policy away")
        }
        if let time {
            guard let basis = RepositoryPolicy.TimeBasis(rawValue: time) else {
                throw Self.error("--time", time, "it is created or pushed")
            }
            policy.time = basis
        }
        if let maxDelete {
            guard let limit = RepositoryPolicy.DeletionLimit(maxDelete) else {
                throw Self.error("--max-delete", maxDelete, "it is a number of tags or a share, such as 500 or 30%")
            }
            policy.maxDelete = limit
        }
        policy.keep += try keepRules()
        guard policy.keep.count <= RepositoryPolicy.ruleLimit else {
            throw CleanupError(.usage, "--keep and its like make more than \(RepositoryPolicy.ruleLimit) rules")
        }
        return policy
    }

    private var firstSelectingFlag: String? {
        if !delete.isEmpty { return "--delete" }
        if olderThan != nil { return "--older-than" }
        return untaggedOlderThan == nil ? nil : "--untagged-older-than"
    }

    private func select(_ policy: inout RepositoryPolicy) throws(CleanupError) {
        guard !selectsNothing else {
            throw CleanupError(
                .usage, "nothing is selected: there is neither a policy file nor a flag that says what goes or stays",
                hint: "begin with --older-than 30d or --keep-last 10, or write a policy file (berth.yml)")
        }
        if let age = untaggedOlderThan {
            policy.untaggedOlderThan = try Self.duration(age, "--untagged-older-than")
            // It is about manifests without tags; who has said of no tag that it goes must not lose all of them.
            if delete.isEmpty, olderThan == nil { return }
        }
        var rule = DeleteRule()
        for glob in delete.isEmpty ? ["*"] : delete {
            rule.selector.tags.append(try Self.pattern(glob, "--delete"))
            rule.source += (rule.source.isEmpty ? "" : " ") + "--delete \(glob)"
        }
        if let olderThan {
            rule.olderThan = try Self.duration(olderThan, "--older-than")
            rule.source += " --older-than \(olderThan)"
        }
        policy.delete = [rule]
    }

    private func keepRules() throws(CleanupError) -> [KeepRule] {
        var rules: [KeepRule] = []
        for glob in keep {
            rules.append(
                try Self.rule("--keep", glob) { rule, flag throws(CleanupError) in
                    rule.selector.tags = [try Self.pattern(glob, flag)]
                })
        }
        for text in keepLast {
            rules.append(
                try Self.rule("--keep-last", text) { rule, flag throws(CleanupError) in
                    let (number, glob) = Self.split(text)
                    guard let last = RepositoryPolicy.count(number) else {
                        throw Self.error(
                            flag, text, "it is a number from 1 to a million, and may have a glob: 10 or 10:main-*")
                    }
                    rule.last = last
                    if let glob { rule.selector.tags = [try Self.pattern(glob, flag)] }
                })
        }
        for text in keepWithin {
            rules.append(
                try Self.rule("--keep-within", text) { rule, flag throws(CleanupError) in
                    let (age, glob) = Self.split(text)
                    rule.within = try Self.duration(age, flag)
                    if let glob { rule.selector.tags = [try Self.pattern(glob, flag)] }
                })
        }
        for range in keepSemver {
            rules.append(
                try Self.rule("--keep-semver", range) { rule, flag throws(CleanupError) in
                    rule.selector.semver = try Self.usage(flag) { () throws(CleanupError) in try SemanticRange(range) }
                })
        }
        for form in keepGit {
            rules.append(
                try Self.rule("--keep-git", form) { rule, flag throws(CleanupError) in
                    rule.git = try Self.usage(flag) { () throws(CleanupError) in GitRule(try TagForm(form)) }
                })
        }
        for source in inUse {
            rules.append(
                try Self.rule("--in-use", source) { rule, flag throws(CleanupError) in
                    guard let source = UsageSource(source) else {
                        throw Self.error(
                            flag, source, "it is kubernetes, kubernetes:CONTEXT, kubernetes:*, a file or -")
                    }
                    rule.inUse = [source]
                })
        }
        return rules
    }
}

// What a flag's value means.
extension PolicyFlags {
    private static func rule(
        _ flag: String, _ value: String, _ fill: (inout KeepRule, String) throws(CleanupError) -> Void
    ) throws(CleanupError) -> KeepRule {
        var rule = KeepRule()
        try fill(&rule, flag)
        rule.source = "\(flag) \(value)"
        return rule
    }

    /// What stands before the first colon, and what behind it.
    private static func split(_ text: String) -> (Substring, String?) {
        guard let colon = text.firstIndex(of: ":") else { return (text[...], nil) }
        return (text[..<colon], String(text[text.index(after: colon)...]))
    }

    private static func pattern(_ text: String, _ flag: String) throws(CleanupError) -> TextPattern {
        guard !text.isEmpty else { throw error(flag, text, "the pattern is empty; * is every tag") }
        return try usage(flag) { () throws(CleanupError) in try TextPattern(text, for: .tags) }
    }

    private static func duration(_ text: some StringProtocol, _ flag: String) throws(CleanupError) -> Int {
        guard let seconds = DurationText.seconds(text) else {
            throw error(flag, String(text), "it is a length of time, such as 30m, 12h, 14d or 2w")
        }
        return seconds
    }

    private static func error(_ flag: String, _ value: String, _ hint: String) -> CleanupError {
        CleanupError(.usage, "\(flag) \(value): not understood", hint: hint)
    }

    /// What `body` makes; an error of it becomes one of the command line.
    private static func usage<Value>(
        _ flag: String, _ body: () throws(CleanupError) -> Value
    ) throws(CleanupError) -> Value {
        do throws(CleanupError) {
            return try body()
        } catch {
            throw CleanupError(.usage, "\(flag): \(error.text)", hint: error.hint)
        }
    }
}
