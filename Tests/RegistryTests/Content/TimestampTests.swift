internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@Suite("A time")
struct TimestampTests {
    static let good: [(text: String, seconds: Int, nanoseconds: Int, shown: String)] = [
        ("1970-01-01T00:00:00Z", 0, 0, "1970-01-01T00:00:00Z"),
        ("2024-02-29T12:30:45Z", 1_709_209_845, 0, "2024-02-29T12:30:45Z"),
        ("2024-02-29t12:30:45z", 1_709_209_845, 0, "2024-02-29T12:30:45Z"),
        ("2024-02-29T12:30:45.123456789Z", 1_709_209_845, 123_456_789, "2024-02-29T12:30:45.123456789Z"),
        ("2024-02-29T12:30:45.1234567899Z", 1_709_209_845, 123_456_789, "2024-02-29T12:30:45.123456789Z"),
        ("2024-02-29T12:30:45.000Z", 1_709_209_845, 0, "2024-02-29T12:30:45Z"),
        ("2024-02-29T12:30:45.000000001Z", 1_709_209_845, 1, "2024-02-29T12:30:45.000000001Z"),
        ("2024-02-29T12:30:45.5Z", 1_709_209_845, 500_000_000, "2024-02-29T12:30:45.5Z"),
        ("2024-03-01T01:00:45+12:30", 1_709_209_845, 0, "2024-02-29T12:30:45Z"),
        ("2024-02-28T23:59:45-12:31", 1_709_209_845, 0, "2024-02-29T12:30:45Z"),
        ("2024-02-29T12:30:45-00:00", 1_709_209_845, 0, "2024-02-29T12:30:45Z"),
        ("2016-12-31T23:59:60Z", 1_483_228_800, 0, "2017-01-01T00:00:00Z"),
        // Go's zero time, and the earliest of MS-DOS, which zip files and reproducible builds have.
        ("0001-01-01T00:00:00Z", -62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        ("1980-01-01T00:00:00Z", 315_532_800, 0, "1980-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.9Z", -1, 900_000_000, "1969-12-31T23:59:59.9Z"),
        ("0000-01-01T00:00:00Z", -62_167_219_200, 0, "0000-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", 253_402_300_799, 0, "9999-12-31T23:59:59Z"),
    ]

    @Test("is read, and shown in UTC", arguments: good)
    func read(text: String, seconds: Int, nanoseconds: Int, shown: String) throws {
        let time = try #require(Timestamp(text))
        #expect(time == Timestamp(secondsSince1970: seconds, nanoseconds: nanoseconds))
        #expect(time.description == shown)
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", "2024", "2024-02-29", "2024-02-29T12:30:45", "2024-02-29 12:30:45Z", "2024-02-29T12:30Z",
            "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2024-04-31T00:00:00Z",
            "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z",
            "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00,5Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60",
            "2024-01-01T00:00:00+0000", "2024-01-01T00:00:00 Z", "2024-01-01T00:00:00Z ", "2024-01-01T00:00:00ZZ",
            "24-01-01T00:00:00Z", "+024-01-01T00:00:00Z", "2024-1-01T00:00:00Z", "2024-01-01T0a:00:00Z",
            // In UTC they are in a year that has not four digits.
            "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        ])
    func refused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("of any kind is read as it was shown")
    func roundTrip() {
        var generator = SeededGenerator(seed: 1970)
        for _ in 0..<2000 {
            let time = Timestamp(
                secondsSince1970: Int.random(in: -62_167_219_200...253_402_300_799, using: &generator),
                nanoseconds: Bool.random(using: &generator) ? 0 : Int.random(in: 0...999_999_999, using: &generator))
            #expect(Timestamp(time.description) == time, "\(time)")
        }
    }

    @Test("beyond what four digits can tell becomes the nearest that they can", arguments: [Int.min, .max])
    func beyond(seconds: Int) {
        let time = Timestamp(secondsSince1970: seconds, nanoseconds: seconds)
        #expect(Timestamp(time.description) == time)
    }

    @Test("comes in its order")
    func order() {
        let times = ["1969-12-31T23:59:59.9Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000001Z"]
        #expect(times.reversed().compactMap { Timestamp($0) }.sorted().map(\.description) == times)
    }

    static let ages: [(String, Bool)] = [
        ("0001-01-01T00:00:00Z", false), ("1970-01-01T00:00:00Z", false), ("1980-01-01T00:00:00Z", false),
        ("2013-03-19T23:59:59.999Z", false), ("2013-03-20T00:00:00Z", true), ("2024-01-01T00:00:00Z", true),
    ]

    @Test("from before docker is not an image's", arguments: ages)
    func plausible(text: String, isPlausible: Bool) throws {
        #expect(try #require(Timestamp(text)).isPlausible == isPlausible)
    }
}
