internal import TestSupport

/// A registry that lets in only who shows a password that was given in exchange for a job's OIDC token, and a machine
/// with jobs of a CI system that gives them such tokens.
struct KeylessSite: ~Copyable {
    let machine: Machine
    let identity: IdentityServer
    let tokens: TokenServer
    let registry: LoopbackRegistry

    /// Starts all of it; the registry has one image, `group/app:1`.
    init(_ settings: IdentityServer.Settings = .init(), tokenLifetime: Int = 300) async throws {
        let machine = try Machine()
        let identity = try await IdentityServer(settings)
        let tokens = try await TokenServer(
            .init(users: [.init("me")], lifetime: tokenLifetime, minted: identity.minted))
        let registry = try await LoopbackRegistry(.init(auth: .token(tokens)))
        self.machine = machine
        self.identity = identity
        self.tokens = tokens
        self.registry = registry
    }

    /// What `--oidc` says of the registry, known to its users as `address`.
    func request(at address: String? = nil) -> String {
        "\(address ?? registry.address)=token-url:\(identity.exchange),user:me"
    }

    /// A job that is given nothing but its OIDC token, with `ADDRESS` and what else a test adds.
    func job(_ script: String, at address: String? = nil, _ extra: [String: String] = [:]) -> Command {
        Command.shell(
            """
            eval "$(berth ci-env github --oidc '\(request(at: address))' || echo exit 1)"
            \(script)
            """, environment: environment.merging(["ADDRESS": address ?? registry.address]) { $1 }.merging(extra) { $1 }
        )
    }

    /// The job's variables.
    var environment: [String: String] {
        machine.environment.merging(identity.githubJob("77")) { $1 }.merging(disposable) { $1 }
    }

    /// How many exchanges were answered, by their status.
    func exchanges() throws -> [Int] {
        try identity.requests().filter { $0.kind == "exchange" }.map(\.status)
    }

    /// Image storage of the test's own, and plain HTTP with the registry, for podman.
    func podman() throws -> [String: String] { try machine.preparePodman(plainHTTPTo: registry.address) }
}
