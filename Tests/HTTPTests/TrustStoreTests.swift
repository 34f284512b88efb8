internal import Testing

@testable internal import HTTP

@Suite("The trusted authorities are")
struct TrustStoreTests {
    @Test("those of the file that the user named")
    func file() {
        let found = TrustStore.locate(
            file: "/my/ca.pem", directory: "/d", hasHashedLinks: { _ in true }, isReadable: { _ in true })
        #expect(found == .file("/my/ca.pem"))
    }

    @Test("those of the directory that the user named")
    func directory() {
        let found = TrustStore.locate(
            file: "", directory: "/d", hasHashedLinks: { _ in true }, isReadable: { _ in true })
        #expect(found == .directory("/d"))
    }

    @Test("the system's hashed directory, which costs a connection least")
    func hashed() {
        let found = TrustStore.locate(
            file: nil, directory: nil, hasHashedLinks: { _ in true }, isReadable: { _ in true })
        #expect(found == .directory("/etc/ssl/certs"))
    }

    @Test("the first bundle that can be read where there is no hashed directory")
    func bundle() {
        let found = TrustStore.locate(
            file: nil, directory: nil, hasHashedLinks: { _ in false }, isReadable: { $0 == "/etc/ssl/cert.pem" })
        #expect(found == .file("/etc/ssl/cert.pem"))
    }

    @Test("libcurl's own where there is nothing")
    func nothing() {
        let found = TrustStore.locate(
            file: nil, directory: nil, hasHashedLinks: { _ in false }, isReadable: { _ in false })
        #expect(found == .builtIn)
    }
}

@Suite("A date in a header")
struct HTTPDateTests {
    static let good: [(text: String, time: Int)] = [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
    ]

    @Test("is read", arguments: good)
    func reads(text: String, time: Int) {
        #expect(HTTPDate.unixTime(text) == time)
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", "120", "\u{1b}[2J 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:00:00 GMT",
        ])
    func refuses(text: String) {
        #expect(HTTPDate.unixTime(text) == nil)
    }
}
