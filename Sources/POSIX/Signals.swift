internal import CSystem
internal import Glibc

/// A signal (signal(7)).
public struct Signal: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: Int32

    /// A signal by its number.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The terminal, or what stands for it, is gone.
    public static let hangup = Signal(rawValue: SIGHUP)
    /// ^C.
    public static let interrupt = Signal(rawValue: SIGINT)
    /// The polite request to end.
    public static let terminate = Signal(rawValue: SIGTERM)
}

/// Signals are held back from where this is made until its scope ends.
///
/// What must be done or undone as a whole is then ordinary code, and asks at its end whether it was told to stop.
public struct SignalsHeld: ~Copyable {
    private let before: sigset_t

    /// Holds back what asks a process to end: INT, TERM and HUP.
    public init() {
        var set = sigset_t(), before = sigset_t()
        unsafe sigemptyset(&set)
        for signal in Self.held { unsafe sigaddset(&set, signal.rawValue) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, &before)
        self.before = before
    }

    private static var held: [Signal] { [.interrupt, .terminate, .hangup] }

    /// The signal that has come meanwhile, if one has.
    public var pending: Signal? {
        var set = sigset_t()
        unsafe sigpending(&set)
        for signal in Self.held {
            if unsafe sigismember(&set, signal.rawValue) == 1 { return signal }
        }
        return nil
    }

    deinit {
        var before = before
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }
}
