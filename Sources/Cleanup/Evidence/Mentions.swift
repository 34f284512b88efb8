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

    /// For each repository, the beginnings of tags whose rest a variable has, with the place.
    private var prefixes: [[String: String]]

    /// No mention yet of any of `repositories`, whose registries are also known by `aliases`.
    public init(of repositories: [Repository], aliases: [HostAlias] = []) {
        self.repositories = repositories
        tags = Array(repeating: [:], count: repositories.count)
        prefixes = tags
        for (target, repository) in repositories.enumerated() {
            for name in RepositorySpellings(repository, aliases: aliases).names { words.add(name, target) }
            words.addPath(repository.name.text, target)
        }
    }

    /// What is mentioned of a repository.
    public func usage(of repository: Repository) -> Usage {
        var usage = Usage()
        usage.digests = digests
        if let target = repositories.firstIndex(of: repository) {
            usage.tags = tags[target]
            usage.prefixes = prefixes[target]
        }
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
        MentionWord.forEach(of: text) { note($0, "\(place) line \($0.line)", &found) }
        finish(&found)
        guard found.isAnyOpen else { return }
        MentionWord.forEach(of: text) { noteTag($0, "\(place) line \($0.line)", found) }
    }

    /// Reads all strings of one object, as if they were a text.
    mutating func scan(strings: [String], place: String) {
        var found = Findings(count: repositories.count)
        for string in strings { MentionWord.forEach(of: Array(string.utf8)) { note($0, place, &found) } }
        finish(&found)
        guard found.isAnyOpen else { return }
        for string in strings { MentionWord.forEach(of: Array(string.utf8)) { noteTag($0, place, found) } }
    }

    /// Reads the name of one image, as a container has it.
    mutating func note(image: String, place: String) {
        var found = Findings(count: repositories.count)
        MentionWord.forEach(of: Array(image.utf8)) { note($0, place, &found) }
    }

    /// A tag, as far as it can be seen.
    private struct Tag {
        var bytes: ArraySlice<UInt8>
        /// Whether a variable goes on from there.
        var isCut = false
    }

    /// What one text says, as long as it is being read.
    private struct Findings {
        /// Whether a repository is named without tag or digest.
        var isOpen: [Bool]
        /// The beginnings of names that stand alone, and what may follow elsewhere, by the split's number.
        var beginnings: Set<Int> = []
        var ends: [(split: Int, target: Int, tag: Tag?, hasDigest: Bool, place: String)] = []

        init(count: Int) { isOpen = Array(repeating: false, count: count) }

        var isAnyOpen: Bool { isOpen.contains(true) }
    }

    private mutating func note(_ word: MentionWord, _ place: @autoclosure () -> String, _ found: inout Findings) {
        noteDigests(word.bytes, place())
        noteNames(word, place(), &found)
        // `${IMAGE-registry.example.com/app:v7}`
        if word.before == UInt8(ascii: "{"), let hyphen = word.bytes.firstIndex(of: UInt8(ascii: "-")) {
            noteNames(word.rest(from: hyphen), place(), &found)
        }
    }

    private mutating func noteNames(
        _ word: MentionWord, _ place: @autoclosure () -> String, _ found: inout Findings
    ) {
        // What stands before a colon may be a key, a scheme or a variable.
        var rest = word
        for _ in 0..<4 {
            noteName(rest, place(), &found)
            guard let colon = rest.bytes.firstIndex(of: UInt8(ascii: ":")) else { return }
            rest = rest.rest(from: colon)
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
        _ word: MentionWord, _ place: @autoclosure () -> String, _ found: inout Findings
    ) {
        let hasDigest = word.bytes.contains(UInt8(ascii: "@"))
        var named = word.bytes.prefix { $0 != UInt8(ascii: "@") }
        while named.last == UInt8(ascii: "/") { named.removeLast() }
        let slash = named.lastIndex(of: UInt8(ascii: "/")) ?? named.startIndex
        let colon = named[slash...].firstIndex(of: UInt8(ascii: ":"))
        let name = named[..<(colon ?? named.endIndex)], text = colon.map { named[($0 + 1)...] } ?? []
        let end = text.firstIndex { !$0.isTagByte } ?? text.endIndex
        let tag = Tag(bytes: text[..<end], isCut: word.isCut && end == word.bytes.endIndex)
        // "host:port" alone is the beginning of a name.
        for meaning in words.meanings(of: name, in: word, hasTag: !text.isEmpty)
            + (name.count < named.count ? words.meanings(of: named, in: word, hasTag: false) : [])
        {
            switch meaning {
            case .whole(let target):
                note(tag, colon == nil && !hasDigest, target, place())
                if text.isEmpty && !hasDigest { found.isOpen[target] = true }
            case .beginning(let split): found.beginnings.insert(split)
            case .end(let split, let target):
                found.ends.append((split, target, text.isEmpty ? nil : tag, hasDigest, place()))
            }
        }
    }

    /// Notes a tag, with and without the punctuation of a sentence.
    private mutating func note(_ tag: Tag, _ isLatest: Bool, _ target: Int, _ place: @autoclosure () -> String) {
        if isLatest { add("latest", target, place()) }
        var bytes = tag.bytes
        guard let last = bytes.last else { return }
        // `"app:main-" + commit`
        if tag.isCut || last == UInt8(ascii: "-") || last == UInt8(ascii: "_") {
            let prefix = String(decoding: bytes, as: UTF8.self)
            if prefixes[target][prefix] == nil { prefixes[target][prefix] = place() }
        }
        while !bytes.isEmpty {
            add(String(decoding: bytes, as: UTF8.self), target, place())
            guard bytes.last == UInt8(ascii: ".") || bytes.last == UInt8(ascii: "-") else { return }
            bytes = bytes.dropLast()
        }
    }

    private mutating func add(_ tag: String, _ target: Int, _ place: @autoclosure () -> String) {
        if tags[target][tag] == nil { tags[target][tag] = place() }
    }

    /// Puts together names whose beginnings and ends stand apart: a registry here and a repository there.
    private mutating func finish(_ found: inout Findings) {
        for end in found.ends where found.beginnings.contains(end.split) {
            if let tag = end.tag {
                note(tag, false, end.target, end.place)
            } else if !end.hasDigest {
                note(Tag(bytes: []), true, end.target, end.place)
                found.isOpen[end.target] = true
            }
        }
    }

    /// Notes a word of a text that names repositories without tags, as a tag of each of these.
    private mutating func noteTag(_ word: MentionWord, _ place: @autoclosure () -> String, _ found: Findings) {
        guard word.bytes.count <= 512 else { return }
        // A word may have a key and a colon before it.
        for part in word.bytes.split(whereSeparator: { !$0.isTagByte }) where part.count <= 128 {
            // `${TAG:-v7}`
            let bytes = part.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
            let tag = Tag(bytes: bytes, isCut: word.isCut && part.endIndex == word.bytes.endIndex)
            for target in repositories.indices where found.isOpen[target] { note(tag, false, target, place()) }
        }
    }
}

extension Usage {
    /// Adds what another source says.
    public mutating func merge(_ other: Usage) {
        tags.merge(other.tags) { (known, _) in known }
        prefixes.merge(other.prefixes) { (known, _) in known }
        digests.merge(other.digests) { (known, _) in known }
    }
}
