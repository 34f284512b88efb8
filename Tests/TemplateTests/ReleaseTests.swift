internal import TestSupport
internal import Testing

@Suite("ci-templates/install.sh")
struct ReleaseTests {
    @Test("installs the program from a release's archive, and leaves the archive nowhere")
    func installs() async throws {
        let release = try await Release()
        let scratch = try ScratchDirectory()
        let run = try await install(release.settings, in: scratch.path)
        #expect(run.status == 0, "\(run.errorText)")
        #expect(Files.names(in: scratch.path) == ["bin", "share"])
        let version = try await Command("\(scratch.path)/bin/berth", ["--version"]).succeed()
        #expect(version.lines == [release.version])
        #expect(try release.server.requests() == ["/\(release.archive)"])
    }

    @Test("runs nothing of an archive whose checksum is another")
    func refuses() async throws {
        let release = try await Release()
        let scratch = try ScratchDirectory()
        var settings = release.settings
        settings["BERTH_SHA256"] = String(repeating: "0", count: 64)
        let run = try await install(settings, in: scratch.path)
        #expect(run.status == 1)
        #expect(run.errorText == "berth: \(release.address)/\(release.archive) is not what BERTH_SHA256 names\n")
        #expect(Files.names(in: scratch.path).isEmpty)
    }
}

/// Has a shell install the program into a directory by `ci-templates/install.sh`.
private func install(_ settings: [String: String], in directory: String) async throws -> Outcome {
    try await Command.shell(
        ". '\(TemplateFiles.root)/install.sh'; berth_install '\(directory)'",
        environment: Command.bare.merging(settings) { $1 }
    ).run()
}
