internal import PCRE
internal import Testing

@Suite struct RegularExpressionTests {
    private func find(_ pattern: String, _ text: String) throws -> Bool {
        try RegularExpression(pattern).isFound(in: Array(text.utf8).span)
    }

    @Test(arguments: [
        ("b", "abc", true), ("^b", "abc", false), ("^[0-9a-f]{40}$", String(repeating: "0f", count: 20), true),
        ("^[0-9a-f]{40}$", String(repeating: "0f", count: 20) + "\n", false), ("", "", true), ("^$", "", true),
        ("a$", "a\n", false), ("(?i)MAIN", "main-1", true), ("MAIN", "main-1", false), ("^(?!main)", "main", false),
        ("^é.$", "éü", true), ("^..$", "é", true), ("a|b", "xb", true), ("\\d+(?=-rc)", "12-rc", true),
    ])
    func `an expression is found anywhere`(pattern: String, text: String, isFound: Bool) throws {
        #expect(try find(pattern, text) == isFound)
    }

    @Test
    func `bytes that are not UTF-8 are searched as well`() throws {
        #expect(try RegularExpression("^.b").isFound(in: ([0xFF, 0x62] as [UInt8]).span))
        #expect(try RegularExpression("é").isFound(in: ([0xFF, 0xC3, 0xA9] as [UInt8]).span))
        #expect(try RegularExpression("a\\x00b").isFound(in: ([0x61, 0, 0x62] as [UInt8]).span))
    }

    @Test(arguments: [
        ("(a", 2, "missing closing parenthesis"), ("a)", 1, "unmatched closing parenthesis"),
        ("[a", 2, "missing terminating ] for character class"),
        ("*a", 0, "quantifier does not follow a repeatable item"),
        ("a{2,1}", 5, "numbers out of order in {} quantifier"), ("\\C", 2, "using \\C is disabled by the application"),
        ("a\\", 2, "\\ at end of pattern"),
    ])
    func `what is none is refused, with the place`(pattern: String, offset: Int, reason: String) throws {
        let error = try #require(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
        #expect(error.reason == reason)
        #expect(error.offset == offset)
        #expect(error.description == "\(reason) (at byte \(offset))")
    }

    @Test(arguments: [
        String(repeating: "(", count: 4000), String(repeating: "(a", count: 300) + String(repeating: ")", count: 300),
        "(((a{1000}){1000}){1000})", String(repeating: "a", count: 4097),
    ])
    func `one that is too big is refused`(pattern: String) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "^(a+)+$", "^(a|aa)+$", "^(.*)*b$", "(?:a?){64}a{64}$", "^(?:(?:a*)*)*c$", "(*NO_JIT)^(a+)+$",
            "(*NO_JIT)^(.*)*b$",
        ])
    func `one that tries all ways ends with an error`(pattern: String) throws {
        let expression = try RegularExpression(pattern)
        let text = Array(String(repeating: "a", count: 120).utf8) + [UInt8(ascii: "!")]
        // To try all ways would take longer than anybody lives.
        do throws(RegularExpressionError) {
            let isFound = try expression.isFound(in: text.span)
            #expect(!isFound)
        } catch {
            #expect(error.reason.contains("too long"))
        }
    }

    @Test(arguments: ["", "(*NO_JIT)"])
    func `one that runs away is an error, not an answer, compiled to machine code or not`(start: String) throws {
        let expression = try RegularExpression("\(start)^(a+)+$")
        let text = Array(String(repeating: "a", count: 120).utf8) + [UInt8(ascii: "!")]
        let error = #expect(throws: RegularExpressionError.self) { try expression.isFound(in: text.span) }
        #expect(error?.offset == nil)
    }

    @Test
    func `tasks share an expression`() async throws {
        let expression = try RegularExpression("^([a-z]+)-(\\d+)$")
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    var count = 0
                    for number in 0..<5000 {
                        let text = Array((number.isMultiple(of: 2) ? "main-\(number)" : "main-\(task)-x").utf8)
                        if try expression.isFound(in: text.span) { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == [2500, 2500, 2500, 2500])
    }
}
