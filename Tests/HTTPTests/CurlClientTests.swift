internal import DockerConfig
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
    func answer() throws {
        let server = CannedServer([
            .text(
                "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 401 No\r\nWWW-Authenticate:  Basic \r\nX: \r\n\r\nbody"
            )
        ])
        let response = try client.send(HTTPRequest(.get, url(server.port)))
        _ = server.finish()
        #expect(response.status == 401)
        #expect(response.headers == [.init("WWW-Authenticate", "Basic"), .init("X", "")])
        #expect(response.first("www-authenticate") == "Basic")
        #expect(response.body == Array("body".utf8))
    }

    @Test("carries the user agent, the headers and the body")
    func sent() throws {
        let server = CannedServer([.text("HTTP/1.1 204 Done\r\n\r\n")])
        let headers = [HTTPHeader("Authorization", secret: Secret("Basic eA==")), HTTPHeader("X-Empty", "")]
        _ = try client.send(HTTPRequest(.post, url(server.port), headers: headers, body: .secret(Secret("a=b"))))
        let request = try #require(server.finish().first)
        #expect(request.hasPrefix("POST /v2/ HTTP/1.1\r\n"))
        #expect(request.contains("\r\nUser-Agent: berth/test\r\n"))
        #expect(request.contains("\r\nAuthorization: Basic eA==\r\n"))
        #expect(request.contains("\r\nX-Empty:\r\n"))
        #expect(request.contains("\r\nContent-Length: 3\r\n"))
    }

    @Test("leaves nothing of one request in the next")
    func reset() throws {
        let server = CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n"), .text("HTTP/1.1 200 OK\r\n\r\n")])
        let secret = HTTPHeader("Authorization", secret: Secret("Basic eA=="))
        _ = try client.send(HTTPRequest(.post, url(server.port), headers: [secret], body: .bytes([1, 2])))
        _ = try client.send(HTTPRequest(.get, url(server.port)))
        let second = try #require(server.finish().last)
        #expect(second.hasPrefix("GET "))
        #expect(!second.contains("Authorization"))
        #expect(!second.contains("Content-Length"))
    }

    @Test("does not take credentials along to another origin")
    func redirectDropsCredentials() throws {
        let target = CannedServer([.text("HTTP/1.1 200 OK\r\n\r\n")])
        let source = CannedServer([
            .text("HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:\(target.port)/x\r\n\r\n")
        ])
        let secret = HTTPHeader("Authorization", secret: Secret("Basic eA=="))
        let request = try HTTPRequest(.get, url(source.port), headers: [secret, HTTPHeader("Accept", "a/b")])
        let response = try client.send(request, following: RedirectPolicy())
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
    func badAnswer(_ answer: BadAnswer) throws {
        let server = CannedServer([.text(answer.text)])
        let request = try HTTPRequest(.get, url(server.port, "/v2/?account=alice"), bodyLimit: 1000)
        let error = #expect(throws: HTTPError.self) { try client.send(request) }
        _ = server.finish()
        #expect(error?.kind == answer.kind)
        #expect(error?.description.hasPrefix("GET http://127.0.0.1:\(server.port)/v2/?…: ") == true)
        #expect(error?.description.contains("alice") == false)
    }

    @Test("ends when its time is over")
    func timeout() throws {
        let server = CannedServer([.silence])
        let request = try HTTPRequest(.get, url(server.port), timeout: .milliseconds(100))
        let error = #expect(throws: HTTPError.self) { try client.send(request) }
        _ = server.finish()
        #expect(error?.kind == .timeout)
    }

    @Test("is not sent with a header that would become two")
    func headerInjection() throws {
        let header = HTTPHeader("Authorization", secret: Secret("Bearer x\r\nX-Evil: 1"))
        let request = try HTTPRequest(.get, url(9), headers: [header])
        let error = #expect(throws: HTTPError.self) { try client.send(request) }
        #expect(error?.kind == .invalidRequest)
        #expect(error?.description.contains("Evil") == false)
    }

    @Test("says which file of authorities cannot be read")
    func missingAuthorities() throws {
        let client = CurlClient(CurlClient.Options(userAgent: "berth/test", trust: .file("/nowhere/ca.pem")))
        let server = CannedServer([.text("")])
        let url = try #require(URLParts("https://127.0.0.1:\(server.port)/v2/"))
        let error = #expect(throws: HTTPError.self) { try client.send(HTTPRequest(.get, url)) }
        _ = server.finish()
        #expect(error?.kind == .certificate)
        #expect(error?.reason.contains("/nowhere/ca.pem") == true)
    }
}
