internal import HTTP
internal import TestSupport
internal import Testing

@Suite("A TLS connection", .timeLimit(.minutes(1)))
struct TLSTests {
    /// A server with plain HTTP, and one with TLS in front of it.
    private struct Server: ~Copyable {
        let front: TLSFront
        private let server: LoopbackServer

        init(_ configure: (inout TLSFront.Options) -> Void = { _ in }) async throws {
            let server = try LoopbackServer { _ in answer(200, "x") }
            var options = TLSFront.Options()
            configure(&options)
            front = try await TLSFront(of: "127.0.0.1:\(server.port)", options)
            self.server = server
        }

        /// What names it among ``CurlClient/Options/hosts``.
        var host: String { "localhost:\(front.port)" }

        /// What a client with these options makes of it.
        func outcome(_ configure: (inout CurlClient.Options) -> Void) async throws -> Outcome {
            let url = try #require(URLParts("https://\(host)/"))
            let client = makeClient(configure)
            do throws(HTTPError) {
                return .status(try await client.send(HTTPRequest(.get, url)).status)
            } catch {
                return .error(error.kind)
            }
        }

        /// The authority's certificate.
        func authority() throws -> [UInt8] { try Files.read(front.authority) }
    }

    enum Outcome: Equatable {
        case status(Int)
        case error(HTTPError.Kind)
    }

    @Test("is made where the server's authority is in a file that is named")
    func file() async throws {
        let server = try await Server()
        #expect(try await server.outcome { $0.trust = .file(server.front.authority) } == .status(200))
    }

    @Test("is made where the server's authority is in a directory, linked by its hash")
    func directory() async throws {
        let server = try await Server()
        let scratch = try ScratchDirectory()
        try await Command.shell("cp '\(server.front.authority)' '\(scratch.path)' && openssl rehash '\(scratch.path)'")
            .succeed()
        #expect(try await server.outcome { $0.trust = .directory(scratch.path) } == .status(200))
    }

    @Test("is not made where the server's authority is not trusted")
    func unknownAuthority() async throws {
        let server = try await Server()
        let other = try await TLSFront(of: "127.0.0.1:\(server.front.port)")
        let empty = try ScratchDirectory()
        #expect(try await server.outcome { $0.trust = .file(other.authority) } == .error(.certificate))
        #expect(try await server.outcome { $0.trust = .directory(empty.path) } == .error(.certificate))
        #expect(try await server.outcome { _ in } == .error(.certificate))
    }

    @Test("is made where the server's authority is trusted for this server, besides or in place of others")
    func authorityOfHost() async throws {
        let server = try await Server()
        let authority = try server.authority()
        let empty = try ScratchDirectory()
        let other = try await TLSFront(of: "127.0.0.1:\(server.front.port)")
        for trust in [TrustStore.directory(empty.path), .file(other.authority), .builtIn] {
            let outcome = try await server.outcome {
                $0.trust = trust
                $0.hosts[server.host] = CurlClient.HostTLS(authorities: authority)
            }
            #expect(outcome == .status(200))
        }
    }

    @Test("is not made where the server's authority is trusted for another one")
    func authorityOfAnotherHost() async throws {
        let server = try await Server()
        let authority = try server.authority()
        for host in ["localhost", "localhost:1", "127.0.0.1:\(server.front.port)"] {
            let outcome = try await server.outcome { $0.hosts[host] = CurlClient.HostTLS(authorities: authority) }
            #expect(outcome == .error(.certificate))
        }
    }

    @Test("is not made with a server of another name, although its authority is trusted")
    func wrongName() async throws {
        let server = try await Server { $0.names = ["DNS:r.example", "IP:127.0.0.2"] }
        #expect(try await server.outcome { $0.trust = .file(server.front.authority) } == .error(.certificate))
    }

    @Test("is made with anybody where certificates are not looked at")
    func unverified() async throws {
        let server = try await Server { $0.names = ["DNS:r.example"] }
        #expect(try await server.outcome { $0.verifiesCertificates = false } == .status(200))
    }

    @Test("shows the client's certificate to the server that it is for")
    func clientCertificate() async throws {
        let server = try await Server { $0.requiresClientCertificate = true }
        let certificate = CurlClient.HostTLS.Certificate(
            path: server.front.clientCertificate, keyPath: server.front.clientKey)
        func outcome(for host: String) async throws -> Outcome {
            try await server.outcome {
                $0.trust = .file(server.front.authority)
                $0.hosts[host] = CurlClient.HostTLS(certificate: certificate)
            }
        }
        #expect(try await outcome(for: server.host) == .status(200))
        // nginx's word for the lack of one.
        #expect(try await outcome(for: "r.example") == .status(400))
    }

    @Test("says which certificate of the client's cannot be read")
    func unreadableCertificate() async throws {
        let server = try await Server()
        let client = makeClient {
            $0.trust = .file(server.front.authority)
            $0.hosts[server.host] = CurlClient.HostTLS(
                certificate: .init(path: "/nowhere/client.pem", keyPath: "/nowhere/client.key"))
        }
        let url = try #require(URLParts("https://\(server.host)/"))
        let error = await failure { () async throws(HTTPError) in try await client.send(HTTPRequest(.get, url)) }
        #expect(error?.kind == .certificate)
        #expect(error?.reason.contains("/nowhere/client.pem") == true)
    }

    @Test("is not made with a server that speaks plain HTTP")
    func plainServer() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readSome()
            connection.send(answer(400, "no"))
        }
        let url = try #require(URLParts("https://127.0.0.1:\(server.port)/"))
        let error = await failure { () async throws(HTTPError) in try await makeClient().send(HTTPRequest(.get, url)) }
        #expect(error?.kind == .tls)
    }
}
