/// A part of a value: text as it stands there, or the place of a secret.
enum ValuePiece: Equatable {
    case text([UInt8])
    case secret(String)

    /// The name of the secret, where it is the place of one.
    var name: String? { if case .secret(let name) = self { name } else { nil } }

    /// The parts of a value of a snapshot, in which the placeholders for `names` are the places of secrets.
    static func read(_ value: [UInt8], names: Set<String>) -> [ValuePiece] {
        let (opening, closing) = (Array("{{".utf8), Array("}}".utf8))
        var pieces: [ValuePiece] = []
        var rest = value[...], text: [UInt8] = []
        while let start = rest.firstIndex(of: opening) {
            text += rest[..<start]
            let inner = rest[(start + opening.count)...]
            let end = inner.firstIndex(of: closing)
            let name = end.map { String(decoding: inner[..<$0], as: UTF8.self) }
            guard let end, let name, names.contains(name) else {
                // Of three braces the last two may be a placeholder's.
                text.append(rest[start])
                rest = rest[(start + 1)...]
                continue
            }
            if !text.isEmpty { pieces.append(.text(text)) }
            pieces.append(.secret(name))
            text = []
            rest = inner[(end + closing.count)...]
        }
        text += rest
        return text.isEmpty ? pieces : pieces + [.text(text)]
    }
}

extension Sequence<ValuePiece> {
    /// The value with what `filling` has for the secrets of these names.
    func joined(_ filling: (String) -> String) -> String {
        let bytes = flatMap { piece -> [UInt8] in
            switch piece {
            case .text(let text): text
            case .secret(let name): Array(filling(name).utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
