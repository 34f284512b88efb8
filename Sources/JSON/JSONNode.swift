/// A value of a JSON text that is copied only as far as it is asked for.
///
/// To make a ``JSONValue`` of a whole image manifest takes longer than to check it; of most manifests a few members are
/// wanted.
public struct JSONNode: Sendable {
    private let document: Document
    private let index: Int

    /// Shared by all nodes of a text.
    private final class Document: Sendable {
        let tape: JSONTape

        init(_ tape: JSONTape) {
            self.tape = tape
        }
    }

    private init(_ document: Document, _ index: Int) {
        self.document = document
        self.index = index
    }

    /// Reads `text`, an object or an array with nothing but white space around it.
    ///
    /// Of members with the same name the last counts, as it does for docker and podman. Numbers that no 64-bit integer
    /// holds, nesting below 2,048 levels, and what RFC 8259 forbids (a byte order mark, comments) are errors.
    public init(parsing text: [UInt8]) throws(JSONError) {
        self.init(Document(try JSONTape(text)), 0)
    }

    private var entry: JSONTape.Entry { document.tape.entries[index] }
}

extension JSONNode {
    /// Whether this is `null`.
    public var isNull: Bool { entry.kind == .null }

    /// Whether this is an object.
    public var isObject: Bool { entry.kind == .object }

    /// Whether this is an array.
    public var isArray: Bool { entry.kind == .array }

    /// The text, where this is text.
    public var string: String? {
        let entry = entry
        return switch entry.kind {
        case .plain: String(decoding: document.tape.text[Int(entry.start)..<Int(entry.end)], as: UTF8.self)
        case .escaped: Self.unescaped(document.tape.text[Int(entry.start)..<Int(entry.end)])
        default: nil
        }
    }

    /// The number, where this is a whole number.
    public var integer: Int? {
        let entry = entry
        guard entry.kind == .integer else { return nil }
        return Int(String(decoding: document.tape.text[Int(entry.start)..<Int(entry.end)], as: UTF8.self))
    }

    /// The number, where this is one of any kind; the nearest that there is of what has more than some 15 digits.
    public var number: Double? {
        let entry = entry
        guard entry.kind == .integer || entry.kind == .real else { return nil }
        return Double(String(decoding: document.tape.text[Int(entry.start)..<Int(entry.end)], as: UTF8.self))
    }

    /// The number as it is written, where this is one: `1.10` is not `1.1` where it was meant as a name.
    public var numeral: String? {
        let entry = entry
        guard entry.kind == .integer || entry.kind == .real else { return nil }
        return String(decoding: document.tape.text[Int(entry.start)..<Int(entry.end)], as: UTF8.self)
    }

    /// The truth, where this is `true` or `false`.
    public var bool: Bool? {
        switch entry.kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    /// The number of elements, 0 where this is no array.
    public var count: Int {
        var count = 0
        forEachElement { _ in count += 1 }
        return count
    }

    /// The element at `index`, or `nil` where there is none.
    public func element(_ index: Int) -> JSONNode? {
        guard isArray, index >= 0 else { return nil }
        var place = self.index + 1
        for _ in 0..<index where place < entry.next { place = Int(document.tape.entries[place].next) }
        return place < entry.next ? JSONNode(document, place) : nil
    }

    /// Shows `body` each element in its order; none where this is no array.
    public func forEachElement<Failure>(_ body: (JSONNode) throws(Failure) -> Void) throws(Failure) {
        guard isArray else { return }
        var place = index + 1
        while place < entry.next {
            try body(JSONNode(document, place))
            place = Int(document.tape.entries[place].next)
        }
    }

    /// The member named `name`, or `nil` where there is none.
    public func member(_ name: String) -> JSONNode? {
        guard isObject else { return nil }
        var found: Int?
        var place = index + 1
        while place < entry.next {
            if matches(place, name) { found = place + 1 }
            place = Int(document.tape.entries[place + 1].next)
        }
        return found.map { JSONNode(document, $0) }
    }

    /// Shows `body` each member in the order of the text, one that is there twice too; none where this is no object.
    public func forEachMember<Failure>(_ body: (String, JSONNode) throws(Failure) -> Void) throws(Failure) {
        guard isObject else { return }
        var place = index + 1
        while place < entry.next {
            try body(JSONNode(document, place).string ?? "", JSONNode(document, place + 1))
            place = Int(document.tape.entries[place + 1].next)
        }
    }

    /// Whether the name at `place` is `name`.
    private func matches(_ place: Int, _ name: String) -> Bool {
        let entry = document.tape.entries[place]
        guard entry.kind == .plain else { return JSONNode(document, place).string == name }
        guard Int(entry.end - entry.start) == name.utf8.count else { return false }
        var position = Int(entry.start)
        for byte in name.utf8 {
            guard document.tape.text[position] == byte else { return false }
            position += 1
        }
        return true
    }

    /// What a string with escapes, which are known to be right, stands for.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        func unit() -> UInt32 {
            let digits = rest.prefix(4)
            rest = rest.dropFirst(4)
            return digits.reduce(0) { $0 << 4 | UInt32($1.hexadecimalValue ?? 0) }
        }
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = unit()
                if (0xD800...0xDBFF).contains(scalar) {
                    rest = rest.dropFirst(2)
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit() - 0xDC00)
                }
                bytes += String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8
            default: bytes.append(escape)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
