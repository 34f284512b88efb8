/// Reads the parts that the values of HTTP's headers are made of (RFC 9110 §5.6).
struct FieldReader {
    private let bytes: [UInt8]
    var position = 0

    init(_ field: String) {
        bytes = Array(field.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Whether an element of a list ends here.
    var isAtElementEnd: Bool { isAtEnd || bytes[position] == UInt8(ascii: ",") }

    @discardableResult
    mutating func skipSpace() -> Bool {
        let start = position
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        return position > start
    }

    /// Skips what separates elements of a list, empty elements too.
    mutating func skipCommas() {
        skipSpace()
        while skip(UInt8(ascii: ",")) { skipSpace() }
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func take(while isWanted: (UInt8) -> Bool) -> String? {
        let start = position
        while position < bytes.count, isWanted(bytes[position]) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    mutating func token() -> String? {
        take { $0.isLetter || $0.isDigit || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    mutating func quotedString() -> String? {
        let start = position
        guard skip(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard position < bytes.count else { break }
            text.append(bytes[position])
            position += 1
        }
        position = start
        return nil
    }

    /// Gives the rest of the header up.
    mutating func abandon() {
        position = bytes.count
    }
}
