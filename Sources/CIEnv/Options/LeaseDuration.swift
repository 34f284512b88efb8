internal import POSIX

/// How long a lease lasts, in seconds.
enum LeaseDuration {
    /// Where nothing and nobody says otherwise: no CI system lets a job run longer by default.
    static let standard = 24 * 3600

    /// The seconds that a CI system says in digits alone.
    static func plainSeconds(_ text: String) -> Int? {
        Int(text).flatMap { (1...DurationText.longest).contains($0) ? $0 : nil }
    }

    /// The seconds, where a CI system says minutes in digits alone.
    static func plainMinutes(_ text: String) -> Int? {
        plainSeconds(text).map { $0 * 60 }.flatMap { $0 <= DurationText.longest ? $0 : nil }
    }
}
