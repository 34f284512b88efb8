internal import TestSupport

/// Values that have broken shells, and random ones in their manner.
enum HostileValues {
    /// All of them, the same in every run.
    static let all: [String] = [known, noncharacters, singleBytes, pairs, random, long].flatMap { $0 }

    /// What people and attackers have put into branch names, tags and titles.
    static let known: [String] = [
        "", " ", "a b", "a  b", " a ", "\t", "a\tb", "\n", "a\nb", "a\n", "\na", "a\n\n", "\r", "a\r\nb", "\r\n",
        "*", "?", "[ab]", "a*", "x *", ".*", "$HOME", "${HOME}", "$(touch canary)", "`touch canary`", "'", "''", "it's",
        "\"", "a\"b", "\\", "a\\b", "a\\", "\\\\", "\\n", "\\c", "\\0101", "\\x41", "!", "!!", "a!b", "\\!", "!\\!",
        "#", "# x", "a #b", "~", "~root", "a:~", ";touch canary", "&touch canary", "|touch canary", ">canary",
        "<canary", "%", "%s", "%%", "%PATH%", "{a,b}", "{a..c}", "=ls", "a:=ls", ":=ls", "=", "a=b", "-", "-n", "-e",
        "--",
        "-n a", "\u{1}\u{2}\u{1F}", "\u{7F}", "\u{1B}[31m", "\u{1A}", "é", "Ñ;touch canary;Ñ", "日本語", "🎉", "e\u{301}",
        "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}", "a\u{2019};touch canary;\u{2018}", "\u{201C}\u{201D}",
        "\u{FEFF}a", "\u{F600}", "\u{F8FF}", "\u{85}", "\u{2028}", "\u{A0}",
        "v1$(touch${IFS}canary)", "v1`touch${IFS}canary`", "x;touch${IFS}canary;", "a&&touch${IFS}canary", "x|canary",
        "'$(touch canary)'", "';touch canary;'", "\";touch canary;\"", "'\n;touch canary\n'", "$'\\x27'", "$((1+1))",
        "<(touch canary)", "@(a|b)", "!(a)", "+(a)", "^", "a^b", "$", "$$", "$x", "${x:-$(touch canary)}", "x.", ".",
        "exit 3", "\nexit 3\n", "export A=b;", "EOF", "end-0-0", "<<EOF\nx\nEOF\nK=v", "\u{1}x'", "%b", "\\",
    ]

    /// Code points that some programs keep for themselves, as fish does to mark its globs.
    ///
    /// No literal may hold them.
    private static let noncharacters = [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x10FFFF].compactMap(UnicodeScalar.init)
        .map { "a\($0)b" }

    /// Every single byte that is a character.
    private static let singleBytes = (UInt8(1)...127).map { String(decoding: [$0], as: UTF8.self) }

    /// Every sign of ASCII before and after a letter.
    private static let pairs = (UInt8(1)...127).filter { !isAlphanumeric($0) }.flatMap { byte in
        let sign = String(decoding: [byte], as: UTF8.self)
        return ["a" + sign, sign + "a", sign + sign]
    }

    private static let random: [String] = {
        var generator = SeededGenerator(seed: 20_240_229)
        return (0..<700).map { _ in mix(of: Int.random(in: 1...12, using: &generator), using: &generator) }
    }()

    private static let long: [String] = {
        var generator = SeededGenerator(seed: 8192)
        let mixes = (0..<12).map { _ in mix(of: 1500, using: &generator) }
        return mixes + ["a ", "\n", "'", "\\", "!", "é", "*"].map { String(repeating: $0, count: 4096) }
    }()

    private static func mix(of count: Int, using generator: inout SeededGenerator) -> String {
        (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    private static let pieces: [String] =
        known.filter { $0.utf8.count < 24 } + (UInt8(1)...127).map { String(decoding: [$0], as: UTF8.self) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
    }
}

extension Array {
    /// The elements in slices of `size`, for tests that take many values at once.
    func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
