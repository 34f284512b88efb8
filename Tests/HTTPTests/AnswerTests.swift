internal import DockerConfig
internal import HTTP
internal import TestSupport
internal import Testing

/// What no error may tell.
private let secret = "s3cr3t"

/// A request with secrets in all places that can have one.
private func request(_ url: URLParts, bodyLimit: Int = 1000) -> HTTPRequest {
    HTTPRequest(
        .post, url, headers: [HTTPHeader("Authorization", secret: Secret("Bearer \(secret)"))],
        body: .secret(Secret("refresh_token=\(secret)")), bodyLimit: bodyLimit, idleTimeout: .seconds(20))
}

@Suite("An answer", .timeLimit(.minutes(1)))
struct AnswerTests {
    /// What a server sends, and what becomes of it.
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let status: Int
        let body: String
        var fields: HTTPFields = []

        init(_ name: String, _ text: String, _ status: Int, _ body: String, _ fields: HTTPFields = []) {
            (testDescription, self.text, self.status, self.body, self.fields) = (name, text, status, body, fields)
        }
    }

    static let framings = [
        Sample(
            "by its length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc",
            [.init("Content-Length", "3")]),
        Sample("by its connection's end", "HTTP/1.0 200\r\n\r\nabc", 200, "abc"),
        Sample(
            "in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n02\r\nbc\r\n0\r\n\r\n",
            200, "abc",
            [.init("Transfer-Encoding", "chunked")]),
        Sample(
            "with trailers, which are none of its headers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nLocation: /x\r\n\r\n", 200, "abc",
            [.init("Transfer-Encoding", "chunked")]),
        Sample(
            "with a trailer that looks like another answer",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nHTTP/1.1 404 x: y\r\n\r\n", 200,
            "abc",
            [.init("Transfer-Encoding", "chunked")]),
        Sample(
            "with a header that looks like another answer", "HTTP/1.1 200 OK\r\nHTTP/1.1 404 x: y\r\nX: z\r\n\r\nabc",
            200,
            "abc", [.init("HTTP/1.1 404 x", "y"), .init("X", "z")]),
        Sample(
            "after interim ones",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: <x>\r\n\r\nHTTP/1.1 201 Made\r\nX: y\r\n\r\n",
            201, "",
            [.init("X", "y")]),
        Sample("with bare newlines", "HTTP/1.1 200 OK\nX: y\n\nabc", 200, "abc", [.init("X", "y")]),
        Sample("without a body", "HTTP/1.1 204 No\r\nX: y\r\n\r\n", 204, "", [.init("X", "y")]),
        Sample(
            "longer than its length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc", 200, "ab",
            [.init("Content-Length", "2")]),
    ]

    @Test("is taken as it is framed", arguments: framings)
    func taken(_ sample: Sample) async throws {
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(sample.text)
        }
        let response = try await makeClient().send(request(server.url()))
        #expect(response.status == sample.status)
        #expect(response.headers == sample.fields)
        #expect(String(decoding: response.body, as: UTF8.self) == sample.body)
        let stream = try await makeClient().stream(request(server.url()))
        #expect(stream.head.status == sample.status)
        #expect(stream.head.headers == sample.fields)
        #expect(try await stream.collect(limit: 100, of: request(server.url())).body == Array(sample.body.utf8))
    }

    /// What a server sends that cannot be taken, `more` without end.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let more: String
        let kind: HTTPError.Kind

        init(_ name: String, _ text: String, more: String = "", _ kind: HTTPError.Kind) {
            (testDescription, self.text, self.more, self.kind) = (name, text, more, kind)
        }
    }

    static let faults = [
        Fault("nothing", "", .interrupted),
        Fault("a part of a status line", "HTTP/1.1 2", .interrupted),
        Fault("a part of the headers", "HTTP/1.1 200 OK\r\nX: y\r\n", .interrupted),
        Fault("less than the length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .interrupted),
        Fault("a part of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc", .interrupted),
        Fault("no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", .interrupted),
        Fault(
            "no length of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", .interrupted),
        Fault("HTTP/0.9", "<html>hello</html>", .protocolViolation),
        Fault("another protocol", "220 mail.example ESMTP\r\n", .protocolViolation),
        Fault("HTTP/7", "HTTP/7.0 200 OK\r\n\r\n", .protocolViolation),
        Fault("a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc", .protocolViolation),
        Fault("a NUL in a header", "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\nabc", .protocolViolation),
        Fault(
            "a thousand headers",
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: " + String(repeating: "y", count: 90) + "\r\n", count: 1000),
            .tooLarge),
        Fault("endless headers", "HTTP/1.1 200 OK\r\n", more: "X: y\r\n", .tooLarge),
        Fault("an endless header", "HTTP/1.1 200 OK\r\nX: ", more: "yyyyyyyyyyyyyyyy", .tooLarge),
        Fault("an endless status line", "HTTP/1.1 200 ", more: "yyyyyyyyyyyyyyyy", .tooLarge),
        Fault("endless interim answers", "", more: "HTTP/1.1 103 Early\r\nX: y\r\n\r\n", .tooLarge),
        Fault("a body above the limit", "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1001), .tooLarge),
        Fault("an endless body", "HTTP/1.1 200 OK\r\n\r\n", more: "xxxxxxxxxxxxxxxx", .tooLarge),
        Fault(
            "an endless body in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", more: "4\r\nxxxx\r\n",
            .tooLarge),
        Fault(
            "endless trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            more: "X: yyyyyyyyyyyyyyy\r\n",
            .tooLarge),
    ]

    private func server(of fault: Fault) throws -> LoopbackServer {
        try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.send(fault.text)
            let more = String(repeating: fault.more, count: 1000)
            while !more.isEmpty, connection.send(more) {}
        }
    }

    @Test("that cannot be taken is an error that holds no secret", arguments: faults)
    func refused(_ fault: Fault) async throws {
        let server = try server(of: fault)
        let url = try server.url("/token?account=\(secret)")
        let error = await failure { () async throws(HTTPError) in try await makeClient().send(request(url)) }
        #expect(error?.kind == fault.kind)
        #expect(error?.description.hasPrefix("POST http://127.0.0.1:\(server.port)/token?…: ") == true)
        #expect(error?.description.contains(secret) == false)
    }

    @Test("that cannot be taken is an error for who reads it part by part", arguments: faults)
    func refusedInParts(_ fault: Fault) async throws {
        let server = try server(of: fault)
        let url = try server.url()
        let error = await failure { () async throws(HTTPError) in
            try await makeClient().stream(request(url)).collect(limit: 1000, of: request(url))
        }
        #expect(error?.kind == fault.kind)
    }

    @Test("is as long as the limit, or an error", arguments: [(1000, true), (1001, false)])
    func bodyLimit(length: Int, fits: Bool) async throws {
        let server = try LoopbackServer { _ in answer(200, String(repeating: "x", count: length)) }
        let url = try server.url()
        let error = await failure { () async throws(HTTPError) in
            #expect(try await makeClient().send(request(url)).body.count == 1000)
        }
        #expect(error?.kind == (fits ? nil : .tooLarge))
    }

    @Test("to HEAD has no body, whatever length it tells")
    func head() async throws {
        let server = try LoopbackServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nX: y\r\n\r\n" }
        let client = makeClient()
        for _ in 0..<2 {
            let response = try await client.send(HTTPRequest(.head, server.url(), bodyLimit: 0))
            #expect(response.status == 200 && response.first("Content-Length") == "5000" && response.body.isEmpty)
        }
        #expect(server.connectionCount == 1)
    }
}

@Suite("A connection through a faulty proxy", .timeLimit(.minutes(1)))
struct FaultyConnectionTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let fault: FaultyProxy.Fault
        let kind: HTTPError.Kind?

        var testDescription: String { "\(fault)" }

        init(_ fault: FaultyProxy.Fault, _ kind: HTTPError.Kind?) {
            (self.fault, self.kind) = (fault, kind)
        }
    }

    static let samples = [
        Sample(.cutBeforeAnswer, .interrupted), Sample(.cutInHeaders, .interrupted),
        Sample(.applyThenCut, .interrupted),
        Sample(.cutBody(after: 0), .interrupted), Sample(.cutBody(after: 5), .interrupted),
        Sample(.cutBody(after: 9), .interrupted),
        Sample(.cutUpload(after: 5), .interrupted), Sample(.claimLength(by: 1), .interrupted),
        Sample(.truncateBody(to: 4), nil), Sample(.endlessBody, .tooLarge), Sample(.extraHeaders(1000), .tooLarge),
        Sample(.drip(bytes: 1, every: .milliseconds(5)), nil), Sample(.delay(.milliseconds(50)), nil),
    ]

    @Test("is an answer or an error, never half an answer", arguments: samples)
    func faults(_ sample: Sample) async throws {
        let server = try LoopbackServer { _ in answer(200, "0123456789") }
        let proxy = try await FaultyProxy(to: "127.0.0.1:\(server.port)", rules: [.init(sample.fault, times: 1)])
        let url = try #require(URLParts("http://\(proxy.address)/?account=\(secret)"))
        let client = makeClient()
        let error = await failure { () async throws(HTTPError) in
            #expect(try await client.send(request(url)).status == 200)
        }
        #expect(error?.kind == sample.kind)
        #expect(error?.description.contains(secret) != true)
        // Whatever was, the client goes on.
        #expect(try await client.send(HTTPRequest(.get, url)).body == Array("0123456789".utf8))
    }
}
