internal import TestSupport
internal import Testing

@Suite("Scripts in the templates", .timeLimit(.minutes(5)))
struct ShellcheckTests {
    @Test("shellcheck finds nothing in them, each read for the shell that runs it", arguments: Template.all)
    func shellcheck(of template: Template) async throws {
        let scratch = try ScratchDirectory()
        let scripts = try await scripts(in: template, to: scratch.path)
        guard !scripts.isEmpty else { return }
        // What a script reads that another has written, shellcheck need not find.
        let run = try await Command("shellcheck", ["--exclude=SC1090,SC1091"] + scripts).run()
        #expect(run.status == 0, "\(run.text)")
    }

    @Test(
        "The scripts of every template that has any are found", arguments: Template.all.filter(\.hasInstaller))
    func scriptsAreFound(in template: Template) async throws {
        let scratch = try ScratchDirectory()
        let scripts = try await scripts(in: template, to: scratch.path)
        #expect(try scripts.contains { try Files.text($0).contains("berth_install() (") })
    }

    /// Writes each script in a template into a file, and returns their paths.
    private func scripts(in template: Template, to folder: String) async throws -> [String] {
        try await Command(
            "\(Tools.python)/python", ["-B", "\(Tools.engines)/parts.py", "scripts", template.path, folder]
        )
        .succeed().lines
    }
}
