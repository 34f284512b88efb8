internal import JSON
internal import TestSupport
internal import Testing

/// What GitLab's templates say, without running them.
@Suite("The GitLab templates")
struct GitLabTemplateTests {
    @Test("are what GitLab's schema allows, header and pipeline", arguments: GitLabTemplate.File.allCases)
    func schema(file: GitLabTemplate.File) async throws {
        let template = try await GitLabTemplate(file)
        let scratch = try ScratchDirectory()
        var documents = [try scratch.file("body.yml", try template.expanded())]
        if let header = template.header { documents.append(try scratch.file("header.yml", header)) }
        try await schemaCheck(documents).succeed()
    }

    @Test("hold one before_script and one after_script")
    func sameScripts() async throws {
        var scripts: Set<[[String]]> = []
        for file in GitLabTemplate.File.allCases {
            scripts.insert([try await script("before_script", of: file), try await script("after_script", of: file)])
        }
        #expect(scripts.count == 1)
        #expect(scripts.first?.allSatisfy { !$0.isEmpty } == true)
    }

    @Test("hand inputs to scripts as the values of variables only", arguments: GitLabTemplate.File.allCases)
    func inputsAreNoScript(file: GitLabTemplate.File) async throws {
        let template = try await GitLabTemplate(file)
        let pipeline = try await GitLabTemplate.parse(template.body).first?.object
        for job in pipeline?.members.compactMap(\.value.object) ?? [] {
            let scripts = ["before_script", "script", "after_script"].flatMap { job[$0]?.array ?? [] }
            #expect(!scripts.contains { $0.string?.contains("$[[") != false })
        }
    }

    @Test("have examples in README.md that GitLab's schema allows")
    func examples() async throws {
        let scratch = try ScratchDirectory()
        let text = try Files.text("\(TemplateFiles.root)/gitlab/README.md")
        var examples: [String] = []
        for part in text.split(separator: "\n```yaml\n").dropFirst() {
            guard let end = part.firstRange(of: "\n```\n")?.lowerBound, part.first != " " else { continue }
            examples.append(try scratch.file("\(examples.count).yml", String(part[..<end]) + "\n"))
        }
        #expect(examples.count > 5)
        try await schemaCheck(examples).succeed()
    }

    @Test("have all their inputs in README.md", arguments: [GitLabTemplate.File.berth, .cleanup])
    func inputsInReadme(file: GitLabTemplate.File) async throws {
        let readme = try Files.text("\(TemplateFiles.root)/gitlab/README.md")
        let inputs = try await GitLabTemplate(file).inputs
        #expect(!inputs.isEmpty)
        for input in inputs.members {
            let value = input.value.object?["default"]
            let text = value?.string ?? String((value?.text() ?? "").prefix { $0 != "\n" })
            // What is stamped differs between releases.
            let isStamped = ["releases", "version", "sha256"].contains(input.key)
            let row = "| `\(input.key)` | \(isStamped ? "the release's" : text.isEmpty ? "" : "`\(text)`") |"
            #expect(readme.contains(row.replacing("|  |", with: "| |")), "\(row)")
        }
    }

    @Test(
        "take no input that would end the YAML string that it is pasted into", arguments: ["login", "oidc", "inherit"])
    func quotes(name: String) async throws {
        let runner = try GitLabMachine()
        let checkout = try await runner.checkout(
            "app",
            """
            include: [{local: ci/templates/berth.yml, inputs: {\(name): 'a" b'}}]
            push: {extends: .berth, script: ["true"]}
            """)
        let outcome = try await runner.run(.local, in: checkout)
        #expect(outcome.status != 0)
        #expect((outcome.text + outcome.errorText).contains("does not match required RegEx pattern"))
    }
}

/// The command that compares files with GitLab's own schema.
private func schemaCheck(_ files: [String]) -> Command {
    let options = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    return Command("\(Tools.python)/check-jsonschema", options + files)
}

/// The lines of one of the scripts of a template's job.
private func script(_ name: String, of file: GitLabTemplate.File) async throws -> [String] {
    let pipeline = try await GitLabTemplate.parse(try await GitLabTemplate(file).expanded()).first?.object
    let job = pipeline?[file == .cleanup ? "berth-cleanup" : ".berth"]?.object
    return job?[name]?.array?.compactMap(\.string) ?? []
}
