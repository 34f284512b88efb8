/// What people and CI systems write for a registry.
enum LoginAddress {
    /// Whether `text` is `host[:port]` or `host[:port]/path`, as image references begin.
    ///
    /// What passes may be shown: a password that stands there by mistake would have to look like a host.
    static func isValid(_ text: String) -> Bool {
        let host = text.prefix { $0 != "/" }
        return text.utf8.count <= 512 && isHost(host)
            && text[host.endIndex...].utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "/-._") }
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
        let bracket = text.hasPrefix("[") ? text.firstIndex(of: "]").map(text.index(after:)) : nil
        let end = bracket ?? text.firstIndex(of: ":") ?? text.endIndex
        let port = text[end...]
        guard port.isEmpty || (port.first == ":" && isPort(port.dropFirst())) else { return false }
        if bracket != nil {
            let address = text[..<end].dropFirst().dropLast()
            return address.contains(":") && address.utf8.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
        }
        return text[..<end].split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy(\.isASCIIDigit) && Int(text).map((1...65535).contains) ?? false
    }

    /// Whether it is a part of a name between dots.
    ///
    /// Underscores are no part of the internet's names, but of docker's networks.
    private static func isLabel(_ text: Substring) -> Bool {
        (1...63).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "-_") }
    }
}
