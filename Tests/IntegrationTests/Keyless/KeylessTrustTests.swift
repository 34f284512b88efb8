internal import TestSupport
internal import Testing

/// Whom a job shows its OIDC token where the user takes less care of who registries are.
@Suite("A service that exchanges tokens", .serialized)
struct KeylessTrustTests {
    /// A person's word on registries, and whether it holds for the service: the registry is the service itself.
    static let leniency: [(variable: String, isRegistry: Bool)] = [
        ("WERF_SKIP_TLS_VERIFY_REGISTRY", false), ("BERTH_SKIP_TLS_VERIFY_REGISTRY", false),
        ("BERTH_SKIP_TLS_VERIFY_REGISTRY", true),
    ]

    @Test("is shown no token where its certificate is nobody's, unless it is such a registry", arguments: leniency)
    func certificate(case example: (variable: String, isRegistry: Bool)) async throws {
        let site = try await KeylessSite()
        let front = try await TLSFront(of: site.identity.address)
        let service = "localhost:\(front.port)", host = example.isRegistry ? service : "r.example"
        let outcome = try await Command.shell(
            """
            eval "$(berth ci-env github --oidc '\(host)=token-url:https://\(service)/exchange,user:me' || echo exit 1)"
            printf %s \(host) | docker-credential-berth get
            """, environment: site.environment.merging([example.variable: "1"]) { $1 }
        ).run()
        #expect(outcome.status == (example.isRegistry ? 0 : 1), "\(outcome)")
        #expect(outcome.text.contains("minted-") == example.isRegistry, "\(outcome.text)")
        #expect(try site.exchanges() == (example.isRegistry ? [200] : []))
    }

    @Test("is shown no token by berth's own commands either, whatever they are told of registries")
    func ownCommands() async throws {
        let site = try await KeylessSite()
        let front = try await TLSFront(of: site.identity.address)
        let outcome = try await Command.shell(
            """
            eval "$(berth ci-env github --oidc '\(KeylessJob.request)' || echo exit 1)"
            berth tags --skip-tls-verify-registry '\(KeylessJob.registry)/app'
            """, environment: site.environment.merging(["AWS_ENDPOINT_URL": "https://localhost:\(front.port)"]) { $1 }
        ).run()
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.errorText.contains("localhost:\(front.port)/: the server's certificate is not trusted"))
        #expect(try site.identity.requests().map(\.kind) == ["token"])
    }

    @Test(
        "is asked over plain HTTP elsewhere by berth's own variable alone",
        arguments: [("WERF_INSECURE_REGISTRY", 64), ("BERTH_INSECURE_REGISTRY", 0)] as [(String, Int32)])
    func plainHTTP(variable: String, status: Int32) async throws {
        let machine = try Machine()
        let variables = KeylessJob.variables(machine).merging(KeylessJob.tokens()) { $1 }
        let request = "r.example=token-url:http://sts.example.com/token"
        let outcome = try await berth(
            ["ci-env", "github", "--oidc", request], variables.merging([variable: "1"]) { $1 }
        ).run()
        #expect(outcome.status == status, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("over plain HTTP") == (status != 0))
    }
}
