internal import HTTP
internal import TestSupport
internal import Testing

@Suite("Header fields")
struct HTTPFieldsTests {
    private let fields: HTTPFields = [
        .init("Content-Type", "a/b"), .init("link", "<1>"), .init("Content-Length", "3"), .init("LINK", "<2>"),
        .init("X-Empty", ""), .init("Link-Other", "<3>"),
    ]

    @Test("are found by their names in any case", arguments: ["content-type", "CONTENT-TYPE", "Content-Type"])
    func anyCase(name: String) {
        #expect(fields.first(name) == "a/b")
        #expect(fields.values(for: name) == ["a/b"])
    }

    @Test("of one name are all there, in their order")
    func duplicates() {
        #expect(fields.first("Link") == "<1>")
        #expect(fields.values(for: "Link") == ["<1>", "<2>"])
    }

    @Test("are found by their whole names only", arguments: ["Lin", "Link-", "ink", "Content", "X-Empty:", "", ":"])
    func wholeName(name: String) {
        #expect(fields.first(name) == nil)
        #expect(fields.values(for: name).isEmpty)
    }

    @Test("may have no value")
    func empty() {
        #expect(fields.first("X-Empty") == "")
    }

    @Test("are equal by names, values and order")
    func equality() {
        #expect(fields == HTTPFields(fields.all))
        #expect(fields != HTTPFields(fields.all.reversed()))
        #expect(fields != [])
    }

    /// Names and values as servers might have them, with what is odd about them.
    private static func field(_ generator: inout SeededGenerator) -> (
        name: String, before: String, value: String, after: String
    ) {
        func text(_ pieces: [String], _ most: Int) -> String {
            (0..<Int.random(in: 0...most, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
                .joined()
        }
        let blank = ["", " ", "\t", "  \t "]
        return (
            ["Link", "link", "LINK", "Link2", "Lin", "X"].randomElement(using: &generator) ?? "",
            blank.randomElement(using: &generator) ?? "", text(["a", ":", ";", "\"", "é", "Link", ","], 6),
            blank.randomElement(using: &generator) ?? ""
        )
    }

    @Test("come over the wire as a simple parser reads them, whatever is odd about them", arguments: 0..<20)
    func wire(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let sent = (0..<50).map { _ in Self.field(&generator) }
        let text = sent.map { "\($0.name):\($0.before)\($0.value)\($0.after)\r\n" }.joined()
        let server = try LoopbackServer { _ in "HTTP/1.1 204 Done\r\n\(text)\r\n" }
        let response = try await makeClient().send(HTTPRequest(.get, server.url()))
        #expect(response.headers.all == sent.map { HTTPFields.Field($0.name, $0.value) })
        for name in ["link", "X", "LINK2", "li", "none"] {
            let values = sent.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            #expect(response.values(for: name) == values)
            #expect(response.first(name) == values.first)
        }
    }
}
