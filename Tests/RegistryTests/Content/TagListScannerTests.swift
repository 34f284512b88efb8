internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

/// The tags of a list that comes in `parts`.
private func tags(_ parts: [[UInt8]]) throws(RegistryError) -> [String] {
    var scanner = TagListScanner()
    var tags: [String] = []
    for part in parts { try scanner.feed(part) { tags.append($0.text) } }
    try scanner.finish()
    return tags
}

private func tags(_ text: String) throws(RegistryError) -> [String] {
    try tags([Array(text.utf8)])
}

@Suite("A list of tags")
struct TagListScannerTests {
    /// What registries send, and what JSON allows besides.
    static let good: [(text: String, tags: [String])] = [
        (#"{"name":"a/b","tags":["latest","v1"]}"#, ["latest", "v1"]),
        (#"{"tags":["latest"],"name":"a/b"}"#, ["latest"]),
        (#"{"name":"a/b","tags":null}"#, []), (#"{"name":"a/b","tags":[]}"#, []), (#"{"tags":null}"#, []),
        (" \r\n\t{ \"name\" : \"a\" ,\n \"tags\" : [ \"a\" , \"b\" ] } \n", ["a", "b"]),
        (#"{"tags":["\u0061\u002Eb"]}"#, ["a.b"]), (#"{"\u0074ags":["a"]}"#, ["a"]),
        // As Google's registries describe their manifests in it.
        (
            #"{"child":[],"manifest":{"sha256:ab":{"imageSizeBytes":"1","tag":["x"],"tags":["y"]}},"name":"a","tags":["z"]}"#,
            ["z"]
        ),
        (
            #"{"a":[1,-0,0.5,1e9,1E+9,1.25e-3,true,false,null,[],{},[[]],{"b":{}}],"c":"\"\\\/\b\f\n\r\té\u00e9\ud83d\udea2","tags":["a"]}"#,
            ["a"]
        ),
        (#"{"a":"tags","tags":["a"]}"#, ["a"]), (#"{"Tags":["x"],"tags":["a"]}"#, ["a"]),
        (#"{"":"","tags":["a","a"]}"#, ["a", "a"]), ("{\"a\":\"\u{7F}\u{2028}\",\"tags\":[\"a\"]}", ["a"]),
    ]

    @Test("is read", arguments: good)
    func read(text: String, tags expected: [String]) throws {
        #expect(try tags(text) == expected)
    }

    @Test("is the same however it is cut", arguments: good)
    func cut(text: String, tags expected: [String]) throws {
        let bytes = Array(text.utf8)
        #expect(try tags(bytes.map { [$0] }) == expected)
        for place in bytes.indices {
            #expect(try tags([Array(bytes[..<place]), [], Array(bytes[place...])]) == expected)
        }
    }

    @Test("that was cut short is refused, wherever", arguments: good)
    func short(text: String, tags _: [String]) throws {
        // White space at the end is no part of it.
        let bytes = Array(text.utf8.prefix(through: try #require(text.utf8.lastIndex(of: UInt8(ascii: "}")))))
        for place in bytes.indices {
            #expect(try refusal { try tags([Array(bytes[..<place])]) }.kind == .protocolViolation)
        }
    }

    @Test(
        "is refused where its tags are none, or not in a list",
        arguments: [
            #"{"tags":{}}"#, #"{"tags":"a"}"#, #"{"tags":5}"#, #"{"tags":true}"#, #"{"tags":nullx}"#, #"{"tags":nul}"#,
            #"{"tags":[null]}"#, #"{"tags":[5]}"#, #"{"tags":[["a"]]}"#, #"{"tags":[{}]}"#, #"{"tags":[true]}"#,
            #"{"tags":[""]}"#, #"{"tags":["-a"]}"#, #"{"tags":["a b"]}"#, #"{"tags":["a/b"]}"#, #"{"tags":["é"]}"#,
            #"{"tags":["a\u0000"]}"#, #"{"tags":["a\n"]}"#,
            #"{"tags":["\#(String(repeating: "a", count: 129))"]}"#,
            // Of two lists it is open which one counts.
            #"{"tags":["a"],"tags":["b"]}"#, #"{"tags":null,"tags":["b"]}"#,
            // A list that is missing is not an empty one.
            "{}", #"{"name":"a"}"#, #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, #"{"a":{"tags":["x"]}}"#,
        ])
    func noTags(text: String) throws {
        #expect(try refusal { try tags(text) }.kind == .protocolViolation)
    }

    @Test(
        "is refused where it is not JSON",
        arguments: [
            "", " ", "null", "[]", #"["a"]"#, #""tags""#, "5", "<html>", "\u{FEFF}{\"tags\":[]}", #"{"tags":[]}}"#,
            #"{"tags":[]}{"#, #"{"tags":[]},"#, #"{"tags":[]} x"#, #"{"tags":["a",]}"#, #"{"tags":[,"a"]}"#,
            #"{"tags":["a" "b"]}"#, #"{"tags":["a",,"b"]}"#, #"{"tags":["a"},"a":[]]"#, #"{"tags":["a"]]"#,
            #"{"tags":["a"],}"#, #"{,"tags":["a"]}"#, #"{"tags" ["a"]}"#, #"{"tags"::["a"]}"#, #"{tags:["a"]}"#,
            #"{'tags':["a"]}"#, #"{"tags":['a']}"#, #"{"tags":["a"] "b":1}"#, #"{"a":01,"tags":[]}"#,
            #"{"a":+1,"tags":[]}"#, #"{"a":1.,"tags":[]}"#, #"{"a":.5,"tags":[]}"#, #"{"a":1e,"tags":[]}"#,
            #"{"a":-,"tags":[]}"#, #"{"a":tru,"tags":[]}"#, #"{"a":True,"tags":[]}"#, #"{"a":NaN,"tags":[]}"#,
            #"{"a":,"tags":[]}"#, #"{"a":1 2,"tags":[]}"#, #"{"a":"\x","tags":[]}"#, #"{"a":"\u12g4","tags":[]}"#,
            #"{"a":"\ud83d","tags":[]}"#, #"{"a":"\udea2","tags":[]}"#, #"{"a":"\ud83d\u0041","tags":[]}"#,
            #"{"a":"\ud83d\n","tags":[]}"#, #"{"a":"\ud83dx","tags":[]}"#, "{\"a\":\"\n\",\"tags\":[]}",
            "{\"a\":\"\u{0}\",\"tags\":[]}", "{\"tags\":[]}\u{0}", "{\"tags\":[] // all\n}",
        ])
    func noJSON(text: String) throws {
        #expect(try refusal { try tags(text) }.kind == .protocolViolation)
        #expect(try refusal { try tags(text.utf8.map { [$0] }) }.kind == .protocolViolation)
    }

    @Test(
        "is refused where a text in it is not UTF-8",
        arguments: [[0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func noUTF8(bytes: [UInt8]) throws {
        for (before, after) in [(#"{"a":""#, #"","tags":[]}"#), (#"{""#, #"":1,"tags":[]}"#)] {
            #expect(throws: RegistryError.self) { try tags([Array(before.utf8) + bytes + Array(after.utf8)]) }
        }
    }

    @Test("is refused where a text in it is endless, or its levels are")
    func endless() throws {
        var scanner = TagListScanner()
        try scanner.feed(Array(#"{"a":""#.utf8)) { _ in }
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 15)
        for _ in 0..<2 { try scanner.feed(part) { _ in } }
        #expect(throws: RegistryError.self) { try scanner.feed(part) { _ in } }

        for opening in ["[", #"{"a":"#, "1"] {
            let text = #"{"a":"# + String(repeating: opening, count: 100_000)
            #expect(throws: RegistryError.self) { try tags(text) }
        }
    }

    @Test("shows in an error where it stands and what is wrong, and nothing that moves the cursor")
    func error() throws {
        let error = try refusal { try tags([Array(#"{"tags":["a","#.utf8), Array(#""\u001b[2J"]}"#.utf8)]) }
        #expect(error.text == #"no list of tags at byte 23: "[2J" is not a tag"#)
    }

    @Test("of a million is passed on as it comes")
    func long() throws {
        var scanner = TagListScanner()
        var count = 0
        try scanner.feed(Array(#"{"name":"a","tags":["0""#.utf8)) { _ in count += 1 }
        let part = Array((0..<1000).map { ",\"main-\($0)\"" }.joined().utf8)
        for round in 1...1000 {
            try scanner.feed(part) { _ in count += 1 }
            #expect(count == 1 + 1000 * round)
        }
        try scanner.feed(Array("]}".utf8)) { _ in count += 1 }
        try scanner.finish()
        #expect(count == 1_000_001)
    }

    @Test("that was changed at random is read or refused, the same whole and in parts")
    func random() {
        let whole = Array(#"{"name":"a\u0062","x":[1.5e3,{"y":null}],"tags":["latest","v1\u002e0"]}"#.utf8)
        let choices = Array(#"{}[]",:\u0123eE+-.ntfad "#.utf8) + [0, 0xC3, 0xA9]
        var generator = SeededGenerator(seed: 8259)
        for _ in 0..<10_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                if Bool.random(using: &generator) {
                    bytes[place] = choices.randomElement(using: &generator) ?? 0
                } else {
                    bytes.remove(at: place)
                }
            }
            let result = Result { () throws(RegistryError) in try tags([bytes]) }
            let inParts = Result { () throws(RegistryError) in try tags(bytes.map { [$0] }) }
            #expect((try? result.get()) == (try? inParts.get()))
        }
    }

    @Test("is given up where it has no end and no tags", arguments: [" ", "[],", "\"x\","])
    func endless(filling: String) {
        var scanner = TagListScanner()
        let start = filling == " " ? "" : "{\"name\":["
        let part = Array(String(repeating: filling, count: 100_000).utf8)
        let error = #expect(throws: RegistryError.self) {
            try scanner.feed(Array(start.utf8)) { _ in }
            for _ in 0..<100 { try scanner.feed(part) { _ in } }
        }
        #expect(error?.kind == .protocolViolation)
        #expect(error?.text.contains("without a tag") == true)
    }
}
