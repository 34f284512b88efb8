internal import TestSupport
internal import Testing

/// The reference is what the program says of itself.
@Suite struct CommandReferenceTests {
    private static func reference(_ arguments: String...) -> Command {
        var environment = Command.bare
        environment["SOURCE_DATE_EPOCH"] = "86400"
        var command = Command("\(Documents.root)/scripts/command-reference", arguments, environment: environment)
        // It asks the program once for each command.
        command.deadline = .seconds(300)
        return command
    }

    /// The man pages by their names, made once for all tests.
    private static let pages = Task {
        let scratch = try ScratchDirectory()
        try await reference("man", Berth.path, scratch.path).succeed()
        let folder = scratch.path
        return try Files.names(in: folder).reduce(into: [String: String]()) { pages, name in
            pages[name] = try Files.text("\(folder)/\(name)")
        }
    }

    /// What a reader of the page called `name` sees; man's own complaints are errors of it.
    private static func shown(_ name: String) async throws -> Outcome {
        let scratch = try ScratchDirectory()
        let file = try scratch.file(name, try #require(try await pages.value[name]))
        var environment = Command.bare
        environment["MANWIDTH"] = "80"
        return try await Command("man", ["--warnings", "-E", "UTF-8", "-l", file], environment: environment).succeed()
    }

    @Test func `the page of commands is what the program says now`() async throws {
        let said = try await Self.reference("markdown", Berth.path).succeed().text
        let page = try Files.text("\(Documents.root)/docs/commands.md")
        let isUpToDate = page == said
        #expect(isUpToDate, "docs/commands.md is not up to date: run `make docs`")
    }

    @Test func `every command has a man page, and so has the credential helper`() async throws {
        let names = try await Self.pages.value.keys.sorted()
        let commands = try await ProgramHelp.ofProgram.commands.keys.filter { $0 != "" && $0 != "help" }
        let wanted = commands.map { "berth-\($0).1" } + ["berth.1", "docker-credential-berth.1"]
        #expect(names == wanted.sorted())
    }

    @Test func `man prints every page without a warning`() async throws {
        for name in try await Self.pages.value.keys {
            let outcome = try await Self.shown(name)
            #expect(outcome.errorText == "", "\(name)")
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"] {
                #expect(outcome.lines.contains(section), "\(name) has no \(section)")
            }
        }
    }

    @Test func `a man page can be copied from: hyphens and quotes are those of the keyboard`() async throws {
        let text = try await Self.shown("berth-ci-env.1").text
        #expect(text.contains(#"eval "$(berth ci-env || echo exit 1)""#))
        #expect(text.contains("--no-login-to-registry"))
        #expect(text.contains("~/.docker"))
    }

    @Test func `a man page has the date that it is given`() async throws {
        let page = try #require(try await Self.pages.value["berth.1"])
        #expect(page.contains(#"\#n.TH "BERTH" "1" "1970-01-02" "#))
    }
}
