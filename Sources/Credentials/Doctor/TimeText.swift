internal import Registry

/// Moments and lengths of time for people.
enum TimeText {
    /// `2026-01-02T03:04:05Z (in 2h10m)`.
    static func moment(_ moment: Int, now: Int) -> String {
        "\(Timestamp(secondsSince1970: moment)) (\(distance(moment, now: now)))"
    }

    /// `in 2h10m`, or `2h10m ago`.
    static func distance(_ moment: Int, now: Int) -> String {
        let (seconds, isTooLong) = moment.subtractingReportingOverflow(now)
        guard !isTooLong else { return "never" }
        return seconds < 0 ? "\(length(-max(seconds, -Int.max))) ago" : "in \(length(seconds))"
    }

    /// The two largest units of a length of time: `3d4h`, `2h10m`, `9m`, `45s`.
    static func length(_ seconds: Int) -> String {
        let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "0s" }
        let (size, name) = units[first]
        var text = "\(seconds / size)\(name)"
        // Of an hour the minutes count, of a minute no longer the seconds.
        guard first < 2 else { return text }
        let rest = seconds % size / units[first + 1].0
        if rest > 0 { text += "\(rest)\(units[first + 1].1)" }
        return text
    }
}
