/// What a text stands for besides itself, by the ways in which programs write one text inside of another.
///
/// To look for a secret in all that a value can be read as finds it in any alignment and in any spelling of the encoding,
/// which to look for the secret's own encodings would not.
enum Readings {
    /// The text, and what comes of it where it is read as percent-encoding, JSON's escapes, Base64 or hexadecimal digits,
    /// and what is read so read once more.
    ///
    /// So many encodings may lie in each other as `depth` says.
    static func all(of text: [UInt8], depth: Int = 3) -> [[UInt8]] {
        guard depth > 0 else { return [text] }
        var plain: [[UInt8]] = []
        if text.contains(UInt8(ascii: "\\")) { plain.append(unescaped(text)) }
        if text.contains(UInt8(ascii: "%")) { plain.append(percentDecoded(text)) }
        if text.contains(UInt8(ascii: "+")) { plain.append(percentDecoded(text, plusIsBlank: true)) }
        let further = plain.flatMap { all(of: $0, depth: depth - 1) }
        let (pieces, texts) = decoded(text)
        return [text] + further + [pieces] + texts.flatMap { all(of: $0, depth: depth - 1) }
    }

    // MARK: escapes

    /// Without backslashes as JSON, and so most languages, has them.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                result.append(byte)
                continue
            }
            switch kind {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"): result += String(scalar(&rest)).utf8
            default: result.append(kind)
            }
        }
        return result
    }

    /// The scalar of `\uXXXX`, whose digits `rest` begins with, and of the second half of a surrogate pair.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar {
        func unit(_ digits: ArraySlice<UInt8>) -> UInt32? {
            digits.count == 4 ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
        }
        guard let first = unit(rest.prefix(4)) else { return "u" }
        rest = rest.dropFirst(4)
        if (0xD800..<0xDC00).contains(first), rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]),
            let second = unit(rest.dropFirst(2).prefix(4)), (0xDC00..<0xE000).contains(second)
        {
            rest = rest.dropFirst(6)
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
        }
        return Unicode.Scalar(first) ?? "\u{FFFD}"
    }

    /// With percent-encoding undone; in forms a plus sign is a blank.
    static func percentDecoded(_ text: [UInt8], plusIsBlank: Bool = false) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)) {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return result
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, let first = digits.first.flatMap(nibble), let last = digits.last.flatMap(nibble) else {
            return nil
        }
        return first << 4 | last
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    // MARK: runs of digits

    /// What every run of Base64's and of hexadecimal digits stands for, from each of its first digits on: all of it, with
    /// zero bytes between, and what of it is text.
    private static func decoded(_ text: [UInt8]) -> (pieces: [UInt8], texts: [[UInt8]]) {
        var pieces: [UInt8] = [], texts: [[UInt8]] = []
        func add(_ piece: [UInt8]) {
            pieces += piece
            pieces.append(0)
            texts += Self.texts(in: piece)
        }
        // Base64 is often broken into lines.
        let joined = text.filter { $0 != 0x0A && $0 != 0x0D }
        for run in joined.split(whereSeparator: { sextet($0) == nil }) where run.count > 1 {
            for start in 0..<min(4, run.count - 1) { add(base64Decoded(run.dropFirst(start))) }
        }
        for run in text.split(whereSeparator: { nibble($0) == nil }) where run.count > 1 {
            for start in 0..<2 { add(hexadecimalDecoded(run.dropFirst(start))) }
        }
        return (pieces, texts)
    }

    private static func base64Decoded(_ run: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(run.count * 3 / 4)
        var bits = 0, count = 0
        for digit in run.compactMap(sextet) {
            (bits, count) = ((bits << 6 | Int(digit)) & 0xFFFF, count + 6)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bytes
    }

    private static func hexadecimalDecoded(_ run: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = run
        while let byte = hexadecimal(rest.prefix(2)) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// The value of a digit of either alphabet of Base64.
    private static func sextet(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// What of `bytes` is text, in which there may be yet another encoding.
    private static func texts(in bytes: [UInt8]) -> [[UInt8]] {
        func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || [0x09, 0x0A, 0x0D].contains(byte) }
        if bytes.allSatisfy(isText), String(validating: bytes, as: UTF8.self) != nil { return [bytes] }
        return bytes.split { !isText($0) || $0 > 0x7F }.filter { $0.count > 3 }.map(Array.init)
    }
}
