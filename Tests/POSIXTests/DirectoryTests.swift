internal import POSIX
internal import TestSupport
internal import Testing

@Suite("A directory")
struct DirectoryTests {
    @Test("makes files 0600 and directories 0700 whatever the umask", arguments: [0, 0o022, 0o077, 0o777] as [UInt32])
    func modes(umask: UInt32) async throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path
        try await onThread {
            let directory = try Directory(path: path)
            try ThisThread.setUmask(umask)
            try directory.create("file", [1])
            try directory.replace("replaced", [2])
            _ = try directory.makeSubdirectory("inner")
        }
        #expect(Files.mode("\(path)/file") == 0o600)
        #expect(Files.mode("\(path)/replaced") == 0o600)
        #expect(Files.mode("\(path)/inner") == 0o700)
    }

    /// What may be in the way of a new file.
    enum Obstacle: CaseIterable {
        case file, directory, link, danglingLink

        func put(at path: String, linkTarget: String) throws {
            switch self {
            case .file: try Files.write("old", to: path)
            case .directory: try Files.makeDirectory(path)
            case .link:
                try Files.write("old", to: linkTarget)
                try Files.link(path, to: linkTarget)
            case .danglingLink: try Files.link(path, to: linkTarget)
            }
        }
    }

    @Test("does not make what is there, and leaves it and what it leads to alone", arguments: Obstacle.allCases)
    func exclusive(obstacle: Obstacle) throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.directory("d")
        try obstacle.put(at: "\(path)/name", linkTarget: "\(scratch.path)/target")
        let before = Files.snapshot(scratch.path)
        let directory = try Directory(path: path)

        let created = failure { () throws(SystemError) in try directory.create("name", [1]) }
        #expect(created?.code == .exists)
        let made = failure { () throws(SystemError) in _ = try directory.makeSubdirectory("name") }
        #expect(made?.code == .exists)
        #expect(Files.differences(before, Files.snapshot(scratch.path)) == [])
    }

    @Test("reads no file and enters no directory through a link")
    func linksInside() throws {
        let scratch = try ScratchDirectory()
        try Files.link("\(scratch.path)/file", to: try scratch.file("real", "secret"))
        try Files.link("\(scratch.path)/folder", to: try scratch.directory("d"))
        let directory = try Directory(path: scratch.path)
        let read = failure { () throws(SystemError) in _ = try directory.read("file", limit: 100) }
        #expect(read?.code == .link)
        let entered = failure { () throws(SystemError) in _ = try directory.subdirectory("folder") }
        #expect(entered?.code == .notDirectory)
        #expect(try directory.status(of: "file").kind == .link)
    }

    @Test("is opened through a link only where that is wanted")
    func linkToItself() throws {
        let scratch = try ScratchDirectory()
        let (link, real) = ("\(scratch.path)/link", try scratch.directory("d"))
        try Files.link(link, to: real)
        let followed = try Directory(path: link).status()
        #expect(try followed == FileStatus(path: real))
        let refused = failure { () throws(SystemError) in _ = try Directory(path: link, followingLinks: false) }
        #expect(refused?.code == .notDirectory)
    }

    @Test("lists every name once, the hidden ones too, as often as it is asked")
    func names() throws {
        let scratch = try ScratchDirectory()
        let expected = [".hidden", "...", "a b", "new\nline", "é"]
        for name in expected { try Files.write("", to: "\(scratch.path)/\(name)") }
        let directory = try Directory(path: scratch.path)
        for _ in 0..<2 {
            let names = try directory.names()
            #expect(names.sorted() == expected.sorted())
        }
    }

    @Test("renames over nothing")
    func renameWithoutReplacing() throws {
        let scratch = try ScratchDirectory()
        for name in ["from", "to"] {
            _ = try scratch.file(name, name)
            _ = try scratch.directory("\(name)-directory")
        }
        let before = Files.snapshot(scratch.path)
        let directory = try Directory(path: scratch.path)
        for (name, newName) in [("from", "to"), ("from-directory", "to-directory"), ("from", "to-directory")] {
            let refused = failure { () throws(SystemError) in
                try directory.renameWithoutReplacing(name, to: newName)
            }
            #expect(refused?.code == .exists)
        }
        #expect(Files.differences(before, Files.snapshot(scratch.path)) == [])

        try directory.renameWithoutReplacing("from", to: "elsewhere")
        #expect(try Files.text("\(scratch.path)/elsewhere") == "from")
        #expect(!Files.exists("\(scratch.path)/from"))
    }

    @Test("goes on to be the same one when its path is swapped for a link")
    func swapped() throws {
        let scratch = try ScratchDirectory()
        let (path, victim) = (try scratch.directory("d"), try scratch.directory("victim"))
        let directory = try Directory(path: path)
        try Directory(path: scratch.path).rename("d", to: "moved")
        try Files.link(path, to: victim)
        try directory.create("name", [1])
        #expect(Files.names(in: victim) == [])
        #expect(Files.names(in: "\(scratch.path)/moved") == ["name"])
    }
}

/// What `body` throws; the macro of Swift Testing cannot hold what must not be copied.
func failure(_ body: () throws(SystemError) -> Void) -> SystemError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}
