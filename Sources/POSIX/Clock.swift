internal import Glibc

/// A moment, on both of the system's clocks, in whole seconds.
public struct Moment: Equatable, Sendable {
    /// Seconds since 1970.
    ///
    /// People and time servers set this clock, and it may jump.
    public var wall: Int

    /// Seconds since the machine was started, sleep included.
    ///
    /// It never jumps.
    public var sinceBoot: Int

    /// A moment.
    public init(wall: Int, sinceBoot: Int) {
        self.wall = wall
        self.sinceBoot = sinceBoot
    }

    /// Now.
    public static var now: Moment {
        Moment(wall: seconds(CLOCK_REALTIME), sinceBoot: seconds(CLOCK_BOOTTIME))
    }

    private static func seconds(_ clock: clockid_t) -> Int {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return time.tv_sec
    }
}
