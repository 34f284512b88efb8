internal import JSON
internal import Testing

/// Reads text that has to be JSON.
func parsed(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
}

/// What reading `bytes` fails with.
func failure(_ bytes: [UInt8]) throws -> JSONError {
    try #require(throws: JSONError.self) { try JSONValue(parsing: bytes) }
}

@Suite struct JSONParsingTests {
    @Test(
        arguments: [
            ("{}", [:]), ("[]", []), (" \t\r\n[ ]\n", []), ("[null,true,false]", [.null, true, false]),
            (#"{"a":{"b":[1,"c"]}}"#, ["a": ["b": [1, "c"]]]), (#"{"":""}"#, ["": ""]),
        ] as [(String, JSONValue)])
    func `values of every kind are read`(text: String, value: JSONValue) throws {
        #expect(try parsed(text) == value)
    }

    @Test
    func `members keep the order of the text`() throws {
        let keys = (0..<200).map { "k\(($0 * 7919) % 200)" }
        let text = "{\(keys.map { "\"\($0)\":0" }.joined(separator: ","))}"
        #expect(try parsed(text).object?.keys == keys)
    }

    @Test
    func `of members with one name the last counts, in the first one's place`() throws {
        let object = try #require(try parsed(#"{"a":1,"b":2,"a":{"c":3}}"#).object)
        #expect(object["a"] == ["c": 3])
        #expect(object.keys == ["a", "b"])
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("1.5", .real(1.5)), ("-2.5e3", .real(-2500)), ("1E2", .real(100)), ("1.0", .real(1)), ("0.1", .real(0.1)),
            ("5e-324", .real(.leastNonzeroMagnitude)), ("1.7976931348623157e308", .real(.greatestFiniteMagnitude)),
        ] as [(String, JSONValue)])
    func `numbers are whole or not`(text: String, value: JSONValue) throws {
        #expect(try parsed("[\(text)]") == .array([value]))
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "1e400", "01", "+1", "1.", ".5", "1e", "0x1", "NaN", "Infinity",
        "--1",
    ])
    func `numbers that are none, or that nothing holds, are refused`(text: String) throws {
        _ = try failure(Array("[\(text)]".utf8))
    }

    @Test(arguments: [
        (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u20AC""#, "é€"), (#""\ud83d\udea2""#, "🚢"),
        (#""é🚢""#, "é🚢"), (#""a\u0000b""#, "a\u{0}b"), (#""\u007f""#, "\u{7F}"), ("\"\u{2028}\"", "\u{2028}"),
    ])
    func `text is read with its escapes`(text: String, expected: String) throws {
        #expect(
            try parsed("[\(text)]").array?.first?.string?.unicodeScalars.elementsEqual(expected.unicodeScalars) == true)
    }

    @Test(arguments: [
        #""\x""#, #""\u12""#, #""\ud83d""#, #""\udea2""#, #""\ud83d\u0041""#, "\"a\nb\"", "\"\u{1}\"", "\"a", "'a'",
        #"{"\u0000":1}"#,
    ])
    func `text that is none is refused`(text: String) throws {
        _ = try failure(Array((text.hasPrefix("{") ? text : "[\(text)]").utf8))
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xC3, 0x28], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused, in text and in names`(bytes: [UInt8]) throws {
        let quote = [UInt8(ascii: "\"")]
        _ = try failure(Array("[".utf8) + quote + bytes + quote + Array("]".utf8))
        _ = try failure(Array("{".utf8) + quote + bytes + quote + Array(":1}".utf8))
        _ = try failure(bytes)
    }

    @Test(arguments: [
        ("", 1, 1, "'[' or '{' expected near end of file"), ("garbage", 1, 7, "'[' or '{' expected"),
        ("\u{FEFF}{}", 1, 1, "'[' or '{' expected"), ("{} {}", 1, 4, "end of file expected"),
        ("[1,]", 1, 4, "unexpected token"),
        ("{\n  \"a\": 1,\n  b: 2\n}", 3, 3, "string or '}' expected"), ("[1 // one\n]", 1, 4, "']' expected"),
        ("[\"a\u{0}\"]", 1, 3, "control character 0x0"), ("{\"a\":1,}", 1, 8, "string or '}' expected"),
        ("1", 1, 1, "'[' or '{' expected"),
        ("\"text\"", 1, 6, "'[' or '{' expected"), ("null", 1, 4, "'[' or '{' expected"),
        ("{\"a\" 1}", 1, 6, "':' expected"),
    ])
    func `an error says where and why`(text: String, line: Int, column: Int, reason: String) throws {
        let error = try failure(Array(text.utf8))
        #expect(error.line == line)
        #expect(error.column == column)
        #expect(error.reason == reason)
        #expect(error.description == "no JSON at line \(line), column \(column): \(reason)")
    }

    @Test(arguments: [[0], [0x7B, 0x7D, 0], [0, 0x7B, 0x7D], [0x5B, 0, 0x5D]] as [[UInt8]])
    func `a NUL between values is refused`(bytes: [UInt8]) throws {
        _ = try failure(bytes)
    }

    @Test
    func `an error never shows the text`() throws {
        let whole = Array(#"{"hunter2":"hunter2","b":["hunter2",{"hunter2":"hunter2"}],"hunter2\n":1.5}"#.utf8)
        for place in whole.indices {
            for byte: UInt8 in [0, UInt8(ascii: "\""), UInt8(ascii: "x"), UInt8(ascii: "}"), UInt8(ascii: "\\"), 0xFF] {
                var text = whole
                text[place] = byte
                do {
                    _ = try JSONValue(parsing: text)
                } catch {
                    #expect(!error.description.contains("unter"), "\(error)")
                }
            }
            do {
                _ = try JSONValue(parsing: Array(whole[..<place]))
            } catch {
                #expect(!error.description.contains("unter"), "\(error)")
            }
        }
    }

    @Test
    func `2,047 arrays in each other are read and more are refused`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        var value = try JSONValue(parsing: nested(2047))
        var depth = 0
        while let inner = value.array {
            depth += 1
            guard let first = inner.first else { break }
            value = first
        }
        #expect(depth == 2047)
        #expect(try failure(nested(2049)).reason == "maximum parsing depth reached")
        #expect(
            try failure(Array(repeating: UInt8(ascii: "["), count: 10_000_000)).reason
                == "maximum parsing depth reached")
    }

    @Test(.timeLimit(.minutes(1)))
    func `a long text is read`() throws {
        let text = String(repeating: "é", count: 4 << 20)
        #expect(try parsed("[\"\(text)\"]").array?.first?.string == text)
        let numbers = try parsed("[\((0..<300_000).map(String.init).joined(separator: ","))]").array
        #expect(numbers?.count == 300_000)
        #expect(numbers?.last == 299_999)
        let members = (0..<50_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        #expect(try parsed("{\(members)}").object?.members.last?.value == 49_999)
    }
}
