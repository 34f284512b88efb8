public import Registry

/// The images of some repositories that texts mention.
///
/// A text is read without regard to its format: what looks like an image's name is one. To take too much for a mention
/// keeps an image too long; to miss one would delete an image in use.
public struct Mentions: Sendable {
    private let repositories: [Repository]
    private var words = MentionWords()
    /// For each repository, the tags that are mentioned, with the place.
    private var tags: [[String: String]]
    /// What is mentioned by digest, which is the same everywhere.
    private var digests: [Digest: String] = [:]

    /// No mention yet of any of `repositories`, whose registries are also known by `aliases`.
    public init(of repositories: [Repository], aliases: [HostAlias] = []) {
        self.repositories = repositories
        tags = Array(repeating: [:], count: repositories.count)
        for (target, repository) in repositories.enumerated() {
            for name in RepositorySpellings(repository, aliases: aliases).names { words.add(name, target) }
            words.addPath(repository.name.text, target)
        }
    }

    /// What is mentioned of a repository.
    public func usage(of repository: Repository) -> Usage {
        var usage = Usage()
        usage.digests = digests
        if let target = repositories.firstIndex(of: repository) { usage.tags = tags[target] }
        return usage
    }

    /// Reads a text: a manifest, a list, a chart's values.
    ///
    /// Where it names a repository and no tag with it, each of its words that can be a tag is one.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - place: Where it stands, for people.
    /// - Throws: `CleanupError` where it is no text.
    public mutating func scan(_ text: [UInt8], place: String) throws(CleanupError) {
        guard !text.contains(0) else {
            throw CleanupError(
                .badData, "\(place) is no text, so it is not known which images it mentions",
                hint: "give it as UTF-8, not compressed")
        }
        var found = Findings(count: repositories.count)
        Self.forEachWord(of: text) { word, line in note(word, "\(place) line \(line)", &found) }
        finish(&found)
        guard found.isAnyOpen else { return }
        Self.forEachWord(of: text) { word, line in noteTag(word, "\(place) line \(line)", found) }
    }

    /// Reads all strings of one object, as if they were a text.
    mutating func scan(strings: [String], place: String) {
        var found = Findings(count: repositories.count)
        for string in strings { Self.forEachWord(of: Array(string.utf8)) { word, _ in note(word, place, &found) } }
        finish(&found)
        guard found.isAnyOpen else { return }
        for string in strings { Self.forEachWord(of: Array(string.utf8)) { word, _ in noteTag(word, place, found) } }
    }

    /// Reads the name of one image, as a container has it.
    mutating func note(image: String, place: String) {
        var found = Findings(count: repositories.count)
        Self.forEachWord(of: Array(image.utf8)) { word, _ in note(word, place, &found) }
    }

    /// What one text says, as long as it is being read.
    private struct Findings {
        /// Whether a repository is named without tag or digest.
        var isOpen: [Bool]
        /// The beginnings of names that stand alone, and what may follow elsewhere, by the split's number.
        var beginnings: Set<Int> = []
        var ends: [(split: Int, target: Int, tag: String?, hasDigest: Bool, place: String)] = []

        init(count: Int) { isOpen = Array(repeating: false, count: count) }

        var isAnyOpen: Bool { isOpen.contains(true) }
    }

    private mutating func note(_ word: ArraySlice<UInt8>, _ place: @autoclosure () -> String, _ found: inout Findings) {
        noteDigests(word, place())
        // What stands before a colon may be a key, or a scheme.
        var rest = word
        for _ in 0..<4 {
            noteName(rest, place(), &found)
            guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { return }
            rest = rest[(colon + 1)...].drop { $0 == UInt8(ascii: "/") }
        }
    }

    /// Every `sha256:…` in a word.
    private mutating func noteDigests(_ word: ArraySlice<UInt8>, _ place: @autoclosure () -> String) {
        for colon in word.indices where word[colon] == UInt8(ascii: ":") {
            let before = word[..<colon].suffix(6), digits = word[(colon + 1)...].prefix { $0.hexadecimalDigit != nil }
            guard before.elementsEqual("sha256".utf8) || before.elementsEqual("sha512".utf8), digits.count >= 64,
                let digest = Digest(String(decoding: before + [UInt8(ascii: ":")] + digits, as: UTF8.self))
            else { continue }
            if digests[digest] == nil { digests[digest] = place() }
        }
    }

    private mutating func noteName(
        _ word: ArraySlice<UInt8>, _ place: @autoclosure () -> String, _ found: inout Findings
    ) {
        let hasDigest = word.contains(UInt8(ascii: "@"))
        let named = word.prefix { $0 != UInt8(ascii: "@") }
        let slash = named.lastIndex(of: UInt8(ascii: "/")) ?? named.startIndex
        let colon = named[slash...].firstIndex(of: UInt8(ascii: ":"))
        let name = named[..<(colon ?? named.endIndex)], tag = colon.map { named[($0 + 1)...] } ?? []
        // "host:port" alone is the beginning of a name.
        for meaning in words.meanings(of: name) + (name.count < named.count ? words.meanings(of: named) : []) {
            switch meaning {
            case .whole(let target):
                note(tag, colon == nil && !hasDigest, target, place())
                if tag.isEmpty && !hasDigest { found.isOpen[target] = true }
            case .beginning(let split): found.beginnings.insert(split)
            case .end(let split, let target):
                let text = tag.isEmpty ? nil : String(decoding: tag, as: UTF8.self)
                found.ends.append((split, target, text, hasDigest, place()))
            }
        }
    }

    /// Notes a tag, with and without the punctuation of a sentence.
    private mutating func note(
        _ tag: ArraySlice<UInt8>, _ isLatest: Bool, _ target: Int, _ place: @autoclosure () -> String
    ) {
        if isLatest { add("latest", target, place()) }
        let end = tag.firstIndex { !$0.isTagByte } ?? tag.endIndex
        var tag = tag[..<end]
        while !tag.isEmpty {
            add(String(decoding: tag, as: UTF8.self), target, place())
            guard tag.last == UInt8(ascii: ".") || tag.last == UInt8(ascii: "-") else { return }
            tag = tag.dropLast()
        }
    }

    private mutating func add(_ tag: String, _ target: Int, _ place: @autoclosure () -> String) {
        if tags[target][tag] == nil { tags[target][tag] = place() }
    }

    /// Puts together names whose beginnings and ends stand apart: a registry here and a repository there.
    private mutating func finish(_ found: inout Findings) {
        for end in found.ends where found.beginnings.contains(end.split) {
            if let tag = end.tag {
                note(Array(tag.utf8)[...], false, end.target, end.place)
            } else if !end.hasDigest {
                note([], true, end.target, end.place)
                found.isOpen[end.target] = true
            }
        }
    }

    /// Notes a word of a text that names repositories without tags, as a tag of each of these.
    private mutating func noteTag(_ word: ArraySlice<UInt8>, _ place: @autoclosure () -> String, _ found: Findings) {
        guard word.count <= 512 else { return }
        // A word may have a key and a colon before it.
        for part in word.split(whereSeparator: { !$0.isTagByte }) where part.count <= 128 {
            // `${TAG:-v7}`
            let part = part.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
            for target in repositories.indices where found.isOpen[target] { note(part, false, target, place()) }
        }
    }

    /// Shows `body` each word of a text that could be a part of an image's name, with its line.
    private static func forEachWord(of text: [UInt8], _ body: (ArraySlice<UInt8>, Int) -> Void) {
        var word: [UInt8] = [], escaped = 0, line = 1, position = 0
        func end() {
            if !word.isEmpty {
                body(word[...], line)
                if escaped > 0, word.count > escaped { body(word[escaped...], line) }
            }
            word.removeAll(keepingCapacity: true)
            escaped = 0
        }
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"): word.append(byte)
            case _ where byte.isTagByte: word.append(byte)
            case UInt8(ascii: "\\"):
                // JSON may have escaped the slash, or a line's end: the letter then belongs to no word.
                let next = position < text.count ? text[position] : 0
                if next == UInt8(ascii: "/") { continue }
                end()
                if "ntrbf".utf8.contains(next) { escaped = 1 } else if next == UInt8(ascii: "u") { escaped = 5 }
            default:
                end()
                if byte == UInt8(ascii: "\n") { line += 1 }
            }
        }
        end()
    }
}

/// What words mean for the repositories that are looked for.
private struct MentionWords: Sendable {
    enum Meaning {
        /// A repository's name.
        case whole(target: Int)
        /// The beginning of a name: a registry, or a group of it.
        case beginning(split: Int)
        /// What comes behind it.
        case end(split: Int, target: Int)
    }

    private var meanings: [[UInt8]: [Meaning]] = [:]
    /// Names without a host, in the place of which something else may stand: a variable.
    private var paths: [[UInt8]: [Int]] = [:]
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

    mutating func addPath(_ path: String, _ target: Int) { paths[Array(path.utf8), default: []].append(target) }

    /// What `word` means, in either case of letters.
    func meanings(of word: ArraySlice<UInt8>) -> [Meaning] {
        guard (1...512).contains(word.count) else { return [] }
        let isPlain = !word.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        let lower = word.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        var found = meanings[lower] ?? []
        // `$REGISTRY/group/app`, `{{ registry }}/group/app`.
        if let slash = lower.firstIndex(of: UInt8(ascii: "/")), slash == 0 || !isPlain,
            !lower[..<slash].contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") })
        {
            found += (paths[Array(lower[(slash + 1)...])] ?? []).map { .whole(target: $0) }
        }
        return found
    }
}

extension Usage {
    /// Adds what another source says.
    public mutating func merge(_ other: Usage) {
        tags.merge(other.tags) { (known, _) in known }
        digests.merge(other.digests) { (known, _) in known }
    }
}
