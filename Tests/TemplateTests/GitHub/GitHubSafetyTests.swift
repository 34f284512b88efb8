internal import TestSupport
internal import Testing

/// Schemas and shellcheck see these templates among all others, in SchemaTests and ShellcheckTests.
@Suite("GitHub's and Gitea's templates", .timeLimit(.minutes(2)))
struct GitHubSafetyTests {
    @Test("have nothing in them that zizmor finds unsafe")
    func zizmor() async throws {
        let files = Template.all.filter { template in
            ["github/", "gitea/"].contains { template.name.hasPrefix($0) } && template.name.hasSuffix(".yml")
        }
        #expect(files.count >= 5)
        let run = try await zizmor(files.map(\.path)).run()
        #expect(run.status == 0, "\(run.text)\(run.errorText)")
    }

    @Test("zizmor would find an action that is not pinned")
    func unpinned() async throws {
        let scratch = try ScratchDirectory()
        let template = try Files.text("\(TemplateFiles.root)/gitea/push.yml")
        let pinned = try #require(template.firstRange(of: "actions/checkout@"))
        let commit = template[pinned.upperBound...].prefix { $0 != " " }
        let file = try scratch.file("push.yml", template.replacing(commit, with: "v7"))
        let run = try await zizmor([file]).run()
        #expect(run.status != 0)
        #expect(run.text.contains("unpinned-uses"))
    }

    private func zizmor(_ files: [String]) -> Command {
        Command("\(Tools.python)/zizmor", ["--offline"] + files)
    }
}
