/// What people and CI systems write for a registry.
enum LoginAddress {
    /// Whether `text` is `host[:port]` or `host[:port]/path`, as image references begin.
    ///
    /// What passes may be shown: a password that stands there by mistake would have to look like a host.
    static func isValid(_ text: String) -> Bool {
        let host = text.utf8.prefix { $0 != UInt8(ascii: "/") }
        return text.utf8.count <= 512 && isHost(Substring(host))
            && text.utf8[host.endIndex...].allSatisfy { $0.isASCIIAlphanumeric(or: "/-._") }
    }

    /// The `host[:port]` of the URL or address `text`, if it has one.
    static func host(of text: String) -> String? {
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) } ?? ""
        let host = Substring(text.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") })
        return isHost(host) ? host.lowercased() : nil
    }

    /// Whether `text` is `host[:port]`: a name, an address, or an IPv6 address in brackets.
    static func isHost(_ text: Substring) -> Bool {
        let bytes = text.utf8
        let bracket = bytes.first == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]")) : nil
        let end = bracket.map(bytes.index(after:)) ?? bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        guard isPort(bytes[end...]) else { return false }
        if bracket != nil {
            let address = bytes[..<end].dropFirst().dropLast()
            return address.contains(UInt8(ascii: ":")) && address.allSatisfy("0123456789abcdefABCDEF:.".utf8.contains)
        }
        return bytes[..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    /// Whether it is nothing, or a port with its colon.
    private static func isPort(_ text: Substring.UTF8View) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        return colon == UInt8(ascii: ":") && digits.allSatisfy(\.isASCIIDigit)
            && Int(Substring(digits)).map((1...65535).contains) ?? false
    }

    /// Whether it is a part of a name between dots.
    ///
    /// Underscores are no part of the internet's names, but of docker's networks.
    private static func isLabel(_ text: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(text.count) && text.first != hyphen && text.last != hyphen
            && text.allSatisfy { $0.isASCIIAlphanumeric(or: "-_") }
    }
}
