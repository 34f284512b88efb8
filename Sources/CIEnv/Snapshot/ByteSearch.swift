extension Collection<UInt8> where Index == Int {
    /// Where `needle` begins first; `nil` where it does not stand here, or is empty.
    func firstIndex(of needle: [UInt8]) -> Int? {
        guard let first = needle.first, needle.count <= count else { return nil }
        for start in startIndex...(endIndex - needle.count) where self[start] == first {
            if self[start..<(start + needle.count)].elementsEqual(needle) { return start }
        }
        return nil
    }

    /// Whether `needle` stands here.
    func holds(_ needle: [UInt8]) -> Bool { firstIndex(of: needle) != nil }
}
