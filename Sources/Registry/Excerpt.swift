/// Text from elsewhere as an error may show it: one line, short, and nothing in it that moves a terminal's cursor.
public enum Excerpt {
    /// A name in quotes: its printable ASCII characters, which are all that a right one has.
    package static func quoted(_ name: String, limit: Int = 100) -> String {
        let shown = name.utf8.prefix(limit).filter { (0x20...0x7E).contains($0) }
        return "\"\(String(decoding: shown, as: UTF8.self))\(name.utf8.count > limit ? "..." : "")\""
    }

    /// Words of a server or a program: what can be seen of them, runs of everything else as one space.
    public static func line(_ text: String, limit: Int = 200) -> String {
        var shown = String.UnicodeScalarView()
        var count = 0, isSpaceDue = false
        for scalar in text.unicodeScalars {
            guard scalar.isVisible, scalar.properties.generalCategory != .spaceSeparator else {
                isSpaceDue = count > 0
                continue
            }
            guard count + (isSpaceDue ? 1 : 0) < limit else { return String(shown) + "…" }
            if isSpaceDue {
                shown.append(" ")
                count += 1
            }
            isSpaceDue = false
            shown.append(scalar)
            count += 1
        }
        return String(shown)
    }
}

extension Unicode.Scalar {
    /// Whether it shows as itself: a character or a plain space, no control, and nothing that turns the direction of
    /// writing.
    public var isVisible: Bool {
        if isASCII { return (0x20...0x7E).contains(value) }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
