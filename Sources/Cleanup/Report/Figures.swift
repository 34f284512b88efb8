internal import Registry

/// Numbers and times as people read them.
enum Figures {
    /// A number with its thousands set apart: `1,250`.
    static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// A number with what it counts: `1 tag`, `1,250 tags`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// Bytes in three digits: `12.3 MB`, by powers of 1000 as registries' own pages have them.
    static func bytes(_ count: Int) -> String { ByteText.text(count) }

    /// A duration as a policy has it, in the largest unit that leaves no rest: `14d`, `36h`, `30m`.
    static func duration(_ seconds: Int) -> String {
        for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] where seconds != 0 {
            if seconds.isMultiple(of: length) { return "\(seconds / length)\(unit)" }
        }
        return "\(seconds)s"
    }

    /// How long something is ago: `31d`, `5h`, `12m`; what has not been yet is 0.
    static func age(_ seconds: Int) -> String {
        let seconds = max(0, seconds)
        if seconds >= 2 * 86_400 { return "\(seconds / 86_400)d" }
        return seconds >= 2 * 3600 ? "\(seconds / 3600)h" : "\(seconds / 60)m"
    }

    /// The day of a time, in UTC: `2026-10-01`.
    static func day(_ seconds: Int) -> String { String(time(seconds).prefix(10)) }

    /// A time to the second, in UTC: `2026-10-01T12:30:00Z`.
    static func time(_ seconds: Int) -> String { Timestamp(secondsSince1970: seconds).description }

    /// A place in an order: `1st`, `2nd`, `3rd`, `11th`.
    static func ordinal(_ number: Int) -> String {
        let ending =
            switch (number % 10, number % 100) {
            case (_, 11...13): "th"
            case (1, _): "st"
            case (2, _): "nd"
            case (3, _): "rd"
            default: "th"
            }
        return "\(count(number))\(ending)"
    }
}

extension String {
    /// The same with what does not show as itself written out: what turns the direction of writing becomes `\u{202E}`.
    var visible: String {
        guard unicodeScalars.contains(where: { !$0.isVisible }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isVisible {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return text
    }
}
