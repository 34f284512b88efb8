internal import TestSupport

/// A release as its users find it: the archive of the built program and `SHA256SUMS` in the directory of a web server.
struct Release: ~Copyable, Sendable {
    /// The version of the program.
    let version: String
    /// The archive's file name.
    let archive: String
    /// The archive's checksum.
    let sha256: String
    /// What is asked of the server, and where it serves.
    let server: FileServer

    private let scratch: ScratchDirectory

    /// The address of the release's directory, what `BERTH_RELEASES` names.
    var address: String { server.address }

    /// The settings that every template takes, as variables.
    var settings: [String: String] {
        ["BERTH_RELEASES": address, "BERTH_VERSION": version, "BERTH_SHA256": sha256]
    }

    /// Packs the built program and starts the server.
    ///
    /// The layout is that of `make dist`; the program is packed quickly and not well.
    init() async throws {
        let scratch = try ScratchDirectory()
        let version = try await Self.builtVersion()
        let archive = try await Self.archive(of: version)
        let name = archive.dropLast(".tar.gz".count)
        let folder = try scratch.directory("release")
        var packing = Command.shell(
            """
            mkdir -p '\(name)/bin' '\(name)/share' && cp '\(Berth.path)' '\(name)/bin/berth' &&
            ln -s berth '\(name)/bin/docker-credential-berth' && echo '\(version)' >'\(name)/share/version' &&
            tar --use-compress-program='gzip -1' -cf 'release/\(archive)' '\(name)' &&
            cd release && sha256sum '\(archive)' >SHA256SUMS
            """)
        packing.directory = scratch.path
        try await packing.succeed()
        let server = try await FileServer(folder)
        sha256 = String(try Files.text("\(folder)/SHA256SUMS").prefix(64))
        self.version = version
        self.archive = archive
        self.server = server
        self.scratch = scratch
    }

    /// The version that the built program gives itself.
    static func builtVersion() async throws -> String {
        try await Command(Berth.path, ["--version"]).succeed().lines[0]
    }

    /// The file name of a version's archive for this machine.
    static func archive(of version: String) async throws -> String {
        let architecture = try await Command("uname", ["-m"]).succeed().lines[0]
        return "berth-\(version)-linux-\(architecture).tar.gz"
    }
}
