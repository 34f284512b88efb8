internal import TestSupport
internal import Testing

/// The installation by hand, pasted into a shell that goes on after what fails, as people's own shells do.
@Suite("The README's installation") struct InstallationTests {
    @Test(
        "installs an archive only where its checksum is right",
        arguments: [("", true), (" BERTH_SHA256=\(String(repeating: "0", count: 64))", false)])
    func checksum(given: String, isInstalled: Bool) async throws {
        let readme = try #require(Documents.written.first { $0.path == "README.md" })
        let block = try #require(readme.markdown.blocks.first { $0.text.contains("sha256sum") })
        let scratch = try ScratchDirectory()
        let home = try scratch.directory("home")
        var command = Command.shell(
            Notes(of: block, in: readme).given + given + "\n" + block.text, in: "bash",
            environment: ["PATH": Berth.searchPath, "HOME": home])
        command.directory = scratch.path
        let outcome = try await command.run()
        #expect((outcome.status == 0) == isInstalled, "\(outcome.errorText)")
        #expect(Files.exists("\(home)/.local/bin/berth") == isInstalled)
    }
}
