/// Letters' case, as far as ASCII has one: that of hosts, schemes and the keys of configs.
enum ASCII {
    /// The letter in lower case, any other byte as it is.
    static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether two texts are the same but for the case of letters.
    static func matches(_ text: some Collection<UInt8>, _ other: String.UTF8View) -> Bool {
        // No zip: to make its type known at run time would take longer than all the rest of this.
        var others = other.makeIterator()
        for byte in text {
            guard let next = others.next(), lowercase(byte) == lowercase(next) else { return false }
        }
        return others.next() == nil
    }
}
