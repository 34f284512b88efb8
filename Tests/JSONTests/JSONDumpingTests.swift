internal import JSON
internal import Testing

@Suite struct JSONDumpingTests {
    @Test(
        arguments: [
            ([:], "{}\n"), ([], "[]\n"), ([.null, true, false, 0, -5], "[null,true,false,0,-5]\n"),
            (["b": 1, "a": ["c": []]], "{\"b\":1,\"a\":{\"c\":[]}}\n"),
            ([.real(1.5), .real(-2500)], "[1.5,-2500.0]\n"),
            ([.integer(.max), .integer(.min)], "[9223372036854775807,-9223372036854775808]\n"),
            (["\"\\\n\t\u{1}/</&>é🚢"], "[\"\\\"\\\\\\n\\t\\u0001/</&>é🚢\"]\n"), (["a\u{0}b"], "[\"a\\u0000b\"]\n"),
            ("text", "\"text\"\n"),
            (.null, "null\n"), (["": ""], "{\"\":\"\"}\n"),
        ] as [(JSONValue, String)])
    func `values of every kind are written on one line`(value: JSONValue, text: String) {
        #expect(value.text(indented: false) == text)
    }

    @Test
    func `indented text has a line for each member`() {
        let value: JSONValue = ["b": [1, 2], "a": ["c": "d"], "e": [:]]
        #expect(
            value.text() == """
                {
                    "b": [
                        1,
                        2
                    ],
                    "a": {
                        "c": "d"
                    },
                    "e": {}
                }

                """)
    }

    @Test
    func `any value comes back from its text`() throws {
        for _ in 0..<2000 {
            let value = JSONValue.array([randomValue(depth: 4)])
            #expect(try JSONValue(parsing: Array(value.text(indented: .random()).utf8)) == value)
        }
    }

    @Test(
        arguments: [0.1, 1 / 3, .leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 123456789.123456789] as [Double])
    func `a number that is not whole keeps its value`(number: Double) throws {
        #expect(try JSONValue(parsing: Array(JSONValue.array([.real(number)]).text().utf8)) == [.real(number)])
    }

    @Test
    func `text that was changed at random is read or refused, and what is read is written and read the same`() throws {
        let whole = Array(#"{"a":[1,-2.5e3,"\u00e9\n🚢",null,true],"b":{"c":{"":[[]]},"d":"\\"},"a":0}"#.utf8)
        for _ in 0..<20_000 {
            var text = whole
            for _ in 0..<Int.random(in: 1...4) {
                let place = Int.random(in: 0..<text.count)
                if Bool.random() { text.remove(at: place) } else { text[place] = UInt8.random(in: .min ... .max) }
            }
            guard let value = try? JSONValue(parsing: text) else { continue }
            #expect(try JSONValue(parsing: Array(value.text().utf8)) == value)
        }
    }

    private func randomValue(depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4)) {
        case 0: return .null
        case 1: return .bool(.random())
        case 2: return .integer(Int.random(in: .min ... .max))
        case 3: return .real(Double.random(in: -1e6...1e6))
        case 4: return .string(randomText(allowingNUL: true))
        case 5: return .array((0..<Int.random(in: 0...4)).map { _ in randomValue(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4) {
                object[randomText(allowingNUL: false)] = randomValue(depth: depth - 1)
            }
            return .object(object)
        }
    }

    /// Names cannot have a NUL in them: the parser refuses such names too.
    private func randomText(allowingNUL: Bool) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{1}", "é", "🚢", "/", "\u{7F}", "\u{FFFD}"]
        let all = allowingNUL ? scalars + ["\u{0}"] : scalars
        return (0..<Int.random(in: 0...6)).reduce(into: "") { text, _ in
            text.unicodeScalars.append(all.randomElement() ?? "a")
        }
    }
}
