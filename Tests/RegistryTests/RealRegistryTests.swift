internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

/// Logins to Debian's docker-registry with its htpasswd, over a real network.
@Suite("A login to a real registry")
struct RealRegistryTests {
    /// Tries a login.
    private func verify(
        _ host: String, user: String = "me", password: String, trust: TrustStore = .builtIn
    ) async throws -> LoginCheck.Verdict {
        let check = LoginCheck(client: CurlClient(.init(userAgent: "berth/test", trust: trust)))
        return try await check.verify(host: RegistryHost(host), username: user, password: Secret(password))
    }

    @Test("is accepted with the right password, over plain HTTP on this machine")
    func accepted() async throws {
        let registry = try await LoopbackRegistry(users: ["me"])
        let verdict = try await verify(registry.address, password: LoopbackRegistry.password(of: "me"))
        #expect(verdict == .accepted)
    }

    @Test("is denied with a wrong password or for a stranger", arguments: ["me", "stranger", "mé", ""])
    func denied(user: String) async throws {
        let registry = try await LoopbackRegistry(users: ["me"])
        let address = registry.address
        let error = await #expect(throws: RegistryError.self) {
            try await verify(address, user: user, password: "wr0ng")
        }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("wr0ng") == false)
    }

    @Test("over TLS is accepted where the authority is known")
    func tls() async throws {
        let registry = try await LoopbackRegistry(users: ["me"])
        let front = try await TLSFront(of: registry.address)
        let verdict = try await verify(
            "localhost:\(front.port)", password: LoopbackRegistry.password(of: "me"), trust: .file(front.authority))
        #expect(verdict == .accepted)
    }

    @Test("over TLS is not tried where the authority is unknown, on this machine neither")
    func unknownAuthority() async throws {
        let registry = try await LoopbackRegistry(users: ["me"])
        let front = try await TLSFront(of: registry.address)
        let port = front.port
        let error = await #expect(throws: RegistryError.self) {
            try await verify("localhost:\(port)", password: LoopbackRegistry.password(of: "me"))
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.hint?.contains("SSL_CERT_FILE") == true)
        #expect(try registry.requests().isEmpty)
    }

    @Test("over TLS is not tried where the certificate is for another name")
    func otherName() async throws {
        let registry = try await LoopbackRegistry(users: ["me"])
        let front = try await TLSFront(of: registry.address)
        let (port, authority) = (front.port, front.authority)
        let error = await #expect(throws: RegistryError.self) {
            try await verify(
                "127.0.0.2:\(port)", password: LoopbackRegistry.password(of: "me"), trust: .file(authority))
        }
        #expect(error?.kind == .unreachable)
    }

    @Test("fails at a closed port, as nobody is there")
    func closedPort() async throws {
        let port = try ClosedPort()
        let address = "127.0.0.1:\(port.number)"
        let error = await #expect(throws: RegistryError.self) { try await verify(address, password: "x") }
        #expect(error?.kind == .unreachable)
    }

    @Test("fails at a host that does not exist")
    func unknownHost() async throws {
        let error = await #expect(throws: RegistryError.self) {
            try await verify("registry.invalid", password: "x")
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.text.contains("registry.invalid cannot be resolved") == true)
    }

    @Test("fails where something else than a registry answers")
    func noRegistry() async throws {
        let server = try CannedServer { _, _ in .text("HTTP/1.1 404 Not Found\r\n\r\n") }
        let port = server.port
        let error = await #expect(throws: RegistryError.self) { try await verify("127.0.0.1:\(port)", password: "x") }
        _ = server.finish()
        #expect(error?.kind == .protocolViolation)
        #expect(error?.hint?.contains("image registry") == true)
    }
}
