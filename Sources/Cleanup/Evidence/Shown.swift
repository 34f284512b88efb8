internal import Registry

/// What programs, files and git say, as an error may show it: one line, without secrets, and nothing in it that moves a
/// terminal's cursor.
enum Shown {
    /// A name in quotes.
    static func name(_ bytes: some Collection<UInt8>) -> String { "\"\(text(bytes, limit: 100))\"" }

    /// A name without quotes.
    static func unquoted(_ bytes: some Collection<UInt8>) -> String { text(bytes, limit: 100) }

    /// A name in quotes.
    static func name(_ text: String) -> String { name(text.utf8) }

    /// The line of a program's errors that says most: the first with `fatal:` or `error:`, else the last.
    static func complaint(_ errors: [UInt8]) -> String {
        let lines = errors.split(separator: UInt8(ascii: "\n")).map { text($0, limit: 400) }
        let telling = lines.first { line in
            ["fatal:", "error:", "Error from server"].contains { line.hasPrefix($0) }
        }
        return telling ?? lines.last { !$0.isEmpty } ?? "it gave no reason"
    }

    /// What may be seen of `bytes`.
    private static func text(_ bytes: some Collection<UInt8>, limit: Int) -> String {
        // Cut before, a URL might lack the sign that shows its password.
        let text = withoutLogins(Excerpt.line(String(decoding: bytes, as: UTF8.self), limit: .max))
        return text.unicodeScalars.count > limit ? String(text.unicodeScalars.prefix(limit)) + "…" : text
    }

    /// A line with the user and password of each URL in it blotted out.
    private static func withoutLogins(_ line: String) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard let scheme = word.firstRange(of: "://"), let at = word.lastIndex(of: "@"), at >= scheme.upperBound
            else { return String(word) }
            return "\(word[..<scheme.upperBound])***\(word[at...])"
        }.joined(separator: " ")
    }
}
