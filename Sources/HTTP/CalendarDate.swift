/// A day of the Gregorian calendar, which is taken to have been in force at all times.
public struct CalendarDate: Equatable, Sendable {
    /// The year.
    public let year: Int
    /// The month, from 1.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// The day with these numbers, where there is one in the years 0 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.init(unchecked: year, month, day)
        // A 31st of April is counted as the 1st of May, and comes back as that.
        guard CalendarDate(daysSince1970: daysSince1970) == self else { return nil }
    }

    /// The day so many days after the first of 1970.
    public init(daysSince1970 days: Int) {
        let (era, day) = (days + Self.daysTo1970).quotientAndModulus(dividingBy: Self.daysOfEra)
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
        self.init(unchecked: 400 * era + year + (month < 10 ? 0 : 1), month < 10 ? month + 3 : month - 9, dayOfMonth)
    }

    private init(unchecked year: Int, _ month: Int, _ day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The days from the first of 1970 to this one.
    ///
    /// Counted in years that begin in March, so that a leap day is a year's last, and in eras of 400 years.
    public var daysSince1970: Int {
        let (era, yearOfEra) = (month < 3 ? year - 1 : year).quotientAndModulus(dividingBy: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return Self.daysOfEra * era + 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - Self.daysTo1970
    }

    private static let daysOfEra = 146_097

    /// The days from the first of March of the year 0 to the first of 1970.
    private static let daysTo1970 = 719_468
}

extension Int {
    /// Division that rounds down, so that the rest is never negative.
    fileprivate func quotientAndModulus(dividingBy divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
