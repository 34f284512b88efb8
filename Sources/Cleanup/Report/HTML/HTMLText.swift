internal import DockerConfig
internal import Hashing

/// Text of HTML that is right by its making: what was put into it as text can be nothing else.
struct HTMLText: ExpressibleByStringInterpolation {
    /// The text.
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation interpolation: Interpolation) { text = interpolation.text }

    /// What is HTML already.
    init(markup: String) { text = markup }

    static func += (text: inout HTMLText, other: HTMLText) { text.text += other.text }

    /// Puts text in escaped, between tags as well as between quotes.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: String) { text += HTMLText.escaped(value) }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ value: HTMLText) { text += value.text }
    }

    private static func escaped(_ value: String) -> String {
        let value = value.visible
        guard value.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return value }
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension [HTMLText] {
    /// All of them, one after the other.
    var joined: HTMLText { HTMLText(markup: map(\.text).joined()) }
}

extension HTMLText {
    /// What a policy of content security allows a script or style by that stands in the page itself.
    static func source(of content: String) -> String {
        "'sha256-\(Base64.encode(StreamHash.hash(Array(content.utf8), .sha256)))'"
    }

    /// A number of a drawing, with one digit behind the point.
    static func coordinate(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }
}
