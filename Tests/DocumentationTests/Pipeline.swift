internal import YAML

/// The scripts in a CI system's configuration, divided into shells as the system does it.
struct Pipeline {
    /// What one shell is given each; on GitHub, one step.
    typealias Scripts = [String]

    /// A use of an action or a workflow, with the inputs that it is given.
    struct Use {
        let name: String
        let inputs: [String]

        /// Where the project has it; nil where it is somebody else's.
        var file: String? {
            if name.hasSuffix("/berth-cleanup.yml") { return "ci-templates/github/cleanup.yml" }
            guard let path = name.split(separator: "@").first?.split(separator: "/berth/").dropFirst().first else {
                return nil
            }
            return "\(path)/action.yml"
        }
    }

    /// The inputs that an action or a workflow has.
    static func inputs(of file: YAMLNode) -> [String] {
        let called = member("on", of: file).flatMap { member("workflow_call", of: $0) }
        return member("inputs", of: called ?? file).map(keys) ?? []
    }

    /// The scripts of each job, in their order.
    private(set) var jobs: [Scripts] = [[]]
    /// What comes from elsewhere on GitHub.
    private(set) var uses: [Use] = []
    /// Whether it is GitHub's, where a step hands its variables on to the next.
    private(set) var isGitHub = false

    /// Whether there is anything to be run.
    var isEmpty: Bool { jobs.allSatisfy(\.isEmpty) }

    init(_ node: YAMLNode) {
        visit(node, Surroundings())
    }

    /// What holds for a part of the configuration since it stands around it.
    private struct Surroundings {
        var before: [String] = []
        var hasToken = false
    }

    private mutating func visit(_ node: YAMLNode, _ surroundings: Surroundings) {
        switch node.content {
        case .scalar: break
        case .sequence(let nodes): for node in nodes { visit(node, surroundings) }
        case .mapping(let members):
            let members = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
            visitJob(members, surroundings)
        }
    }

    private mutating func visitJob(_ members: [String: YAMLNode], _ surroundings: Surroundings) {
        var here = surroundings
        if members["env"].map(Self.keys)?.contains("GITHUB_TOKEN") == true { here.hasToken = true }
        if members["extends"]?.flowText.contains(".berth") == true { here.before = [Self.template] }
        let before = members["before_script"] ?? members["default"].flatMap { Self.member("before_script", of: $0) }
        if let before { here.before = Self.texts(before) }
        if members["steps"] != nil { jobs.append([]) }
        let count = jobs.joined().count
        if let script = members["script"] { add(here.before + Self.texts(script), here) }
        if let script = members["commands"] { add(Self.texts(script), here) }
        if let script = members["run"] { add(Self.texts(script), here) }
        if let action = members["uses"] { use(action.flowText, members["with"], here) }
        for (key, value) in members.sorted(by: { ($0.value.position.line, $0.key) < ($1.value.position.line, $1.key) })
        where !Self.scripts.contains(key) {
            visit(value, here)
        }
        // One that no job is there to begin with.
        if before != nil, count == jobs.joined().count { add(here.before, here) }
        for key in ["after_script", "after-script"] {
            if let script = members[key] { add(Self.texts(script), here) }
        }
    }

    private mutating func use(_ name: String, _ inputs: YAMLNode?, _ surroundings: Surroundings) {
        isGitHub = true
        uses.append(Use(name: name, inputs: inputs.map(Self.keys) ?? []))
        // What the project's own action does, which has the job's token by itself.
        guard name.contains("/berth/") else { return }
        add(["berth ci-env github --shell github"], Surroundings(hasToken: true))
    }

    private mutating func add(_ lines: [String], _ surroundings: Surroundings) {
        guard !lines.isEmpty else { return }
        let token = surroundings.hasToken ? ["export GITHUB_TOKEN=github-token"] : []
        jobs[jobs.count - 1].append((token + lines).joined(separator: "\n"))
        if lines.contains(where: { $0.contains("--shell github") }) { isGitHub = true }
    }

    /// What the project's own template begins a job of GitLab's with.
    static let template = #"eval "$(berth ci-env gitlab || echo exit 1)""#

    private static let scripts: Set<String> = [
        "after-script", "after_script", "before_script", "commands", "default", "run", "script", "uses", "with",
    ]

    private static func keys(of node: YAMLNode) -> [String] {
        guard case .mapping(let members) = node.content else { return [] }
        return members.map(\.key)
    }

    private static func member(_ key: String, of node: YAMLNode) -> YAMLNode? {
        guard case .mapping(let members) = node.content else { return nil }
        return members.first { $0.key == key }?.value
    }

    private static func texts(_ node: YAMLNode) -> [String] {
        switch node.content {
        case .scalar(let text, _): [text]
        case .sequence(let nodes): nodes.flatMap(texts)
        case .mapping: member("command", of: node).map(texts) ?? []
        }
    }
}
