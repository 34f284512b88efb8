/// Text from elsewhere as an error may show it: one line, short, and nothing in it that moves a terminal's cursor.
enum Excerpt {
    /// A name in quotes: its printable ASCII characters, which are all that a right one has.
    static func quoted(_ name: String, limit: Int = 100) -> String {
        let shown = name.utf8.prefix(limit).filter { (0x20...0x7E).contains($0) }
        return "\"\(String(decoding: shown, as: UTF8.self))\(name.utf8.count > limit ? "..." : "")\""
    }

    /// Words of a server: what can be seen of them, runs of white space as one space.
    static func line(_ text: String, limit: Int = 200) -> String {
        var shown = String.UnicodeScalarView()
        var isSpaceDue = false
        for scalar in text.unicodeScalars {
            guard isVisible(scalar) else {
                isSpaceDue = !shown.isEmpty
                continue
            }
            guard shown.count + (isSpaceDue ? 1 : 0) < limit else { return String(shown) + "…" }
            if isSpaceDue { shown.append(" ") }
            isSpaceDue = false
            shown.append(scalar)
        }
        return String(shown)
    }

    /// Whether a scalar shows as itself: no space, no control, and nothing that turns the direction of writing.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x21...0x7E).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
