/// The project that a `werf.yaml` describes.
public enum WerfProject {
    /// The project's name, or `nil` where the text has none.
    ///
    /// This is no YAML reader. The name stands in the first document, which has `project:` at the beginning of a line
    /// and plain or quoted text behind it; werf itself allows a project nothing but letters, digits and hyphens. What
    /// is written otherwise, such as a template's `{{ … }}`, is no name.
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

    private static func checked(_ name: Substring) -> String? {
        name.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "-_.") } ? String(name).nonEmpty : nil
    }
}
