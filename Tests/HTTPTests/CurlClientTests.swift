internal import DockerConfig
internal import Glibc
internal import HTTP
internal import TestSupport
internal import Testing

@Suite("A request over the wire")
struct CurlClientTests {
    private let client = CurlClient(
        CurlClient.Options(userAgent: "berth/test", trust: .locate(file: nil, directory: nil)))

    private func url(_ port: Int, _ path: String = "/v2/") throws -> URLParts {
        try #require(URLParts("http://127.0.0.1:\(port)\(path)"))
    }

    @Test("brings status, headers and body")
    func answer() async throws {
        let server = try CannedServer([
            .text(
                "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 401 No\r\nWWW-Authenticate:  Basic \r\nX: \r\n\r\nbody"
            )
        ])
        let response = try await client.send(HTTPRequest(.get, url(server.port)))
        _ = server.finish()
        #expect(response.status == 401)
        #expect(response.headers == [.init("WWW-Authenticate", "Basic"), .init("X", "")])
        #expect(response.first("www-authenticate") == "Basic")
        #expect(response.body == Array("body".utf8))
    }

    @Test("carries the user agent, the headers and the body")
    func sent() async throws {
        let server = try CannedServer([.text("HTTP/1.1 204 Done\r\n\r\n")])
        let headers = [HTTPHeader("Authorization", secret: Secret("Basic eA==")), HTTPHeader("X-Empty", "")]
        _ = try await client.send(HTTPRequest(.post, url(server.port), headers: headers, body: .secret(Secret("a=b"))))
        let request = try #require(server.finish().first)
        #expect(request.hasPrefix("POST /v2/ HTTP/1.1\r\n"))
        #expect(request.contains("\r\nUser-Agent: berth/test\r\n"))
        #expect(request.contains("\r\nAuthorization: Basic eA==\r\n"))
        #expect(request.contains("\r\nX-Empty:\r\n"))
        #expect(request.contains("\r\nContent-Length: 3\r\n"))
    }

    @Test("leaves nothing of one request in the next")
    func reset() async throws {
        let server = try CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n"), .text("HTTP/1.1 200 OK\r\n\r\n")])
        let secret = HTTPHeader("Authorization", secret: Secret("Basic eA=="))
        _ = try await client.send(HTTPRequest(.post, url(server.port), headers: [secret], body: .bytes([1, 2])))
        _ = try await client.send(HTTPRequest(.get, url(server.port)))
        let second = try #require(server.finish().last)
        #expect(second.hasPrefix("GET "))
        #expect(!second.contains("Authorization"))
        #expect(!second.contains("Content-Length"))
    }

    @Test("does not take credentials along to another origin")
    func redirectDropsCredentials() async throws {
        let target = try CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n")])
        let source = try CannedServer([
            .text("HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:\(target.port)/x\r\n\r\n")
        ])
        let secret = HTTPHeader("Authorization", secret: Secret("Basic eA=="))
        let request = try HTTPRequest(.get, url(source.port), headers: [secret, HTTPHeader("Accept", "a/b")])
        let response = try await client.send(request, following: RedirectPolicy())
        _ = source.finish()
        let seen = try #require(target.finish().first)
        #expect(response.url.text == "http://127.0.0.1:\(target.port)/x")
        #expect(seen.contains("Accept: a/b"))
        #expect(!seen.contains("Authorization"))
    }

    enum BadAnswer: CaseIterable {
        case notHTTP, nothing, cutBody, endlessBody, thousandHeaders, endlessHeader

        var text: String {
            switch self {
            case .notHTTP: "SSH-2.0-OpenSSH_9.2\r\n"
            case .nothing: ""
            case .cutBody: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour"
            case .endlessBody: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1001)
            case .thousandHeaders:
                "HTTP/1.1 200 OK\r\n"
                    + String(repeating: "X: " + String(repeating: "y", count: 90) + "\r\n", count: 1000)
            case .endlessHeader: "HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 90_000) + "\r\n\r\n"
            }
        }

        var kind: HTTPError.Kind {
            switch self {
            case .notHTTP: .protocolViolation
            case .nothing, .cutBody: .interrupted
            case .endlessBody, .thousandHeaders, .endlessHeader: .tooLarge
            }
        }
    }

    @Test("is an error where the answer cannot be taken", arguments: BadAnswer.allCases)
    func badAnswer(_ answer: BadAnswer) async throws {
        let server = try CannedServer([.text(answer.text)])
        let request = try HTTPRequest(.get, url(server.port, "/v2/?account=alice"), bodyLimit: 1000)
        let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        _ = server.finish()
        #expect(error?.kind == answer.kind)
        #expect(error?.description.hasPrefix("GET http://127.0.0.1:\(server.port)/v2/?…: ") == true)
        #expect(error?.description.contains("alice") == false)
    }

    @Test("ends when its time is over")
    func timeout() async throws {
        let server = try CannedServer([.silence])
        let request = try HTTPRequest(.get, url(server.port), timeout: .milliseconds(100))
        let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        _ = server.finish()
        #expect(error?.kind == .timeout)
    }

    @Test("is not sent with a header that would become two")
    func headerInjection() async throws {
        let header = HTTPHeader("Authorization", secret: Secret("Bearer x\r\nX-Evil: 1"))
        let request = try HTTPRequest(.get, url(9), headers: [header])
        let error = await #expect(throws: HTTPError.self) { try await client.send(request) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.description.contains("Evil") == false)
    }

    @Test("says which file of authorities cannot be read")
    func missingAuthorities() async throws {
        let client = CurlClient(CurlClient.Options(userAgent: "berth/test", trust: .file("/nowhere/ca.pem")))
        let server = try CannedServer([.text("")])
        let url = try #require(URLParts("https://127.0.0.1:\(server.port)/v2/"))
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest(.get, url)) }
        _ = server.finish()
        #expect(error?.kind == .certificate)
        #expect(error?.reason.contains("/nowhere/ca.pem") == true)
    }

    @Test("to this machine goes to no proxy, which could read it", .timeLimit(.minutes(1)))
    func proxy() async {
        // In a process of its own, as all tests share the environment.
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "ALL_PROXY"] { unsafe setenv(name, "http://127.0.0.1:1", 1) }
            for host in ["127.0.0.1", "localhost"] {
                let server = try CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n")])
                let url = try #require(URLParts("http://\(host):\(server.port)/"))
                let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))
                #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
                #expect(server.finish().first?.hasPrefix("GET / HTTP/1.1\r\n") == true)
            }
        }
    }

    @Test("to a cloud's metadata service goes to no proxy", .timeLimit(.minutes(1)))
    func noProxyOnTheLink() async {
        await #expect(processExitsWith: .success) {
            let server = try CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n")])
            unsafe setenv("http_proxy", "http://127.0.0.1:\(server.port)", 1)
            let request = HTTPRequest(.get, try #require(URLParts("http://169.254.0.1/")), timeout: .milliseconds(100))
            let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))
            // Whether somebody has this address does not matter: the proxy must not hear of it.
            _ = try? await client.send(request)
            #expect(server.finish().isEmpty)
        }
    }

    @Test("to another machine goes to the proxy that the environment names", .timeLimit(.minutes(1)))
    func proxyForOthers() async {
        await #expect(processExitsWith: .success) {
            let server = try CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n")])
            unsafe setenv("http_proxy", "http://127.0.0.1:\(server.port)", 1)
            let url = try #require(URLParts("http://r.invalid/v2/"))
            let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))
            #expect(try await client.send(HTTPRequest(.get, url)).status == 200)
            #expect(server.finish().first?.hasPrefix("GET http://r.invalid/v2/ HTTP/1.1\r\n") == true)
        }
    }

    @Test("that a proxy has no name for is an error without the proxy's password", .timeLimit(.minutes(1)))
    func proxyPassword() async {
        await #expect(processExitsWith: .success) {
            let url = try #require(URLParts("http://r.invalid/v2/"))
            let closed = try ClosedPort()
            let proxies = [
                ("proxy.invalid", HTTPError.Kind.unresolvedHost), ("127.0.0.1:\(closed.number)", .unreachable),
            ]
            for (proxy, kind) in proxies {
                unsafe setenv("http_proxy", "http://user:s3cr3t@\(proxy)", 1)
                let error = await failure { () async throws(HTTPError) in
                    try await makeClient().send(HTTPRequest(.get, url))
                }
                #expect(error?.kind == kind)
                #expect(error?.description.contains("s3cr3t") == false)
            }
        }
    }

    @Test("may be made while others are on their way")
    func atOnce() async throws {
        let server = try CannedServer { request, _ in
            .text("HTTP/1.1 200 OK\r\n\r\n" + request.prefix { $0 != "\r\n" })
        }
        let (port, client) = (server.port, client)
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<16 {
                let url = try url(port, "/\(number)")
                group.addTask {
                    let body = try await client.send(HTTPRequest(.get, url)).body
                    return String(decoding: body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == Set((0..<16).map { "GET /\($0) HTTP/1.1" }))
        #expect(server.finish().count == 16)
    }
}
