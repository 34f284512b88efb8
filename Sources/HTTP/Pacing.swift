internal import Glibc

/// The clock, the waiting and the chance of what retries, so that tests need neither time nor luck.
public struct Pacing: Sendable {
    /// A steady clock: time since some moment.
    public let elapsed: @Sendable () -> Duration
    /// The time of day, in seconds since 1970.
    public let unixTime: @Sendable () -> Int
    /// Waits, or throws where nobody waits for the outcome any more.
    public let sleep: @Sendable (Duration) async throws(CancellationError) -> Void
    /// A number from 0 up to, not including, 1.
    public let chance: @Sendable () -> Double

    /// Pacing by the given means.
    public init(
        elapsed: @escaping @Sendable () -> Duration, unixTime: @escaping @Sendable () -> Int,
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void,
        chance: @escaping @Sendable () -> Double
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
            sleep: { duration throws(CancellationError) in
                do { try await Task.sleep(for: duration) } catch { throw CancellationError() }
            },
            chance: { Double.random(in: 0..<1) }
        )
    }()
}
