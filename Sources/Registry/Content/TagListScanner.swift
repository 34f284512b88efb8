/// Reads a registry's list of tags, `{"name": …, "tags": […]}`, as its bytes come.
///
/// Some registries ignore the page size that is asked for and send a million tags in one answer. jansson can only read a
/// whole text into a whole tree, so this reads without it: what is kept is one string that is not yet complete, and
/// where in which objects and arrays the reader is.
///
/// It is as strict as jansson, since a list that was cut or mistaken is worse than none: what is not in the list may be
/// deleted. After an error it is of no more use.
public struct TagListScanner: Sendable {
    private enum Container {
        case object
        case array
        /// The array that the tags are in.
        case tags
    }

    private enum State {
        /// A value must come, or what ends an array that has none yet.
        case value, firstElement
        /// A member's name must come, or what ends an object that has none yet.
        case key, firstKey
        /// What separates a name from its value.
        case colon
        /// A comma must come, or the end of the object or array.
        case separator
        /// Inside a string.
        case string, escape, hexadecimal(digits: Int, value: UInt16)
        /// Inside a number, `true`, `false` or `null`.
        case word
        /// Only white space may come.
        case end
    }

    private var state = State.value
    private var containers: [Container] = []
    /// The string or word that is not complete.
    private var text: [UInt8] = []
    /// Whether the string is a member's name.
    private var isKey = false
    /// The first half of a character that JSON writes as two escapes.
    private var highSurrogate: UInt16?
    /// Whether the next value is that of the member `tags`.
    private var isAtTags = false
    private var hasTags = false
    /// The bytes that were read before those at hand.
    private var offset = 0
    /// Where the last tag ended: an answer may be endless without one.
    private var lastTagEnd = 0

    /// How many bytes may come without a tag among them.
    private static let idleLimit = 1 << 20
    private static let depthLimit = 64
    private static let stringLimit = 1 << 16

    /// A reader at a list's beginning.
    public init() {}

    /// Reads the next bytes and shows `found` the tags that end in them.
    ///
    /// - Throws: `RegistryError` of the kind `protocolViolation`.
    public mutating func feed(_ bytes: [UInt8], _ found: (Tag) -> Void) throws(RegistryError) {
        var position = 0
        while position < bytes.count {
            switch state {
            case .string: try readString(bytes, &position, found)
            case .escape: try readEscape(bytes, &position)
            case .hexadecimal(let digits, let value): try readHexadecimal(bytes, &position, digits, value)
            case .word: try readWord(bytes, &position)
            default:
                let byte = bytes[position]
                if !Self.isSpace(byte) { try readStructure(byte, position) }
                position += 1
            }
        }
        offset += bytes.count
        guard offset - lastTagEnd <= Self.idleLimit else {
            throw fault("there are more than \(Self.idleLimit) bytes without a tag", 0)
        }
    }

    /// Says that no more bytes come.
    ///
    /// - Throws: `RegistryError` of the kind `protocolViolation` where the list is not complete.
    public mutating func finish() throws(RegistryError) {
        guard case .end = state else { throw fault("it ends too early", 0) }
        guard hasTags else { throw RegistryError(.protocolViolation, "the answer has no list of tags in it") }
    }

    private func fault(_ reason: String, _ position: Int) -> RegistryError {
        RegistryError(.protocolViolation, "no list of tags at byte \(offset + position): \(reason)")
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}

/// The structure around strings and words.
extension TagListScanner {
    private mutating func readStructure(_ byte: UInt8, _ position: Int) throws(RegistryError) {
        switch (state, byte) {
        case (.colon, UInt8(ascii: ":")): state = .value
        case (.separator, UInt8(ascii: ",")): state = containers.last == .object ? .key : .value
        case (.separator, UInt8(ascii: "}")) where containers.last == .object, (.firstKey, UInt8(ascii: "}")),
            (.separator, UInt8(ascii: "]")) where containers.last != .object, (.firstElement, UInt8(ascii: "]")):
            containers.removeLast()
            endValue()
        case (.key, UInt8(ascii: "\"")), (.firstKey, UInt8(ascii: "\"")): beginString(isKey: true)
        case (.value, _), (.firstElement, _): try beginValue(byte, position)
        default: throw fault("it is not JSON", position)
        }
    }

    private mutating func beginValue(_ byte: UInt8, _ position: Int) throws(RegistryError) {
        // Nothing but `null`, which is checked at its end, may stand in the place of the tags.
        let isAllowed =
            isAtTags
            ? byte == UInt8(ascii: "[") || byte == UInt8(ascii: "n")
            : containers.last != .tags || byte == UInt8(ascii: "\"")
        guard isAllowed else { throw fault(isAtTags ? "tags is not a list" : "a tag is not a string", position) }

        switch byte {
        case UInt8(ascii: "{"):
            try enter(.object, position)
            state = .firstKey
        case UInt8(ascii: "[") where !containers.isEmpty:
            try enter(isAtTags ? .tags : .array, position)
            isAtTags = false
            state = .firstElement
        case UInt8(ascii: "\"") where !containers.isEmpty: beginString(isKey: false)
        case _ where !containers.isEmpty:
            text = [byte]
            state = .word
        default: throw fault("it is not a JSON object", position)
        }
    }

    private mutating func enter(_ container: Container, _ position: Int) throws(RegistryError) {
        guard containers.count < Self.depthLimit else { throw fault("too many levels", position) }
        containers.append(container)
    }

    private mutating func beginString(isKey: Bool) {
        self.isKey = isKey
        text.removeAll(keepingCapacity: true)
        state = .string
    }

    private mutating func endValue() {
        state = containers.isEmpty ? .end : .separator
    }
}

/// Strings.
extension TagListScanner {
    private mutating func readString(
        _ bytes: [UInt8], _ position: inout Int, _ found: (Tag) -> Void
    ) throws(RegistryError) {
        let start = position
        while position < bytes.count, bytes[position] >= 0x20, bytes[position] != UInt8(ascii: "\""),
            bytes[position] != UInt8(ascii: "\\")
        {
            position += 1
        }
        let run = bytes[start..<position]
        guard text.count + run.count <= Self.stringLimit else { throw fault("a string is too long", position) }
        let end = position < bytes.count ? bytes[position] : nil
        guard highSurrogate == nil || (run.isEmpty && (end == nil || end == UInt8(ascii: "\\"))) else {
            throw fault("half a character", position)
        }
        switch end {
        case nil: text += run
        case UInt8(ascii: "\\"):
            text += run
            state = .escape
            position += 1
        case UInt8(ascii: "\""):
            // Most strings are whole in the bytes at hand, and are not copied.
            if text.isEmpty {
                try endString(run, position, found)
            } else {
                text += run
                try endString(text[...], position, found)
            }
            position += 1
        default: throw fault("a control character in a string", position)
        }
    }

    private mutating func endString(
        _ string: ArraySlice<UInt8>, _ position: Int, _ found: (Tag) -> Void
    ) throws(RegistryError) {
        if !isKey, containers.last == .tags {
            guard let tag = Tag(bytes: string) else {
                let shown = Excerpt.quoted(String(decoding: string.prefix(200), as: UTF8.self))
                throw fault("\(shown) is not a tag", position)
            }
            state = .separator
            lastTagEnd = offset + position
            return found(tag)
        }
        guard String(validating: string, as: UTF8.self) != nil else { throw fault("a string is not UTF-8", position) }
        guard isKey else { return endValue() }
        state = .colon
        guard containers.count == 1, string.elementsEqual("tags".utf8) else { return }
        // Of two lists the second counts for others, but the first is already passed on.
        guard !hasTags else { throw fault("tags comes twice", position) }
        (isAtTags, hasTags) = (true, true)
    }

    private mutating func readEscape(_ bytes: [UInt8], _ position: inout Int) throws(RegistryError) {
        let byte = bytes[position]
        guard byte != UInt8(ascii: "u") else {
            state = .hexadecimal(digits: 0, value: 0)
            position += 1
            return
        }
        let character: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
            case UInt8(ascii: "b"): 0x08
            case UInt8(ascii: "f"): 0x0C
            case UInt8(ascii: "n"): 0x0A
            case UInt8(ascii: "r"): 0x0D
            case UInt8(ascii: "t"): 0x09
            default: nil
            }
        guard let character, highSurrogate == nil else { throw fault("an unknown escape", position) }
        text.append(character)
        state = .string
        position += 1
    }

    private mutating func readHexadecimal(
        _ bytes: [UInt8], _ position: inout Int, _ digits: Int, _ value: UInt16
    ) throws(RegistryError) {
        let digit: UInt8? =
            switch bytes[position] {
            case let byte where byte.isDigit: byte - UInt8(ascii: "0")
            case let byte where byte.isLetter && byte | 0x20 <= UInt8(ascii: "f"):
                (byte | 0x20) - UInt8(ascii: "a") + 10
            default: nil
            }
        guard let digit else { throw fault("an unknown escape", position) }
        let value = value << 4 | UInt16(digit)
        if digits < 3 {
            state = .hexadecimal(digits: digits + 1, value: value)
        } else {
            try append(codeUnit: value, position)
            state = .string
        }
        position += 1
    }

    private mutating func append(codeUnit: UInt16, _ position: Int) throws(RegistryError) {
        if highSurrogate == nil, UTF16.isLeadSurrogate(codeUnit) {
            highSurrogate = codeUnit
            return
        }
        let units = [highSurrogate, codeUnit].compactMap(\.self)
        guard let character = String(validating: units, as: UTF16.self) else {
            throw fault("half a character", position)
        }
        text += Array(character.utf8)
        highSurrogate = nil
    }
}

/// Numbers, `true`, `false` and `null`.
extension TagListScanner {
    private static let wordLimit = 1024

    private mutating func readWord(_ bytes: [UInt8], _ position: inout Int) throws(RegistryError) {
        let ends = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")]
        let start = position
        while position < bytes.count, !Self.isSpace(bytes[position]), !ends.contains(bytes[position]) { position += 1 }
        guard text.count + (position - start) <= Self.wordLimit else { throw fault("it is not JSON", position) }
        text += bytes[start..<position]
        guard position < bytes.count else { return }

        let isNull = text.elementsEqual("null".utf8)
        guard isNull || !isAtTags else { throw fault("tags is not a list", position) }
        guard isNull || text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8) || Self.isNumber(text)
        else { throw fault("it is not JSON", position) }
        isAtTags = false
        endValue()
    }

    private static func isNumber(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func skip(_ choices: StaticString) -> Bool {
            guard let first = rest.first, "\(choices)".utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func skipDigits() -> Bool {
            let digits = rest.prefix { $0.isDigit }
            rest.removeFirst(digits.count)
            return !digits.isEmpty
        }
        _ = skip("-")
        guard skip("0") || skipDigits(), !skip(".") || skipDigits() else { return false }
        guard skip("eE") else { return rest.isEmpty }
        _ = skip("+-")
        return skipDigits() && rest.isEmpty
    }
}
