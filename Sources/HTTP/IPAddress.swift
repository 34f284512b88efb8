/// An IPv4 or IPv6 address written out in a URL.
public struct IPAddress: Hashable, Sendable {
    /// The address's 4 or 16 bytes.
    public let bytes: [UInt8]

    /// Reads `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`.
    ///
    /// Strict: the shortened, octal and hexadecimal forms that `inet_aton` takes for IPv4 are refused, as are zone ids.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        guard let bytes = text.utf8.contains(UInt8(ascii: ":")) ? Self.version6(text) : Self.version4(text) else {
            return nil
        }
        self.bytes = bytes
    }

    /// Whether the address is the machine itself: `127.0.0.0/8` or `::1`, also where IPv4 is wrapped in IPv6.
    public var isLoopback: Bool {
        if let embedded { return embedded.isLoopback }
        return bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// Whether the address is one that the whole internet can reach.
    ///
    /// Not so: the unspecified, loopback, private, link-local (cloud metadata services live there), shared, multicast
    /// and reserved ranges of the IANA special-purpose registries (RFC 6890).
    public var isPublic: Bool {
        if let embedded { return embedded.isPublic }
        guard bytes.count == 4 else {
            // Only 2000::/3 is global unicast space at all; 2001:db8::/32 in it is for documentation.
            return bytes[0] & 0xE0 == 0x20 && !bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8])
        }
        switch (bytes[0], bytes[1]) {
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (224..., _): return false
        case (100, 64...127), (172, 16...31), (198, 18...19): return false
        case (192, 0): return bytes[2] != 0 && bytes[2] != 2
        case (198, 51): return bytes[2] != 100
        case (203, 0): return bytes[2] != 113
        default: return true
        }
    }

    /// The IPv4 address that an IPv6 one carries: mapped, compatible, NAT64 (`64:ff9b::/96`) or 6to4 (`2002::/16`).
    private var embedded: IPAddress? {
        guard bytes.count == 16 else { return nil }
        let head = bytes.prefix(12)
        if bytes.starts(with: [0x20, 0x02]) { return IPAddress(bytes: Array(bytes[2..<6])) }
        let isMapped = head.prefix(10).allSatisfy { $0 == 0 } && head.suffix(2) == [0xFF, 0xFF]
        let isTranslated = head.elementsEqual([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0])
        // `::` and `::1` are IPv6 addresses of their own, not compatible forms of 0.0.0.0 and 0.0.0.1.
        let isCompatible = head.allSatisfy { $0 == 0 } && !bytes[12..<15].allSatisfy { $0 == 0 }
        return isMapped || isTranslated || isCompatible ? IPAddress(bytes: Array(bytes.suffix(4))) : nil
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private static func version4(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            guard part.utf8.allSatisfy(\.isDigit), part == "0" || part.first != "0" else { return nil }
            return UInt8(part)
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard let first = halves.first, let last = halves.last, halves.count <= 2 else { return nil }
        guard halves.count == 2 else {
            guard let bytes = groups(first, mayEndInVersion4: true), bytes.count == 16 else { return nil }
            return bytes
        }
        guard let head = groups(first, mayEndInVersion4: false), let tail = groups(last, mayEndInVersion4: true),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring, mayEndInVersion4: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInVersion4, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let four = version4(part) else { return nil }
                bytes += four
                continue
            }
            guard part.utf8.allSatisfy(\.isHexDigit), part.utf8.count <= 4, let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes
    }
}

extension UInt8 {
    /// Whether this is an ASCII decimal digit.
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// Whether this is an ASCII hexadecimal digit.
    var isHexDigit: Bool {
        let lowerCase = self | 0x20
        return isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lowerCase)
    }
}
