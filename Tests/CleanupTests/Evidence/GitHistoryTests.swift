@testable internal import Cleanup
internal import POSIX
internal import TestSupport
internal import Testing

@Suite("The history of git", .timeLimit(.minutes(2)))
struct GitHistoryTests {
    @Test("A clone's branches are those of its remote, without the name of the default one")
    func branches() async throws {
        let site = try GitSite()
        try await site.clone("commit; git branch feature/a; git tag v1")
        #expect(try await site.read().names == ["branch feature/a", "branch main", "tag v1"])
    }

    @Test("A local branch that the remote does not have is none")
    func localBranch() async throws {
        let site = try GitSite()
        try await site.clone("commit")
        try await site.run("cd clone; git checkout -q -b mine; commit")
        #expect(try await site.read().names == ["branch main"])
    }

    @Test("A branch that was deleted at the remote is gone, although the clone still knows it")
    func deletedBranch() async throws {
        let site = try GitSite()
        try await site.clone("commit; git branch old; git tag t")
        try await site.run("cd origin; git branch -D -q old; git tag -d t")
        #expect(try await site.read().names == ["branch main"])
        #expect(try await site.read(remote: nil).names == ["branch main", "branch old", "tag t"])
    }

    static let lagging = [
        ("git branch new", "branch \"new\""), ("git tag new", "tag \"new\""), ("commit", "branch \"main\""),
        ("git branch -f other main", "branch \"other\""),
    ]

    @Test("A clone that is behind its remote is refused, with how to fix it", arguments: lagging)
    func behind(change: String, named: String) async throws {
        let site = try GitSite()
        try await site.clone("commit; git branch other; commit")
        try await site.run("cd origin; \(change)")
        let error = await #expect(throws: CleanupError.self) { try await site.read() }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text.contains(named) == true)
        let hint = try #require(error?.hint)
        let command = try #require(hint.firstRange(of: " brings").map { String(hint[..<$0.lowerBound]) })
        try await site.run("cd clone; \(command) 2>/dev/null")
        #expect(try await site.read().names.isEmpty == false)
    }

    @Test("A clone of one branch only is refused")
    func singleBranch() async throws {
        let site = try GitSite()
        try await site.run(
            "new origin; cd origin; commit; git branch other; commit; cd ..; "
                + "git clone -q --single-branch origin clone")
        let error = await #expect(throws: CleanupError.self) { try await site.read() }
        #expect(error?.text.contains("branch \"other\"") == true)
    }

    @Test("A shallow clone is refused, with how to fix it")
    func shallow() async throws {
        let site = try GitSite()
        try await site.run(
            "new origin; cd origin; commit; commit; cd ..; git clone -q --depth 1 file://$PWD/origin clone")
        let error = await #expect(throws: CleanupError.self) { try await site.read() }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text.contains("shallow") == true)
        for fix in ["GIT_DEPTH: 0", "fetch-depth: 0", "--unshallow"] { #expect(error?.hint?.contains(fix) == true) }
        try await site.run("cd clone; git fetch -q --unshallow")
        #expect(try await site.read().names == ["branch main"])
    }

    @Test("What is no repository, or not there at all, is refused", arguments: ["plain", "nothing"])
    func noRepository(name: String) async throws {
        let site = try GitSite()
        _ = try site.scratch.directory("plain")
        let error = await #expect(throws: CleanupError.self) { try await site.read(name) }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.text.contains("no git repository") == true)
    }

    @Test("A machine without git is told to install it")
    func noGit() async throws {
        let programs = Programs { (_) async throws(SystemError) in throw SystemError(.notFound, "run", "git") }
        let error = await #expect(throws: CleanupError.self) {
            try await GitHistory.read("/", needsCommits: false, programs: programs)
        }
        #expect(error?.kind == .badConfiguration)
        #expect(error?.hint?.contains("install git") == true)
    }

    static let damages = [
        "rm -rf .git/objects/??", "echo nonsense > .git/refs/remotes/origin/main",
        "git rev-parse main~1 | sed 's|^..|&/|; s|^|.git/objects/|' | xargs rm -f",
    ]

    @Test("A repository that has lost objects is refused", arguments: damages)
    func corrupt(damage: String) async throws {
        let site = try GitSite()
        try await site.run("new origin; cd origin; commit; commit; commit")
        try await site.run("git clone -q origin clone; cd clone; \(damage)")
        let error = await #expect(throws: CleanupError.self) { try await site.read(remote: nil, needsCommits: true) }
        #expect(error?.kind == .badConfiguration)
    }

    @Test(
        "A repository without remotes speaks for itself, bare ones and other work trees too",
        arguments: ["own", "bare", "tree"])
    func noRemotes(name: String) async throws {
        let site = try GitSite()
        try await site.run(
            "new own; cd own; commit; git branch b; git worktree add -q ../tree --detach; cd ..; "
                + "new --bare bare; cd own; git push -q ../bare main b")
        #expect(try await site.read(name).names == ["branch b", "branch main"])
    }

    @Test("A mirror has its remote's branches for its own", arguments: ["--mirror", "--bare"])
    func mirror(kind: String) async throws {
        let site = try GitSite()
        try await site.run("new origin; cd origin; commit; git branch b; cd ..; git clone -q \(kind) origin clone")
        #expect(try await site.read().names == ["branch b", "branch main"])
        try await site.run("cd origin; git branch c")
        await #expect(throws: CleanupError.self) { try await site.read() }
    }

    @Test("A detached work tree has the branches all the same")
    func detached() async throws {
        let site = try GitSite()
        try await site.clone("commit; commit")
        try await site.run("cd clone; git checkout -q --detach HEAD~1")
        #expect(try await site.read().names == ["branch main"])
    }

    @Test("An unknown remote is an error that names those that there are")
    func otherRemote() async throws {
        let site = try GitSite()
        try await site.clone("commit")
        try await site.run("cd clone; git remote rename origin upstream")
        let error = await #expect(throws: CleanupError.self) { try await site.read() }
        #expect(error?.hint?.contains("upstream") == true)
        #expect(try await site.read(remote: "upstream").names == ["branch main"])
    }

    @Test("A remote that cannot be reached is an error, without the password in its URL")
    func unreachable() async throws {
        let site = try GitSite()
        try await site.clone("commit")
        try await site.run("cd clone; git remote set-url origin http://ci:secret@127.0.0.1:1/x.git")
        let error = await #expect(throws: CleanupError.self) { try await site.read() }
        #expect(error?.kind == .unreachable)
        #expect(error?.text.contains("secret") == false)
    }

    @Test("Odd names are read as they are, and nothing of them is executed")
    func oddNames() async throws {
        let site = try GitSite()
        try await site.clone(
            "commit; git branch 'feature/ÄÖ#1'; git branch 'a'\\''b$(touch${IFS}x)'; git branch -- 'x&y;z'")
        #expect(
            try await site.read().names == [
                "branch a'b$(touch${IFS}x)", "branch feature/ÄÖ#1", "branch main", "branch x&y;z",
            ])
    }

    @Test("Annotated tags, and tags of tags, lead to their commits; tags of files to none")
    func annotated() async throws {
        let site = try GitSite()
        try await site.clone(
            "commit; git tag -a -m x v1; git tag -a -m x v2 v1; git tag blob $(echo x | git hash-object -w --stdin); "
                + "git tag tree HEAD^{tree}; commit")
        let history = try await site.read(needsCommits: true)
        #expect(history.names == ["branch main", "tag v1", "tag v2"])
        let commit = try await site.commit("v1")
        #expect(try history.holder("v1-\(commit)", "{tag}-{sha}") == "tag v1")
        #expect(try history.holder("v2-\(commit)", "{tag}-{sha}") == "tag v2")
    }

    @Test("Repositories with SHA-256 are read")
    func sha256() async throws {
        let site = try GitSite()
        try await site.run(
            "new --object-format=sha256 origin; cd origin; commit; commit; cd ..; git clone -q origin clone")
        let history = try await site.read(needsCommits: true)
        let commit = try await site.commit("main", digits: 64)
        #expect(commit.count == 64)
        #expect(try history.holder(commit, "{sha}") == "branch main")
        #expect(try history.holder(String(commit.prefix(12)), "{sha}") == "branch main")
    }

    @Test("A partial clone is enough")
    func partial() async throws {
        let site = try GitSite()
        try await site.run(
            "new origin; cd origin; git config uploadpack.allowFilter true; commit; commit; cd ..; "
                + "git clone -q --no-checkout --filter=tree:0 file://$PWD/origin clone")
        #expect(try await site.read(needsCommits: true).commits.count == 2)
    }

    @Test("A repository without any branch is refused: its images would all be those of deleted ones")
    func empty() async throws {
        let site = try GitSite()
        try await site.run("new own; git clone -q own clone 2>/dev/null")
        try await site.run("new tagged; cd tagged; commit; git tag v1; git checkout -q --detach; git branch -D -q main")
        for name in ["own", "clone", "tagged"] {
            let error = await #expect(throws: CleanupError.self) { try await site.read(name, needsCommits: true) }
            #expect(error?.kind == .badConfiguration)
            #expect(error?.text.contains("there is no branch") == true)
            #expect(error?.hint != nil)
        }
    }

    @Test("A remote that says nothing at all is refused, although the clone has branches")
    func silentRemote() async throws {
        let site = try GitSite()
        try await site.clone("commit")
        try await site.run("new other; cd clone; git remote set-url origin ../other")
        let error = await #expect(throws: CleanupError.self) { try await site.read() }
        #expect(error?.text.contains("no branch at the remote \"origin\"") == true)
    }

    @Test("A URL in the place of a remote's name is not shown with its password")
    func remoteURL() async throws {
        let site = try GitSite()
        try await site.clone("commit")
        for secret in ["secret", String(repeating: "secret", count: 50)] {
            let url = "https://ci:\(secret)@git.example.com/x.git"
            let error = await #expect(throws: CleanupError.self) { try await site.read(remote: url) }
            #expect(error?.text.contains("secret") == false)
            #expect(error?.text.contains("git.example.com") == true)
        }
    }
}

@Suite("Programs of the machine", .timeLimit(.minutes(1)))
struct ProgramsTests {
    @Test("A program is ended with all that it started when the cleanup is interrupted")
    func cancelled() async throws {
        let scratch = try ScratchDirectory()
        let file = "\(scratch.path)/pid"
        let task = Task {
            _ = await #expect(throws: CleanupError(.stopped, "interrupted")) {
                let question = Programs.Question("sh", ["-c", "sleep 600 & echo $! >'\(file)'; wait"])
                _ = try await Programs.system.answer(question) { CleanupError(.badData, "\($0)") }
            }
        }
        #expect(await waitUntil(.seconds(30)) { ((try? Files.text(file)) ?? "").hasSuffix("\n") })
        task.cancel()
        await task.value
        let pid = try #require(Int(Files.text(file).dropLast()))
        #expect(await waitUntil(.seconds(10)) { ProcessTable().entry(pid).map { $0.isZombie } ?? true })
    }

    @Test("A fallback of the environment does not take the place of what is there")
    func fallbacks() async throws {
        var question = Programs.Question("sh", ["-c", "printf '%s %s' \"$PATH\" \"$BERTH_NOT_THERE\""])
        question.fallbacks = [("PATH", "no"), ("BERTH_NOT_THERE", "yes")]
        let said = String(decoding: try await Programs.system.ask(question).output, as: UTF8.self)
        #expect(said.hasSuffix(" yes"))
        #expect(!said.hasPrefix("no "))
    }

    @Test("Git is asked with the password's program that the environment has")
    func askpass() async throws {
        let asked = Locked<Programs.Question?>(nil)
        let programs = Programs { (question) async throws(SystemError) in
            asked.withLock { $0 = question }
            throw SystemError(.notFound, "run", "git")
        }
        _ = try? await GitHistory.read("/", needsCommits: false, programs: programs)
        let question = try #require(asked.withLock { $0 })
        #expect(question.fallbacks.map(\.name) == ["GIT_ASKPASS"])
        #expect(!question.environment.contains { $0.name == "GIT_ASKPASS" })
    }
}
