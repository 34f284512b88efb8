/// A value of a YAML document, and where it stands.
public struct YAMLNode: Hashable, Sendable {
    /// A place in the document.
    public struct Position: Hashable, Sendable {
        /// The line, counted from 1.
        public let line: Int
        /// The column, counted from 1 in characters.
        public let column: Int

        /// A place.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// A member of a mapping.
    public struct Member: Hashable, Sendable {
        /// Its name.
        public let key: String
        /// Where the name stands.
        public let position: Position
        /// Its value.
        public let value: YAMLNode
    }

    /// What a value consists of.
    public enum Content: Hashable, Sendable {
        /// Text as it stands there, or as it is meant where it is in quotes or a block of its own.
        case scalar(String, isQuoted: Bool)
        /// Values in their order.
        case sequence([YAMLNode])
        /// Values by name, in their order; no name is there twice.
        case mapping([Member])
    }

    /// What it consists of.
    public let content: Content
    /// Where it begins.
    public let position: Position

    /// Whether it is nothing: a key without a value, `~` or `null`.
    public var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The value on one line: `{tags: ["v*", latest], last: 10}`.
    ///
    /// What stood in quotes does so again, and what would mean something else without them.
    public var flowText: String {
        switch content {
        case .scalar("", isQuoted: false): "null"
        case .scalar(let text, let isQuoted): isQuoted || !Self.isPlain(text) ? Self.quoted(text) : text
        case .sequence(let nodes): "[\(nodes.map(\.flowText).joined(separator: ", "))]"
        case .mapping(let members): "{\(members.map(Self.flowText).joined(separator: ", "))}"
        }
    }

    private static func flowText(of member: Member) -> String {
        "\(isPlain(member.key) ? member.key : quoted(member.key)): \(member.value.flowText)"
    }

    /// Whether `text` means itself between braces without quotes; some that do are not recognised.
    private static func isPlain(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first, let last = scalars.last, first != " ", last != " ", last != ":",
            !"-?:#&*!|>'%@`.".unicodeScalars.contains(first)
        else { return false }
        return scalars.indices.allSatisfy { index in
            switch scalars[index] {
            case ",", "[", "]", "{", "}", "\"", "\\", "#", "?": false
            case ":": scalars[index + 1].properties.isAlphabetic
            default: isPrintable(scalars[index])
            }
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }

    /// `text` in quotes, on one line, with escapes for what does not print.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
