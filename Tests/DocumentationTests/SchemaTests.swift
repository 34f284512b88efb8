internal import TestSupport
internal import Testing

/// The schemas of what `--json` prints, held against what it prints.
@Suite("The schemas in docs/schemas") struct SchemaTests {
    private static let folder = "\(Documents.root)/docs/schemas"
    private static let names = Files.names(in: folder)
    private static let validator = "\(Documents.root)/.build/template-python/bin/check-jsonschema"

    /// Command lines by the schema of their output; `REGISTRY` stands for the registry's address.
    ///
    /// They are run one after the other on one registry, in a directory of their own, by a shell that is a GitLab job's.
    private static let outputs: [(schema: String, line: String, code: Int32)] = [
        ("tags", "berth tags REGISTRY/app --json", 0),
        ("tags", "berth tags REGISTRY/app --details --json", 0),
        ("inspect", "berth inspect REGISTRY/app:mr-1 --json", 0),
        ("inspect", "berth inspect REGISTRY/app:multi --json", 0),
        ("copy", "berth copy REGISTRY/app:mr-1 REGISTRY/copy --json", 0),
        ("copy", "berth copy REGISTRY/app REGISTRY/copies --all-tags --referrers --json", 0),
        ("detect", "berth detect REGISTRY/app --json", 0),
        ("detect", "berth detect ghcr.io/owner/app --json", 0),
        ("detect", "berth detect REGISTRY/app --probe --json", 0),
        ("check", "berth check REGISTRY/app --json", 0),
        ("cleanup", "berth cleanup REGISTRY/app --delete 'mr-*' --untagged-older-than 1d --json", 1),
        ("cleanup", "berth cleanup REGISTRY/app ghcr.io/owner/app --delete mr-1 --json", 2),
        ("cleanup", "berth cleanup REGISTRY/app --delete '*' --apply --json", 1),
        ("cleanup", "berth cleanup REGISTRY/app --delete mr-1 --shard 1/2 --apply --json", 0),
        (
            "cleanup",
            "berth cleanup REGISTRY/copy --delete '*' --max-delete 9 --plan-out plan.json >/dev/null;"
                + " berth cleanup --plan plan.json --apply --json", 0
        ),
        ("delete", "berth delete REGISTRY/app:mr-2 REGISTRY/app:none --json", 2),
        ("delete", "berth delete REGISTRY/app@$(berth inspect REGISTRY/app:multi --json | jq -r .digest) --json", 1),
        ("doctor", "berth doctor --json", 0),
        ("doctor", #"eval "$(berth ci-env)"; berth doctor --verify --json"#, 0),
        ("doctor", #"eval "$(berth ci-env)"; chmod 644 "$DOCKER_CONFIG/config.json"; berth doctor --json"#, 1),
        ("snapshot", "berth snapshot", 0),
        ("snapshot", #"eval "$(berth ci-env)"; berth snapshot --keep CI_JOB_NAME"#, 0),
        ("gc", #"sh -c 'eval "$(berth ci-env --watch never)"'; berth gc --json"#, 0),
    ]

    private static let images: [ManifestContent] = {
        var signed = ManifestContent.image(created: "2024-01-01T00:00:00Z", labels: ["n": "1"], tags: ["mr-1"])
        signed.referrers = [.artifact("application/vnd.example.signature")]
        return [
            signed, .image(created: "2024-01-02T00:00:00Z", labels: ["n": "2"], tags: ["mr-2", "mr-3", "main-1"]),
            .index([.image(platform: "linux/amd64"), .image(platform: "linux/arm64")], tags: ["multi"]),
        ]
    }()

    /// The schema with the rule that there is nothing which it does not describe; what passes it passes the schema too.
    private static func strict(_ name: String, in folder: String) async throws -> String {
        let walk = #"walk(if type == "object" and has("properties") then .additionalProperties = false else . end)"#
        let text = try await Command("jq", [walk, "\(Self.folder)/\(name).schema.json"]).succeed().output
        try Files.write(text, to: "\(folder)/\(name).schema.json")
        return "\(folder)/\(name).schema.json"
    }

    private static func check(_ arguments: [String]) async throws -> Outcome {
        try await Command(validator, arguments).run()
    }

    @Test("describe all that the commands print, and nothing is printed that they do not describe")
    func outputs() async throws {
        let registry = try await LoopbackRegistry(users: ["ci"])
        try await registry.store(Self.images, as: "app")
        let machine = try Machine()
        let password = LoopbackRegistry.password(of: "ci")
        var environment = machine.gitlabJob("1", registry: registry.address, user: "ci", password: password)
        try machine.writeDockerConfig(dockerConfig([(registry.address, "ci", password)]))
        environment["DOCKER_CONFIG"] = "\(machine.home)/.docker"
        var files: [String: [String]] = [:]
        for (number, output) in Self.outputs.enumerated() {
            let line = output.line.replacing("REGISTRY", with: registry.address)
            var command = Command.shell(line, environment: environment)
            command.directory = machine.home
            let outcome = try await command.run()
            #expect(outcome.status == output.code, "\(output.line): \(outcome.errorText)")
            files[output.schema, default: []].append(machine.path("\(number).json"))
            try Files.write(outcome.output, to: machine.path("\(number).json"))
        }
        for (name, files) in files {
            let schema = try await Self.strict(name, in: machine.scratch.path)
            let verdict = try await Self.check(["--schemafile", schema] + files)
            #expect(verdict.status == 0, "\(verdict.text)")
        }
    }

    @Test("are schemas themselves")
    func metaschema() async throws {
        let verdict = try await Self.check(["--check-metaschema"] + Self.names.map { "\(Self.folder)/\($0)" })
        #expect(verdict.status == 0, "\(verdict.text)")
    }

    @Test("are each held against an output, and told of", arguments: names)
    func use(name: String) throws {
        #expect(Self.outputs.contains { "\($0.schema).schema.json" == name })
        #expect(try Files.text("\(Documents.root)/docs/json.md").contains("schemas/\(name)"))
    }
}
