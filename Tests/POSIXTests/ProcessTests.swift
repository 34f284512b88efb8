internal import Glibc
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("The process table")
struct ProcessTableTests {
    /// A table with process 41 in it, whose status line is `line`.
    private func fakeTable(_ scratch: borrowing ScratchDirectory, _ line: [UInt8]) throws -> ProcessTable {
        let folder = try scratch.directory("41")
        try Files.write(line, to: "\(folder)/stat")
        return ProcessTable(root: scratch.path)
    }

    private func line(_ name: String, state: String = "S") -> [UInt8] {
        Array("41 (\(name)) \(state) 7 8 9 0 -1 4194560 11 12 13 14 15 16 17 18 20 0 1 0 123456 19 20 21\n".utf8)
    }

    static let programNames = [
        "sh", "", " ", "a b", ")", "(", "((", "))", ") S 1 (", "a) R 1 1 1", "41 (x) Z 1", "new\nline", "é",
    ]

    @Test("is read right whatever a program calls itself", arguments: programNames)
    func hostileNames(name: String) throws {
        let scratch = try ScratchDirectory()
        let entry = try #require(try fakeTable(scratch, line(name)).entry(41))
        #expect(entry.name == name)
        #expect(entry.parent == 7)
        #expect(entry.identity == ProcessTable.Identity(pid: 41, startTime: 123_456))
        #expect(!entry.isZombie)
    }

    @Test(
        "has no such process where its line makes no sense",
        arguments: [
            "", "41", "41 (x", ") (", "41 )x( S 7", "41 (x) S 7", "41 (x)",
            "41 (x) S y 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4",
        ])
    func nonsense(text: String) throws {
        let scratch = try ScratchDirectory()
        #expect(try fakeTable(scratch, Array(text.utf8)).entry(41) == nil)
    }

    @Test("tells an ended process and a number that is used again from the living", arguments: ["Z", "X", "S"])
    func alive(state: String) throws {
        let scratch = try ScratchDirectory()
        let table = try fakeTable(scratch, line("x", state: state))
        #expect(table.isAlive(.init(pid: 41, startTime: 123_456)) == (state == "S"))
        #expect(!table.isAlive(.init(pid: 41, startTime: 123_455)))
        #expect(!table.isAlive(.init(pid: 42, startTime: 123_456)))
    }

    @Test("of this machine has a program of a hostile name, its parent and its end")
    func realProcess() async throws {
        let scratch = try ScratchDirectory()
        let program = "\(scratch.path)/a) R 1 (b c"
        try Files.write(try Files.read("/usr/bin/sleep"), to: program, mode: 0o755)
        let table = ProcessTable()
        let child = try Command(program, ["600"]).start()
        let pid = Int(child.pid)
        #expect(await waitUntil { table.entry(pid)?.name == "a) R 1 (b c" })
        let entry = try #require(table.entry(pid))
        #expect(entry.parent == CurrentProcess.pid)
        #expect(table.isAlive(entry.identity))
        child.signal(SIGKILL)
        #expect(try await child.outcome().status == 128 + SIGKILL)
        #expect(!table.isAlive(entry.identity))
    }

    @Test("knows what a process has open")
    func openFile() async throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.file("out", "")
        let child = try Command.shell("exec sleep 600 3>\(path)").start()
        let table = ProcessTable()
        let expected = try FileStatus(path: path).identity
        #expect(await waitUntil { table.openFile(3, of: Int(child.pid))?.identity == expected })
        #expect(table.openFile(77, of: Int(child.pid)) == nil)
        child.signal(SIGKILL)
        _ = try await child.outcome()
    }

    @Test("names the machine's start and the process id namespace")
    func systemNames() throws {
        let table = ProcessTable()
        #expect(try table.bootID == Files.text("/proc/sys/kernel/random/boot_id").dropLast().description)
        #expect(table.pidNamespace?.hasPrefix("pid:[") == true)
        #expect(ProcessTable(root: "/nowhere").bootID == nil)
        #expect(ProcessTable(root: "/nowhere").pidNamespace == nil)
    }
}

/// Its waiting and passing on of signals needs a process with one thread: the tests of `berth exec` have that.
@Suite("A program that waits for its release", .timeLimit(.minutes(1)))
struct GatedProgramTests {
    /// What the system tells of a child that this thread has waited for.
    private static func end(of pid: Int) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(Int32(pid), &status, 0) < 0 && errno == EINTR {}
        return status
    }

    @Test("does nothing before")
    func gate() async throws {
        let scratch = try ScratchDirectory()
        let marker = "\(scratch.path)/marker"
        let (early, status) = try await onThread {
            let child = try POSIX.ChildProcess(["sh", "-c", "echo $GATE >\(marker)"], overriding: [("GATE", "é=b")])
            // A program that is started after it has ended before it began.
            let other = try POSIX.ChildProcess(["true"], overriding: [])
            try other.release()
            _ = Self.end(of: other.pid)
            let early = Files.exists(marker)
            try child.release()
            return (early, Self.end(of: child.pid))
        }
        #expect(!early)
        #expect(status == 0)
        #expect(try Files.text(marker) == "é=b\n")
    }

    @Test("never runs where it is not released")
    func abandoned() async throws {
        let scratch = try ScratchDirectory()
        let marker = "\(scratch.path)/marker"
        let status = try await onThread {
            let pid = try POSIX.ChildProcess(["touch", marker], overriding: []).pid
            return Self.end(of: pid)
        }
        #expect(status == 127 << 8)
        #expect(!Files.exists(marker))
    }

    static let failures: [(program: String, code: SystemError.Code)] = [
        ("berth-no-such-program", .notFound), ("/nowhere/at/all", .notFound), ("/etc/passwd", .denied), ("/", .denied),
    ]

    @Test("says when it cannot be executed", arguments: failures)
    func failing(program: String, code: SystemError.Code) async throws {
        let error = try await onThread {
            let child = try POSIX.ChildProcess([program], overriding: [])
            return failure { () throws(SystemError) in try child.release() }
        }
        #expect(error == SystemError(code, "execute", program))
    }
}
