extension StringProtocol {
    /// Whether `part` stands somewhere in the text, byte by byte.
    ///
    /// `contains` would do the same, and bring a megabyte of regular expressions into the program.
    public func holds(_ part: String) -> Bool {
        let text = Array(utf8), part = Array(part.utf8)
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
