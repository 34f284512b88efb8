internal import Glibc
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A helper program", .timeLimit(.minutes(1)))
struct HelperProgramTests {
    init() {
        CurrentProcess.ignoreBrokenPipes()
    }

    private func shell(
        _ script: String, input: [UInt8] = [], outputLimit: Int = 1 << 20, seconds: Int = 30
    ) async throws -> HelperProgram.Answer {
        try await onThread {
            try HelperProgram.run("sh", ["-c", script], input: input, outputLimit: outputLimit, seconds: seconds)
        }
    }

    @Test("is given its input and asked for its output", arguments: [0, 1, 4096, 60_000])
    func inputAndOutput(size: Int) async throws {
        let input = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try await shell("cat", input: input) == HelperProgram.Answer(code: 0, output: input))
    }

    @Test("is judged by its exit code or the signal that ended it", arguments: [("exit 3", 3), ("kill -9 $$", 137)])
    func endings(script: String, code: Int32) async throws {
        #expect(try await shell("printf said; \(script)") == .init(code: code, output: Array("said".utf8)))
    }

    @Test("may end without reading what it is given")
    func unreadInput() async throws {
        let input = [UInt8](repeating: 7, count: 60_000)
        #expect(
            try await shell("exec <&-; printf no; exit 5", input: input) == .init(code: 5, output: Array("no".utf8)))
    }

    /// Ways not to come to an end.
    static let stayers = ["exec sleep 600", "exec >&-; exec sleep 600", "trap '' TERM INT HUP; exec sleep 600"]

    @Test("is killed when its time is over, also where it has closed its output", arguments: stayers)
    func timeout(script: String) async throws {
        let scratch = try ScratchDirectory()
        let file = "\(scratch.path)/pid"
        await #expect(throws: SystemError(.timedOut, "run", "sh")) {
            try await shell("echo $$ >\(file); \(script)", seconds: 2)
        }
        let pid = try #require(Int(Files.text(file).dropLast()))
        #expect(ProcessTable().entry(pid) == nil)
    }

    @Test("is killed when it says too much")
    func outputLimit() async throws {
        await #expect(throws: SystemError(.tooLarge, "read from", "sh")) {
            try await shell("exec yes", outputLimit: 100_000)
        }
    }

    @Test("may say just as much as is allowed")
    func justEnough() async throws {
        #expect(try await shell("printf 1234", outputLimit: 4).output.count == 4)
        await #expect(throws: SystemError(.tooLarge, "read from", "sh")) {
            try await shell("printf 12345", outputLimit: 4)
        }
    }

    static let failures: [(program: String, code: SystemError.Code)] = [
        ("berth-no-such-program", .notFound), ("/etc/passwd", .denied),
    ]

    @Test("that cannot be started is an error", arguments: failures)
    func failing(program: String, code: SystemError.Code) {
        #expect(throws: SystemError(code, "run", program)) {
            try HelperProgram.run(program, [], input: [], outputLimit: 10, seconds: 10)
        }
    }

    @Test("has no signal held back or ignored, although berth holds some back and ignores one")
    func signals() async throws {
        let status = try await onThread {
            let held = SignalsHeld()
            defer { _ = held.pending }
            return try HelperProgram.run(
                "grep", ["-E", "Sig(Blk|Ign)", "/proc/self/status"], input: [], outputLimit: 1000, seconds: 30)
        }
        let masks = String(decoding: status.output, as: UTF8.self).split(separator: "\n").map { $0.suffix(16) }
        // SIGPIPE is the thirteenth signal.
        #expect(masks.first == "0000000000000000")
        #expect(masks.last.flatMap { UInt64($0, radix: 16) }.map { $0 & 0x1000 } == 0)
    }

    private func ask(
        _ script: String, outputLimit: Int = 1 << 20, seconds: Int = 30
    ) async throws -> HelperProgram.Answer {
        try await onThread {
            try HelperProgram.ask(
                "sh", ["-c", script], overriding: [("BERTH_ASKED", "yes")], outputLimit: outputLimit, seconds: seconds)
        }
    }

    @Test("that is asked says what it writes, and what it complains of, and has the environment that it is given")
    func complaints() async throws {
        let answer = try await ask("printf \"$BERTH_ASKED\"; printf no >&2; exit 3")
        #expect(answer == .init(code: 3, output: Array("yes".utf8), errors: Array("no".utf8)))
    }

    @Test("that is asked has no terminal, and nothing to read")
    func noTerminal() async throws {
        #expect(try await ask("cat; (: </dev/tty) 2>/dev/null || printf none").output == Array("none".utf8))
    }

    @Test("that complains a lot is read to its end, and some of it is kept")
    func manyComplaints() async throws {
        let answer = try await ask("yes | head -c 1000000 >&2; printf end")
        #expect(answer.output == Array("end".utf8))
        #expect(answer.errors.count == 65_536)
    }

    @Test("that leaves others behind with its standard error is not waited for any longer")
    func survivors() async throws {
        let scratch = try ScratchDirectory()
        let file = "\(scratch.path)/pid"
        let answer = try await ask("sleep 600 >/dev/null & echo $! >\(file); printf end", seconds: 20)
        #expect(answer.output == Array("end".utf8))
        kill(pid_t(try #require(Int32(Files.text(file).dropLast()))), SIGKILL)
    }

    @Test("that is asked is ended with all that it started when its time is over")
    func askedTimeout() async throws {
        let scratch = try ScratchDirectory()
        let file = "\(scratch.path)/pid"
        await #expect(throws: SystemError(.timedOut, "run", "sh")) {
            try await ask("sleep 600 & echo $! >\(file); wait", seconds: 2)
        }
        let pid = try #require(Int(Files.text(file).dropLast()))
        #expect(await waitUntil(.seconds(10)) { ProcessTable().entry(pid).map { $0.isZombie } ?? true })
    }
}
