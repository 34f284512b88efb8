internal import TestSupport
internal import Testing

/// The templates against the schemas of those who read them, as check-jsonschema and kubernetes-validate have them.
@Suite("Schemas of the templates", .timeLimit(.minutes(5)))
struct SchemaTests {
    /// A check of a template: the words of check-jsonschema, before the file.
    struct Check: CustomTestStringConvertible, Sendable {
        let template: String
        let words: [String]

        init(_ template: String, builtin schema: String, _ words: String...) {
            self.template = template
            self.words = ["--builtin-schema", "vendor.\(schema)"] + words
        }

        var testDescription: String { template }
    }

    /// GitLab's and GitHub's have further checks among their own tests.
    static let checks = [
        Check("bitbucket/bitbucket-pipelines.yml", builtin: "bitbucket-pipelines"),
        Check("buildkite/pipeline.yml", builtin: "buildkite"),
        Check("circleci/config.yml", builtin: "circle-ci"),
        Check("drone/.drone.yml", builtin: "drone-ci"),
        Check("travis/.travis.yml", builtin: "travis"),
        Check("woodpecker/.woodpecker.yml", builtin: "woodpecker-ci"),
        Check("gitea/push.yml", builtin: "github-workflows"),
        Check("github/action.yml", builtin: "github-actions"),
        Check("github/cleanup.yml", builtin: "github-workflows"),
        Check("github/examples/cleanup.yml", builtin: "github-workflows"),
        Check("github/examples/push.yml", builtin: "github-workflows"),
        Check("gitlab/berth.gitlab-ci.yml", builtin: "gitlab-ci", "--data-transform", "gitlab-ci"),
    ]
    /// What has no schema, or one of a kind that only another check here knows.
    static let others: Set = [
        "azure-pipelines/berth.yml", "buildkite/plugin.yml", "tekton/task.yaml",
        // Two documents, the first of which no schema knows: GitLab's tests take them apart.
        "gitlab/templates/berth.yml", "gitlab/templates/cleanup.yml",
    ]

    @Test("Each file is what the schema of its system says", arguments: checks)
    func builtin(check: Check) async throws {
        try await validate(check.words + ["\(TemplateFiles.root)/\(check.template)"])
    }

    @Test("The steps of Azure Pipelines are what its schema says, once its expressions are expanded")
    func azure() async throws {
        let scratch = try ScratchDirectory()
        let pipeline = try await Command(
            "\(Tools.python)/python",
            ["-B", "\(Tools.engines)/parts.py", "azure", "\(TemplateFiles.root)/azure-pipelines/berth.yml"]
        ).succeed()
        let file = try scratch.file("azure-pipelines.json", pipeline.text)
        try await validate(["--builtin-schema", "vendor.azure-pipelines", "--regex-variant", "python", file])
    }

    @Test("The Tekton Task has the fields of Tekton's API, a schema of which was written for this test")
    func tekton() async throws {
        try await validate(
            ["--schemafile", "\(Tools.engines)/tekton-task.schema.json", "\(TemplateFiles.root)/tekton/task.yaml"])
    }

    @Test(
        "Kubernetes' manifests have the fields of its API and no others, in old versions too",
        arguments: ["1.31.0", "1.37.0"])
    func kubernetes(version: String) async throws {
        let manifests = Template.all.filter { $0.name.hasPrefix("kubernetes/") && $0.name.hasSuffix(".yaml") }
        try #require(!manifests.isEmpty)
        try await Command(
            "\(Tools.python)/kubernetes-validate",
            ["--strict", "--kubernetes-version", version] + manifests.map(\.path), environment: Command.bare
        ).succeed()
    }

    @Test("Every YAML file is checked by something", arguments: Template.all.filter(\.isYAML))
    func nothingIsLeftOut(template: Template) {
        let checked = Set(Self.checks.map(\.template)).union(Self.others)
        #expect(checked.contains(template.name) || template.name.hasPrefix("kubernetes/"))
    }

    private func validate(_ words: [String]) async throws {
        var command = Command("\(Tools.python)/check-jsonschema", words)
        command.environment["LC_ALL"] = "C.UTF-8"
        try await command.succeed()
    }
}

extension Template {
    fileprivate var isYAML: Bool { name.hasSuffix(".yml") || name.hasSuffix(".yaml") }
}
