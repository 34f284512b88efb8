/// A word of a text that could be a part of an image's name, with what stands around it.
struct MentionWord {
    private(set) var bytes: ArraySlice<UInt8>
    /// The line that it stands in.
    let line: Int
    /// What stands before it, as 0 nothing.
    private(set) var before: UInt8
    /// Whether a variable goes on where it ends: `main-${SHA}`, `v{{ version }}`, `v%s`, `v<version>`.
    let isCut: Bool

    /// Whether it begins with a variable's name: `$repository/app`, `%s/app`.
    var isVariable: Bool { before == UInt8(ascii: "$") || before == UInt8(ascii: "%") }

    /// Whether a variable ends before it: `${repository}/app`.
    var isBehindVariable: Bool { "})>".utf8.contains(before) }

    /// What comes behind a colon or hyphen, without `//` of a URL and `-` of `${IMAGE:-…}`.
    func rest(from place: Int) -> MentionWord {
        var rest = self
        rest.before = bytes[place]
        rest.bytes = bytes[(place + 1)...].drop { $0.isTagPunctuation }
        return rest
    }

    /// Shows `body` each word of a text.
    static func forEach(of text: [UInt8], _ body: (MentionWord) -> Void) {
        var word: [UInt8] = [], before: UInt8 = 0, escaped = 0, line = 1, position = 0
        func end(_ after: UInt8) {
            if !word.isEmpty {
                let isCut = "$%{<(#*`".utf8.contains(after)
                body(MentionWord(bytes: word[...], line: line, before: before, isCut: isCut))
                if escaped > 0, word.count > escaped {
                    body(MentionWord(bytes: word[escaped...], line: line, before: before, isCut: isCut))
                }
            }
            word.removeAll(keepingCapacity: true)
            escaped = 0
            before = after
        }
        while position < text.count {
            let byte = text[position]
            position += 1
            let next = position < text.count ? text[position] : 0
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"): word.append(byte)
            case _ where byte.isTagByte: word.append(byte)
            case UInt8(ascii: "\\"):
                // JSON may have escaped the slash, or a line's end: the letter then belongs to no word.
                if next == UInt8(ascii: "/") { continue }
                // Of "\u003c" nobody asks here what it is: it could begin a variable.
                let isSpace = "ntrbf".utf8.contains(next), isCode = next == UInt8(ascii: "u")
                end(isSpace ? UInt8(ascii: " ") : isCode ? UInt8(ascii: "<") : next)
                if isSpace { escaped = 1 } else if isCode { escaped = 5 }
            default:
                // "</td>" is no variable.
                end(byte == UInt8(ascii: "<") && next == UInt8(ascii: "/") ? UInt8(ascii: " ") : byte)
                if byte == UInt8(ascii: "\n") { line += 1 }
            }
        }
        end(0)
    }
}

/// What words mean for the repositories that are looked for.
struct MentionWords: Sendable {
    enum Meaning {
        /// A repository's name.
        case whole(target: Int)
        /// The beginning of a name: a registry, or a group of it.
        case beginning(split: Int)
        /// What comes behind it.
        case end(split: Int, target: Int)
    }

    private var meanings: [[UInt8]: [Meaning]] = [:]
    /// Ends of names, in the place of whose beginnings something else may stand: a variable.
    private var paths: [[UInt8]: [(target: Int, isWhole: Bool)]] = [:]
    private var splitCount = 0

    /// Adds a name by its parts.
    mutating func add(_ name: [String], _ target: Int) {
        func bytes(_ parts: ArraySlice<String>) -> [UInt8] { Array(parts.joined(separator: "/").utf8) }
        meanings[bytes(name[...]), default: []].append(.whole(target: target))
        for place in name.indices.dropFirst() {
            meanings[bytes(name[..<place]), default: []].append(.beginning(split: splitCount))
            meanings[bytes(name[place...]), default: []].append(.end(split: splitCount, target: target))
            splitCount += 1
        }
    }

    /// Adds a name without its host, which also stands for the whole where nobody says what the host is.
    mutating func addPath(_ path: String, _ target: Int) {
        let path = Array(path.utf8)
        meanings[path, default: []].append(.whole(target: target))
        paths[path, default: []].append((target, true))
        for slash in path.indices where path[slash] == UInt8(ascii: "/") {
            paths[Array(path[(slash + 1)...]), default: []].append((target, false))
        }
    }

    /// What `name` means, a part of `word`, in either case of letters.
    func meanings(of name: ArraySlice<UInt8>, in word: MentionWord, hasTag: Bool) -> [Meaning] {
        // The end of a sentence, and `${IMAGE:-…}`.
        var name = name.drop { $0 != UInt8(ascii: "/") && $0.isTagPunctuation }
        while name.last?.isTagPunctuation == true { name.removeLast() }
        guard (1...512).contains(name.count) else { return [] }
        let isPlain = !name.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        let lower = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        var found = meanings[lower] ?? []
        // `$REGISTRY/group/app`, `{{ registry }}/app`.
        guard let slash = lower.firstIndex(of: UInt8(ascii: "/")),
            slash == 0 || !isPlain || word.isVariable,
            !lower[..<slash].contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") })
        else { return found }
        // A path of a URL or a directory looks the same.
        let isSure = hasTag || slash > 0 || word.isBehindVariable
        for path in paths[Array(lower[(slash + 1)...])] ?? [] where path.isWhole || isSure {
            found.append(.whole(target: path.target))
        }
        return found
    }
}

extension UInt8 {
    /// Whether it begins and ends no name, though it may stand in one or behind it.
    fileprivate var isTagPunctuation: Bool { "/-._".utf8.contains(self) }
}
