extension Glob {
    /// The longest pattern, in bytes.
    static let lengthLimit = 1024
    /// How many globs one with braces may stand for.
    static let alternativeLimit = 256

    /// The globs that `text` stands for: one, or several where it has braces.
    static func alternatives(of text: String, for names: TextPattern.Names) throws(CleanupError) -> [Glob] {
        var reader = GlobReader(text, for: names)
        do throws(GlobReader.Fault) {
            let sequences = try reader.all()
            return sequences.map { Glob($0, sets: reader.sets, for: names) }
        } catch {
            let place = error.place.map { ", at byte \($0 + 1)" } ?? ""
            throw CleanupError(.badData, "pattern \(text)\(place): \(error.reason)", hint: error.hint)
        }
    }
}

/// Reads a glob.
struct GlobReader {
    /// What is wrong, and where, counted from 0.
    struct Fault: Error {
        let reason: String
        let place: Int?
        var hint: String?
    }

    private typealias Sequences = [[Glob.Element]]

    private let bytes: [UInt8]
    private let names: TextPattern.Names
    private var place = 0
    /// What stood in brackets, in the order of the elements' numbers.
    private(set) var sets: [ByteSet] = []
    /// Braces within braces: more than that nobody can read.
    private static let depthLimit = 8

    init(_ text: String, for names: TextPattern.Names) {
        bytes = Array(text.utf8)
        self.names = names
    }

    mutating func all() throws(Fault) -> [[Glob.Element]] {
        guard bytes.count <= Glob.lengthLimit else {
            throw Fault(reason: "it is longer than \(Glob.lengthLimit) bytes", place: nil)
        }
        return try sequences(depth: 0)
    }

    /// What stands here up to the end, or in braces up to a comma or the closing one.
    private mutating func sequences(depth: Int) throws(Fault) -> [[Glob.Element]] {
        var sequences: Sequences = [[]]
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case UInt8(ascii: ",") where depth > 0: return sequences
            case UInt8(ascii: "}"):
                guard depth > 0 else { throw stray("}") }
                return sequences
            case UInt8(ascii: "]"): throw stray("]")
            case UInt8(ascii: "{"):
                let choices = try choices(depth: depth)
                guard sequences.count * choices.count <= Glob.alternativeLimit else { throw tooMany() }
                sequences = sequences.flatMap { head in choices.map { head + $0 } }
            default:
                let element = try element(byte)
                for index in sequences.indices { sequences[index].append(element) }
            }
        }
        return sequences
    }

    /// The choices between braces.
    private mutating func choices(depth: Int) throws(Fault) -> [[Glob.Element]] {
        let start = place
        guard depth < Self.depthLimit else { throw Fault(reason: "braces are nested too deep", place: start) }
        var choices: Sequences = []
        repeat {
            place += 1
            choices += try sequences(depth: depth + 1)
            guard place < bytes.count else {
                throw Fault(reason: "the brace { has no }", place: start, hint: escaped("{"))
            }
            guard choices.count <= Glob.alternativeLimit else { throw tooMany() }
        } while bytes[place] == UInt8(ascii: ",")
        place += 1
        guard choices != [[]] else { throw Fault(reason: "there is nothing between the braces", place: start) }
        return choices
    }

    /// What stands for one byte, or for any text.
    private mutating func element(_ byte: UInt8) throws(Fault) -> Glob.Element {
        let start = place
        place += 1
        switch byte {
        case UInt8(ascii: "*"):
            guard place < bytes.count, bytes[place] == byte else { return .anyText }
            while place < bytes.count, bytes[place] == byte { place += 1 }
            return .anyPath
        case UInt8(ascii: "?"): return .anyByte
        case UInt8(ascii: "["):
            sets.append(try set(from: start))
            return .anyOf(UInt16(sets.count - 1))
        case UInt8(ascii: "\\"):
            guard place < bytes.count else {
                throw Fault(reason: "there is nothing behind the backslash", place: start)
            }
            place += 1
            return try literal(bytes[place - 1], at: start)
        default: return try literal(byte, at: start)
        }
    }

    /// A byte that stands for itself.
    private func literal(_ byte: UInt8, at start: Int) throws(Fault) -> Glob.Element {
        guard names == .tags, !byte.isTagByte else { return .byte(byte) }
        let hint: String? =
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: " "): "write a list, or repeat the flag"
            case UInt8(ascii: "/"): "CI systems write a hyphen in the place of a slash: release-*"
            case UInt8(ascii: "!"): "nothing is the other way round by it; what shall stay is held by a keep rule"
            default: nil
            }
        let character = String(String(decoding: bytes[(place - 1)...], as: UTF8.self).prefix(1))
        let shown = character == " " ? "a space" : "\"\(character.visible)\""
        throw Fault(reason: "no tag has \(shown) in it", place: start, hint: hint)
    }

    /// What stands in brackets.
    private mutating func set(from start: Int) throws(Fault) -> ByteSet {
        var set = ByteSet()
        let isNegated = place < bytes.count && (bytes[place] == UInt8(ascii: "!") || bytes[place] == UInt8(ascii: "^"))
        if isNegated { place += 1 }
        var isFirst = true
        while true {
            // As in shells, a closing bracket that comes first is one of those meant.
            if !isFirst, place < bytes.count, bytes[place] == UInt8(ascii: "]") {
                place += 1
                return isNegated ? set.others : set
            }
            isFirst = false
            let low = try member(from: start)
            let isRange =
                place + 1 < bytes.count && bytes[place] == UInt8(ascii: "-") && bytes[place + 1] != UInt8(ascii: "]")
            if isRange { place += 1 }
            let high = isRange ? try member(from: start) : low
            guard low <= high else { throw Fault(reason: "the range ends before it begins", place: start) }
            for byte in low...high { set.insert(byte) }
        }
    }

    private mutating func member(from start: Int) throws(Fault) -> UInt8 {
        if place < bytes.count, bytes[place] == UInt8(ascii: "\\") { place += 1 }
        guard place < bytes.count else {
            throw Fault(reason: "the bracket [ has no ]", place: start, hint: escaped("["))
        }
        guard bytes[place] < 0x80 else { throw Fault(reason: "only ASCII may stand in brackets", place: place) }
        place += 1
        return bytes[place - 1]
    }

    private func stray(_ character: String) -> Fault {
        Fault(reason: "the \(character) closes nothing", place: place, hint: escaped(character))
    }

    private func escaped(_ character: String) -> String { "write \\\(character) for the character itself" }

    private func tooMany() -> Fault {
        Fault(reason: "its braces stand for more than \(Glob.alternativeLimit) patterns", place: nil)
    }
}
