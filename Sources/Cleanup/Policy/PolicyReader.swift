internal import YAML

extension Policy {
    /// Reads a policy file.
    ///
    /// Whatever is not understood is an error, with its place: `berth.yml:12:7: …`. A rule that is passed over could
    /// delete what it was to keep.
    ///
    /// - Parameters:
    ///   - text: The file's content.
    ///   - file: Its name, for errors.
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(parsing text: [UInt8], file: String) throws(CleanupError) {
        let root: YAMLNode
        do throws(YAMLError) {
            root = try YAMLNode(parsing: text)
        } catch {
            throw CleanupError(.badData, "\(file):\(error.line):\(error.column): \(error.reason)")
        }
        self = try PolicyReader(file: file).policy(root)
    }
}

/// Makes a policy of a document.
struct PolicyReader: Sendable {
    /// The file's name, for errors.
    let file: String

    func policy(_ node: YAMLNode) throws(CleanupError) -> Policy {
        let fields = try fields(of: node, "a policy", ["version", "repositories"])
        guard let version = fields["version"] else {
            throw error(node, "a policy says its version", hint: "begin with \"version: 1\"")
        }
        guard version.content == .scalar("1", isQuoted: false) else {
            throw error(version, "this version of policies is not known", hint: "it is 1, without quotes")
        }
        guard let repositories = fields["repositories"] else {
            throw error(
                node, "a policy says what holds for which repositories", hint: "add \"repositories:\" and a list")
        }
        let nodes = try list(repositories, "repositories")
        guard !nodes.isEmpty else { throw error(repositories, "repositories: the list is empty") }
        var parts: [RepositoryPolicy] = []
        for (index, node) in nodes.enumerated() {
            let part = try repository(node)
            parts.append(part)
            if part.match.isEmpty, index + 1 < nodes.count {
                throw error(
                    nodes[index + 1], "this part is never used, as the one before it has no match, so that it fits all",
                    hint: "a part without match comes last")
            }
        }
        return Policy(parts)
    }

    private func repository(_ node: YAMLNode) throws(CleanupError) -> RepositoryPolicy {
        let fields = try fields(
            of: node, "a part of repositories", ["match", "time", "max-delete", "delete", "keep", "untagged"])
        var policy = RepositoryPolicy()
        if let match = fields["match"] { policy.match = try patterns(match, "match", for: .paths) }
        if let time = fields["time"] { policy.time = try choice(time, "time") }
        if let limit = fields["max-delete"] { policy.maxDelete = try deletionLimit(limit) }
        for rule in try rules(fields, "delete") {
            policy.delete.append(try deleteRule(rule))
        }
        for rule in try rules(fields, "keep") {
            policy.keep.append(try keepRule(rule))
        }
        if let untagged = fields["untagged"] {
            let fields = try self.fields(of: untagged, "untagged", ["older-than"])
            guard let age = fields["older-than"] else {
                throw error(untagged, "untagged says from which age on", hint: "such as {older-than: 7d}")
            }
            policy.untaggedOlderThan = try duration(age, "older-than")
        }
        return policy
    }

    private static let selectors = ["tags", "semver", "labels", "annotations"]

    private func deleteRule(_ node: YAMLNode) throws(CleanupError) -> DeleteRule {
        let fields = try fields(of: node, "a delete rule", Self.selectors + ["older-than"])
        var rule = DeleteRule()
        guard !fields.isEmpty else {
            throw error(node, "a delete rule without a condition", hint: "{tags: \"*\"} selects every tag")
        }
        rule.selector = try selector(fields)
        if let age = fields["older-than"] { rule.olderThan = try duration(age, "older-than") }
        rule.source = node.flowText
        return rule
    }

    private func keepRule(_ node: YAMLNode) throws(CleanupError) -> KeepRule {
        let fields = try fields(of: node, "a keep rule", Self.selectors + ["last", "within", "per", "git", "in-use"])
        var rule = KeepRule()
        guard !fields.isEmpty else {
            throw error(node, "a keep rule without a condition", hint: "{tags: \"*\"} holds every tag")
        }
        rule.selector = try selector(fields)
        if let last = fields["last"] { rule.last = try count(last, "last") }
        if let within = fields["within"] { rule.within = try duration(within, "within") }
        if let per = fields["per"] {
            guard rule.last != nil, rule.selector.semver != nil else {
                throw error(
                    per, "per counts versions, so it stands beside semver and last",
                    hint: "such as {semver: \"*\", last: 3, per: minor}")
            }
            rule.per = try choice(per, "per")
        }
        if let git = fields["git"] { rule.git = try gitRule(git) }
        if let sources = fields["in-use"] { rule.inUse = try usageSources(sources) }
        // What both together mean, one after the other or each for itself, nobody could tell from the line.
        if let limit = fields["last"] ?? fields["within"],
            let other = ["git", "in-use"].first(where: { fields[$0] != nil })
        {
            throw error(
                limit, "last and within do not stand beside \(other)",
                hint: other == "git" ? "in git itself they count commits; else make two rules" : "make two rules")
        }
        if fields["git"] != nil, let usage = fields["in-use"] {
            throw error(usage, "git and in-use do not stand in one rule", hint: "make two rules")
        }
        rule.source = node.flowText
        return rule
    }

    private func selector(_ fields: Fields) throws(CleanupError) -> Selector {
        var selector = Selector()
        if let tags = fields["tags"] { selector.tags = try patterns(tags, "tags", for: .tags) }
        if let range = fields["semver"] {
            let text = try text(range, "semver")
            selector.semver = try at(range) { () throws(CleanupError) in try SemanticRange(text) }
        }
        if let labels = fields["labels"] { selector.labels = try marks(labels, "labels") }
        if let annotations = fields["annotations"] { selector.annotations = try marks(annotations, "annotations") }
        return selector
    }

    private func marks(_ node: YAMLNode, _ key: String) throws(CleanupError) -> [MarkPattern] {
        guard case .mapping(let members) = node.content, !members.isEmpty else {
            throw error(node, "\(key): names with patterns of their values", hint: "such as {\(key): {keep: \"true\"}}")
        }
        var marks: [MarkPattern] = []
        for member in members {
            let text = try text(member.value, member.key, canBeEmpty: true)
            let pattern = try at(member.value) { () throws(CleanupError) in try TextPattern(text) }
            marks.append(MarkPattern(member.key, pattern))
        }
        return marks
    }

    private func gitRule(_ node: YAMLNode) throws(CleanupError) -> GitRule {
        let fields = try fields(of: node, "git", ["branches", "tags", "last", "within", "tag"])
        guard let form = fields["tag"] else {
            throw error(
                node, "git says how images are tagged",
                hint: "such as {git: {tag: \"{branch}-{sha}\"}}, or \"{branch}\"")
        }
        let text = try text(form, "tag")
        var rule = GitRule(try at(form) { () throws(CleanupError) in try TagForm(text) })
        if let branches = fields["branches"] { rule.branches = try patterns(branches, "branches") }
        if let tags = fields["tags"] { rule.tags = try patterns(tags, "tags") }
        if let last = fields["last"] { rule.last = try count(last, "last") }
        if let within = fields["within"] { rule.within = try duration(within, "within") }
        return rule
    }

    private func usageSources(_ node: YAMLNode) throws(CleanupError) -> [UsageSource] {
        var sources: [UsageSource] = []
        for (node, text) in try texts(node, "in-use") {
            guard let source = UsageSource(text) else {
                throw error(node, "in-use: a context of Kubernetes has a name", hint: "kubernetes:* means all of them")
            }
            sources.append(source)
        }
        return sources
    }
}
