/// A short answer in XML, of which the texts of a few elements are wanted.
///
/// No parser: AWS's answers hold elements without attributes, whose names come once where they matter. What else XML has
/// is not known, and a document that makes use of it gives nothing.
struct XMLText: Sendable {
    private let bytes: [UInt8]

    /// The most bytes of a text.
    private static let textLimit = 1 << 16

    /// A document.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// What stands between the first `<name>` and the next tag, which must be `</name>`; `nil` where that is nowhere.
    func text(of name: String) -> String? {
        let start = Array("<\(name)>".utf8), end = Array("</\(name)>".utf8)
        var position = 0
        while let opening = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            position = opening + 1
            guard bytes[opening...].starts(with: start) else { continue }
            let content = bytes[(opening + start.count)...]
            let text = content.prefix { $0 != UInt8(ascii: "<") }
            guard text.count <= Self.textLimit, bytes[text.endIndex...].starts(with: end) else { return nil }
            return Self.decoded(text)
        }
        return nil
    }

    /// The text with the five entities that XML has by itself, and characters by their numbers, in their plain form.
    private static func decoded(_ text: ArraySlice<UInt8>) -> String {
        var decoded = String.UnicodeScalarView()
        var rest = String(decoding: text, as: UTF8.self).unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let name = rest.prefix(10).prefix { $0 != ";" }
            guard scalar == "&", name.endIndex < rest.endIndex, rest[name.endIndex] == ";",
                let meant = entity(String(String.UnicodeScalarView(name)))
            else {
                decoded.append(scalar)
                continue
            }
            decoded.append(meant)
            rest = rest[rest.index(after: name.endIndex)...]
        }
        return String(decoded)
    }

    private static func entity(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        case _ where name.hasPrefix("#x"): return UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        case _ where name.hasPrefix("#"): return UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
        default: return nil
        }
    }
}
