internal import CSystem
internal import Glibc

/// Asynchronous work in a program that is otherwise one step after the other, and the signals that end it.
public enum Interruption {
    /// Does `work` and waits for it.
    ///
    /// INT, TERM and HUP cancel it, once it has begun, and it is still waited for, so that it can put things in order; a
    /// second one ends the process at once.
    ///
    /// To be called before the process has other threads than those that leave signals to others. What was held back
    /// before is afterwards, and nothing else: who writes the result can be interrupted, and so can a child.
    ///
    /// - Returns: What the work returned, and the signal that cancelled it, if one did.
    public static func run<Value: Sendable>(
        _ work: @escaping @Sendable () async -> Value
    ) -> (value: Value, signal: Signal?) {
        var set = sigset_t(), before = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) { unsafe sigaddset(&set, signal) }
        // What says that the work is done: by default it is ignored, and nobody else sends it.
        unsafe sigaddset(&set, SIGURG)
        // All threads that are made from here on inherit this, so that signals come to this one.
        unsafe pthread_sigmask(SIG_BLOCK, &set, &before)
        defer { unsafe _ = pthread_sigmask(SIG_SETMASK, &before, nil) }

        let result = Locked<Value?>(nil)
        let thread = pthread_self()
        let task = Task.detached {
            let value = await work()
            result.withLock { $0 = value }
            pthread_kill(thread, SIGURG)
        }
        var cause: Signal?
        while true {
            var number: Int32 = 0
            unsafe _ = sigwait(&set, &number)
            let signal = number == SIGURG ? nil : Signal(rawValue: number)
            if let value = result.withLock({ $0 }) { return (value, cause ?? signal) }
            guard let signal else { continue }
            if cause != nil { CurrentProcess.die(of: signal) }
            cause = signal
            task.cancel()
        }
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        unsafe sigaction(signal, nil, &action)
        // SIG_IGN, which C has as a cast.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
