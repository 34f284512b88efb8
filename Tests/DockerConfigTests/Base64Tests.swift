internal import DockerConfig
internal import TestSupport
internal import Testing

@Suite struct Base64Tests {
    /// RFC 4648 §10, and bytes that need the last two characters of the alphabet.
    static let vectors: [(bytes: [UInt8], text: String)] = [
        ([], ""), (Array("f".utf8), "Zg=="), (Array("fo".utf8), "Zm8="), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg=="), (Array("fooba".utf8), "Zm9vYmE="), (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xFB, 0xFF, 0xBF], "+/+/"), ([0], "AA=="), ([0xFF, 0xFF], "//8="),
    ]

    @Test(arguments: vectors)
    func `the published vectors hold in both directions`(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AAAAA", "=", "====", "A===", "AA=A", "=AAA", "AA==AA==", "AA=", "Zg", "Z g=", "Zg==Zg==",
        "Zm9v!", "Zm9-", "Zm9_", "Zm\u{0}v", "é===", " Zg==", "%%%",
    ])
    func `what is no Base64 is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Zm9v\nYmFy", "Zm9vYmFy\n", "\r\nZm9v\r\nYmFy", "Z\nm\n9\nv\nYmFy"])
    func `line breaks are skipped, as docker skips them`(text: String) {
        #expect(Base64.decode(text) == Array("foobar".utf8))
    }

    @Test
    func `bits behind the last byte are ignored, as docker ignores them`() {
        #expect(Base64.decode("Zh==") == Array("f".utf8))
        #expect(Base64.decode("Zm9=") == Array("fo".utf8))
    }

    @Test
    func `any bytes come back, and another encoder agrees`() {
        var generator = SystemRandomNumberGenerator()
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let text = Base64.encode(bytes)
            #expect(text == base64(bytes))
            #expect(Base64.decode(text) == bytes)
        }
    }

    @Test(
        arguments: [([], ""), ([0], "AA"), ([0xFF, 0xFF], "__8"), ([0xFB, 0xFF, 0xBF], "-_-_")] as [([UInt8], String)])
    func `the form for URLs has no padding and two other characters`(bytes: [UInt8], text: String) {
        #expect(Base64.encodeURL(bytes) == text)
        #expect(Base64.decodeURL(text) == bytes)
    }

    @Test(arguments: ["A", "AA==", "+/+/", "AA\n", "A A", "é"])
    func `what is not the form for URLs is refused`(text: String) {
        #expect(Base64.decodeURL(text) == nil)
    }
}
