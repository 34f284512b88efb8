import Cleanup
import Testing
import TestSupport

@Suite("A pattern")
struct TextPatternTests {
    @Test(
        "without slashes around it is a glob for the whole name",
        arguments: [
            ("latest", ["latest"], ["latest1", "xlatest", "", "Latest"]), ("*", ["", "a", "a/b"], []),
            ("v*", ["v", "v1.2"], ["xv", ""]), ("*-rc*", ["1-rc", "1-rc.2", "-rc"], ["rc", "1-r"]),
            ("a?c", ["abc", "a?c"], ["ac", "abbc"]), ("[ab]x", ["ax", "bx"], ["cx", "abx"]),
            ("[!a-c]", ["d", "-"], ["a", "b", "c", "", "dd"]), ("[^a]", ["b", "^"], ["a"]),
            ("[]a]", ["]", "a"], ["b"]),
            ("[a-]", ["a", "-"], ["b"]), ("[\\]x]", ["]", "x"], ["\\"]), ("[0-9a-f]", ["0", "f"], ["g", "F"]),
            ("{a,b}-*", ["a-1", "b-"], ["c-1", "ab-"]), ("v{1,2{,.x}}", ["v1", "v2", "v2.x"], ["v", "v1.x"]),
            ("{,v}1", ["1", "v1"], ["vv1"]), ("\\*\\{", ["*{"], ["a{", "\\*{"]), ("a,b", ["a,b"], ["a"]),
            ("*a*b*c", ["abc", "xaybzc", "aabbcc"], ["acb", "abcd"]), ("**", ["", "a/b"], []),
            ("*aab", ["aaab", "aab"], ["aaba"]), ("é*", ["é", "éa"], ["e"]), ("??", ["é", "ab"], ["a"]),
        ] as [(String, [String], [String])])
    func glob(text: String, fitting: [String], others: [String]) throws {
        let pattern = try TextPattern(text)
        for name in fitting { #expect(try pattern.matches(name), "\(name)") }
        for name in others { #expect(try !pattern.matches(name), "\(name)") }
    }

    @Test(
        "for repositories goes beyond a slash with two stars only",
        arguments: [
            (
                "r.example/group/*", ["r.example/group/a"],
                ["r.example/group/a/b", "r.example/group", "r.example/groups/a"]
            ),
            ("r.example/group/**", ["r.example/group/a", "r.example/group/a/b"], ["r.example/group"]),
            ("**/app", ["r.example/app", "r.example/a/b/app"], ["r.example/a/application"]),
            ("*/app", ["r.example/app"], ["r.example/a/app"]), ("*", ["r.example/a", "r.example/a/b"], []),
            ("r.example/?pp", ["r.example/app"], ["r.example//pp"]),
            ("r.example[!x]a", ["r.exampleya"], ["r.example/a"]),
            ("r/**/x*y", ["r/a/xy", "r/x/a/b/x1y", "r/x/xzy"], ["r/a/x/y", "r/xy"]),
            ("r/**a*/b", ["r/a/b", "r/a/aa/b", "r/c/a/b/ad/b"], ["r/a/c/b", "r/b"]),
            ("{r,s}.example/a", ["s.example/a"], ["t.example/a"]),
        ] as [(String, [String], [String])])
    func path(text: String, fitting: [String], others: [String]) throws {
        let pattern = try TextPattern(text, for: .paths)
        for name in fitting { #expect(try pattern.matches(name), "\(name)") }
        for name in others { #expect(try !pattern.matches(name), "\(name)") }
    }

    @Test(
        "between slashes is a regular expression, found anywhere",
        arguments: [
            ("/b/", ["abc", "b"], ["a"]), ("/^[0-9a-f]{4}$/", ["0a1b"], ["0a1bc", "x0a1b"]),
            ("/a/b/", ["xa/by"], ["ab"]),
            ("/^mr-\\d+$/", ["mr-12"], ["mr-", "mr-12\n"]), ("/(?i)^wip/", ["WIP-1"], ["a-wip"]),
        ] as [(String, [String], [String])])
    func expression(text: String, fitting: [String], others: [String]) throws {
        let pattern = try TextPattern(text)
        for name in fitting { #expect(try pattern.matches(name), "\(name)") }
        for name in others { #expect(try !pattern.matches(name), "\(name)") }
    }

    @Test(
        "that is none is refused, with the place",
        arguments: [
            ("/abc", "the slash at its beginning has none at its end"),
            ("/", "the slash at its beginning has none at its end"),
            ("/abc/i", "the slash at its beginning has none at its end"), ("//", "the expression is empty"),
            ("/a(/", "at byte 4: missing closing parenthesis"), ("a[b", "at byte 2: the bracket [ has no ]"),
            ("[]", "at byte 1: the bracket [ has no ]"), ("[z-a]", "at byte 1: the range ends before it begins"),
            ("[é]", "at byte 2: only ASCII may stand in brackets"), ("a{b,c", "at byte 2: the brace { has no }"),
            ("a{}", "at byte 2: there is nothing between the braces"), ("a}", "at byte 2: the } closes nothing"),
            ("a]", "at byte 2: the ] closes nothing"), ("a\\", "at byte 2: there is nothing behind the backslash"),
            ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "its braces stand for more than 256 patterns"),
            ("{{{{{{{{{a}}}}}}}}}", "at byte 9: braces are nested too deep"),
        ])
    func wrong(text: String, reason: String) throws {
        let error = #expect(throws: CleanupError.self) { try TextPattern(text) }
        #expect(error?.kind == .badData)
        #expect(error?.text.hasSuffix(reason) == true, "\(error?.text ?? "")")
        #expect(error?.text.hasPrefix("pattern \(text)") == true)
    }

    @Test("with what cannot be seen in it is refused on one line")
    func invisible() throws {
        let error = #expect(throws: CleanupError.self) { try TextPattern("a\r\u{1B}[2J\u{202E}[b") }
        #expect(error?.text.hasPrefix("pattern a\\u{D}\\u{1B}[2J\\u{202E}[b, at byte ") == true, "\(error?.text ?? "")")
    }

    @Test(
        "for tags is refused where it has what no tag has, which would be a rule that does nothing",
        arguments: [
            ("latest,stable", 7, "\",\""), ("latest v*", 7, "a space"), ("!mr-*", 1, "\"!\""),
            ("release/*", 8, "\"/\""),
            ("mr-\\*", 4, "\"*\""), ("{a,b:c}", 5, "\":\""), ("é*", 1, "\"é\""), ("v1+b", 3, "\"+\""),
        ])
    func tags(text: String, place: Int, character: String) throws {
        let error = #expect(throws: CleanupError.self) { try TextPattern(text, for: .tags) }
        #expect(error?.text == "pattern \(text), at byte \(place): no tag has \(character) in it")
        #expect(try TextPattern(text).text == text)
    }

    @Test("for tags may have all that tags have", arguments: ["{mr,pr}-*", "v[0-9]._-?*", "\\v1", "/^a,b!/", "[!,~]*"])
    func goodTags(text: String) throws {
        #expect(try !TextPattern(text, for: .tags).matches("~"))
    }

    @Test("is refused where it is too long")
    func long() throws {
        _ = try TextPattern(String(repeating: "a", count: 1024))
        #expect(throws: CleanupError.self) { try TextPattern(String(repeating: "a", count: 1025)) }
        #expect(throws: CleanupError.self) { try TextPattern(String(repeating: "{", count: 1000)) }
    }

    @Test("is equal to another by how it is written, and for what")
    func equality() throws {
        #expect(try TextPattern("a*") == TextPattern("a*"))
        #expect(try TextPattern("a*") != TextPattern("a**"))
        #expect(try TextPattern("a*") != TextPattern("a*", for: .paths))
    }

    @Test(
        "never takes long, whatever stands in it", .timeLimit(.minutes(1)),
        arguments: [
            (String(repeating: "a*", count: 100) + "b", String(repeating: "a", count: 255)),
            (String(repeating: "*a", count: 300) + "b", String(repeating: "a", count: 10_000)),
            (String(repeating: "**/a*", count: 60) + "b", String(repeating: "/aaa", count: 60)),
            (String(repeating: "{a,*}", count: 8) + "b", String(repeating: "a", count: 255)),
        ])
    func time(text: String, name: String) throws {
        let text = try TextPattern(text), paths = try TextPattern(text.text, for: .paths)
        // To try all ways would take longer than anybody lives.
        let isMatch = try text.matches(name) || paths.matches(name)
        #expect(!isMatch)
    }

    @Test("that runs away is an error, not an answer")
    func runaway() throws {
        let pattern = try TextPattern("/^(a+)+$/")
        let error = #expect(throws: CleanupError.self) { try pattern.matches(String(repeating: "a", count: 100) + "!") }
        #expect(error?.text.hasPrefix("pattern /^(a+)+$/: ") == true)
    }

    /// What a glob of stars, bytes and slashes means, tried in all ways.
    private func isMatch(_ glob: ArraySlice<Character>, _ name: ArraySlice<Character>, paths: Bool) -> Bool {
        guard let first = glob.first else { return name.isEmpty }
        if first == "*" {
            let isWide = !paths || glob.dropFirst().first == "*"
            let rest = glob.drop { $0 == "*" }
            for count in 0...name.count {
                if isMatch(rest, name.dropFirst(count), paths: paths) { return true }
                if count < name.count, !isWide, name[name.startIndex + count] == "/" { return false }
            }
            return false
        }
        guard let byte = name.first, first == byte || (first == "?" && !(paths && byte == "/")) else { return false }
        return isMatch(glob.dropFirst(), name.dropFirst(), paths: paths)
    }

    @Test("means what trying all ways finds", arguments: [TextPattern.Names.text, .paths])
    func property(names: TextPattern.Names) throws {
        var generator = SeededGenerator(seed: 11)
        var fitting = 0
        for _ in 0..<20_000 {
            let glob = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
                ["a", "b", "/", "*", "*", "**", "?"].randomElement(using: &generator) ?? ""
            }.joined()
            guard !glob.hasPrefix("/"), glob != "*" else { continue }
            let name = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                ["a", "b", "/"].randomElement(using: &generator) ?? ""
            }.joined()
            let expected = isMatch(Array(glob)[...], Array(name)[...], paths: names == .paths)
            let found = try TextPattern(glob, for: names).matches(name)
            if found != expected { Issue.record("\(glob) and \(name): \(found)") }
            fitting += expected ? 1 : 0
        }
        #expect(fitting > 500)
    }
}
