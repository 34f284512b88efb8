/// What people and CI systems write for a registry.
enum LoginAddress {
    /// Whether `text` is `host[:port]` or `host[:port]/path`, as image references begin.
    ///
    /// A secret that stands there by mistake hardly ever is, so what passes may be shown.
    static func isValid(_ text: String) -> Bool {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        return text.utf8.count <= 512 && isHost(text[..<slash]) && text[slash...].utf8.allSatisfy { byte in
            isAlphanumeric(byte) || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/")].contains(byte)
        }
    }

    /// The `host[:port]` of the URL or address `text`, if it has one.
    static func host(of text: String) -> String? {
        var rest = text[...]
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        let host = rest.prefix { $0 != "/" }
        return isHost(host) ? host.lowercased() : nil
    }

    /// Whether `text` is `host[:port]`: a name, an address, or an IPv6 address in brackets.
    static func isHost(_ text: Substring) -> Bool {
        let bytes = text.utf8
        let end = bytes.first == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]")).map(bytes.index(after:)) : nil
        let colon = bytes[(end ?? bytes.startIndex)...].firstIndex(of: UInt8(ascii: ":"))
        let name = bytes[..<(colon ?? bytes.endIndex)]
        if let colon {
            let port = bytes[bytes.index(after: colon)...]
            guard let number = Int(Substring(port)), port.allSatisfy(isDigit), (1...65535).contains(number) else {
                return false
            }
        }
        if end != nil {
            return name.dropFirst().dropLast().allSatisfy { isHexDigit($0) || $0 == UInt8(ascii: ":") } && name.count > 2
                && name.last == UInt8(ascii: "]")
        }
        return name.count <= 253
            && name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
