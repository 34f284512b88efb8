internal import JSON
internal import TestSupport
internal import Testing

/// GitLab's template for cleanups, in pipelines that two engines run, against a registry.
@Suite("The GitLab cleanup")
struct GitLabCleanupTests {
    @Test(
        "deletes where its schedule may, and shows what would go everywhere else",
        arguments: GitLabEngine.allCases, [(true, "schedule"), (true, "web"), (false, "schedule")])
    func applies(engine: GitLabEngine, run: (apply: Bool, source: String)) async throws {
        let cleaned = try await CleanedRegistry()
        let outcome = try await cleaned.run(
            engine, ["apply": .bool(run.apply)], with: ["CI_PIPELINE_SOURCE": run.source])
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        let deletes = run.apply && run.source == "schedule"
        #expect(outcome.text.contains("This shows what would go, and deletes nothing.") == !deletes)
        #expect(try await cleaned.tags() == (deletes ? CleanedRegistry.kept : CleanedRegistry.all))
        #expect(try await cleaned.changes().isEmpty == !deletes)
        let files = "\(cleaned.checkout)/berth-cleanup"
        #expect(try Files.text("\(files)/report.html").contains("mr-10"))
        let plan = try JSONValue(parsing: try Files.read("\(files)/plan.json"))
        #expect(plan.object != nil)
        #expect(try await cleaned.runner.leftovers() == ["?? berth-cleanup/"])
    }

    @Test("is shared by jobs that do a part each", arguments: GitLabEngine.allCases)
    func shards(engine: GitLabEngine) async throws {
        let cleaned = try await CleanedRegistry()
        let inputs: [String: JSONValue] = ["apply": true, "shards": 2]
        var left: [[String]] = []
        for node in ["1/2", "2/2"] {
            let outcome = try await cleaned.run(engine, inputs, node: node, with: ["CI_PIPELINE_SOURCE": "schedule"])
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
            left.append(try await cleaned.tags())
        }
        #expect(left[0].count > left[1].count && left[0].count < CleanedRegistry.all.count, "\(left)")
        #expect(left[1] == CleanedRegistry.kept)
    }

    @Test("cleans the repositories that its inputs name, and no other")
    func repositories() async throws {
        let cleaned = try await CleanedRegistry()
        try await cleaned.registry.store(CleanedRegistry.indexes(["mr-10", "v10"]), as: "group/other")
        let named = "\(cleaned.registry.address)/group/alice \(cleaned.registry.address)/group/other"
        let outcome = try await cleaned.run(
            .emulator, ["repositories": .string(named), "apply": true],
            with: ["CI_PIPELINE_SOURCE": "schedule", "CI_REGISTRY_IMAGE": "\(cleaned.registry.address)/group/empty"])
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
        #expect(try await cleaned.tags() == CleanedRegistry.kept)
        #expect(try await cleaned.tags(of: "group/other") == ["v10"])
    }

    @Test(
        "stops where its inputs say so, changing nothing",
        arguments: [
            ("policy", "other.yml", "other.yml"), ("max-delete", "1", "more than"),
            ("repositories", "* $(touch read); touch read", #""*" is not a repository's name"#),
        ])
    func stops(input: (name: String, value: String, says: String)) async throws {
        let cleaned = try await CleanedRegistry()
        let outcome = try await cleaned.run(
            .emulator, [input.name: .string(input.value), "apply": true], with: ["CI_PIPELINE_SOURCE": "schedule"])
        #expect(outcome.status != 0)
        #expect((outcome.text + outcome.errorText).contains(input.says))
        #expect(try await cleaned.changes() == [])
        #expect(!Files.exists("\(cleaned.checkout)/read"))
    }
}

/// A registry with tags of merge requests and of versions, and a project whose policy lets the former go.
private struct CleanedRegistry: ~Copyable {
    /// The tags at first, each with an image of its own.
    static let all = (10..<26).map { "mr-\($0)" } + kept
    /// Those that the policy keeps.
    static let kept = (10..<26).map { "v\($0)" }

    let registry: LoopbackRegistry
    let runner: GitLabMachine
    let checkout: String
    /// A docker config directory of somebody who may look.
    private let login: String

    init() async throws {
        let registry = try await LoopbackRegistry(users: ["alice"])
        try await registry.store(Self.indexes(Self.all), as: "group/alice")
        let runner = try GitLabMachine(registry: registry.address)
        let policy = "version: 1\nrepositories:\n  - delete: [{tags: \"mr-*\"}]\n"
        let checkout = try await runner.checkout("app", "", files: ["berth.yml": policy])
        let login = try runner.machine.scratch.directory("login")
        try Files.write(
            dockerConfig([(registry.address, "alice", LoopbackRegistry.password(of: "alice"))]),
            to: "\(login)/config.json")
        self.login = login
        self.checkout = checkout
        self.registry = registry
        self.runner = runner
    }

    /// An index for each tag that differs from all others.
    static func indexes(_ tags: [String]) -> [ManifestContent] {
        tags.map { .index([], tags: [$0], annotations: ["tag": $0]) }
    }

    /// Runs the template's job, or one of its parallel ones.
    func run(
        _ engine: GitLabEngine, _ inputs: [String: JSONValue], node: String = "1/1", with extra: [String: String]
    ) async throws -> Outcome {
        try Files.write(try await GitLabTemplate(.cleanup).expanded(inputs), to: "\(checkout)/.gitlab-ci.yml")
        var commit = Command.shell("git add -A . && git -c user.name=t -c user.email=t@example.com commit -qm t || :")
        commit.directory = checkout
        try await commit.succeed()
        let path = "\(Berth.folder):\(Tools.python):\(Command.searchPath)"
        // gitlabci-local does not tell its parallel jobs which of them they are.
        let parts = node.split(separator: "/").map(String.init)
        let variables = ["PATH": path, "CI_NODE_INDEX": parts[0], "CI_NODE_TOTAL": parts[1]]
        return try await runner.run(
            engine, "berth-cleanup", node: node, in: checkout, registry: registry.address,
            with: extra.merging(variables) { $1 })
    }

    /// The tags that are there.
    func tags(of repository: String = "group/alice") async throws -> [String] {
        let tags = Command(
            Berth.path, ["tags", "\(registry.address)/\(repository)", "--json", "--docker-config", login])
        let list = try JSONValue(parsing: try await tags.succeed().output).object?["tags"]?.array ?? []
        return list.compactMap { $0.object?["name"]?.string }.sorted()
    }

    /// The requests of the jobs that change something.
    func changes() async throws -> [String] {
        try await registry.exchanges().map(\.method).filter { !["GET", "HEAD"].contains($0) }
    }
}
