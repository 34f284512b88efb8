internal import Glibc
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("Removing a tree")
struct RemoveTreeTests {
    @Test("removes links and not what they lead to")
    func links() throws {
        let scratch = try ScratchDirectory()
        let outside = try scratch.directory("outside")
        try Files.write("kept", to: "\(outside)/file")
        let tree = try scratch.directory("tree")
        try Files.makeDirectory("\(tree)/inner")
        for name in ["a", "inner/b"] {
            try Files.link("\(tree)/\(name)", to: outside)
            try Files.link("\(tree)/\(name)-file", to: "\(outside)/file")
            try Files.link("\(tree)/\(name)-dangling", to: "/nowhere")
        }
        try Files.link("\(scratch.path)/link", to: outside)
        let before = Files.snapshot(outside)

        let directory = try Directory(path: scratch.path)
        try directory.removeTree("tree")
        try directory.removeTree("link")
        #expect(Files.names(in: scratch.path) == ["outside"])
        #expect(Files.snapshot(outside) == before)
    }

    @Test("removes what nobody may read, write or enter", arguments: [0o000, 0o100, 0o200, 0o400, 0o500] as [UInt32])
    func closedDirectories(mode: UInt32) async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path
        for folder in ["tree", "tree/inner", "tree/inner/deep"] {
            try Files.makeDirectory("\(path)/\(folder)")
            try Files.write("", to: "\(path)/\(folder)/file", mode: 0)
            Files.setOwner("\(path)/\(folder)", 65534)
        }
        for folder in ["tree/inner/deep", "tree/inner", "tree"] { Files.setMode("\(path)/\(folder)", mode) }
        Files.setOwner(path, 65534)
        try await onThread {
            if Berth.isRoot { try ThisThread.reachFiles(as: 65534) }
            try Directory(path: path).removeTree("tree")
        }
        #expect(Files.names(in: path) == [])
    }

    @Test("removes names that are not UTF-8")
    func otherEncodings() throws {
        let scratch = try ScratchDirectory()
        let latin1 = (Array("\(try scratch.directory("tree"))/caf".utf8) + [0xE9, 0]).map(CChar.init(bitPattern:))
        try #require(unsafe mkdir(latin1, 0o700) == 0)
        let inner = (latin1.dropLast() + [0x2F, -1, 0])
        try #require(unsafe close(creat(Array(inner), 0o600)) == 0)
        try Directory(path: scratch.path).removeTree("tree")
        #expect(Files.names(in: scratch.path) == [])
    }

    @Test("removes sockets' and pipes' names, and a file")
    func otherKinds() throws {
        let scratch = try ScratchDirectory()
        try #require(unsafe mkfifo("\(scratch.path)/pipe", 0o600) == 0)
        _ = try scratch.file("file", "")
        let directory = try Directory(path: scratch.path)
        for name in ["pipe", "file"] { try directory.removeTree(name) }
        #expect(Files.names(in: scratch.path) == [])
    }

    @Test("of nothing is done already")
    func nothing() throws {
        let scratch = try ScratchDirectory()
        try Directory(path: scratch.path).removeTree("nothing")
    }

    @Test("goes on after what it cannot remove, and says what that was", .enabled(if: Berth.isRoot, "needs root"))
    func stubborn() async throws {
        let scratch = try ScratchDirectory(mode: 0o777)
        let path = scratch.path
        for folder in ["tree", "tree/a", "tree/root", "tree/z"] {
            try Files.makeDirectory("\(path)/\(folder)")
            try Files.write("", to: "\(path)/\(folder)/file")
            if folder != "tree/root" { Files.setOwner("\(path)/\(folder)", 65534) }
        }
        let error = try await onThread {
            try ThisThread.reachFiles(as: 65534)
            let directory = try Directory(path: path)
            return failure { () throws(SystemError) in try directory.removeTree("tree") }
        }
        #expect(error?.code == .denied)
        #expect(error?.path.hasPrefix("\(path)/tree/root") == true)
        #expect(Files.snapshot(path).keys.sorted() == ["/tree", "/tree/root", "/tree/root/file"])
    }
}
