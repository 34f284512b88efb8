/// Letters' case, as far as ASCII has one: that of hosts, schemes and the keys of configs.
enum ASCII {
    /// The letter in lower case, any other byte as it is.
    static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether two texts are the same but for the case of letters.
    static func matches(_ text: some Collection<UInt8>, _ other: String.UTF8View) -> Bool {
        text.count == other.count && zip(text, other).allSatisfy { lowercase($0) == lowercase($1) }
    }
}
