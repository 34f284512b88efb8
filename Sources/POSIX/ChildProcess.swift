internal import CSystem
internal import Glibc

/// A program that was started, and waits for ``release()`` before it runs its first instruction.
///
/// So its process id can be written down before it can do anything. The process must have one thread only, and signals
/// are held back for good from here on (``wait()`` takes them one by one).
public struct ChildProcess: ~Copyable {
    /// The process id.
    public var pid: Int { Int(child.pid) }

    private let child: berth_gated_child
    private let program: String

    /// How a program ended.
    public enum Ending: Equatable, Sendable {
        /// It ended itself, with this code.
        case code(Int32)
        /// This signal ended it.
        case signal(Signal)
    }

    /// Starts `arguments[0]`, found in `PATH`, with `overriding` for its environment, and those variables of this
    /// process's which that does not name and `isKept` holds for.
    public init(
        _ arguments: [String], overriding: [(name: String, value: String)],
        keeping isKept: (String) -> Bool = { _ in true }
    ) throws(SystemError) {
        program = arguments.first ?? ""
        CurrentProcess.keepEndedChildren()
        var held = Self.signals, before = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, &held, &before)

        let environment = unsafe CStrings(CurrentProcess.environmentEntries(overriding: overriding, keeping: isKept))
        let words = unsafe CStrings(arguments.map { Array($0.utf8) })
        var child = berth_gated_child()
        let result = unsafe berth_fork_gated(&child, program, words.pointers, environment.pointers, &before)
        guard result == 0 else { throw .last("start", program) }
        self.child = child
    }

    /// The signals that are taken by ``wait()`` and passed on, and that of a child's end.
    private static var signals: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGCHLD] {
            unsafe sigaddset(&set, signal)
        }
        return set
    }

    /// Lets the program run.
    ///
    /// - Throws: `SystemError` where it cannot be executed.
    public func release() throws(SystemError) {
        try FileDescriptor.write([1], to: child.gate, path: program)
        var code: Int32 = 0
        var count: Int
        repeat {
            count = unsafe read(child.failure, &code, MemoryLayout<Int32>.size)
        } while count < 0 && errno == EINTR
        guard count == MemoryLayout<Int32>.size else { return }
        var status: Int32 = 0
        while unsafe waitpid(child.pid, &status, 0) < 0 && errno == EINTR {}
        throw SystemError(.init(rawValue: code), "execute", program)
    }

    /// Waits for the program's end, passing on every signal that a process sends meanwhile.
    ///
    /// What the kernel sends (a terminal's ^C) goes to the whole foreground group, the program included, already.
    public func wait() -> Ending {
        var signals = Self.signals
        while true {
            var status: Int32 = 0
            if unsafe waitpid(child.pid, &status, WNOHANG) == child.pid {
                let signal = berth_ending_signal(status)
                return signal == 0 ? .code(berth_exit_code(status)) : .signal(Signal(rawValue: signal))
            }
            var info = unsafe siginfo_t()
            let signal = unsafe sigwaitinfo(&signals, &info)
            if signal > 0, signal != SIGCHLD, unsafe berth_was_sent_by_process(&info) != 0 {
                kill(child.pid, signal)
            }
        }
    }

    deinit {
        close(child.gate)
        close(child.failure)
    }
}

/// Strings as C wants a list of them, for as long as this lives.
@unsafe struct CStrings: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    /// `strings` have no zero byte.
    init(_ strings: [[UInt8]]) {
        unsafe count = strings.count
        unsafe pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            unsafe pointers[index] = strdup(string.map(CChar.init(bitPattern:)) + [0])
        }
        unsafe pointers[strings.count] = nil
    }

    deinit {
        for index in unsafe 0..<count { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
}
