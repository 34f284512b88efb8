internal import TestSupport
internal import Testing

/// How a registry is reached, and whom it lets in.
enum Access: String, CaseIterable, CustomTestStringConvertible {
    case open = "plain HTTP that lets everybody in"
    case htpasswd = "plain HTTP with passwords"
    case token = "plain HTTP with tokens"
    case authorityOption = "TLS with tokens, the authority by --ca-file"
    case authorityVariable = "TLS with tokens, the authority by SSL_CERT_FILE"
    case certificateDirectory = "TLS with passwords, the authority by certs.d"
    case clientCertificate = "TLS that wants a client's certificate, both by certs.d"

    var testDescription: String { rawValue }

    fileprivate var hasTokens: Bool { [.token, .authorityOption, .authorityVariable].contains(self) }
    fileprivate var hasTLS: Bool { ![.open, .htpasswd, .token].contains(self) }
    fileprivate var hasUsers: Bool { ![.open, .clientCertificate].contains(self) }
}

/// A registry with all that stands around it, and a machine whose HOME has the login of its user `me`.
struct Site: ~Copyable {
    let machine: Machine
    let registry: LoopbackRegistry
    /// The registry's address for its users.
    let address: String
    /// Who gives tokens, where the registry wants them.
    let tokens: TokenServer?
    /// What berth is told besides the command.
    private let options: [String]
    private let variables: [String: String]
    private let fronts: [Front]

    /// A front that several may hold.
    private final class Front: Sendable {
        let server: TLSFront

        init(of address: String, _ options: TLSFront.Options = .init()) async throws {
            server = try await TLSFront(of: address, options)
        }
    }

    /// Starts what `access` needs; the token server as `settings` say.
    init(
        _ access: Access = .open, deletes: Bool = true, isReadOnly: Bool = false,
        tokens settings: TokenServer.Settings = .init(users: [.init("me")])
    ) async throws {
        let machine = try Machine()
        let tokens = access.hasTokens ? try await TokenServer(settings) : nil
        var realmFront: Front?
        if let tokens, access.hasTLS { realmFront = try await Front(of: tokens.address) }
        let auth: LoopbackRegistry.Auth =
            if let tokens {
                .token(tokens, realm: realmFront.map { "https://localhost:\($0.server.port)/token" })
            } else {
                access.hasUsers ? .htpasswd(["me"]) : .none
            }
        let registry = try await LoopbackRegistry(.init(auth: auth, deletes: deletes, isReadOnly: isReadOnly))
        var front: Front?
        if access.hasTLS {
            var options = TLSFront.Options()
            options.requiresClientCertificate = access == .clientCertificate
            front = try await Front(of: registry.address, options)
        }
        let address = front.map { "localhost:\($0.server.port)" } ?? registry.address
        if access.hasUsers {
            try machine.writeDockerConfig(
                dockerConfig([(host: address, user: "me", password: LoopbackRegistry.password(of: "me"))]))
        }
        let fronts = [realmFront, front].compactMap { $0 }
        let authorities = machine.path("ca.pem")
        try Files.write(try fronts.map { try Files.text($0.server.authority) }.joined(), to: authorities)
        if let front, [.certificateDirectory, .clientCertificate].contains(access) {
            let directory = "\(machine.home)/.config/containers/certs.d/\(address)"
            try await Command("mkdir", ["-p", directory]).succeed()
            try await Command("cp", [authorities, "\(directory)/ca.crt"]).succeed()
            if access == .clientCertificate {
                try await Command("cp", [front.server.clientCertificate, "\(directory)/me.cert"]).succeed()
                try await Command("cp", [front.server.clientKey, "\(directory)/me.key"]).succeed()
            }
        }
        self.fronts = fronts
        self.address = address
        self.tokens = tokens
        options = access == .authorityOption ? ["--ca-file", authorities] : []
        variables = access == .authorityVariable ? ["SSL_CERT_FILE": authorities] : [:]
        self.machine = machine
        self.registry = registry
    }

    /// A run of berth on the machine.
    func berth(_ arguments: [String], _ extra: [String: String] = [:]) -> Command {
        IntegrationTests.berth(
            arguments + options, machine.environment.merging(variables) { $1 }.merging(extra) { $1 })
    }
}

/// skopeo at registries of this machine that let everybody in: a judge that is not berth.
func skopeo(_ arguments: [String], user: String? = nil) async throws -> Outcome {
    let scratch = try ScratchDirectory()
    let prefixes = ["inspect": [""], "copy": ["src-", "dest-"], "list-tags": [""]][arguments[0]] ?? []
    let login = user.map { "\($0):\(LoopbackRegistry.password(of: $0))" }
    let options = prefixes.flatMap { prefix in
        ["--\(prefix)tls-verify=false"] + (login.map { ["--\(prefix)creds", $0] } ?? [])
    }
    return try await Command(
        "skopeo", [arguments[0]] + options + arguments.dropFirst(),
        environment: ["PATH": Command.searchPath, "HOME": scratch.path]
    ).run()
}

/// The files in a registry's storage, but for the state that it writes when an upload has been cancelled.
func files(in storage: String) -> [String] {
    Files.snapshot(storage).filter { $0.value.kind == .file && !$0.key.contains("/hashstates/") }.keys.sorted()
}

/// The uploads that a registry waits for.
func unfinishedUploads(in storage: String) -> [String] {
    files(in: storage).filter { $0.contains("/_uploads/") && $0.hasSuffix("/startedat") }
}

/// Fails unless a run ended as an error must: with that exit code, one line of why, perhaps one of what to do, no half
/// result, and no secret.
func expectFailure(
    _ outcome: Outcome, _ status: Int32, says text: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    let said = "exit \(outcome.status): \(outcome.errorText)\(outcome.text)"
    #expect(outcome.status == status, "\(said)", sourceLocation: sourceLocation)
    #expect(outcome.text == "", "\(said)", sourceLocation: sourceLocation)
    let lines = outcome.errorText.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(
        lines.first?.hasPrefix("berth: ") == true && lines.first?.contains(text) == true, "\(said)",
        sourceLocation: sourceLocation)
    #expect(
        lines.count == 1 || lines.count == 2 && lines[1].hasPrefix("hint: "), "\(said)", sourceLocation: sourceLocation)
    expectNoSecret(outcome, sourceLocation: sourceLocation)
}

/// Fails where something of a login shows in what a run wrote.
func expectNoSecret(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
    let password = LoopbackRegistry.password(of: "me")
    for secret in [password, basicAuth("me", password), TokenServer.identityToken(of: "me"), "Bearer", "eyJ"] {
        #expect(!outcome.text.contains(secret), "\(secret)", sourceLocation: sourceLocation)
        #expect(!outcome.errorText.contains(secret), "\(secret)", sourceLocation: sourceLocation)
    }
}
