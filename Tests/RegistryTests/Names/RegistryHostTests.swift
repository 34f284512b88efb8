internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A registry's host")
struct RegistryHostTests {
    static let good: [(text: String, root: String)] = [
        ("ghcr.io", "https://ghcr.io:443/v2/"),
        ("R.Example", "https://r.example:443/v2/"),
        ("r.example:5000", "https://r.example:5000/v2/"),
        ("registry", "https://registry:443/v2/"),
        ("localhost:5000", "https://localhost:5000/v2/"),
        ("127.0.0.1:5000", "https://127.0.0.1:5000/v2/"),
        ("[::1]", "https://[::1]:443/v2/"),
        ("[2001:db8::1]:5000", "https://[2001:db8::1]:5000/v2/"),
        ("1.dkr.ecr.eu-central-1.amazonaws.com", "https://1.dkr.ecr.eu-central-1.amazonaws.com:443/v2/"),
        // Docker Hub's API lives under a name of its own.
        ("docker.io", "https://registry-1.docker.io:443/v2/"),
        ("index.docker.io", "https://registry-1.docker.io:443/v2/"),
        ("registry-1.docker.io", "https://registry-1.docker.io:443/v2/"),
        ("docker.io.example", "https://docker.io.example:443/v2/"),
    ]

    @Test("has its API at /v2/", arguments: good)
    func root(text: String, root: String) throws {
        let url = try #require(try RegistryHost(text).url(scheme: "https"))
        #expect("\(url.origin)/v2/" == root)
        #expect(url.text.hasSuffix("/v2/"))
    }

    @Test(
        "is shown as people know it", arguments: [("index.docker.io", "docker.io"), ("R.example:80", "r.example:80")])
    func description(text: String, shown: String) throws {
        #expect(try RegistryHost(text).description == shown)
    }

    @Test(
        "is refused where it is no host and port",
        arguments: [
            "", ":", ":5000", "r.example:", "r.example:0", "r.example:65536", "r.example:5x", "r.example:-1",
            "r.example:5000:5000", "r.example/path", "https://r.example", "user@r.example", "user:word@r.example",
            "r example", "r..example", ".r.example", "r.example.", "-r.example", "r-.example", "r_x.example",
            "r.example?a",
            "r.example#a", "r.exämple", "①.example", "\u{212A}.example", "r.example\u{0}", "r.example\n", "1.2.3",
            "256.1.1.1", "1.2.3.4.5", "0x7f.1", "::1", "[::1", "[::1]5000", "[fe80::1%25eth0]", "[r.example]", "[]",
            String(repeating: "a", count: 64) + ".example", String(repeating: "a.", count: 127) + "aa",
        ])
    func refused(text: String) {
        let error = #expect(throws: RegistryError.self) { try RegistryHost(text) }
        #expect(error?.kind == .badName)
        #expect(error?.text.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
    }

    static let addresses: [(text: String, host: String)] = [
        ("https://index.docker.io/v1/", "docker.io"), ("HTTPS://r.example:5000/v2/group", "r.example:5000"),
        ("http://localhost:5000", "localhost:5000"), ("r.example/group", "r.example"), ("r.example", "r.example"),
    ]

    @Test("is found in what people give as its address", arguments: addresses)
    func serverAddress(text: String, host: String) throws {
        #expect(try RegistryHost(serverAddress: text).description == host)
    }

    static let reaches: [(text: String, isLoopback: Bool, isPrivate: Bool)] = [
        ("localhost", true, true), ("localhost:5000", true, true), ("127.0.0.1", true, true),
        ("127.9.9.9:1", true, true),
        ("[::1]:5000", true, true), ("[::ffff:127.0.0.1]", true, true),
        ("r.localhost", false, true), ("10.0.0.1", false, true), ("169.254.169.254", false, true),
        ("[fd00::1]", false, true),
        ("localhost.evil.example", false, false), ("127.0.0.1.evil.example", false, false),
        ("localhosts", false, false),
        ("8.8.8.8", false, false), ("registry", false, false),
    ]

    @Test("is this machine by its whole name only, not by how that begins", arguments: reaches)
    func reach(text: String, isLoopback: Bool, isPrivate: Bool) throws {
        let host = try RegistryHost(text)
        #expect(host.isLoopback == isLoopback)
        #expect(host.isPrivate == isPrivate)
    }
}
