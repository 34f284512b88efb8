/// The environment of a snapshot, with what a person gives for its secrets.
public struct Replay: Equatable, Sendable {
    /// The variables, sorted by their names.
    public private(set) var variables: [JobVariable] = []
    /// Those that are a secret which nobody gave, and so are left out.
    public private(set) var missing: [String] = []
    /// Those in whose values a placeholder is left.
    public private(set) var incomplete: [String] = []
    /// Those in whose values there is now what somebody gave.
    public private(set) var filled: Set<String> = []

    /// Fills placeholders with what `given` has for their names.
    public init(_ snapshot: Snapshot, given: [String: String]) {
        let names = Set(snapshot.secrets)
        for variable in snapshot.variables {
            let pieces = Self.pieces(of: variable.value, names)
            let lacks = pieces.contains { $0.name.map { given[$0] == nil } ?? false }
            if lacks, pieces.count == 1 {
                missing.append(variable.name)
                continue
            }
            if lacks { incomplete.append(variable.name) }
            if pieces.contains(where: { $0.name.map { given[$0] != nil } ?? false }) { filled.insert(variable.name) }
            let texts = pieces.map { piece in piece.name.flatMap { given[$0] } ?? piece.text }
            variables.append(JobVariable(variable.name, texts.joined()))
        }
    }

    /// A part of a value: as it stands there, and which secret it is for, if it is a placeholder.
    private typealias Piece = (text: String, name: String?)

    private static func pieces(of value: String, _ names: Set<String>) -> [Piece] {
        let (opening, closing) = (Array("{{".utf8), Array("}}".utf8))
        var pieces: [Piece] = []
        var rest = Array(value.utf8)[...], text: [UInt8] = []
        while let start = rest.firstIndex(of: opening) {
            text += rest[..<start]
            let inner = rest[(start + opening.count)...]
            let end = inner.firstIndex(of: closing)
            let name = end.map { String(decoding: inner[..<$0], as: UTF8.self) }
            guard let end, let name, names.contains(name) else {
                text.append(rest[start])
                rest = rest[(start + 1)...]
                continue
            }
            if !text.isEmpty { pieces.append((String(decoding: text, as: UTF8.self), nil)) }
            pieces.append((Snapshot.placeholder(name), name))
            text = []
            rest = inner[(end + closing.count)...]
        }
        text += rest
        if !text.isEmpty || pieces.isEmpty { pieces.append((String(decoding: text, as: UTF8.self), nil)) }
        return pieces
    }
}
