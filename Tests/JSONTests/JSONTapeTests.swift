internal import TestSupport
internal import Testing

/// The two readers of JSON, jansson and berth's own, side by side.
@Suite("A text is read alike by jansson and by nodes")
struct JSONTapeTests {
    private func expectAlike(_ text: [UInt8]) {
        let isAlike = JSONReadings.byJansson(text) == JSONReadings.byNodes(text)
        #expect(isAlike, "\(String(decoding: text.prefix(200), as: UTF8.self))")
    }

    static let texts = [
        "", " ", "{}", "[]", "{", "[", "}", "]", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}",
        "[1 2]", "[1]]", "[1] x", "[1]\0", "1", "\"a\"", "null", "[null,true,false]", "[nul]", "[nulll]", "[True]",
        "[0,-0,1,-1,10,-10]", "[00]", "[01]", "[-]", "[+1]", "[.5]", "[1.]", "[1.5]", "[1e5]", "[1E+5]", "[1e-5]",
        "[1e]",
        "[1e+]", "[1e400]", "[-1e400]", "[1e-400]", "[9223372036854775807]", "[9223372036854775808]",
        "[-9223372036854775808]", "[-9223372036854775809]", "[1x]", "[0x1]",
        #"["\"\\\/\b\f\n\r\t"]"#, #"["\a"]"#, #"["\"#, #"["\u0041\u00e9\u20ac"]"#, #"["\u00"]"#, #"["\u0000"]"#,
        #"{"\u0000":1}"#, #"{"a\u0000b":1}"#, #"["\ud83d\ude00"]"#, #"["\ud83d"]"#, #"["\ude00"]"#, #"["\ud83dx"]"#,
        #"["\ud83d\u0041"]"#, #"["\uD83D\uDE00"]"#, #"{"a":1,"a":2}"#, #"{"a":1,"b":2,"a":3}"#, #"{"\u0061":1,"a":2}"#,
        "[\"\t\"]", "[\"\n\"]", "[\"\u{7F}\"]", "[\"é€😀\"]", "\u{FEFF}[]", "[] // x", "[/**/]", "\r\n\t [ 1 , 2 ] \n",
        "{\"a\" : { \"b\" : [ ] } }", "[\u{A0}1]", "['a']", "[NaN]", "[Infinity]",
    ]

    @Test("whatever it is", arguments: texts)
    func alike(text: String) {
        expectAlike(Array(text.utf8))
    }

    @Test("where it is not UTF-8")
    func encodings() {
        let bodies: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE0, 0xA0, 0x80], [0xED, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEF, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ]
        for body in bodies {
            expectAlike(Array("[\"".utf8) + body + Array("\"]".utf8))
            expectAlike(Array("{\"".utf8) + body + Array("\":1}".utf8))
        }
    }

    @Test("as deep as it may be, and one level more", arguments: [2046, 2047, 2048, 2049])
    func depth(levels: Int) {
        expectAlike(Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8))
        expectAlike(
            Array((String(repeating: "{\"a\":", count: levels) + "1" + String(repeating: "}", count: levels)).utf8))
    }

    @Test("after any change of a byte")
    func mutations() {
        var random = SeededGenerator(seed: 7)
        let text = Array(#"{"a": [1, -2.5e3, "x\u00e9\ud83d\ude00\n"], "bé": {"c": null, "d": true}, "a": []}"#.utf8)
        for _ in 0..<20_000 {
            var changed = text
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<changed.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
                case 1: changed.remove(at: place)
                default: changed.insert(text.randomElement(using: &random) ?? 0, at: place)
                }
            }
            expectAlike(changed)
        }
    }
}
