internal import TestSupport
internal import Testing
internal import YAML

/// Reads text that has to be YAML.
func parsed(_ text: String) throws -> YAMLNode {
    try YAMLNode(parsing: Array(text.utf8))
}

/// What reading `bytes` fails with.
func failure(_ bytes: [UInt8]) throws -> YAMLError {
    try #require(throws: YAMLError.self) { try YAMLNode(parsing: bytes) }
}

@Suite struct YAMLParsingTests {
    @Test(arguments: [
        ("{}", "{}"), ("[]", "[]"), ("a", "a"), ("- a\n- 'b'\n", "[a, \"b\"]"), ("a: 1\nb:\n  - c\n", "{a: 1, b: [c]}"),
        ("a: {b: [c, \"d\"]}", "{a: {b: [c, \"d\"]}}"), ("a:\n", "{a: null}"),
        ("a:\n- \n- b: c:d\n", "{a: [null, {b: c:d}]}"), ("a: -1", "{a: \"-1\"}"), ("a: b, c", "{a: \"b, c\"}"),
        ("a: |\n  b\n  c\n", "{a: \"b\\nc\\n\"}"), ("a: >\n  b\n  c\n", "{a: \"b c\\n\"}"), ("--- a\n...\n", "a"),
        ("%YAML 1.1\n---\na", "a"), ("# only\na # said\n", "a"), ("\u{FEFF}a: b", "{a: b}"), ("\"a b\": c", "{a b: c}"),
        ("a: \"\\t\\u202e\\0\"", "{a: \"\\t\\U0000202E\\U00000000\"}"), ("? a\n: b\n", "{a: b}"),
        ("'': b", "{\"\": b}"),
        ("a: 0x10\nb: yes\n", "{a: 0x10, b: yes}"), ("a: \"x\\\\\\\"\"", "{a: \"x\\\\\\\"\"}"),
        ("a: é🚢", "{a: é🚢}"),
    ])
    func `a document is read, and shown on one line`(text: String, line: String) throws {
        #expect(try parsed(text).flowText == line)
    }

    @Test
    func `what is shown on one line is read the same`() throws {
        let text = "a:\n  - 'b, c'\n  - {d: \"e\\n\", 'f]': g}\n  - h: |\n      i\n"
        let line = try parsed(text).flowText
        #expect(try parsed(line).flowText == line)
    }

    @Test
    func `every value and key has its place`() throws {
        let root = try parsed("# first\né: [a,\n  'b']\nc:\n    d: e\n")
        guard case .mapping(let members) = root.content, case .sequence(let elements) = members[0].value.content,
            case .mapping(let inner) = members[1].value.content
        else { throw TestFailure("\(root)") }
        #expect(root.position == .init(line: 2, column: 1))
        #expect(members.map(\.position) == [.init(line: 2, column: 1), .init(line: 4, column: 1)])
        #expect(elements.map(\.position) == [.init(line: 2, column: 5), .init(line: 3, column: 3)])
        #expect(inner[0].position == .init(line: 5, column: 5))
        #expect(inner[0].value.position == .init(line: 5, column: 8))
    }

    @Test(arguments: [("a:", true), ("a: ~", true), ("a: null", true), ("a: ''", false), ("a: 'null'", false)])
    func `nothing is not the same as an empty text`(text: String, isNull: Bool) throws {
        guard case .mapping(let members) = try parsed(text).content else { throw TestFailure(text) }
        #expect(members[0].value.isNull == isNull)
    }

    @Test(arguments: [
        ("", 1, 1, "the document is empty"), ("# nothing\n", 2, 1, "the document is empty"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "a key that is there already"),
        ("{a: 1, 'a': 2}", 1, 8, "a key that is there already"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins here"),
        ("a: &x 1\nb: *x\n", 1, 4, "anchors (&name) are not supported; a text that begins with & needs quotes"),
        ("a: [*x]", 1, 5, "aliases (*name) are not supported; a text that begins with * needs quotes"),
        ("tags: *\n", 1, 8, "a text that begins with * or & needs quotes"),
        ("tags: [*.x]", 1, 9, "a text that begins with * or & needs quotes"),
        ("a: !!str b", 1, 4, "tags (!name) are not supported; a text that begins with ! needs quotes"),
        ("a: !x [b]", 1, 4, "tags (!name) are not supported; a text that begins with ! needs quotes"),
        ("? [a]\n: b\n", 1, 3, "a key that is no text"),
        ("*x : b", 1, 1, "aliases (*name) are not supported; a text that begins with * needs quotes"),
        ("&x a: b", 1, 1, "anchors (&name) are not supported; a text that begins with & needs quotes"),
        ("a: [b", 2, 1, "did not find expected ',' or ']'"), ("a: 'b", 1, 6, "found unexpected end of stream"),
        ("a: b: c", 1, 5, "mapping values are not allowed in this context"),
        ("a:\n\t- b", 2, 1, "found character that cannot start any token"),
        ("é: \u{1}", 1, 4, "control characters are not allowed"),
    ])
    func `an error says where and why`(text: String, line: Int, column: Int, reason: String) throws {
        let error = try failure(Array(text.utf8))
        #expect(error.reason == reason)
        #expect((error.line, error.column) == (line, column))
        #expect(error.description == "no YAML at line \(line), column \(column): \(reason)")
    }

    @Test(
        arguments: [[0xFF], [0xC3, 0x20], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xFF, 0xFE, 0x61, 0], [0]] as [[UInt8]])
    func `bytes that are not UTF-8 are refused, with their place`(bytes: [UInt8]) throws {
        let error = try failure(Array("a: b\nc: ".utf8) + bytes)
        // Of a byte that is missing the place is where it should be.
        #expect(error.line == 2 && (4...5).contains(error.column), "\(error)")
        _ = try failure(bytes)
    }
}

/// What is meant to hurt.
@Suite struct HostileYAMLTests {
    @Test
    func `a billion laughs are refused at the first`() throws {
        let lines = (1...9).map {
            "l\($0): &l\($0) [\(Array(repeating: "*l\($0 - 1)", count: 9).joined(separator: ","))]\n"
        }
        let error = try failure(Array(("l0: &l0 ha\n" + lines.joined()).utf8))
        #expect(error.line == 1)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
    func `nesting without an end is refused`(opening: String) throws {
        let text = Array(String(repeating: opening, count: 900_000 / opening.utf8.count).utf8)
        let error = try failure(text)
        #expect(error.reason == "it is nested more than 64 levels deep" || error.reason == "a key that is no text")
    }

    @Test
    func `64 levels are read, and 65 are not`() throws {
        func text(_ depth: Int) -> [UInt8] {
            Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
        }
        _ = try YAMLNode(parsing: text(64))
        #expect(try failure(text(65)).column == 65)
    }

    @Test
    func `a document of more than a mebibyte is refused`() throws {
        let text = Array(repeating: UInt8(ascii: "a"), count: YAMLNode.lengthLimit)
        _ = try YAMLNode(parsing: text)
        #expect(try failure(text + [UInt8(ascii: "a")]).reason == "the document is longer than 1 MiB")
    }

    @Test
    func `bytes without sense are read or refused`() {
        var generator = SeededGenerator(seed: 5)
        let pieces = [
            "a", "'", "\"", "\n", "  ", "- ", ": ", "[", "]", "{", "}", ",", "?", "&", "*", "!", "|", ">", "%",
            "---", "...", "#", "\\", "\t", "é", "\u{FEFF}",
        ].map { Array($0.utf8) }
        var read = 0
        for round in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...24, using: &generator) {
                bytes +=
                    round.isMultiple(of: 4)
                    ? [UInt8.random(in: .min ... .max, using: &generator)]
                    : pieces.randomElement(using: &generator) ?? []
            }
            do throws(YAMLError) {
                let node = try YAMLNode(parsing: bytes)
                read += 1
                // What could be read can be shown and read again, and means the same.
                let line = node.flowText
                let again = try YAMLNode(parsing: Array(line.utf8)).flowText
                if again != line { Issue.record("\(line) becomes \(again)") }
            } catch {
                if error.line < 1 || error.column < 1 { Issue.record("\(error)") }
            }
        }
        #expect(read > 1000)
    }
}
