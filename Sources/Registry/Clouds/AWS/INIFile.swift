internal import DockerConfig

/// A file of sections with named values, as the AWS tools keep their profiles in (AWS SDKs and Tools Reference Guide,
/// "Format of the shared config and credentials files").
///
/// Lenient as these tools are: what is no section and no value is passed over. Of values that are there twice the last
/// counts. What is indented more than the value above it belongs to that value, and is passed over too: no value that
/// berth reads has such lines.
struct INIFile: Sendable {
    private var sections: [String: [String: Secret]] = [:]

    /// The most bytes that a file may have.
    static let sizeLimit = 1 << 20

    /// Reads `text`.
    init(_ text: [UInt8]) {
        var section: String?
        var lastIndent = Int.max
        // An editor may have put a byte order mark before all.
        let text = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text[...]
        for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let line = String(decoding: line, as: UTF8.self)
            let indent = line.prefix { $0.isBlank }.count
            let content = line.withoutBlanks
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[" {
                guard let end = content.firstIndex(of: "]") else { continue }
                section = Self.words(content[content.index(after: content.startIndex)..<end])
                sections[section ?? "", default: [:]] = sections[section ?? ""] ?? [:]
                lastIndent = .max
                continue
            }
            guard let section, indent <= lastIndent, let equals = content.firstIndex(of: "=") else { continue }
            lastIndent = indent
            let key = content[..<equals].withoutBlanks.lowercased()
            sections[section]?[key] = Secret(Self.withoutComment(content[content.index(after: equals)...]))
        }
    }

    /// The values of the section `name`, by their names in lower case; `nil` where there is no such section.
    ///
    /// White space in a section's name counts as one space; quotes around its last part do not count.
    func section(_ name: String) -> [String: Secret]? { sections[name] }

    private static func words(_ name: Substring) -> String {
        var words = name.split(whereSeparator: \.isBlank).map(String.init)
        guard words.count > 1 else { return name.withoutBlanks.withoutQuotes }
        let kind = words.removeFirst()
        return "\(kind) \(words.joined(separator: " ").withoutQuotes)"
    }

    /// A comment in a value's line begins behind white space.
    private static func withoutComment(_ value: Substring) -> String {
        var isBehindBlank = true
        for index in value.indices {
            let character = value[index]
            if isBehindBlank, character == "#" || character == ";" { return value[..<index].withoutBlanks }
            isBehindBlank = character.isBlank
        }
        return value.withoutBlanks
    }
}

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

extension StringProtocol {
    fileprivate var withoutBlanks: String {
        let start = drop(while: \.isBlank)
        return String(start[..<(start.lastIndex { !$0.isBlank }.map(start.index(after:)) ?? start.startIndex)])
    }

    fileprivate var withoutQuotes: String {
        for quote in ["\"", "'"] where hasPrefix(quote) && hasSuffix(quote) && count >= 2 {
            return String(dropFirst().dropLast())
        }
        return String(self)
    }
}
