internal import Testing

@testable internal import berth

/// What is said to a person: one line each, whatever stands in it.
@Suite struct ReporterTests {
    @Test(arguments: ["", "plain", "a b", "Grüße", "日本語", "🎉", "quotes \" ' ` $x \\n", "café", "#;&|"])
    func `ordinary text stays as it is`(text: String) {
        #expect(Reporter.printable(text) == text)
    }

    /// What a terminal would obey, or what would end or turn round the line.
    static let controls: [(String, String)] = [
        ("a\nb", #"a\nb"#), ("a\r\nb", #"a\r\nb"#), ("a\tb", #"a\tb"#), ("\u{0}", #"\0"#),
        ("\u{1B}[31mred", #"\u{1B}[31mred"#), ("\u{7}", #"\u{07}"#), ("\u{8}\u{8}", #"\u{08}\u{08}"#),
        ("\u{7F}", #"\u{7F}"#), ("\u{9B}31m", #"\u{009B}31m"#), ("a\u{2028}b\u{2029}c", #"a\u{2028}b\u{2029}c"#),
        ("\u{202E}gpj.exe", #"\u{202E}gpj.exe"#), ("a\u{200B}b", #"a\u{200B}b"#), ("\u{FEFF}a", #"\u{FEFF}a"#),
        ("é\né", #"é\né"#),
    ]

    @Test(arguments: controls)
    func `what a terminal would obey is written out`(text: String, printed: String) {
        #expect(Reporter.printable(text) == printed)
    }

    @Test func `no scalar makes a second line or starts a terminal's command`() {
        for value in UInt32(0)...0x2FFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let printed = Reporter.printable("a\(scalar)b").unicodeScalars
            let isSafe = printed.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
            #expect(isSafe, "U+\(String(value, radix: 16))")
        }
    }
}
