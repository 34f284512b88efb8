internal import POSIX
internal import Testing

/// Lengths of time as people write them.
@Suite struct DurationTextTests {
    @Test(arguments: [
        ("1s", 1), ("90s", 90), ("30m", 1800), ("12h", 43_200), ("14d", 1_209_600), ("2w", 1_209_600), ("1h30m", 5400),
        ("1d12h", 129_600), ("0h5m", 300), ("007m", 420), ("3660d", 316_224_000), ("30m30m", 3600),
    ])
    func `a duration is numbers with their units`(text: String, seconds: Int) {
        #expect(DurationText.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "0", "0s", "60", "h", "-1h", "+1h", "1.5h", "1h30", "1 h", " 1h", "1H", "1y", "1ms", "١h", "1h,2m",
        // Longer than any job, and than a number holds.
        "3661d", "3660d1s", "99999999999999999999h", "9223372036854775807w", "9223372036854775807s",
    ])
    func `anything else is none`(text: String) {
        #expect(DurationText.seconds(text) == nil)
    }
}
