/// Texts that must not stand in a snapshot, and how they are found in values.
struct SecretTexts {
    /// The whole values of variables, each by the name of its placeholder.
    private var wholes: [(name: String, text: [UInt8])] = []
    /// All texts, as they are searched for.
    private var texts: Set<[UInt8]> = []

    /// Of less, nobody could tell a secret from what only looks the same: that hides the whole value around it.
    private static let shortestReplaceable = 8

    /// Those of variables that have `values`, by the variables' names.
    ///
    /// Of several variables with one value the shortest name is the placeholder's: GitLab's `CI_JOB_TOKEN` is the password
    /// of registries, too.
    init(_ values: [(name: String, value: String)]) {
        let sorted = values.sorted { ($0.name.utf8.count, $0.name) < ($1.name.utf8.count, $1.name) }
        for (name, value) in sorted { add(value, of: name) }
        // The longest first: it may hold another one.
        wholes.sort { $0.text.count > $1.text.count }
    }

    private mutating func add(_ value: String, of name: String) {
        let text = Array(value.utf8)
        if !SecretName.isAnswer(value) { add(text) }
        if !wholes.contains(where: { $0.text == text }) { wholes.append((name, text)) }
    }

    /// Adds a text that is no variable's whole value.
    mutating func add(_ text: [UInt8]) {
        // A line's end often comes along, or gets lost.
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        var core = text.drop(while: blanks.contains)
        while let last = core.last, blanks.contains(last) { core.removeLast() }
        if !core.isEmpty { texts.insert(Array(core)) }
    }

    /// `value`, which is one of them as a whole.
    func hidden(_ value: String, of name: String) -> MaskedValue {
        let text = Array(value.utf8)
        return MaskedValue(secret: wholes.first { $0.text == text }?.name ?? name)
    }

    /// `value` with placeholders for those that stand in it; `nil` where that would leave something of one, in whatever
    /// encoding.
    func masked(_ value: String) -> MaskedValue? {
        let masked = placed(value)
        let isClean = masked.texts.allSatisfy { piece in
            let readings = Readings.all(of: piece)
            return !texts.contains { text in readings.contains { $0.holds(text) } }
        }
        return isClean ? masked : nil
    }

    /// `value` with placeholders for the whole values that stand in it as they are.
    func placed(_ value: String) -> MaskedValue {
        wholes.reduce(into: MaskedValue(value)) { masked, whole in
            if whole.text.count >= Self.shortestReplaceable { masked.replace(whole.text, by: whole.name) }
        }
    }
}

/// A value in which placeholders stand for secrets.
struct MaskedValue {
    private var pieces: [ValuePiece]

    /// A value without placeholders.
    init(_ value: String) {
        pieces = [.text(Array(value.utf8))]
    }

    /// A value that is a secret as a whole.
    init(secret name: String) {
        pieces = [.secret(name)]
    }

    /// What is between the placeholders.
    var texts: [[UInt8]] {
        pieces.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The names of the placeholders.
    var names: [String] { pieces.compactMap(\.name) }

    /// The value with its placeholders.
    var text: String { pieces.joined(Snapshot.placeholder) }

    /// The value with nothing that could be taken for a secret in the place of one.
    var blotted: String { pieces.joined { _ in "***" } }

    /// Whether what is between the placeholders has the form of one for one of `names`.
    func looksLikePlaceholder(of names: Set<String>) -> Bool {
        texts.contains { ValuePiece.read($0, names: names).contains { $0.name != nil } }
    }

    /// Puts the placeholder `name` wherever `secret` stands.
    mutating func replace(_ secret: [UInt8], by name: String) {
        pieces = pieces.flatMap { piece -> [ValuePiece] in
            guard case .text(let text) = piece else { return [piece] }
            var result: [ValuePiece] = []
            var rest = text[...]
            while let start = rest.firstIndex(of: secret) {
                if start > rest.startIndex { result.append(.text(Array(rest[..<start]))) }
                result.append(.secret(name))
                rest = rest[(start + secret.count)...]
            }
            return rest.isEmpty ? result : result + [.text(Array(rest))]
        }
    }
}
