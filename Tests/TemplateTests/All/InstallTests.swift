internal import TestSupport
internal import Testing

/// The shells that CI systems run scripts in, and zsh, for those at home.
private let shells = [["dash"], ["bash"], ["busybox", "sh"], ["mksh"], ["zsh"], ["ksh"]]

/// Programs that can get a file, each in a search path that has no other.
private enum Downloader: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case curl, wget
    case busybox = "busybox's wget"

    var testDescription: String { rawValue }

    /// Makes the directory with the programs that the function calls, and this one.
    func searchPath(in scratch: borrowing ScratchDirectory) async throws -> String {
        let folder = try scratch.directory("programs")
        let names = ["cat", "cut", "gzip", "mkdir", "mv", "rm", "sha256sum", "tar", "uname"]
        let program = self == .busybox ? "ln -s /usr/bin/busybox wget" : "ln -s /usr/bin/\(rawValue) ."
        var making = Command.shell(
            "for name in \(names.joined(separator: " ")); do ln -s /usr/bin/$name .; done; \(program)")
        making.directory = folder
        try await making.succeed()
        return folder
    }
}

@Suite("ci-templates/install.sh", .timeLimit(.minutes(5)))
struct InstallTests {
    @Test("Installs the program from a release's archive, and leaves nothing else")
    func installs() async throws {
        let release = try await Release()
        for shell in shells {
            let scratch = try ScratchDirectory()
            let run = try await install(release.settings, in: scratch.path, shell: shell)
            #expect(run.status == 0 && run.text.isEmpty && run.errorText.isEmpty, "\(shell): \(run.errorText)")
            #expect(Files.names(in: scratch.path) == ["bin"])
            #expect(Files.names(in: "\(scratch.path)/bin").sorted() == ["berth", "docker-credential-berth"])
            let version = try await Command("\(scratch.path)/bin/berth", ["--version"]).succeed()
            #expect(version.lines == [release.version])
        }
        #expect(try release.server.requests() == shells.map { _ in "/\(release.archive)" })
    }

    @Test("Takes the archive by whichever program there is", arguments: Downloader.allCases)
    private func downloads(by program: Downloader) async throws {
        let release = try await Release()
        let scratch = try ScratchDirectory()
        let prefix = try scratch.directory("prefix")
        let path = try await program.searchPath(in: scratch)
        let run = try await install(
            release.settings.merging(["PATH": path]) { $1 }, in: prefix, shell: ["/usr/bin/dash"])
        #expect(run.status == 0, "\(run.errorText)")
        #expect(Files.exists("\(prefix)/bin/berth"))
    }

    @Test("Takes an archive that has one of several checksums")
    func severalChecksums() async throws {
        let release = try await Release()
        var settings = release.settings
        settings["BERTH_SHA256"] = "\(noChecksum) \(release.sha256)\n"
        for shell in shells {
            let scratch = try ScratchDirectory()
            let run = try await install(settings, in: scratch.path, shell: shell)
            #expect(run.status == 0, "\(shell): \(run.errorText)")
            #expect(Files.exists("\(scratch.path)/bin/berth"))
        }
    }

    @Test("Runs and keeps nothing of an archive whose checksum is another")
    func wrongChecksum() async throws {
        let release = try await Release()
        var settings = release.settings
        settings["BERTH_SHA256"] = "\(noChecksum) \(noChecksum)"
        for shell in shells {
            let scratch = try ScratchDirectory()
            let run = try await install(settings, in: scratch.path, shell: shell)
            #expect(run.status == 1)
            let said = "berth: BERTH_SHA256 does not name \(release.sha256), the checksum of \(release.archive)\n"
            #expect(run.errorText == said, "\(shell)")
            #expect(Files.names(in: scratch.path).isEmpty)
        }
    }

    @Test(
        "Asks for what is not set, in one line, before it asks any server",
        arguments: ["BERTH_RELEASES", "BERTH_VERSION", "BERTH_SHA256"], shells)
    func missingSetting(name: String, shell: [String]) async throws {
        let scratch = try ScratchDirectory()
        var settings = ["BERTH_RELEASES": "http://127.0.0.1:1", "BERTH_VERSION": "1.2.3", "BERTH_SHA256": noChecksum]
        settings[name] = ""
        let run = try await install(settings, in: scratch.path, shell: shell)
        #expect(run.status == 1)
        #expect(run.errorText.hasPrefix("berth: nothing says ") && run.errorText.contains(name))
        #expect(run.errorText.split(separator: "\n").count == 1)
        #expect(Files.names(in: scratch.path).isEmpty)
    }

    @Test("Needs no setting but the version, and no server, where that version can be called", arguments: shells)
    func preinstalled(shell: [String]) async throws {
        let version = try await Release.builtVersion()
        let scratch = try ScratchDirectory()
        let settings = [
            "PATH": Berth.searchPath, "BERTH_VERSION": version, "BERTH_RELEASES": "", "BERTH_SHA256": "",
        ]
        let run = try await install(settings, in: scratch.path, shell: shell)
        #expect(run.status == 0 && run.errorText.isEmpty, "\(run.errorText)")
        #expect(Files.names(in: scratch.path).isEmpty)
    }

    @Test("Installs the version that is wanted where another can be called")
    func anotherVersion() async throws {
        let release = try await Release()
        let scratch = try ScratchDirectory()
        let old = try scratch.directory("old")
        try Files.write("#!/bin/sh\necho 0.0.1\n", to: "\(old)/berth", mode: 0o755)
        let prefix = try scratch.directory("prefix")
        let run = try await install(
            release.settings.merging(["PATH": "\(old):\(Command.searchPath)"]) { $1 }, in: prefix, shell: ["dash"])
        #expect(run.status == 0, "\(run.errorText)")
        #expect(Files.exists("\(prefix)/bin/berth"))
    }

    @Test("Keeps nothing of a download that breaks off", arguments: Downloader.allCases)
    private func cutDownload(by program: Downloader) async throws {
        let scratch = try ScratchDirectory()
        let prefix = try scratch.directory("prefix")
        let server = try CannedServer { _, _ in
            .text("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\nhalf an archive")
        }
        let settings = [
            "PATH": try await program.searchPath(in: scratch), "BERTH_RELEASES": "http://127.0.0.1:\(server.port)",
            "BERTH_VERSION": "1.2.3", "BERTH_SHA256": noChecksum,
        ]
        // GNU wget goes on trying for a while unless it is told not to.
        let run = try await install(
            settings.merging(["WGETRC": try scratch.file("wgetrc", "tries = 1\n")]) { $1 }, in: prefix,
            shell: ["/usr/bin/dash"])
        #expect(run.status == 1)
        #expect(run.errorText.contains("berth: cannot get http://127.0.0.1:\(server.port)/berth-1.2.3-linux-"))
        #expect(Files.names(in: prefix).isEmpty)
        #expect(!server.finish().isEmpty)
    }

    @Test("Keeps nothing of an archive that holds something else")
    func otherArchive() async throws {
        let scratch = try ScratchDirectory()
        let prefix = try scratch.directory("prefix")
        let folder = try scratch.directory("release")
        let name = try await Release.archive(of: "1.2.3")
        try await Command("tar", ["-czf", "\(folder)/\(name)", "-C", "/etc", "hostname"]).succeed()
        let sum = try await Command("sha256sum", ["\(folder)/\(name)"]).succeed().text.prefix(64)
        let server = try await FileServer(folder)
        let settings = ["BERTH_RELEASES": server.address, "BERTH_VERSION": "1.2.3", "BERTH_SHA256": String(sum)]
        let run = try await install(settings, in: prefix, shell: ["dash"])
        #expect(run.status == 1)
        #expect(run.errorText.contains("berth: it cannot be installed in \(prefix)"))
        #expect(Files.names(in: prefix).isEmpty)
    }

    @Test("Says where it may not write")
    func unwritable() async throws {
        let release = try await Release()
        let scratch = try ScratchDirectory()
        // Not even root can make a directory in a file.
        let file = try scratch.file("file", "")
        let run = try await install(release.settings, in: file, shell: ["dash"])
        #expect(run.status == 1)
        #expect(run.errorText.contains("berth: it cannot be installed in \(file)"))
        #expect(try release.server.requests().isEmpty)
    }
}

/// A checksum that no archive has.
private let noChecksum = String(repeating: "0", count: 64)

/// Has a shell install the program into a directory, in a condition, where `set -e` does not count.
private func install(_ settings: [String: String], in directory: String, shell: [String]) async throws -> Outcome {
    let script = """
        set -eu
        . '\(TemplateFiles.root)/install.sh'
        if berth_install '\(directory)'; then exit 0; else exit $?; fi
        """
    return try await Command(
        shell[0], shell.dropFirst() + ["-c", script], environment: Command.bare.merging(settings) { $1 }
    ).run()
}
