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
        let check = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
        try await Command("\(GitLabEngine.programs)/check-jsonschema", check + documents).succeed()
    }

    @Test("hold one before_script and one after_script")
    func sameScripts() async throws {
        var scripts: Set<[[String]]> = []
        for file in GitLabTemplate.File.allCases {
            let pipeline = try await GitLabTemplate.parse(try await GitLabTemplate(file).expanded()).first?.object
            let job = pipeline?[file == .cleanup ? "berth-cleanup" : ".berth"]?.object
            scripts.insert(
                ["before_script", "after_script"].map { job?[$0]?.array?.compactMap(\.string) ?? [] })
        }
        #expect(scripts.count == 1)
        #expect(scripts.first?.allSatisfy { !$0.isEmpty } == true)
    }

    @Test("install by the function of install.sh", arguments: GitLabTemplate.File.allCases)
    func sameInstallation(file: GitLabTemplate.File) throws {
        let function = try Files.text("\(TemplateFiles.root)/install.sh").split(separator: "\n")
        let indented = function.map { $0.isEmpty ? "" : "      \($0)" }.joined(separator: "\n")
        #expect(try Files.text(file.path).contains(indented))
    }

    @Test("are of the program's own version, and name no release", arguments: GitLabTemplate.File.allCases)
    func stamps(file: GitLabTemplate.File) async throws {
        let version = try await Command(Berth.path, ["--version"]).succeed().lines[0]
        let stamped = try Files.text(file.path).split(separator: "\n").filter { $0.contains("# stamped: ") }
        let values = stamped.map { $0.drop { $0 != "\"" } }
        #expect(
            values == ["\"\" # stamped: releases", "\"\(version)\" # stamped: version", "\"\" # stamped: sha256"])
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
