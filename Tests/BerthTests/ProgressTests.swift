internal import Testing

@testable internal import berth

/// How far something is, in words.
@Suite("Progress")
struct ProgressTests {
    /// A state and its line.
    struct Case: Sendable, CustomTestStringConvertible {
        let done: Int, total: Int, seconds: Int
        let line: String

        var testDescription: String { line }
    }

    static let bytes = [
        Case(done: 0, total: 0, seconds: 0, line: "copying  0 B of 0 B, 0 B/s"),
        Case(done: 0, total: 1000, seconds: 5, line: "copying  0 B of 1.0 kB, 0 B/s"),
        Case(
            done: 100_000_000, total: 200_000_000, seconds: 2,
            line: "copying  100 MB of 200 MB, 50.0 MB/s, 2s left"),
        Case(done: 1, total: 100_000, seconds: 1, line: "copying  1 B of 100 kB, 1 B/s, 27h46m left"),
        Case(done: 5, total: 5, seconds: 1, line: "copying  5 B of 5 B, 5 B/s"),
    ]

    @Test("in bytes tells amount, rate and time left", arguments: bytes)
    func line(_ state: Case) {
        let line = ProgressMeter.text(
            "copying", state.done, of: state.total, .bytes, after: .seconds(state.seconds), isBar: false)
        #expect(line == state.line)
    }

    @Test("in things names them")
    func items() {
        let line = ProgressMeter.text("reading r/a", 30, of: 90, .items("tags"), after: .seconds(3), isBar: false)
        #expect(line == "reading r/a  30 of 90 tags, 10/s, 6s left")
    }

    @Test(
        "is drawn as a bar, which is never longer than it can be",
        arguments: [(0, 0), (1, 4), (5, 20), (6, 20), (-1, 0)])
    func bar(done: Int, filled: Int) {
        let line = ProgressMeter.text("copying", done, of: 5, .items("tags"), after: .seconds(1), isBar: true)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
        #expect(line.hasPrefix("copying  [\(bar)]  \(done) of 5 tags"))
    }
}

/// Numbers as people read them.
@Suite("An amount")
struct AmountTests {
    static let sizes = [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_949, "99.9 kB"), (99_950, "100 kB"), (999_499, "999 kB"),
        (999_500, "1.0 MB"), (12_345_678, "12.3 MB"), (999_999_999, "1.0 GB"), (5_000_000_000_000_000, "5000 TB"),
    ]

    @Test("of bytes has three digits and a unit", arguments: sizes)
    func bytes(count: Int, text: String) {
        #expect(Amount.bytes(count) == text)
    }

    @Test("of time has its two largest units", arguments: [(0, "0s"), (59, "59s"), (60, "1m00s"), (3725, "1h02m")])
    func time(seconds: Int, text: String) {
        #expect(Amount.time(seconds) == text)
    }
}
