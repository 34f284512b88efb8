internal import DockerConfig
internal import HTTP
internal import Registry
internal import TestSupport
internal import Testing

@Suite("A login at a real registry", .timeLimit(.minutes(2)))
struct LoginCheckTests {
    /// Tries a login as berth does, but without waiting between tries.
    private func verify(
        _ address: String, _ username: String = "job", _ password: String = LoopbackRegistry.password(of: "job"),
        trust: TrustStore = .locate(file: nil, directory: nil)
    ) async throws -> LoginCheck.Verdict {
        try await onThread {
            let client = CurlClient(.init(userAgent: "berth/test", trust: trust))
            return try LoginCheck(client: client, pacing: .instant)
                .verify(host: RegistryHost(address), username: username, password: Secret(password))
        }
    }

    private func failure(_ verify: () async throws -> LoginCheck.Verdict) async -> RegistryError? {
        await #expect(throws: RegistryError.self) { _ = try await verify() }
    }

    @Test("is accepted with the right password, and by the user's own password only")
    func passwords() async throws {
        let registry = try await LoopbackRegistry(users: ["job", "other"])
        let (address, others) = (registry.address, LoopbackRegistry.password(of: "other"))
        #expect(try await verify(address) == .accepted)
        let mistakes = [("job", "wrong"), ("job", ""), ("job", others), ("nobody", others), ("<token>", others)]
        for (username, password) in mistakes {
            let error = await failure { try await verify(address, username, password) }
            #expect(error?.kind == .denied)
            #expect(error?.text.hasPrefix("\(address) refuses the user name or password") == true)
            #expect(error.map { password == "" || !"\($0.text) \($0.hint ?? "")".contains(password) } == true)
        }
    }

    @Test("over TLS is tried only where the registry's authority is trusted, and never goes on without TLS")
    func authorities() async throws {
        let registry = try await LoopbackRegistry(users: ["job"])
        let front = try await TLSFront(before: registry.address)
        let (address, authority) = (front.address, front.authority)
        #expect(try await verify(address, trust: .file(authority)) == .accepted)
        let denied = await failure { try await verify(address, "job", "wrong", trust: .file(authority)) }
        #expect(denied?.kind == .denied)
        let untrusted = await failure { try await verify(address) }
        #expect(untrusted?.kind == .unreachable)
        #expect(untrusted?.text.contains("certificate is not trusted") == true)
        #expect(untrusted?.hint?.contains("SSL_CERT_FILE") == true)
        #expect(try registry.requests().allSatisfy { $0.user == "job" })
    }

    @Test("finds nobody at a closed port")
    func closedPort() async throws {
        let server = CannedServer([])
        let port = server.port
        _ = server.finish()
        let error = await failure { try await verify("127.0.0.1:\(port)") }
        #expect(error?.kind == .unreachable)
        #expect(error?.text == "GET http://127.0.0.1:\(port)/v2/: nothing answers at port \(port)")
    }

    @Test("finds nobody behind a name that does not exist")
    func unknownName() async throws {
        let error = await failure { try await verify("registry.invalid") }
        #expect(error?.kind == .unreachable)
        #expect(error?.text.contains("registry.invalid cannot be resolved") == true)
    }
}

extension Pacing {
    /// Waits for nothing: any pause is over at once, and its time has not passed.
    static let instant = Pacing(elapsed: { .zero }, unixTime: { 0 }, sleep: { _ in }, chance: { 0 })
}
