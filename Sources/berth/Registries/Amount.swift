/// Numbers as people read them.
enum Amount {
    /// Bytes in three digits: `12.3 MB`, by powers of 1000 as registries' own pages have them.
    static func bytes(_ count: Int) -> String {
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count) / 1000
        for unit in ["kB", "MB", "GB", "TB"] {
            if value < 999.5 || unit == "TB" { return "\(threeDigits(value)) \(unit)" }
            value /= 1000
        }
        return ""
    }

    /// A time that is left or has gone by: `1h02m`, `3m05s`, `12s`.
    static func time(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 0 { return "\(hours)h\(two(minutes))m" }
        return minutes > 0 ? "\(minutes)m\(two(seconds % 60))s" : "\(seconds)s"
    }

    private static func threeDigits(_ value: Double) -> String {
        guard value < 99.95 else { return "\(Int(value.rounded()))" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
