public import Glibc
internal import Synchronization

/// A running program in a session of its own, its output being collected.
public final class ChildProcess: Sendable {
    /// The process id, which is also its session's and its group's.
    public let pid: pid_t
    private let result: Task<Outcome, any Error>

    init(_ command: Command) throws {
        _ = ignoringBrokenPipes
        let begin = ContinuousClock.now
        let (pid, input, output, errors) = try starting.withLock { _ in
            let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
            defer {
                for descriptor in [input.reader, output.writer, errors.writer] { close(descriptor) }
            }
            let pid = try spawn(command, input: input.reader, output: output.writer, errors: errors.writer)
            return (pid, input, output, errors)
        }
        self.pid = pid
        var collector = Collector(
            pid: pid, begin: begin, end: begin + command.deadline, name: command.program,
            input: (input.writer, command.input ?? []), keepsInputOpen: command.keepsInputOpen,
            outputs: [output.reader, errors.reader])
        collector.openStreams()
        let collecting = collector
        result = Task {
            try await onThread {
                var collector = collecting
                return try collector.collect()
            }
        }
    }

    /// Waits for the end.
    public func outcome() async throws -> Outcome {
        try await result.value
    }

    /// Sends a signal to the program alone.
    public func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Sends a signal to the program and to all of its group.
    public func signalGroup(_ number: Int32) {
        kill(-pid, number)
    }
}

/// A child that reads nothing must not end the tests.
private let ignoringBrokenPipes: Bool = {
    _ = signal(SIGPIPE, SIG_IGN)
    return true
}()

/// Held from making pipes to the start of the child, so that no other child inherits them and keeps them open.
private let starting = Mutex(())

private struct Pipe {
    let reader: Int32
    let writer: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw TestFailure("no pipe: error \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (ends[0], ends[1])
    }
}

/// POSIX_SPAWN_SETSID, which the C library declares for GNU sources only.
private let newSession: Int32 = 0x80

private func spawn(_ command: Command, input: Int32, output: Int32, errors: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    let words = command.words
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var environment = unsafe command.environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
        unsafe (arguments + environment).forEach { unsafe free($0) }
    }
    var pid = pid_t()
    let code = unsafe posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &environment)
    guard code == 0 else { throw TestFailure("cannot start \(words[0]): error \(code)") }
    return pid
}

/// Feeds and drains a child until it has ended.
private struct Collector: Sendable {
    let pid: pid_t
    let begin: ContinuousClock.Instant
    let end: ContinuousClock.Instant
    let name: String
    var input: (descriptor: Int32, rest: [UInt8])
    let keepsInputOpen: Bool
    let outputs: [Int32]
    var collected: [[UInt8]] = [[], []]
    var open: [Bool] = [true, true]
    var status: Int32?

    mutating func openStreams() {
        if input.rest.isEmpty, !keepsInputOpen { closeInput() }
    }

    mutating func collect() throws -> Outcome {
        if input.descriptor >= 0 { _ = fcntl(input.descriptor, F_SETFL, O_NONBLOCK) }
        while open.contains(true) {
            try check()
            exchange()
        }
        if !keepsInputOpen { closeInput() }
        var pause: UInt32 = 100
        while status == nil {
            try check()
            reap()
            if status == nil {
                usleep(pause)
                pause = min(pause * 2, 5000)
            }
        }
        closeInput()
        return Outcome(
            status: status ?? -1, output: collected[0], errors: collected[1], duration: ContinuousClock.now - begin)
    }

    private mutating func exchange() {
        var waits = zip(outputs, open).map { pollfd(fd: $1 ? $0 : -1, events: Int16(POLLIN), revents: 0) }
        waits.append(pollfd(fd: input.rest.isEmpty ? -1 : input.descriptor, events: Int16(POLLOUT), revents: 0))
        guard unsafe poll(&waits, nfds_t(waits.count), 50) > 0 else { return }
        for index in 0..<2 where waits[index].revents != 0 { drain(index) }
        if waits[2].revents != 0 { feed() }
    }

    private mutating func drain(_ index: Int) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(outputs[index], $0.baseAddress, $0.count) }
        if count > 0 {
            collected[index] += buffer[..<count]
        } else {
            close(outputs[index])
            open[index] = false
        }
    }

    private mutating func feed() {
        let count = unsafe input.rest.withUnsafeBytes { unsafe write(input.descriptor, $0.baseAddress, $0.count) }
        if count > 0 { input.rest.removeFirst(count) }
        if count < 0 || (input.rest.isEmpty && !keepsInputOpen) { closeInput() }
    }

    private mutating func closeInput() {
        if input.descriptor >= 0 { close(input.descriptor) }
        input.descriptor = -1
    }

    private mutating func reap() {
        var raw: Int32 = 0
        guard unsafe waitpid(pid, &raw, WNOHANG) == pid else { return }
        let signal = raw & 0x7f
        status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
    }

    private mutating func check() throws {
        guard ContinuousClock.now >= end else { return }
        kill(-pid, SIGKILL)
        for index in 0..<2 where open[index] { close(outputs[index]) }
        closeInput()
        var raw: Int32 = 0
        unsafe _ = waitpid(pid, &raw, 0)
        let texts = collected.map { String(decoding: $0.suffix(2000), as: UTF8.self) }
        throw TestFailure("\(name) was still running, or its output still open, at the deadline: \(texts)")
    }
}
