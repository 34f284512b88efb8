/// The project that a `werf.yaml` describes.
public enum WerfProject {
    /// The project's name, or `nil` where the text has none.
    ///
    /// This is no YAML reader. The name stands in the first document, which has `project:` at the beginning of a line
    /// and plain or quoted text behind it. What is written otherwise is no name: a `werf.yaml` is a template before it
    /// is YAML, and what it computes could not be known here.
    public static func name(inWerfYAML text: [UInt8]) -> String? {
        for line in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            guard line.starts(with: "project:".utf8) else { continue }
            return name(Substring(decoding: line.dropFirst("project:".utf8.count), as: UTF8.self))
        }
        return nil
    }

    private static func name(_ value: Substring) -> String? {
        guard let first = value.first, first == " " || first == "\t" else { return nil }
        var rest = value.drop { $0 == " " || $0 == "\t" }
        if let quote = rest.first, quote == "\"" || quote == "'" {
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: quote), isEnd(rest[rest.index(after: end)...]) else { return nil }
            return checked(rest[..<end])
        }
        let name = rest.prefix { $0 != " " && $0 != "\t" }
        return isEnd(rest[name.endIndex...]) ? checked(name) : nil
    }

    /// Whether only blanks or a comment follow.
    private static func isEnd(_ rest: Substring) -> Bool {
        let text = rest.drop { $0 == " " || $0 == "\t" }
        return text.isEmpty || (text.first == "#" && text.startIndex != rest.startIndex)
    }

    /// The name, where werf takes it for one: lower-case letters, digits and inner hyphens, 50 at most.
    private static func checked(_ name: Substring) -> String? {
        let isName =
            (1...50).contains(name.utf8.count) && !name.hasPrefix("-") && !name.hasSuffix("-")
            && name.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "-") && !$0.isASCIICapital }
        return isName ? String(name) : nil
    }
}
