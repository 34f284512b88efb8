internal import CIEnv
internal import TestSupport
internal import Testing

/// The directory that a user's job directories lie in: whose it must be, and where it may lie.
@Suite struct JobRootTests {
    private static let name = "berth-\(Berth.user)"

    @Test func `a root is made private, and used again`() throws {
        let scratch = try ScratchDirectory()
        let path = try JobRoot.make(in: scratch.path, user: Berth.user).path
        #expect(path == "\(scratch.path)/\(Self.name)")
        #expect(Files.mode(path) == 0o700)
        try Files.write("kept", to: "\(path)/file")
        #expect(try JobRoot.make(in: scratch.path, user: Berth.user).path == path)
        #expect(Files.names(in: path) == ["file"])
    }

    @Test func `a path through links is told without them`() throws {
        let scratch = try ScratchDirectory()
        let base = try scratch.directory("base")
        try Files.link("\(scratch.path)/link", to: "base")
        #expect(try JobRoot.make(in: "\(scratch.path)/link/../link/", user: Berth.user).path == "\(base)/\(Self.name)")
    }

    // MARK: - Refusals

    /// What somebody else may have put in the root's place, and what the error says of it.
    static let hostile: [(kind: String, why: String)] = [
        ("a link to a directory", "it is a link or a file"), ("a link to nowhere", "it is a link or a file"),
        ("a file", "it is a link or a file"), ("0755", "its mode is 0755, not 0700"),
        ("0770", "its mode is 0770, not 0700"), ("0500", "its mode is 0500, not 0700"),
        ("01700", "its mode is 01700, not 0700"), ("another user's", "it belongs to user 12345"),
    ]

    @Test(arguments: hostile)
    func `a root that others may have their hands in is refused and left as it is`(kind: String, why: String) throws {
        let scratch = try ScratchDirectory()
        let path = "\(scratch.path)/\(Self.name)"
        switch kind {
        case "a link to a directory": try Files.link(path, to: try scratch.directory("trap"))
        case "a link to nowhere": try Files.link(path, to: "trap")
        case "a file": try Files.write("", to: path)
        case "another user's":
            guard Berth.isRoot else { try Test.cancel("only root can make a directory that belongs to another user") }
            try Files.makeDirectory(path)
            Files.setOwner(path, 12345)
        default: try Files.makeDirectory(path, mode: try #require(UInt32(kind, radix: 8)))
        }
        let before = Files.snapshot(scratch.path)
        for open in [JobRootTests.makeRoot, JobRootTests.findRoot] {
            let error = #expect(throws: CIEnvError.self) { try open(scratch.path) }
            #expect(error?.kind == .badConfiguration)
            #expect(error?.text.hasPrefix("\(path) is refused: \(why)") == true, "\(error?.text ?? "")")
            #expect(error?.hint?.contains("--tmp-dir") == true)
        }
        #expect(Files.differences(before, Files.snapshot(scratch.path)) == [])
    }

    private static func makeRoot(_ base: String) throws { _ = try JobRoot.make(in: base, user: Berth.user) }

    private static func findRoot(_ base: String) throws { _ = try JobRoot.find(in: base, user: Berth.user) }

    @Test(arguments: ["missing", "file", "dangling", ""])
    func `a base that is no directory is refused`(name: String) throws {
        let scratch = try ScratchDirectory()
        _ = try scratch.file("file", "")
        try Files.link("\(scratch.path)/dangling", to: "nowhere")
        let base = name.isEmpty ? "" : "\(scratch.path)/\(name)"
        let error = #expect(throws: CIEnvError.self) { try Self.makeRoot(base) }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.hint?.contains("--tmp-dir") == true)
        #expect(Files.names(in: scratch.path) == ["dangling", "file"])
    }

    @Test func `to look for a root makes none`() throws {
        let scratch = try ScratchDirectory()
        for base in [scratch.path, "\(scratch.path)/missing"] {
            let isThere = try JobRoot.find(in: base, user: Berth.user) != nil
            #expect(!isThere)
        }
        #expect(Files.names(in: scratch.path) == [])
    }

    // MARK: - Where it lies

    @Test(arguments: [".git/", ".git"])
    func `in a checkout it is kept out of commits and images, and that is said`(git: String) throws {
        let scratch = try ScratchDirectory()
        if git.hasSuffix("/") {
            try Files.makeDirectory("\(scratch.path)/.git")
        } else {
            // In a submodule or a worktree it is a file.
            try Files.write("gitdir: elsewhere\n", to: "\(scratch.path)/.git")
        }
        let base = try scratch.directory("tmp")
        for round in 1...2 {
            let root = try JobRoot.make(in: base, user: Berth.user)
            let isInCheckout = root.isInCheckout
            #expect(isInCheckout, "round \(round)")
            #expect(root.warnings.contains { $0.contains("lies in a checkout") })
            #expect(Files.names(in: root.path) == [".dockerignore", ".gitignore"])
            for name in Files.names(in: root.path) { #expect(try Files.text("\(root.path)/\(name)") == "*\n") }
        }
    }

    @Test func `an ignore file that is there already is left as it is`() throws {
        let scratch = try ScratchDirectory()
        try Files.makeDirectory("\(scratch.path)/.git")
        let path = try scratch.directory(Self.name)
        try Files.link("\(path)/.gitignore", to: "\(scratch.path)/trap")
        try Files.write("mine", to: "\(path)/.dockerignore")
        _ = try JobRoot.make(in: scratch.path, user: Berth.user)
        #expect(!Files.exists("\(scratch.path)/trap"))
        #expect(try Files.text("\(path)/.dockerignore") == "mine")
    }

    @Test func `elsewhere there is nothing to ignore and nothing to say`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let isInCheckout = root.isInCheckout
        #expect(!isInCheckout)
        #expect(root.warnings == [])
        #expect(Files.names(in: root.path) == [])
    }

    @Test(arguments: [0o777: true, 0o702: true, 0o1777: false, 0o775: false, 0o700: false] as [UInt32: Bool])
    func `a base in which everybody may rename is warned of`(mode: UInt32, isWarned: Bool) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: try scratch.directory("base", mode: mode), user: Berth.user)
        #expect(root.warnings.contains { $0.contains("everybody may rename") } == isWarned)
    }
}
