internal import TestSupport
internal import Testing

@Suite("ci-templates/github/cleanup.yml", .timeLimit(.minutes(5)))
struct GitHubCleanupTests {
    @Test(
        "shows what would go, and deletes it where it is told to", arguments: [false, true], ["[1]", "[1, 2]"])
    func cleansUp(applies: Bool, shards: String) async throws {
        let registry = try await LoopbackRegistry(users: ["alice"])
        for (name, tag) in [("app", "mr-1"), ("app", "main"), ("other", "mr-2"), ("other", "main")] {
            try await registry.seed(name, tag: tag, user: "alice")
        }
        let release = try await Release()
        var workflow = try await Self.workflow(
            """
            apply: \(applies)
            repositories: \(registry.address)/app \(registry.address)/other
            registry: \(registry.address)
            shards: "\(shards)"
            \(release.inputs.joined(separator: "\n"))
            """)
        let reports = try await workflow.publishUploading()
        let password = LoopbackRegistry.password(of: "alice")
        let run = try await workflow.command(secrets: ["REGISTRY_PASSWORD": password]).run()

        #expect(run.status == 0, "\(run.log)")
        let left = ["main", "main-multi"] + (applies ? [] : ["mr-1", "mr-1-multi"])
        #expect(try await tags(of: "app", in: registry) == left)
        #expect(run.log.contains("| repository | tags | \(applies ? "deleted" : "go") |"))
        let names = shards == "[1]" ? ["cleanup-1.html"] : ["cleanup-1.html", "cleanup-2.html"]
        #expect(Files.names(in: reports) == names)
        for name in names { #expect(try Files.text("\(reports)/\(name)").contains("</html>")) }
        #expect(!run.log.contains(password))
        #expect(Files.names(in: reports).count == Self.parts(run))
    }

    @Test("keeps a page for each of the calls in one run, by the names that they give")
    func twoCalls() async throws {
        let registry = try await LoopbackRegistry()
        var calls: [String] = []
        for name in ["app", "other"] {
            try await registry.seed(name, tag: "main")
            calls.append(
                """
                  \(name):
                    uses: ./.github/workflows/berth-cleanup.yml
                    with: {artifact: images-\(name), repositories: \(registry.address)/\(name)}
                """)
        }
        var workflow = try await Self.workflow(jobs: calls.joined(separator: "\n"))
        let reports = try await workflow.publishUploading()
        workflow.prefer(programsIn: Berth.folder)
        let run = try await workflow.command().run()
        #expect(run.status == 0, "\(run.log)")
        #expect(Files.names(in: reports).sorted() == ["images-app-1.html", "images-other-1.html"])
    }

    @Test("installs nothing where the runner has berth")
    func preinstalled() async throws {
        let registry = try await LoopbackRegistry()
        try await registry.seed("app", tag: "main")
        try await registry.seed("app", tag: "v1")
        var workflow = try await Self.workflow("repositories: \(registry.address)/app")
        _ = try await workflow.publishUploading()
        workflow.prefer(programsIn: Berth.folder)
        let run = try await workflow.command().run()
        #expect(run.status == 0, "\(run.log)")
    }

    @Test("says what has to be set where there is nothing to install from")
    func unset() async throws {
        var workflow = try await Self.workflow("repositories: registry.example.com/app")
        _ = try await workflow.publishUploading()
        let run = try await workflow.command().run()
        #expect(run.status == 1)
        #expect(run.log.contains("nothing says where to get"))
    }

    @Test("a cleanup that fails makes the job fail, and the logins go all the same")
    func fails() async throws {
        let release = try await Release()
        var workflow = try await Self.workflow(
            """
            policy: none.yml
            \(release.inputs.joined(separator: "\n"))
            """)
        _ = try await workflow.publishUploading()
        let run = try await workflow.command().run()
        #expect(run.status == 1)
        #expect(run.log.contains("none.yml"))
        #expect(run.log.contains("Success - Main Log out"))
        #expect(try await workflow.leftBehind() == [])
    }

    /// A workflow that calls the template with `inputs`, as a repository with a policy has it.
    private static func workflow(_ inputs: String) async throws -> Workflow {
        let lines = inputs.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return try await workflow(
            jobs: """
                  cleanup:
                    uses: ./.github/workflows/berth-cleanup.yml
                    with:
                \(lines)
                    secrets:
                      registry-user: alice
                      registry-password: ${{ secrets.REGISTRY_PASSWORD }}
                """)
    }

    /// A workflow with jobs that call the template.
    private static func workflow(jobs: String) async throws -> Workflow {
        try await Workflow(
            "on: push\njobs:\n\(jobs)",
            files: [
                ".github/workflows/berth-cleanup.yml": try Files.text("\(TemplateFiles.root)/github/cleanup.yml"),
                "berth.yml": """
                version: 1
                repositories:
                  - match: "**"
                    delete: [{tags: "mr-*"}]
                """,
            ])
    }

    /// How many parts of a cleanup have come to their end.
    private static func parts(_ run: Outcome) -> Int {
        run.log.split(separator: "\n").count { $0.contains("Success - Main Clean up") }
    }
}

/// The tags of a repository.
private func tags(of repository: String, in registry: borrowing LoopbackRegistry) async throws -> [String] {
    let scratch = try ScratchDirectory()
    let list = Command(
        "skopeo",
        [
            "list-tags", "--tls-verify=false", "--creds", "alice:\(LoopbackRegistry.password(of: "alice"))",
            "docker://\(registry.address)/\(repository)",
        ], environment: ["PATH": Command.searchPath, "HOME": scratch.path])
    return try await list.succeed().text.split(separator: "\"").map(String.init)
        .filter { $0.hasPrefix("mr-") || $0.hasPrefix("main") }.sorted()
}
