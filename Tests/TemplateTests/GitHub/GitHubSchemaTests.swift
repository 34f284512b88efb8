internal import TestSupport
internal import Testing

@Suite("GitHub's and Gitea's templates, as linters see them")
struct GitHubSchemaTests {
    static let workflows = [
        "github/cleanup.yml", "github/examples/cleanup.yml", "github/examples/push.yml", "gitea/push.yml",
    ]

    @Test("are what GitHub's schemas describe")
    func schemas() async throws {
        for (schema, files) in [("actions", ["github/action.yml"]), ("workflows", Self.workflows)] {
            let run = try await tool(
                "check-jsonschema", ["--builtin-schema", "vendor.github-\(schema)"] + files.map(path)
            ).run()
            #expect(run.status == 0, "\(run.text)\(run.errorText)")
        }
    }

    @Test("have nothing that zizmor finds unsafe")
    func zizmor() async throws {
        let run = try await tool("zizmor", ["--offline"] + (["github/action.yml"] + Self.workflows).map(path)).run()
        #expect(run.status == 0, "\(run.text)\(run.errorText)")
    }

    @Test("name each file there is")
    func complete() {
        let found = ["github", "github/examples", "gitea"].flatMap { folder in
            Files.names(in: path(folder)).filter { $0.hasSuffix(".yml") }.map { "\(folder)/\($0)" }
        }
        #expect(found.sorted() == (["github/action.yml"] + Self.workflows).sorted())
    }

    @Test("have shell scripts that shellcheck finds nothing in", arguments: ["github/cleanup.yml", "gitea/push.yml"])
    func scripts(template: String) async throws {
        let scratch = try ScratchDirectory()
        let program = """
            import sys
            from ruamel.yaml import YAML
            jobs = YAML(typ="safe").load(open(sys.argv[1]))["jobs"].values()
            scripts = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
            for number, script in enumerate(scripts):
                with open(f"{sys.argv[2]}/{number}.sh", "w") as file:
                    file.write("#!/bin/sh -e\\n" + script)
            """
        try await tool("python3", ["-c", program, path(template), scratch.path]).succeed()
        let scripts = Files.names(in: scratch.path).map { "\(scratch.path)/\($0)" }
        #expect(scripts.count >= 4)
        let run = try await Command("shellcheck", scripts).run()
        #expect(run.status == 0, "\(run.text)")
    }
}

private func path(_ template: String) -> String { "\(TemplateFiles.root)/\(template)" }

/// A program that scripts/python-tools has installed.
private func tool(_ name: String, _ arguments: [String]) -> Command {
    Command("\(Berth.packageRoot)/.build/template-python/bin/\(name)", arguments)
}
