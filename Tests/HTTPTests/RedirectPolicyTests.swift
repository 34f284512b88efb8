internal import DockerConfig
internal import HTTP
internal import Testing

@Suite("A redirect")
struct RedirectPolicyTests {
    private let policy = RedirectPolicy(limit: 3)

    private func request(
        _ method: HTTPRequest.Method = .get, _ url: String = "https://r.example/v2/", body: HTTPRequest.Body = .none
    ) throws -> HTTPRequest {
        let headers = [
            HTTPHeader("Authorization", secret: Secret("Basic eA==")), HTTPHeader("authorization", "plain"),
            HTTPHeader("X-Token", secret: Secret("t")), HTTPHeader("Accept", "a/b"),
        ]
        return HTTPRequest(method, try #require(URLParts(url)), headers: headers, body: body)
    }

    private func answer(_ status: Int, to location: String?, of request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(status: status, headers: location.map { [.init("location", $0)] } ?? [], url: request.url)
    }

    private func names(_ request: HTTPRequest?) -> [String]? {
        request?.headers.map(\.name)
    }

    @Test("is not seen in other answers", arguments: [200, 300, 304, 305, 401, 404])
    func others(status: Int) throws {
        let request = try request()
        #expect(try policy.next(after: answer(status, to: "/x", of: request), to: request, followed: 0) == nil)
    }

    @Test(
        "within the origin keeps everything",
        arguments: ["/x", "https://r.example/x", "https://R.example:443/x", "../x"])
    func sameOrigin(location: String) throws {
        let request = try request()
        let next = try policy.next(after: answer(307, to: location, of: request), to: request, followed: 0)
        #expect(next?.url.text.hasSuffix("/x") == true)
        #expect(names(next) == ["Authorization", "authorization", "X-Token", "Accept"])
    }

    @Test(
        "to another origin takes no credentials along",
        arguments: [
            "https://evil.example/x", "https://r.example:444/x", "//evil.example/x", "https://r.example.evil.example",
        ])
    func otherOrigin(location: String) throws {
        let request = try request()
        let next = try policy.next(after: answer(302, to: location, of: request), to: request, followed: 0)
        #expect(names(next) == ["Accept"])
    }

    @Test("from http to https takes no credentials along, as the answer may be forged")
    func upgrade() throws {
        let request = try request(.get, "http://r.example/v2/")
        let next = try policy.next(
            after: answer(301, to: "https://r.example/v2/", of: request), to: request, followed: 0)
        #expect(names(next) == ["Accept"])
    }

    @Test(
        "is refused: to plain HTTP, nowhere, or to what is no web address",
        arguments: [
            "http://r.example/x", "http://evil.example/", nil, "file:///etc/passwd", "https://a:b@evil.example/",
        ])
    func refused(location: String?) throws {
        let request = try request()
        let error = #expect(throws: HTTPError.self) {
            try policy.next(after: answer(307, to: location, of: request), to: request, followed: 0)
        }
        #expect(error?.kind == .redirect)
        #expect(error?.description.contains("a:b") == false)
    }

    @Test("makes no other request of what is to change something", arguments: [301, 302, 303])
    func changes(status: Int) throws {
        let methods: [HTTPRequest.Method] = status == 303 ? [.delete] : [.delete, .put, .patch]
        for method in methods {
            let request = try request(method)
            let error = #expect(throws: HTTPError.self) {
                try policy.next(after: answer(status, to: "/login", of: request), to: request, followed: 0)
            }
            #expect(error?.kind == .redirect)
        }
        let post = try request(.post)
        #expect(try policy.next(after: answer(status, to: "/x", of: post), to: post, followed: 0)?.method == .get)
    }

    @Test("is refused after the limit, as in a loop")
    func loop() throws {
        let request = try request()
        #expect(throws: HTTPError.self) {
            try policy.next(after: answer(307, to: "/v2/", of: request), to: request, followed: 3)
        }
    }

    @Test("of a form to another host is refused, as the form may hold a refresh token")
    func formToAnotherHost() throws {
        let request = try request(.post, body: .secret(Secret("refresh_token=x")))
        #expect(throws: HTTPError.self) {
            try policy.next(after: answer(307, to: "https://evil.example/", of: request), to: request, followed: 0)
        }
    }

    @Test("of a form by 303 becomes a read without the form")
    func seeOther() throws {
        let request = try request(.post, body: .bytes([1]))
        let next = try #require(try policy.next(after: answer(303, to: "/x", of: request), to: request, followed: 0))
        #expect(next.method == .get)
        guard case .none = next.body else {
            Issue.record("the body is still there")
            return
        }
    }
}
