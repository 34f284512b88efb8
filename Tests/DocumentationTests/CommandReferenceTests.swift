internal import TestSupport
internal import Testing

/// The reference is what the program says of itself.
@Suite struct CommandReferenceTests {
    private static func reference(_ arguments: String...) -> Command {
        var environment = Command.bare
        environment["SOURCE_DATE_EPOCH"] = "86400"
        return Command("\(Documents.root)/scripts/command-reference", arguments, environment: environment)
    }

    /// Makes the man pages and returns their directory.
    private static func pages(in scratch: borrowing ScratchDirectory) async throws -> String {
        try await reference("man", Berth.path, scratch.path).succeed()
        return scratch.path
    }

    /// The commands that the program knows, as its own help for programs lists them.
    private static func commands() async throws -> [String] {
        let filter = ".command.subcommands[].commandName"
        return try await Command.shell("'\(Berth.path)' --experimental-dump-help | jq -r \(filter)").succeed().lines
            .filter { $0 != "help" }
    }

    @Test func `the page of commands is what the program says now`() async throws {
        let said = try await Self.reference("markdown", Berth.path).succeed().text
        let page = try Files.text("\(Documents.root)/docs/commands.md")
        #expect(page == said, "docs/commands.md is not up to date: run `make docs`")
    }

    @Test func `every command has a man page, and so has the credential helper`() async throws {
        let scratch = try ScratchDirectory()
        let names = Files.names(in: try await Self.pages(in: scratch))
        let wanted = try await Self.commands().map { "berth-\($0).1" } + ["berth.1", "docker-credential-berth.1"]
        #expect(names == wanted.sorted())
    }

    @Test func `man prints every page without a warning`() async throws {
        let scratch = try ScratchDirectory()
        let folder = try await Self.pages(in: scratch)
        for name in Files.names(in: folder) {
            var environment = Command.bare
            environment["MANWIDTH"] = "80"
            let command = Command(
                "man", ["--warnings", "-E", "UTF-8", "-l", "\(folder)/\(name)"], environment: environment)
            let outcome = try await command.succeed()
            #expect(outcome.errorText == "", "\(name)")
            for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"] {
                #expect(outcome.lines.contains(section), "\(name) has no \(section)")
            }
        }
    }

    @Test func `a man page can be copied from: hyphens and quotes are those of the keyboard`() async throws {
        let scratch = try ScratchDirectory()
        let page = "\(try await Self.pages(in: scratch))/berth-ci-env.1"
        let text = try await Command("man", ["-E", "UTF-8", "-l", page]).succeed().text
        #expect(text.contains(#"eval "$(berth ci-env || echo exit 1)""#))
        #expect(text.contains("--no-login-to-registry"))
        #expect(text.contains("~/.docker"))
    }

    @Test func `a man page has the date that it is given`() async throws {
        let scratch = try ScratchDirectory()
        let page = try Files.text("\(try await Self.pages(in: scratch))/berth.1")
        #expect(page.contains(#"\#n.TH "BERTH" "1" "1970-01-02" "#))
    }
}
