internal import CSystem
internal import Glibc

/// A short-lived program that is asked one thing: text in, text out.
public enum HelperProgram {
    /// What a program said.
    public struct Answer: Equatable, Sendable {
        /// The exit code, or 128 + n where signal n ended it.
        public let code: Int32
        /// What it wrote to standard output.
        public let output: [UInt8]
        /// What it wrote to standard error, the beginning of it, where that was asked for.
        public let errors: [UInt8]

        /// An answer, as a test's program gives it.
        public init(code: Int32, output: [UInt8], errors: [UInt8] = []) {
            self.code = code
            self.output = output
            self.errors = errors
        }
    }

    /// Runs `program`, found in `PATH`, and waits for its end.
    ///
    /// Its standard error is this process's.
    ///
    /// - Parameters:
    ///   - program: The program's name.
    ///   - arguments: What stands behind it; never a secret, as every process can see it.
    ///   - input: What it reads: at most 64 KiB, what a pipe takes at once.
    ///   - overriding: What its environment has besides, or otherwise than, this process's.
    ///   - outputLimit: The most bytes that it may write.
    ///   - seconds: The longest time that it may take.
    ///   - isCancelled: Says whether nobody waits for the answer any more.
    /// - Returns: What it said.
    /// - Throws: `SystemError`: `notFound`, `timedOut`, `tooLarge`, `cancelled` or another.
    public static func run(
        _ program: String, _ arguments: [String], input: [UInt8], overriding: [(name: String, value: String)] = [],
        outputLimit: Int, seconds: Int, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SystemError) -> Answer {
        CurrentProcess.keepEndedChildren()
        let toProgram = try Pipe(), fromProgram = try Pipe()
        let pid = try spawn(
            [program] + arguments, Streams(input: toProgram.reader.raw, output: fromProgram.writer.raw),
            environment: CurrentProcess.environmentEntries(overriding: overriding))
        let feed = toProgram.keepingWriter(), drain = fromProgram.keepingReader()
        let end = End(Moment.now.sinceBoot + seconds, isCancelled)
        do throws(SystemError) {
            // A program that ends without reading is judged by its exit code and not by the broken pipe.
            do { try feed.write(input) } catch  where error.code == .brokenPipe {}
            _ = consume feed
            var errors: [UInt8] = []
            let output = try readAll(drain, of: program, limit: outputLimit, until: end, into: &errors)
            try waitForEnd(of: pid, program, until: end)
            return Answer(code: berth_exit_code(status(of: pid)), output: output)
        } catch {
            kill(pid, SIGKILL)
            _ = status(of: pid)
            throw error
        }
    }

    /// Runs `program`, found in `PATH`, where no terminal is: it cannot ask anybody anything.
    ///
    /// - Parameters:
    ///   - program: The program's name.
    ///   - arguments: What stands behind it; never a secret, as every process can see it.
    ///   - input: What it reads: at most 64 KiB, what a pipe takes at once.
    ///   - overriding: What its environment has besides, or otherwise than, this process's.
    ///   - isKept: Says which variables of this process it has.
    ///   - outputLimit: The most bytes that it may write.
    ///   - seconds: The longest time that it may take.
    ///   - isCancelled: Says whether nobody waits for the answer any more: it is then ended with all that it started.
    /// - Returns: What it said, with what it wrote to standard error.
    /// - Throws: `SystemError`: `notFound`, `timedOut`, `tooLarge`, `cancelled` or another.
    public static func ask(
        _ program: String, _ arguments: [String], input: [UInt8] = [],
        overriding: [(name: String, value: String)] = [], keeping isKept: (String) -> Bool = { _ in true },
        outputLimit: Int, seconds: Int, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(SystemError) -> Answer {
        CurrentProcess.keepEndedChildren()
        let toProgram = try Pipe(), fromProgram = try Pipe(), complaints = try Pipe()
        let streams = Streams(
            input: toProgram.reader.raw, output: fromProgram.writer.raw, errors: complaints.writer.raw)
        let pid = try spawn(
            [program] + arguments, streams,
            environment: CurrentProcess.environmentEntries(overriding: overriding, keeping: isKept))
        let feed = toProgram.keepingWriter()
        let drain = fromProgram.keepingReader(), errorDrain = complaints.keepingReader()
        let end = End(Moment.now.sinceBoot + seconds, isCancelled)
        var errors: [UInt8] = []
        do throws(SystemError) {
            do { try feed.write(input) } catch  where error.code == .brokenPipe {}
            _ = consume feed
            let output = try readAll(
                drain, of: program, limit: outputLimit, until: end, besides: errorDrain.raw, into: &errors)
            try waitForEnd(of: pid, program, until: end)
            let code = berth_exit_code(status(of: pid))
            // What it started may live on and have the pipe open (ssh's shared connections), so nobody waits for its end.
            while readErrors(errorDrain.raw, into: &errors) {}
            return Answer(code: code, output: output, errors: errors)
        } catch {
            // It leads a session, and so a group, of its own.
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
            _ = status(of: pid)
            throw error
        }
    }

    /// When a program is not waited for any longer.
    private struct End {
        let moment: Int
        let isCancelled: @Sendable () -> Bool

        init(_ moment: Int, _ isCancelled: @escaping @Sendable () -> Bool) {
            self.moment = moment
            self.isCancelled = isCancelled
        }

        /// The milliseconds to wait before this is asked again.
        func patience(for program: String) throws(SystemError) -> Int32 {
            guard !isCancelled() else { throw SystemError(.cancelled, "run", program) }
            guard moment > Moment.now.sinceBoot else { throw SystemError(.timedOut, "run", program) }
            return 100
        }
    }

    /// What a program has as its standard streams.
    private struct Streams {
        let input: Int32, output: Int32
        /// Where that is not this process's, the program gets a session of its own, too.
        var errors: Int32?
    }

    /// The most bytes of standard error that are kept.
    private static let errorLimit = 1 << 16

    /// Takes a piece of what is there of standard error; false where nothing is, or no more will come.
    private static func readErrors(_ source: Int32, into errors: inout [UInt8]) -> Bool {
        var wait = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wait, 1, 0) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(source, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { return true }
        guard count > 0 else { return false }
        errors += buffer[..<min(count, max(0, errorLimit - errors.count))]
        return true
    }

    /// All of `source`; what comes of `other` meanwhile, -1 for nothing, is taken too, so that the program never waits
    /// for a reader.
    private static func readAll(
        _ source: borrowing FileDescriptor, of program: String, limit: Int, until end: End, besides other: Int32 = -1,
        into errors: inout [UInt8]
    ) throws(SystemError) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // poll(2) leaves out what is negative.
        var waits = [source.raw, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            let patience = try end.patience(for: program)
            guard unsafe poll(&waits, 2, patience) > 0 else { continue }
            if waits[1].revents != 0, !readErrors(other, into: &errors) { waits[1].fd = -1 }
            guard waits[0].revents != 0 else { continue }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(source.raw, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .last("read from", program) }
            if count == 0 { return output }
            output += buffer[..<count]
            guard output.count <= limit else { throw SystemError(.tooLarge, "read from", program) }
        }
    }

    private static func spawn(
        _ words: [String], _ streams: Streams, environment: [[UInt8]]
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, streams.input, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, streams.output, 1)
        if let errors = streams.errors { unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2) }

        // Signals are held back here now and then, and a helper would never see them.
        var attributes = posix_spawnattr_t(), none = sigset_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        unsafe sigemptyset(&defaults)
        unsafe sigaddset(&defaults, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        if streams.errors != nil { flags |= newSession }
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = unsafe CStrings(words.map { Array($0.utf8) })
        let variables = unsafe CStrings(environment)
        var pid = pid_t()
        let code = unsafe posix_spawnp(&pid, words[0], &actions, &attributes, arguments.pointers, variables.pointers)
        guard code == 0 else { throw SystemError(.init(rawValue: code), "run", words[0]) }
        return pid
    }

    /// POSIX_SPAWN_SETSID, which Swift does not see: the program leads a session, which has no terminal.
    private static let newSession: Int32 = 0x80

    /// Waits until a program has ended that may have closed its output long before.
    private static func waitForEnd(of pid: pid_t, _ program: String, until end: End) throws(SystemError) {
        let raw = berth_pidfd_open(pid)
        // A kernel before 5.3 has no such thing, and programs that go on without output are rare.
        guard raw >= 0 else { return }
        let process = FileDescriptor(owning: raw, path: program)
        var wait = pollfd(fd: process.raw, events: Int16(POLLIN), revents: 0)
        repeat {
            let patience = try end.patience(for: program)
            unsafe _ = poll(&wait, 1, patience)
        } while wait.revents == 0
    }

    /// The status of a child that has ended, or soon will have.
    private static func status(of pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}

/// A pipe that no child inherits by itself.
private struct Pipe: ~Copyable {
    let reader: FileDescriptor
    let writer: FileDescriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .last("make", "a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reader = FileDescriptor(owning: ends[0], path: "a pipe")
        writer = FileDescriptor(owning: ends[1], path: "a pipe")
    }

    consuming func keepingWriter() -> FileDescriptor { writer }

    consuming func keepingReader() -> FileDescriptor { reader }
}
