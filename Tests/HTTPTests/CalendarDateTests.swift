internal import HTTP
internal import Testing

@Suite("A day")
struct CalendarDateTests {
    static let days: [(year: Int, month: Int, day: Int, days: Int)] = [
        (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (2024, 12, 31, 20_088),
        (1900, 2, 28, -25_509), (1900, 3, 1, -25_508), (0, 1, 1, -719_528), (0, 2, 29, -719_469),
        (9999, 12, 31, 2_932_896),
    ]

    @Test("is counted by the Gregorian calendar", arguments: days)
    func count(year: Int, month: Int, day: Int, days: Int) throws {
        let date = try #require(CalendarDate(year: year, month: month, day: day))
        #expect(date.daysSince1970 == days)
        #expect(CalendarDate(daysSince1970: days) == date)
    }

    @Test("follows the day before, for 400 years")
    func sequence() {
        var previous = CalendarDate(daysSince1970: -1)
        for days in 0..<146_097 {
            let date = CalendarDate(daysSince1970: days)
            let isNext = date.day == previous.day + 1 && date.month == previous.month && date.year == previous.year
            let isFirst = date.day == 1 && (date.month == previous.month % 12 + 1) && previous.day >= 28
            guard isNext || isFirst, date.daysSince1970 == days else {
                Issue.record("\(date) after \(previous)")
                return
            }
            previous = date
        }
        #expect(previous == CalendarDate(year: 2369, month: 12, day: 31))
    }

    static let none: [(year: Int, month: Int, day: Int)] = [
        (2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0),
        (2024, 1, 32), (-1, 1, 1), (10_000, 1, 1), (.max, 1, 1), (2024, .max, 1), (2024, 1, .min),
    ]

    @Test("is none where the calendar has none", arguments: none)
    func refused(year: Int, month: Int, day: Int) {
        #expect(CalendarDate(year: year, month: month, day: day) == nil)
    }
}
