internal import HTTP

/// A point in time as JSON documents tell it (RFC 3339), to the nanosecond.
public struct Timestamp: Hashable, Sendable {
    /// The whole seconds since 1970, rounded down.
    public let secondsSince1970: Int
    /// The nanoseconds after these.
    public let nanoseconds: Int

    /// The first day of docker.
    ///
    /// What claims to be older has a date that was set for the sake of reproducible builds, or none.
    private static let beginning = Timestamp(secondsSince1970: 1_363_737_600)

    /// A point in time; one beyond the years 0 to 9999 becomes the nearest inside.
    public init(secondsSince1970 seconds: Int, nanoseconds: Int = 0) {
        secondsSince1970 = min(max(seconds, -62_167_219_200), 253_402_300_799)
        self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
    }

    /// Reads `2024-02-29T12:30:45.123456789Z`, or with an offset such as `+02:00` in the place of `Z`.
    ///
    /// What is finer than a nanosecond is dropped.
    public init?(_ text: String) {
        var reader = TimestampReader(text)
        guard let year = reader.number(digits: 4), reader.skip("-"), let month = reader.number(digits: 2),
            reader.skip("-"), let day = reader.number(digits: 2),
            let date = CalendarDate(year: year, month: month, day: day), reader.skip("Tt"),
            let hour = reader.number(digits: 2), hour <= 23, reader.skip(":"), let minute = reader.number(digits: 2),
            minute <= 59, reader.skip(":"),
            // A leap second is one too many for every clock that counts from 1970.
            let second = reader.number(digits: 2), second <= 60,
            let nanoseconds = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(secondsSince1970: seconds, nanoseconds: nanoseconds)
        guard secondsSince1970 == seconds else { return nil }
    }

    /// Whether it can be the time at which an image was made.
    public var isPlausible: Bool { self >= Self.beginning }
}

extension Timestamp: Comparable {
    /// The order in time.
    public static func < (first: Timestamp, second: Timestamp) -> Bool {
        (first.secondsSince1970, first.nanoseconds) < (second.secondsSince1970, second.nanoseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The time in UTC: `2024-02-29T12:30:45.123Z`.
    public var description: String {
        let secondOfDay = ((secondsSince1970 % 86_400) + 86_400) % 86_400
        let date = CalendarDate(daysSince1970: (secondsSince1970 - secondOfDay) / 86_400)
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let hour = padded(secondOfDay / 3600, 2), minute = padded(secondOfDay / 60 % 60, 2)
        var text = "\(day)T\(hour):\(minute):\(padded(secondOfDay % 60, 2))"
        if nanoseconds > 0 {
            var fraction = padded(nanoseconds, 9)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text + "Z"
    }

    private func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

private struct TimestampReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position == bytes.count }

    /// Skips one byte, which must be one of `choices`.
    mutating func skip(_ choices: StaticString) -> Bool {
        take { "\(choices)".utf8.contains($0) } != nil
    }

    mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The nanoseconds of a fraction, 0 where there is none.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        guard let first = digit() else { return nil }
        var nanoseconds = first * 100_000_000
        var unit = 10_000_000
        while let digit = digit() {
            nanoseconds += digit * unit
            unit /= 10
        }
        return nanoseconds
    }

    /// The seconds by which a local time is ahead of UTC.
    mutating func offset() -> Int? {
        if skip("Zz") { return 0 }
        let isAhead = skip("+")
        guard isAhead || skip("-"), let hours = number(digits: 2), hours <= 23, skip(":"),
            let minutes = number(digits: 2), minutes <= 59
        else { return nil }
        return (isAhead ? 1 : -1) * (hours * 3600 + minutes * 60)
    }

    private mutating func digit() -> Int? {
        take(where: \.isDigit).map { Int($0 - UInt8(ascii: "0")) }
    }

    private mutating func take(where isWanted: (UInt8) -> Bool) -> UInt8? {
        guard position < bytes.count, isWanted(bytes[position]) else { return nil }
        defer { position += 1 }
        return bytes[position]
    }
}

extension Timestamp {
    /// The time without what is less than a second, for people.
    public var wholeSeconds: String { Timestamp(secondsSince1970: secondsSince1970).description }
}
