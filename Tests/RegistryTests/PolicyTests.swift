internal import HTTP
internal import Testing

@testable internal import Registry

@Suite("A token service gets credentials")
struct RealmPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// Where the registry answered, and so its name.
        let registry: String
        let realm: String
        var allowsPlainHTTP = false
        let mayHaveThem: Bool

        var testDescription: String {
            "\(registry) names \(realm)\(allowsPlainHTTP ? ", plain HTTP allowed" : "")"
        }
    }

    static let cases = [
        Case(registry: "https://r.example", realm: "https://r.example/token", mayHaveThem: true),
        Case(registry: "https://r.example", realm: "https://auth.example/token", mayHaveThem: true),
        Case(registry: "https://r.example", realm: "http://r.example/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "http://r.example/t", allowsPlainHTTP: true, mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://127.0.0.1/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://localhost/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://localhost./token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://a.localhost/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://10.0.0.1/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://169.254.169.254/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://[::1]/token", mayHaveThem: false),
        Case(registry: "https://r.example", realm: "https://[::ffff:10.0.0.1]/token", mayHaveThem: false),
        Case(registry: "https://8.8.8.8", realm: "https://10.0.0.1/token", mayHaveThem: false),
        Case(registry: "https://10.0.0.1", realm: "https://10.0.0.2/token", mayHaveThem: true),
        Case(registry: "https://10.0.0.1", realm: "https://auth.example/token", mayHaveThem: true),
        Case(registry: "https://localhost:5000", realm: "https://10.0.0.2/token", mayHaveThem: true),
        Case(registry: "https://localhost:5000", realm: "http://localhost:5001/token", mayHaveThem: false),
        Case(registry: "http://localhost:5000", realm: "http://localhost:5001/token", mayHaveThem: true),
        Case(registry: "http://localhost:5000", realm: "http://127.0.0.1:5001/token", mayHaveThem: true),
        Case(registry: "http://localhost:5000", realm: "https://auth.example/token", mayHaveThem: true),
        Case(registry: "http://localhost:5000", realm: "http://auth.example/token", mayHaveThem: false),
        Case(registry: "http://localhost:5000", realm: "http://10.0.0.1/token", mayHaveThem: false),
        Case(registry: "http://10.0.0.1", realm: "http://10.0.0.1/token", allowsPlainHTTP: true, mayHaveThem: true),
        Case(registry: "http://10.0.0.1", realm: "http://auth.example/t", allowsPlainHTTP: true, mayHaveThem: true),
        Case(registry: "http://r.example", realm: "http://10.0.0.1/token", allowsPlainHTTP: true, mayHaveThem: false),
    ]

    @Test("where nobody can listen and the registry has no business inside the network", arguments: cases)
    func table(of item: Case) throws {
        let registryURL = try #require(URLParts("\(item.registry)/v2/"))
        let policy = RealmPolicy(
            registry: try RegistryHost(serverAddress: item.registry), registryURL: registryURL,
            allowsPlainHTTP: item.allowsPlainHTTP)
        let refusal = policy.refusal(of: try #require(URLParts(item.realm)))
        #expect((refusal == nil) == item.mayHaveThem, "\(refusal ?? "not refused")")
    }
}

@Suite("A registry's name")
struct RegistryHostTests {
    static let good: [(text: String, name: String, port: Int?)] = [
        ("r.example", "r.example", nil), ("R.Example:5000", "r.example", 5000), ("localhost", "localhost", nil),
        ("registry", "registry", nil), ("a--b.example", "a--b.example", nil), ("1.2.3.4:80", "1.2.3.4", 80),
        ("[::1]", "[::1]", nil), ("[2001:DB8::1]:443", "[2001:db8::1]", 443),
        ("docker.io", "docker.io", nil), ("index.docker.io", "docker.io", nil),
        ("registry-1.docker.io", "docker.io", nil), ("docker.io:5000", "docker.io", 5000),
        (String(repeating: "a", count: 63) + ".example", String(repeating: "a", count: 63) + ".example", nil),
    ]

    @Test("is read", arguments: good)
    func reads(text: String, name: String, port: Int?) throws {
        let host = try RegistryHost(text)
        #expect(host.name == name)
        #expect(host.port == port)
        #expect(try RegistryHost(host.description) == host)
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", ".", "r.example.", ".example", "a..b", "-a.example", "a-.example", "a_b.example", "r example", "r/x",
            "r.example:", "r.example:0", "r.example:65536", "r.example:+80", "r.example:80:80", ":5000", "::1",
            "[::1", "[]", "[1.2.3.4]x", "user@r.example", "user:pw@r.example", "r.example?x", "r.example#x",
            "1.2.3", "256.1.1.1", "0x7f.0x1", "r.exämple", "\u{212A}.example", "r.example\n", "r\u{0}.example",
            String(repeating: "a", count: 64) + ".example", String(repeating: "a.", count: 126) + "aa",
        ])
    func refuses(text: String) {
        let error = #expect(throws: RegistryError.self) { try RegistryHost(text) }
        #expect(error?.kind == .badName)
        #expect(error?.text.contains("\n") == false)
    }

    static let addresses: [(text: String, host: String)] = [
        ("https://index.docker.io/v1/", "docker.io"), ("http://r.example:5000/", "r.example:5000"),
        ("HTTPS://r.example/v2/", "r.example"), ("r.example/group/project", "r.example"), ("r.example", "r.example"),
    ]

    @Test("is found in an address", arguments: addresses)
    func serverAddress(text: String, host: String) throws {
        #expect(try RegistryHost(serverAddress: text).description == host)
    }

    static let reaches: [(text: String, isLoopback: Bool, isPrivate: Bool)] = [
        ("localhost", true, true), ("127.1.2.3:5000", true, true), ("[::1]", true, true),
        ("[::ffff:127.0.0.1]", true, true), ("10.0.0.1", false, true), ("[fd00::1]", false, true),
        ("a.localhost", false, true), ("localhost.example.com", false, false), ("127.0.0.1.example.com", false, false),
        ("8.8.8.8", false, false), ("registry", false, false),
    ]

    @Test("tells what is this machine, and what is not out in the internet", arguments: reaches)
    func reach(text: String, isLoopback: Bool, isPrivate: Bool) throws {
        let host = try RegistryHost(text)
        #expect(host.isLoopback == isLoopback)
        #expect(host.isPrivate == isPrivate)
    }

    @Test("of Docker Hub has its API elsewhere")
    func dockerHub() throws {
        #expect(try RegistryHost("docker.io").url(scheme: "https")?.text == "https://registry-1.docker.io/v2/")
        #expect(try RegistryHost("r.example:5000").url(scheme: "http")?.text == "http://r.example:5000/v2/")
    }
}

@Suite("A request is made once more")
struct RetryPolicyTests {
    private let url = URLParts("https://r.example/v2/")
    /// A clock that stands at 1,000,000 seconds, and the middle of all chances.
    private let pacing = Pacing(elapsed: { .zero }, unixTime: { 1_000_000 }, sleep: { _ in }, chance: { 0.5 })

    private func pause(
        _ status: Int, _ method: HTTPRequest.Method = .get, retryAfter: String? = nil, tried: Int = 1
    ) throws -> Duration? {
        let url = try #require(url)
        let headers = retryAfter.map { [HTTPResponse.Header("retry-after", $0)] } ?? []
        return RetryPolicy().pause(
            after: HTTPResponse(status: status, headers: headers, url: url), to: HTTPRequest(method, url),
            tried: tried, pacing: pacing)
    }

    @Test("where waiting may help", arguments: [429, 502, 503, 504], [HTTPRequest.Method.get, .post])
    func passing(status: Int, method: HTTPRequest.Method) throws {
        #expect(try pause(status, method) == .milliseconds(500))
        #expect(try pause(status, method, tried: 2) == .seconds(1))
        #expect(try pause(status, method, tried: 3) == nil)
    }

    @Test("after a fault that leaves open what was done only where it was a read", arguments: [408, 500])
    func faults(status: Int) throws {
        #expect(try pause(status) != nil)
        #expect(try pause(status, .head) != nil)
        #expect(try pause(status, .post) == nil)
    }

    @Test("and no other is", arguments: [200, 204, 301, 400, 401, 403, 404, 501])
    func others(status: Int) throws {
        #expect(try pause(status) == nil)
    }

    static let waits: [(header: String, pause: Duration)] = [
        ("0", .zero), ("7", .seconds(7)), ("Mon, 12 Jan 1970 13:46:45 GMT", .seconds(5)),
        ("Mon, 12 Jan 1970 13:46:35 GMT", .zero), ("99999999999999999999999", .seconds(100 * 365 * 86_400)),
        ("-5", .milliseconds(500)), ("soon", .milliseconds(500)), ("", .milliseconds(500)),
        ("1e9", .milliseconds(500)), ("\u{1B}[2J, 12 Jan 1970 13:46:45 GMT", .milliseconds(500)),
    ]

    @Test("when the server says, where it says something sensible", arguments: waits)
    func retryAfter(header: String, pause expected: Duration) throws {
        #expect(try pause(429, retryAfter: header) == expected)
    }

    @Test("after 403 only where there is a time to wait: then it is a rate limit")
    func forbidden() throws {
        #expect(try pause(403, retryAfter: "3") == .seconds(3))
    }

    @Test("after a connection broke, where it was a read")
    func interrupted() throws {
        let url = try #require(url)
        for (method, kind, isRepeated) in [
            (HTTPRequest.Method.get, HTTPError.Kind.interrupted, true), (.post, .interrupted, false),
            (.get, .timeout, false), (.get, .certificate, false), (.get, .unreachable, false),
        ] {
            let request = HTTPRequest(method, url)
            let pause = RetryPolicy().pause(
                after: HTTPError(kind, of: request, reason: ""), to: request, tried: 1, pacing: pacing)
            #expect((pause != nil) == isRepeated)
        }
    }
}
