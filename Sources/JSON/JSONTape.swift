/// A JSON text that has been checked, with the places of all its values in one list.
///
/// For the manifests and configs of registries, which come in tens of thousands and of which a few members are wanted:
/// jansson makes an object of each value, and three quarters of the time that it takes to learn when 10,000 images were
/// made would be spent on that. What is accepted is what jansson accepts (RFC 8259, UTF-8, whole numbers of 64 bits,
/// nesting below 2,048 levels); a test and a fuzzer compare the two.
struct JSONTape: Sendable {
    /// What a value is.
    enum Kind: UInt8, Sendable {
        case null, yes, no, integer, real
        /// A string without escapes, which is its own value.
        case plain
        /// A string with escapes.
        case escaped
        case array, object
    }

    /// A value: of an object and an array, the entries up to `next` are its content, an object's names before its values.
    struct Entry: Sendable {
        let kind: Kind
        /// The text's bytes that it stands in; of a string, without the quotes.
        let start: UInt32
        var end: UInt32
        /// The entry behind it and its content.
        var next: UInt32
    }

    let text: [UInt8]
    private(set) var entries: [Entry] = []

    /// As deep as jansson goes.
    private static let depthLimit = 2048
    /// More would not fit into an entry.
    private static let lengthLimit = 1 << 30

    /// Checks `text`.
    init(_ text: [UInt8]) throws(JSONError) {
        self.text = text
        guard text.count <= Self.lengthLimit else { throw JSONError(reason: "text too long", line: 1, column: 1) }
        entries.reserveCapacity(text.count / 16 + 4)
        var scanner = Scanner(bytes: text)
        do throws(Fault) {
            try scanner.scan(into: &entries)
        } catch {
            throw Self.error(error, in: text)
        }
    }

    /// What is wrong, and where.
    struct Fault: Error {
        let reason: String
        let position: Int
    }

    private static func error(_ fault: Fault, in text: [UInt8]) -> JSONError {
        let before = text.prefix(fault.position)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONError(
            reason: fault.reason, line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: before.count - lineStart + 1)
    }

    /// Reads a text from its beginning to its end.
    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        mutating func scan(into entries: inout [Entry]) throws(Fault) {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "[")
            else { throw fault("'[' or '{' expected") }
            /// The entries of the objects and arrays that are open.
            var open: [Int] = []
            try value(&entries, &open)
            while let last = open.last {
                let isObject = entries[last].kind == .object
                skipSpace()
                let isFirst = Int(entries[last].next) == 0
                if let byte = peek(), byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    position += 1
                    entries[last].end = UInt32(position)
                    entries[last].next = UInt32(entries.count)
                    open.removeLast()
                    continue
                }
                if !isFirst {
                    guard take(UInt8(ascii: ",")) else { throw fault(isObject ? "'}' expected" : "']' expected") }
                    skipSpace()
                }
                // While it is open, it says here whether it has anything in it.
                entries[last].next = 1
                if isObject {
                    guard take(UInt8(ascii: "\"")) else { throw fault("string or '}' expected") }
                    try string(&entries, isName: true)
                    skipSpace()
                    guard take(UInt8(ascii: ":")) else { throw fault("':' expected") }
                    skipSpace()
                }
                try value(&entries, &open)
            }
            skipSpace()
            guard position == bytes.count else { throw fault("end of file expected") }
        }

        private func fault(_ reason: String) -> Fault { Fault(reason: reason, position: position) }

        private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        private mutating func skipSpace() {
            while position < bytes.count {
                switch bytes[position] {
                case 0x20, 0x0A, 0x0D, 0x09: position += 1
                default: return
                }
            }
        }

        /// Reads a value, of an object or array only the beginning.
        private mutating func value(_ entries: inout [Entry], _ open: inout [Int]) throws(Fault) {
            guard let byte = peek() else { throw fault("premature end of input") }
            guard open.count < depthLimit else { throw fault("maximum parsing depth reached") }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                try string(&entries, isName: false)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append(entries.count)
                let kind: Kind = byte == UInt8(ascii: "{") ? .object : .array
                entries.append(Entry(kind: kind, start: UInt32(position), end: 0, next: 0))
                position += 1
            case UInt8(ascii: "t"): try literal("true", .yes, &entries)
            case UInt8(ascii: "f"): try literal("false", .no, &entries)
            case UInt8(ascii: "n"): try literal("null", .null, &entries)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(&entries)
            default: throw fault("invalid token")
            }
        }

        private func append(_ kind: Kind, from start: Int, to end: Int, _ entries: inout [Entry]) {
            entries.append(
                Entry(kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(entries.count + 1)))
        }

        private mutating func literal(
            _ word: String, _ kind: Kind, _ entries: inout [Entry]
        ) throws(Fault) {
            let start = position
            for byte in word.utf8 {
                guard take(byte) else { throw fault("invalid token") }
            }
            append(kind, from: start, to: position, &entries)
        }

        // MARK: numbers

        private mutating func digits() throws(Fault) {
            guard let first = peek(), first.isDigit else { throw fault("invalid token") }
            while let byte = peek(), byte.isDigit { position += 1 }
        }

        private mutating func number(_ entries: inout [Entry]) throws(Fault) {
            let start = position
            var kind = Kind.integer
            _ = take(UInt8(ascii: "-"))
            if take(UInt8(ascii: "0")) {
                if let byte = peek(), byte.isDigit { throw fault("invalid token") }
            } else {
                try digits()
            }
            if take(UInt8(ascii: ".")) {
                kind = .real
                try digits()
            }
            if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
                kind = .real
                position += 1
                if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
                try digits()
            }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            switch kind {
            case .integer: guard Int(text) != nil else { throw fault("too big integer") }
            default: guard let number = Double(text), number.isFinite else { throw fault("real number overflow") }
            }
            append(kind, from: start, to: position, &entries)
        }

        // MARK: strings

        /// Reads a string behind its first quote.
        private mutating func string(_ entries: inout [Entry], isName: Bool) throws(Fault) {
            let start = position
            var kind = Kind.plain
            while true {
                guard position < bytes.count else { throw fault("premature end of input") }
                let byte = bytes[position]
                if byte == UInt8(ascii: "\"") { break }
                guard byte >= 0x20 else { throw fault("control character in a string") }
                if byte == UInt8(ascii: "\\") {
                    kind = .escaped
                    let isNUL = try escape()
                    // jansson's names are C's strings.
                    guard !isNUL || !isName else { throw fault("NUL byte in object key not supported") }
                } else if byte < 0x80 {
                    position += 1
                } else {
                    try multibyte()
                }
            }
            append(kind, from: start, to: position, &entries)
            position += 1
        }

        /// Reads an escape; true where it stands for NUL.
        private mutating func escape() throws(Fault) -> Bool {
            position += 1
            guard let byte = peek() else { throw fault("premature end of input") }
            position += 1
            switch byte {
            case UInt8(ascii: "u"): break
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                return false
            default: throw fault("invalid escape")
            }
            let unit = try hexadecimals()
            switch unit {
            case 0xD800...0xDBFF:
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), (0xDC00...0xDFFF).contains(try hexadecimals())
                else { throw fault("invalid Unicode") }
            case 0xDC00...0xDFFF: throw fault("invalid Unicode")
            default: break
            }
            return unit == 0
        }

        private mutating func hexadecimals() throws(Fault) -> UInt32 {
            var unit: UInt32 = 0
            for _ in 0..<4 {
                guard let digit = peek()?.hexadecimalValue else { throw fault("invalid escape") }
                unit = unit << 4 | UInt32(digit)
                position += 1
            }
            return unit
        }

        /// Reads a character of two to four bytes: the shortest form of a scalar that is no surrogate (RFC 3629).
        private mutating func multibyte() throws(Fault) {
            let (count, second): (Int, ClosedRange<UInt8>) =
                switch bytes[position] {
                case 0xC2...0xDF: (2, 0x80...0xBF)
                case 0xE0: (3, 0xA0...0xBF)
                case 0xED: (3, 0x80...0x9F)
                case 0xE1...0xEF: (3, 0x80...0xBF)
                case 0xF0: (4, 0x90...0xBF)
                case 0xF1...0xF3: (4, 0x80...0xBF)
                case 0xF4: (4, 0x80...0x8F)
                default: throw fault("unable to decode byte")
                }
            for offset in 1..<count {
                guard position + offset < bytes.count,
                    (offset == 1 ? second : 0x80...0xBF).contains(bytes[position + offset])
                else { throw fault("unable to decode byte") }
            }
            position += count
        }
    }
}

extension UInt8 {
    /// Whether this is an ASCII decimal digit.
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// What an ASCII hexadecimal digit stands for.
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
