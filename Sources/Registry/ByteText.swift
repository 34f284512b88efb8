/// Numbers of bytes as people read them.
public enum ByteText {
    private static let units = ["kB", "MB", "GB", "TB", "PB"]

    /// Bytes in three digits: `12.3 MB`, by powers of 1000 as registries' own pages have them.
    ///
    /// - Parameters:
    ///   - count: The bytes.
    ///   - largest: The largest unit that is used, however many there are of it.
    /// - Returns: The text.
    public static func text(_ count: Int, largest: String = "PB") -> String {
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count) / 1000
        var unit = units[0]
        for larger in units.dropFirst() where value >= 999.5 && unit != largest {
            (value, unit) = (value / 1000, larger)
        }
        guard value < 99.95 else { return "\(Int(value.rounded())) \(unit)" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
