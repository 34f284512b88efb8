@testable internal import CIEnv
internal import POSIX
internal import TestSupport
internal import Testing

/// A job's directory, from its name to its removal.
@Suite struct JobDirectoryTests {
    // MARK: - Names

    /// Job keys as a hostile pipeline may have them, and what is left of each in a name.
    static let keys: [(key: String, word: String)] = [
        ("42", "42"), ("a.b_c-D", "a.b_c-D"), ("../../etc", "..-..-etc"), ("a/b", "a-b"), ("..", ".."), ("/", "-"),
        ("line\nbreak", "line-break"), ("nul\u{0}", "nul-"), ("$(touch x)", "--touch-x-"), ("*?[", "---"), ("é", "--"),
        ("-rf", "-rf"), (String(repeating: "9", count: 10_000), String(repeating: "9", count: 48)),
    ]

    @Test(arguments: keys)
    func `a job key becomes one harmless word of a name`(key: String, word: String) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let directory = JobDirectory(system: "gitlab", jobKey: key, in: root)
        #expect(directory.name.hasPrefix("gitlab-\(word)-"))
        #expect(directory.name.utf8.count == "gitlab-\(word)-".utf8.count + 16)
        #expect(directory.path == "\(root.path)/\(directory.name)")
    }

    @Test(arguments: [nil, ""])
    func `a job without a key is named by its system`(key: String?) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let directory = JobDirectory(system: "generic", jobKey: key, in: root)
        #expect(directory.name.split(separator: "-").map(\.count) == [7, 16])
    }

    @Test func `two calls in one job have two names`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let names = (0..<1000).map { _ in JobDirectory(system: "gitlab", jobKey: "42", in: root).name }
        #expect(Set(names).count == names.count)
    }

    // MARK: - Making

    private static let entries: [JobTree.Entry] = [
        .init("docker", .directory([.init("config.json", .file(Array("{}".utf8)))])),
        .init("empty", .directory([])),
        .init("link", .link("docker/config.json")),
        .init(Lease.fileName, .file(Array(Lease.fake().text.utf8))),
    ]

    @Test func `what is made is there, whole and private`() throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let directory = JobDirectory(system: "gitlab", jobKey: "42", in: root)
        try directory.make(Self.entries, in: root)
        let found = Files.snapshot(directory.path)
        #expect(found.keys.sorted() == ["/docker", "/docker/config.json", "/empty", "/lease.json", "/link"])
        #expect(found["/docker/config.json"]?.content == Array("{}".utf8))
        #expect(found["/link"]?.content == Array("docker/config.json".utf8))
        #expect(Files.mode(directory.path) == 0o700)
        for (path, facts) in found {
            switch facts.kind {
            case .directory: #expect(facts.mode == 0o700, "\(path)")
            case .file: #expect(facts.mode == 0o600, "\(path)")
            case .link, .other: break
            }
        }
        #expect(Files.names(in: root.path) == [directory.name], "nothing else is left")
    }

    /// Entries that cannot be made: a name twice, one that is a path, one that is longer than names can be.
    static let impossible: [[JobTree.Entry]] = [
        [.init("a", .file([])), .init("a", .file([]))],
        [.init("a", .directory([])), .init("a", .directory([]))],
        [.init("missing/a", .file([]))],
        [.init("a", .directory([.init(String(repeating: "x", count: 256), .link("y"))]))],
    ]

    @Test(arguments: impossible)
    func `where a part cannot be made, nothing is left`(entries: [JobTree.Entry]) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let directory = JobDirectory(system: "gitlab", jobKey: "42", in: root)
        let error = #expect(throws: CIEnvError.self) { try directory.make(Self.entries + entries, in: root) }
        #expect(error?.kind == .failed)
        #expect(Files.names(in: root.path) == [])
    }

    @Test(arguments: ["a directory", "an empty directory", "a file", "a link"])
    func `what has the name already is not replaced`(kind: String) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let directory = JobDirectory(system: "gitlab", jobKey: "42", in: root)
        switch kind {
        case "a directory":
            try Files.makeDirectory(directory.path)
            try Files.write("mine", to: "\(directory.path)/file")
        case "an empty directory": try Files.makeDirectory(directory.path)
        case "a file": try Files.write("mine", to: directory.path)
        default: try Files.link(directory.path, to: scratch.path)
        }
        let before = Files.snapshot(root.path)
        let error = #expect(throws: CIEnvError.self) { try directory.make(Self.entries, in: root) }
        #expect(error?.kind == .failed)
        #expect(Files.differences(before, Files.snapshot(root.path)) == [])
    }

    @Test func `collectors that run all the time never take a directory that is being made`() async throws {
        let scratch = try ScratchDirectory()
        let base = scratch.path
        let machine = try FakeMachine()
        let collector = JobCollector(observer: machine.host())
        let owner = try machine.add(20)
        let rounds = 200
        try await withThrowingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    try await onThread {
                        let root = try JobRoot.make(in: base, user: Berth.user)
                        for number in 0..<rounds {
                            let directory = JobDirectory(system: "gitlab", jobKey: "\(number)", in: root)
                            let lease = Lease.fake(owners: [owner])
                            try directory.make(
                                Self.entries.dropLast() + [.init(Lease.fileName, .file(Array(lease.text.utf8)))],
                                in: root)
                        }
                    }
                }
                group.addTask {
                    try await onThread {
                        let root = try JobRoot.make(in: base, user: Berth.user)
                        for _ in 0..<rounds { _ = collector.collect(root) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let names = Files.names(in: "\(base)/berth-\(Berth.user)").filter { !$0.hasPrefix(".") }
        #expect(names.count == 2 * rounds)
        for name in names { #expect(Files.exists("\(base)/berth-\(Berth.user)/\(name)/lease.json")) }
    }

    // MARK: - Release

    @Test(arguments: ["", "/"])
    func `release removes a job's directory, and a second time has nothing to do`(ending: String) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let directory = JobDirectory(system: "gitlab", jobKey: "42", in: root)
        try directory.make(Self.entries, in: root)
        #expect(try JobDirectory.release(directory.path + ending, user: Berth.user))
        #expect(Files.names(in: root.path) == [])
        #expect(try !JobDirectory.release(directory.path + ending, user: Berth.user))
    }

    @Test func `release has nothing to do where even the root is gone`() throws {
        let scratch = try ScratchDirectory()
        #expect(try !JobDirectory.release("\(scratch.path)/berth-\(Berth.user)/gitlab-1-x", user: Berth.user))
    }

    /// Paths below a base that name no job directory in the root there.
    static let refused: [String] = {
        let root = "berth-\(Berth.user)"
        return [
            "", "/", "precious", "precious/", root, "\(root)/", "\(root)/folder", "\(root)/file", "\(root)/link",
            "\(root)/.", "\(root)/..", "\(root)/.new-x", "\(root)/.trash-x", "\(root)/gitlab-1-x/docker",
            "\(root)/hollow", "berth-0000/gitlab-1-x", "elsewhere/gitlab-1-x",
        ]
    }()

    @Test(arguments: refused)
    func `release refuses what is no job directory, and leaves it alone`(path: String) throws {
        let scratch = try ScratchDirectory()
        let root = try JobRoot.make(in: scratch.path, user: Berth.user)
        let lease = Lease.fake().text
        for folder in ["\(scratch.path)/precious", "\(scratch.path)/elsewhere", "\(scratch.path)/berth-0000"] {
            try Files.makeDirectory(folder)
            try Files.makeDirectory("\(folder)/gitlab-1-x")
            try Files.write(lease, to: "\(folder)/gitlab-1-x/lease.json")
        }
        for name in ["folder", "gitlab-1-x", ".new-x", ".trash-x", "hollow"] {
            try Files.makeDirectory("\(root.path)/\(name)")
            try Files.makeDirectory("\(root.path)/\(name)/docker")
        }
        try Files.write(lease, to: "\(root.path)/gitlab-1-x/lease.json")
        // A lease that is a link, or lies elsewhere, makes nothing a job's directory.
        try Files.link("\(root.path)/hollow/lease.json", to: "../gitlab-1-x/lease.json")
        try Files.write(lease, to: "\(root.path)/file")
        try Files.link("\(root.path)/link", to: "gitlab-1-x")

        let before = Files.snapshot(scratch.path)
        let error = #expect(throws: CIEnvError.self) {
            try JobDirectory.release("\(scratch.path)/\(path)", user: Berth.user)
        }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.hint != nil)
        #expect(Files.differences(before, Files.snapshot(scratch.path)) == [])
    }
}
