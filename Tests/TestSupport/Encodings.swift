/// Base64 as RFC 4648 §4 has it, written here so that the program's own is not its judge.
public func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for index in 0..<4 {
            text.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
        }
    }
    return text
}

/// The Base64 of `bytes` behind none, one and two others, without the digits that belong to neighbours as well.
public func base64Alignments(_ bytes: [UInt8]) -> [String] {
    (0..<3).map { shift in
        let text = Array(base64(Array(repeating: 0, count: shift) + bytes))
        return String(text[(shift * 8 + 5) / 6..<(shift + bytes.count) * 8 / 6])
    }
}

/// `bytes` with `%` and two digits for all but ASCII's letters and digits.
public func percentEncoded(_ bytes: [UInt8], isCapital: Bool = true) -> String {
    bytes.map { byte in
        let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        return isPlain
            ? String(Unicode.Scalar(byte))
            : "%" + String(Int(byte) + 0x100, radix: 16, uppercase: isCapital).suffix(2)
    }.joined()
}
