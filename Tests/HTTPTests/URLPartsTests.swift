internal import HTTP
internal import TestSupport
internal import Testing

@Suite("A URL")
struct URLPartsTests {
    static let good: [(text: String, origin: String)] = [
        ("https://r.example", "https://r.example:443"),
        ("HTTPS://R.Example:8443/v2/?a=b#c", "https://r.example:8443"),
        ("http://localhost:5000/", "http://localhost:5000"),
        ("http://[::1]:5000/v2/", "http://[::1]:5000"),
        ("http://my_registry/", "http://my_registry:80"),
    ]

    @Test("is taken apart", arguments: good)
    func parts(text: String, origin: String) throws {
        let url = try #require(URLParts(text))
        #expect(url.origin == origin)
        #expect(!url.text.contains("#"))
    }

    @Test(
        "is refused where a check and a connection might see different hosts",
        arguments: [
            "", "r.example/v2/", "/v2/", "ftp://r.example/", "file:///etc/passwd", "https://", "https://r.example:0/",
            "https://r.example:99999/", "https://good.example@evil.example/", "https://user:word@r.example/",
            "https://①27.0.0.1/", "https://r.exämple/", "https://r example/", "https://r.example/\u{0}",
            "https://a\nb/",
            "https://[fe80::1%25eth0]/", "https://0x7f.1.evil.0x1/", "https://1.2.3.4.5/", "https://256.1.1.1/",
        ])
    func refused(text: String) {
        #expect(URLParts(text) == nil)
    }

    @Test(
        "has the address that a shortened or odd spelling means",
        arguments: [
            "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://%3127.1/",
        ])
    func oddAddresses(text: String) {
        // Refusing would do too; being taken for a name would not.
        #expect(URLParts(text).map { $0.address?.isLoopback == true } ?? true)
    }

    @Test(
        "is on the link to this machine by its address alone",
        arguments: [
            ("http://169.254.169.254/", true), ("http://169.254.0.1:8081/x", true), ("http://169.253.1.1/", false),
            ("http://127.0.0.1/", false), ("http://[fe80::1]/", false), ("http://169.254.169.254.example/", false),
        ])
    func linkLocal(text: String, isLinkLocal: Bool) throws {
        #expect(try #require(URLParts(text)).isLinkLocal == isLinkLocal)
    }

    @Test("shows no query")
    func redaction() throws {
        let url = try #require(URLParts("https://r.example/token?account=me"))
        #expect("\(url)" == "https://r.example/token?…")
        #expect(String(reflecting: url) == "https://r.example/token?…")
    }

    static let shown: [(text: String, shown: String)] = [
        ("https://r.example/\u{9b}2J", "https://r.example/**2J"),
        (
            "https://r.example/" + String(repeating: "a", count: 300),
            "https://r.example/" + String(repeating: "a", count: 182) + "…"
        ),
        (
            "https://r.example/" + String(repeating: "a", count: 300) + "?b",
            "https://r.example/" + String(repeating: "a", count: 182) + "…"
        ),
    ]

    @Test("is shown short and without what could command a terminal", arguments: shown)
    func safeToShow(text: String, shown: String) throws {
        #expect("\(try #require(URLParts(text)))" == shown)
    }

    @Test("gets parameters with everything encoded that could end one")
    func query() throws {
        let url = try #require(URLParts("https://r.example/token?a=b"))
        let full = url.appending(query: [("account", "a&b=c d/é#"), ("service", "r")])
        #expect(full?.text == "https://r.example/token?a=b&account=a%26b%3Dc%20d%2F%C3%A9%23&service=r")
    }

    @Test(
        "gets a path that needs no encoding",
        arguments: [
            ("manifests/v1.0_a~b-c:d", "https://r.example/v2/manifests/v1.0_a~b-c:d"),
            ("a..b/c", "https://r.example/v2/a..b/c"),
            ("/a/", "https://r.example/v2//a/"), (":1/", "https://r.example/v2/:1/"),
        ])
    func path(path: String, text: String) throws {
        let url = try #require(URLParts("https://r.example/v2/"))
        #expect(url.appending(path: path)?.text == text)
    }

    @Test(
        "gets no path that would lead elsewhere, or mean something else",
        arguments: [
            "", ".", "..", "../x", "a/../../x", "a/..", "a/.", "a/./b", "a/.b", "a?b", "a#b", "a b", "a%2e", "a\\b",
            "a@b", "é",
            "a\u{0}", "a\r\nb", "a;b", "a=b", "a&b", "[", "a{", "a`", "a|",
        ])
    func noPath(path: String) throws {
        let url = try #require(URLParts("https://r.example/v2/"))
        #expect(url.appending(path: path) == nil)
    }

    @Test("gets no path behind a query")
    func pathBehindQuery() throws {
        #expect(try #require(URLParts("https://r.example/v2/?a=b")).appending(path: "c") == nil)
    }

    @Test("with a path is what its parser makes of the two, or nothing", arguments: 0..<200)
    func pathAsParsed(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let pieces = ["a", "Z", "0", ".", "..", "/", "-", "_", "~", ":", "%", "?", "#", "@", " ", "\\", "é", "\u{7f}"]
        let base =
            ["https://r.example", "http://127.0.0.1:5000/v2/", "http://[::1]/a"].randomElement(using: &generator) ?? ""
        let path = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
        }
        .joined()
        let url = try #require(URLParts(base))
        guard let longer = url.appending(path: path) else { return }
        #expect(longer == URLParts(url.text + path), "\(url.text) \(path)")
        #expect(longer.origin == url.origin)
    }

    static let addresses: [(text: String, isPublic: Bool)] = [
        ("8.8.8.8", true), ("172.32.0.1", true), ("100.128.0.1", true), ("2606:4700::1111", true),
        ("64:ff9b::808:808", true),
        ("0.0.0.0", false), ("10.0.0.1", false), ("100.64.0.1", false), ("127.0.0.1", false),
        ("169.254.169.254", false),
        ("172.16.0.1", false), ("192.168.1.1", false), ("224.0.0.1", false), ("255.255.255.255", false),
        ("::", false), ("::1", false), ("fe80::1", false), ("fc00::1", false), ("fd00:ec2::254", false),
        ("ff02::1", false),
        ("::ffff:127.0.0.1", false), ("::ffff:a9fe:a9fe", false), ("64:ff9b::10.0.0.1", false),
        ("2002:7f00:1::", false),
        ("::127.0.0.1", false), ("2001:db8::1", false),
    ]

    @Test("with an address tells whether the internet routes it", arguments: addresses)
    func reach(text: String, isPublic: Bool) throws {
        #expect(try #require(IPAddress(text)).isPublic == isPublic)
    }

    @Test(
        "has no address where there is none by the strict grammar",
        arguments: [
            "1.2.3", "01.2.3.4", "1.2.3.4.", "256.1.1.1", "+1.2.3.4", "1:2", "::1::", ":::", "12345::",
            "1:2:3:4:5:6:7:8:9",
        ])
    func noAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
