/// The project that a `werf.yaml` describes.
public enum WerfProject {
    /// The project's name, or `nil` where the text does not plainly say it.
    ///
    /// Read line by line, and only as `project: name` at the start of one: a `werf.yaml` is a template before it is YAML,
    /// and a name that is computed could not be known here.
    public static func name(inWerfYAML text: [UInt8]) -> String? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let line = String(decoding: line, as: UTF8.self)
            guard let rest = Parts.after("project:", line), rest.first?.isWhitespace == true else { continue }
            let words = rest.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard words.count == 1, let word = words.first else { return nil }
            let value = unquoted(word)
            return isName(value) ? value : nil
        }
        return nil
    }

    private static func unquoted(_ word: Substring) -> String {
        guard word.count > 1, let quote = word.first, quote == "\"" || quote == "'", word.last == quote else {
            return String(word)
        }
        return String(word.dropFirst().dropLast())
    }

    /// Whether werf takes it for a project's name: letters in lower case, digits and inner hyphens, 50 at most.
    private static func isName(_ text: String) -> Bool {
        (1...50).contains(text.utf8.count) && text.first != "-" && text.last != "-"
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }
}
