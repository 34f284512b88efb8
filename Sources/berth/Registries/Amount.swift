internal import Registry

/// Numbers as people read them.
enum Amount {
    /// Bytes in three digits: `12.3 MB`, by powers of 1000 as registries' own pages have them.
    static func bytes(_ count: Int) -> String { ByteText.text(count, largest: "TB") }

    /// A time that is left or has gone by: `1h02m`, `3m05s`, `12s`.
    static func time(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 0 { return "\(hours)h\(two(minutes))m" }
        return minutes > 0 ? "\(minutes)m\(two(seconds % 60))s" : "\(seconds)s"
    }
}
