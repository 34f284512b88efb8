internal import Glibc
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("An open file", .timeLimit(.minutes(1)))
struct FileDescriptorTests {
    @Test(
        "is read whole up to the limit, and not at all behind it", arguments: [0, 1, 4095, 4096, 4097, 8192, 100_000])
    func limits(size: Int) throws {
        let scratch = try ScratchDirectory()
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = "\(scratch.path)/file"
        try Files.write(content, to: path)
        #expect(try FileDescriptor(reading: path).readAll(limit: size) == content)
        #expect(try FileDescriptor(reading: path).readAll(limit: .max - 1) == content)
        guard size > 0 else { return }
        let refused = failure { () throws(SystemError) in _ = try FileDescriptor(reading: path).readAll(limit: size - 1)
        }
        #expect(refused?.code == .tooLarge)
        #expect(refused?.path == path)
    }

    @Test("is read whole although the system tells no length, as for all of /proc")
    func unknownLength() throws {
        let status = try FileDescriptor(reading: "/proc/self/status")
        #expect(try status.status().size == 0)
        #expect(try String(decoding: status.readAll(limit: 65536), as: UTF8.self).contains("\nPid:\t"))
    }

    @Test("is refused where it has no end")
    func endless() throws {
        let refused = failure { () throws(SystemError) in
            _ = try FileDescriptor(reading: "/dev/zero").readAll(limit: 10_000)
        }
        #expect(refused?.code == .tooLarge)
    }

    @Test("is not waited for where it is a pipe that nobody writes to")
    func namedPipe() throws {
        let scratch = try ScratchDirectory()
        try #require(unsafe mkfifo("\(scratch.path)/pipe", 0o600) == 0)
        #expect(try FileDescriptor(reading: "\(scratch.path)/pipe").readAll(limit: 10) == [])
        #expect(try Directory(path: scratch.path).read("pipe", limit: 10) == [])
    }

    @Test("is no directory")
    func directory() throws {
        let refused = failure { () throws(SystemError) in _ = try FileDescriptor(reading: "/").readAll(limit: 10) }
        #expect(refused?.code == .isDirectory)
    }

    @Test("gets what is written at its end, and is not made")
    func appending() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.file("file", "one\n")
        let file = try FileDescriptor(appendingTo: path)
        try FileDescriptor(appendingTo: path).write(Array("two\n".utf8))
        try file.write(Array("three\n".utf8))
        #expect(try Files.text(path) == "one\ntwo\nthree\n")
        let refused = failure { () throws(SystemError) in _ = try FileDescriptor(appendingTo: path + "x") }
        #expect(refused?.code == .notFound)
        #expect(!Files.exists(path + "x"))
    }

    @Test("says when the disk is full")
    func fullDisk() throws {
        let full = try FileDescriptor(appendingTo: "/dev/full")
        let refused = failure { () throws(SystemError) in try full.write([1]) }
        #expect(refused?.description == "cannot write /dev/full: No space left on device")
    }

    @Test("or directory that is locked is so for every other process until it is closed")
    func lock() async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path
        let other = Command("flock", ["-n", path, "true"])
        do {
            let directory = try Directory(path: path)
            #expect(try directory.tryLock())
            #expect(try !Directory(path: path).tryLock())
            #expect(try await other.run().status == 1)
        }
        // A program that another test is just starting may have it open for a moment more.
        #expect(try await waitUntil { try await other.run().status == 0 })
    }

    @Test("or directory is waited for until another process unlocks it")
    func waiting() async throws {
        let scratch = try ScratchDirectory()
        let (path, held) = (try scratch.directory("locked"), "\(scratch.path)/held")
        // Holds the lock until it is told to go on; `done` is its last act before the lock is free.
        let holder = try Command(
            "flock", [path, "sh", "-c", "touch ../held; while [ ! -e ../go ]; do sleep 0.01; done; touch ../done"],
            in: path
        ).start()
        #expect(await waitUntil { Files.exists(held) })
        let finishedFirst = Task {
            try await onThread {
                let directory = try Directory(path: path)
                guard try !directory.tryLock() else { return false }
                try Files.write("", to: "\(path)/../go")
                try directory.lock()
                return Files.exists("\(path)/../done")
            }
        }
        #expect(try await finishedFirst.value)
        #expect(try await holder.outcome().status == 0)
    }
}

extension Command {
    /// A program that runs in `directory`.
    fileprivate init(_ program: String, _ arguments: [String], in directory: String) {
        self.init(program, arguments)
        self.directory = directory
    }
}
