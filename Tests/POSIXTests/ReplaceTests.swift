internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A file that is replaced")
struct ReplaceTests {
    @Test("is 0600 and a new file, whatever the old one was: others' links to that keep the old content")
    func newFile() throws {
        let scratch = try ScratchDirectory()
        try Files.write("old", to: "\(scratch.path)/target", mode: 0o644)
        try Files.link("\(scratch.path)/link", to: "target")
        let directory = try Directory(path: scratch.path)
        try directory.replace("link", Array("new".utf8))
        #expect(Files.facts("\(scratch.path)/link")?.kind == .file)
        #expect(Files.mode("\(scratch.path)/link") == 0o600)
        #expect(try Files.text("\(scratch.path)/link") == "new")
        #expect(try Files.text("\(scratch.path)/target") == "old")
        #expect(Files.mode("\(scratch.path)/target") == 0o644)
        #expect(Files.names(in: scratch.path) == ["link", "target"])
    }

    @Test("is never seen torn")
    func atomic() async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path
        let contents = ["a", "b"].map { Array(String(repeating: $0, count: 20_000).utf8) }
        try Directory(path: path).create("file", contents[0])
        let writing = Task {
            try await onThread {
                let directory = try Directory(path: path)
                for round in 0..<200 { try directory.replace("file", contents[round % 2]) }
            }
        }
        let torn = try await onThread {
            let directory = try Directory(path: path)
            var torn = 0
            for _ in 0..<2000 where try !contents.contains(directory.read("file", limit: 1 << 20)) { torn += 1 }
            return torn
        }
        try await writing.value
        #expect(torn == 0)
        #expect(Files.names(in: path) == ["file"])
    }

    @Test("leaves nothing behind where its name is a directory's")
    func directoryInTheWay() throws {
        let scratch = try ScratchDirectory()
        _ = try scratch.directory("name")
        let directory = try Directory(path: scratch.path)
        let refused = failure { () throws(SystemError) in try directory.replace("name", [1]) }
        #expect(refused?.code == .isDirectory)
        #expect(Files.names(in: scratch.path) == ["name"])
    }

    @Test("leaves what was begun by a killed process, which is found by its name and nothing else is")
    func unfinished() throws {
        let scratch = try ScratchDirectory()
        for name in ["config", "config.new-abc", "config.newer", "other.new-abc"] { _ = try scratch.file(name, "") }
        try Directory(path: scratch.path).removeUnfinished("config")
        #expect(Files.names(in: scratch.path) == ["config", "config.newer", "other.new-abc"])
    }

    @Test(
        "is as it was when the disk is full, and nothing is left of the new one",
        .enabled("only root can mount a small disk, where namespaces are allowed") {
            let mount = Command("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
            guard Berth.isRoot else { return false }
            return try await mount.run().status == 0
        })
    func fullDisk() async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path
        let (failures, names, content) = try await onThread {
            try ThisThread.mountSmallDisk(at: path, size: 65536)
            let directory = try Directory(path: path)
            try directory.create("file", [1, 2, 3])
            let large = [UInt8](repeating: 7, count: 1 << 20)
            let failures = [
                failure { () throws(SystemError) in try directory.replace("file", large) },
                failure { () throws(SystemError) in try directory.create("other", large) },
            ]
            return (failures, try directory.names(), try directory.read("file", limit: 10))
        }
        #expect(failures.map(\.?.code) == [.noSpace, .noSpace])
        #expect(names == ["file"])
        #expect(content == [1, 2, 3])
        #expect(Files.names(in: path) == [], "the small disk was not the thread's alone")
    }

    @Test(
        "belongs to the directory's owner where root makes it for that one, and to root where it does not",
        .enabled(if: Berth.isRoot, "needs root"), arguments: [(true, 4711), (false, 0)] as [(Bool, UInt32)])
    func owner(forOwner: Bool, owner: UInt32) throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.directory("theirs", mode: 0o700)
        Files.setOwner(path, 4711)
        let directory = try Directory(path: path, forOwner: forOwner)
        try directory.replace("file", Array("new".utf8))
        _ = try directory.makeSubdirectory("inner")
        for name in ["file", "inner"] { #expect(try FileStatus(ofLinkAt: "\(path)/\(name)").owner == owner) }
    }

    @Test(
        "stays root's in a directory where everybody may make files", .enabled(if: Berth.isRoot, "needs root"))
    func shared() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.directory("shared", mode: 0o777)
        Files.setOwner(path, 4711)
        try Directory(path: path, forOwner: true).replace("file", Array("new".utf8))
        #expect(try FileStatus(ofLinkAt: "\(path)/file").owner == 0)
    }
}
