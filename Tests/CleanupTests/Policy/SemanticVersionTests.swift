@testable import Cleanup
import Testing

func version(_ text: String) -> SemanticVersion? { SemanticVersion(Array(text.utf8).span) }

@Suite("A tag as a version")
struct SemanticVersionTests {
    @Test(
        "is read as people write it",
        arguments: [
            ("1.2.3", "1.2.3"), ("v1.2.3", "1.2.3"), ("V1.2.3", "1.2.3"), ("1.2", "1.2.0"), ("v1", "1.0.0"),
            ("v16", "16.0.0"),
            ("0.0.0", "0.0.0"), ("1.2.3-rc.1", "1.2.3-rc.1"), ("1.2-alpine", "1.2.0-alpine"), ("v1-rc1", "1.0.0-rc1"),
            ("1.2.3-0-x.y-z", "1.2.3-0-x.y-z"), ("1.2.3+b.01", "1.2.3"), ("1.2.3-rc.1_build.7", "1.2.3-rc.1"),
            ("1.2.3_01", "1.2.3"), ("2024.1.15", "2024.1.15"), ("9007199254740991.0.0", "9007199254740991.0.0"),
            ("v123456", "123456.0.0"), ("2024.10", "2024.10.0"), ("1.2.3-01a", "1.2.3-01a"), ("1.2.3--", "1.2.3--"),
        ])
    func reading(tag: String, shown: String) {
        #expect(version(tag)?.description == shown)
    }

    @Test(
        "is none where it is something else",
        arguments: [
            "", "v", "latest", "1.", "1.2.", "1.2.3.", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3-a..b",
            "1.2.3-.a", "1.2.3-01", "1.2.3-a.01", "1.2.3+", "1.2.3_", "1.2.3_a_b", "1.2.3-é", "vv1", "-1", "1.x",
            "7", "84321", "16-alpine", "7_b", "1234567", "20240115", "1234567-x", "v20240115", "9007199254740992.0.0",
            "1.99999999999999999999",
            "1.2.3 ", " 1.2.3", "1.2.3-a b",
        ])
    func none(tag: String) {
        #expect(version(tag) == nil)
    }

    @Test("comes before those that semver.org puts behind it")
    func order() throws {
        let tags = [
            "0.0.1", "0.9.0", "1.0.0-0", "1.0.0-2", "1.0.0-11", "1.0.0-18446744073709551616", "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0",
            "1.10.0",
            "2.0.0", "10.0.0",
        ]
        let versions = try tags.map { try #require(version($0)) }
        for (first, left) in versions.enumerated() {
            for (second, right) in versions.enumerated() {
                #expect((left < right) == (first < second), "\(left) and \(right)")
            }
        }
    }

    @Test(
        "is partial where fewer than three numbers are said",
        arguments: [
            ("1.2", true), ("v1", true), ("1.2-alpine", true), ("v1.2_b", true), ("2024.10", true), ("1.2.0", false),
            ("v1.2.3-rc.1", false), ("2024.10.15", false),
        ])
    func partial(tag: String, isPartial: Bool) {
        #expect(version(tag)?.isPartial == isPartial)
    }

    @Test(
        "is the same with another build, an open part or a letter",
        arguments: [("1.2.0", "v1.2"), ("1.2.3_a", "1.2.3+b")])
    func equality(first: String, second: String) {
        #expect(version(first) == version(second))
    }
}

@Suite("A range of versions")
struct SemanticRangeTests {
    @Test(
        "has what npm's has",
        arguments: [
            (">=1.0.0 <2", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "1.5.0-rc.1", "2.0.0-rc.1"]),
            (">=1.0.0, <2", ["1.0.0"], ["2.0.0"]), (">= 1.0.0 < 2", ["1.0.0"], ["2.0.0"]),
            (">=1.0.0,<2", ["1.0.0"], ["2.0.0"]),
            ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0", "1.3.0-a"]),
            ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
            ("^0.0.3", ["0.0.3"], ["0.0.4"]), ("^0.0", ["0.0.9"], ["0.1.0"]), ("^0", ["0.9.9"], ["1.0.0"]),
            ("^1.2", ["1.2.0", "1.9.0"], ["1.1.9", "2.0.0"]), ("^0.x", ["0.5.0"], ["1.0.0"]),
            ("^*", ["0.0.0", "9.0.0"], ["1.0.0-a"]),
            ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]), ("~1.2", ["1.2.0"], ["1.3.0"]),
            ("~1", ["1.9.0"], ["2.0.0"]),
            ("~>1.2", ["1.2.0"], ["1.3.0"]), ("~0.0.1", ["0.0.9"], ["0.1.0"]),
            ("1.x", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.9"]), ("1.2.*", ["1.2.9"], ["1.3.0"]),
            ("1", ["1.9.9"], ["2.0.0"]),
            ("1.2.X", ["1.2.0"], ["1.3.0"]), ("*", ["0.0.0", "9.9.9"], ["1.0.0-a"]), ("x", ["1.0.0"], []),
            ("v1.2", ["1.2.5"], ["1.3.0"]),
            ("=1.2.3", ["1.2.3"], ["1.2.4", "1.2.3-a"]), ("1.2.3", ["1.2.3"], ["1.2.4"]),
            ("=1.2", ["1.2.9"], ["1.3.0"]),
            (">1", ["2.0.0"], ["1.9.9", "2.0.0-a"]), (">1.2", ["1.3.0"], ["1.2.9"]), (">1.2.3", ["1.2.4"], ["1.2.3"]),
            ("<=1", ["1.9.9"], ["2.0.0", "2.0.0-a"]), ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
            ("<1.2", ["1.1.9"], ["1.2.0", "1.2.0-a"]),
            (">*", [], ["0.0.0", "9.0.0"]), ("<*", [], ["0.0.0", "0.0.0-0"]), (">=*", ["0.0.0"], []),
            ("<=*", ["9.0.0"], []),
            ("1 || 3", ["1.5.0", "3.1.0"], ["2.0.0"]), ("1||3", ["3.0.0"], ["2.0.0"]),
            ("<1 || >=2 <3", ["0.1.0", "2.5.0"], ["1.0.0", "3.0.0"]),
            ("1.2 - 1.4", ["1.2.0", "1.4.9"], ["1.5.0", "1.1.0"]),
            ("1.2.3 - 2.3.4", ["1.2.3", "2.3.4"], ["2.3.5", "1.2.2"]),
            ("1 - *", ["9.0.0"], ["0.9.0"]), ("1.0.0 - 2.0.0 || 5", ["1.5.0", "5.5.0"], ["3.0.0"]),
            (">=1.2.0-rc.1", ["1.2.0-rc.1", "1.2.0-rc.2", "1.2.0", "1.3.0"], ["1.2.0-rc.0", "1.3.0-rc.1"]),
            ("^1.2.3-beta.2", ["1.2.3-beta.3", "1.2.3", "1.9.0"], ["1.2.3-beta.1", "1.2.4-beta.5", "2.0.0-0"]),
            (">=0.0.0-0", ["0.0.0-a", "1.0.0"], ["1.0.0-a"]),
            ("<2.0.0-rc.1", ["1.0.0", "2.0.0-alpha"], ["2.0.0-rc.1", "1.0.0-a"]),
            ("=1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3"]), (">1.0.0-a <1.0.0-c", ["1.0.0-b"], ["1.0.0-c", "1.0.0"]),
        ] as [(String, [String], [String])])
    func contents(text: String, inside: [String], outside: [String]) throws {
        let range = try SemanticRange(text)
        for tag in inside { #expect(range.contains(try #require(version(tag))), "\(tag)") }
        for tag in outside { #expect(!range.contains(try #require(version(tag))), "\(tag)") }
    }

    @Test(
        "that is none is refused, with the place",
        arguments: [
            ("", 1), ("latest", 1), (">=", 3), ("1.2.3.4", 6), ("1 ||", 5), ("|| 1", 1), ("1 | 2", 4), ("!=1", 1),
            ("1.2-rc", 7),
            ("1.x.3", 6), ("*.1", 4), (">>1", 2), ("01", 3), ("1 -", 3), ("1 - ", 5), ("1,,2", 3), ("1,", 3),
            ("1.2.3-", 7),
            ("9007199254740992", 16),
        ])
    func wrong(text: String, place: Int) throws {
        let error = #expect(throws: CleanupError.self) { try SemanticRange(text) }
        #expect(error?.kind == .badData)
        #expect(error?.text == "\(text) is no range of versions: not understood at byte \(place)")
    }

    @Test("ends where it is absurdly long")
    func long() {
        #expect(throws: CleanupError.self) { try SemanticRange(String(repeating: "1 ", count: 10_000)) }
    }
}
