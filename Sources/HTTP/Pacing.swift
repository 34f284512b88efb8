internal import Glibc

/// The clock, the waiting and the chance of what retries, so that tests need neither time nor luck.
public struct Pacing: Sendable {
    /// A steady clock: time since some moment.
    public let elapsed: @Sendable () -> Duration
    /// The time of day, in seconds since 1970.
    public let unixTime: @Sendable () -> Int
    /// Waits.
    public let sleep: @Sendable (Duration) -> Void
    /// A number from 0 up to, not including, 1.
    public let chance: @Sendable () -> Double

    /// Pacing by the given means.
    public init(
        elapsed: @escaping @Sendable () -> Duration, unixTime: @escaping @Sendable () -> Int,
        sleep: @escaping @Sendable (Duration) -> Void, chance: @escaping @Sendable () -> Double
    ) {
        self.elapsed = elapsed
        self.unixTime = unixTime
        self.sleep = sleep
        self.chance = chance
    }

    /// The machine's clocks and random numbers.
    public static let system: Pacing = {
        let start = ContinuousClock.now
        return Pacing(
            elapsed: { start.duration(to: .now) },
            unixTime: { time(nil) },
            sleep: { duration in
                let (seconds, attoseconds) = duration.components
                var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
                // A signal may end it early: then a retry comes sooner, which does no harm.
                _ = unsafe nanosleep(&time, nil)
            },
            chance: { Double.random(in: 0..<1) }
        )
    }()
}
