internal import CIEnv
internal import POSIX
internal import TestSupport
internal import Testing

/// What is read from a checkout, as git itself made it.
@Suite struct CheckoutTests {
    @Test func `a branch has its commit, its message and its place`() async throws {
        let repository = try await GitRepository.withCommit()
        let checkout = try await repository.checkout()
        #expect(checkout.root == repository.path)
        #expect(try await checkout.commit == repository.head())
        #expect(checkout.branch == "main")
        #expect(checkout.tags.isEmpty)
        #expect(
            checkout.message
                == .init(
                    text: "Add a form\n\nIt asks for a name.\n", authorName: "Ada Lovelace",
                    authorEmail: "ada@example.com", time: "2026-01-31T16:47:55+01:00"))
    }

    /// Where the remote is, and whose account git's settings have there.
    static let accounts = [
        ("https://github.example.com/a/b", "ada-hub"), ("git@gitlab.example.com:a/b.git", "ada-lab"),
        ("https://git.example.com/a/b", "ada"), (nil, "ada"),
    ]

    @Test(arguments: accounts)
    func `the user is who has an account at the remote's host, else who is logged in`(
        remote: String?, login: String
    ) async throws {
        let repository = try await GitRepository.withCommit()
        try await repository.git("config", "github.user", "ada-hub")
        try await repository.git("config", "gitlab.user", "ada-lab")
        if let remote { try await repository.git("remote", "add", "origin", remote) }
        let path = repository.path
        let checkout = try await onThread { try Checkout(of: path, account: "ada") }
        #expect(checkout.user.login == login)
    }

    @Test func `a directory below finds the root`() async throws {
        let repository = try await GitRepository.withCommit()
        try Files.makeDirectory("\(repository.path)/src", mode: 0o700)
        #expect(try await GitRepository.checkout("\(repository.path)/src").root == repository.path)
    }

    @Test func `before the first commit there is a branch and nothing else`() async throws {
        let checkout = try await GitRepository().checkout()
        #expect(checkout.branch == "main")
        #expect(checkout.commit == nil)
        #expect(checkout.message == nil)
    }

    @Test func `a detached checkout has no branch, and all tags of its commit`() async throws {
        let repository = try await GitRepository.withCommit()
        try await repository.git("tag", "v1")
        try await repository.git("tag", "--annotate", "--message=First\n\nof many", "v1.0")
        try await repository.git("checkout", "--quiet", "--detach")
        let checkout = try await repository.checkout()
        #expect(checkout.branch == nil)
        #expect(checkout.tags == [.init(name: "v1"), .init(name: "v1.0", message: "First\n\nof many")])
    }

    @Test func `names and messages are values, whatever they are`() async throws {
        let repository = try await GitRepository.withCommit("$(id) `id` \"'\\ \u{1B}[31m\r\n%s %x00 --flag\n")
        let name = "fix/$(id)'\";&|`-ü"
        try await repository.git("checkout", "--quiet", "-b", name)
        try await repository.git("tag", name)
        let checkout = try await repository.checkout(LocalJobOptions(branch: name))
        #expect(checkout.branch == name)
        #expect(checkout.tags == [.init(name: name)])
        #expect(checkout.named == ["refs/heads/\(name)": try await repository.head()])
        #expect(checkout.message?.text == "$(id) `id` \"'\\ \u{1B}[31m\r\n%s %x00 --flag\n")
        #expect(checkout.message?.title == "$(id) `id` \"'\\ \u{1B}[31m")
    }

    @Test func `what is no UTF-8 is read all the same`() async throws {
        let repository = try await GitRepository.withCommit()
        let tree = try await repository.git("write-tree")
        let object = try await shell(
            "printf 'tree \(tree)\\nauthor \\377 <a@b> 1 +0000\\ncommitter C <c@d> 1 +0000\\n\\nA \\377 b\\n' "
                + "| git hash-object -t commit -w --stdin", in: repository.path)
        try await repository.git("reset", "--quiet", "--hard", object)
        let message = try await repository.checkout().message
        #expect(message?.authorName == "\u{FFFD}")
        #expect(message?.title == "A \u{FFFD} b")
    }

    @Test func `a clone has the remote and its default branch`() async throws {
        let repository = try await GitRepository.withCommit()
        let clone = "\(repository.scratch.path)/clone"
        try await GitRepository.git(["clone", "--quiet", repository.path, clone], in: repository.scratch.path)
        // A path has no page.
        #expect(try await GitRepository.checkout(clone).remote == nil)
        try await GitRepository.git(
            ["remote", "set-url", "origin", "https://ada:hunter2@git.example.com/group/app.git"], in: clone)
        let checkout = try await GitRepository.checkout(clone)
        #expect(checkout.defaultBranch == "main")
        #expect(checkout.remote?.page == "https://git.example.com/group/app")
        #expect(!"\(checkout)".contains("hunter2"))
    }

    @Test(arguments: [
        // The one that the branch follows, origin, the only one.
        (["origin", "fork"], "fork", "fork"), (["origin", "fork"], nil, "origin"), (["fork"], nil, "fork"),
        (["a", "b"], nil, nil), ([], nil, nil), (["origin"], ".", "origin"), (["origin"], "gone", "origin"),
    ])
    func `of several remotes the branch's own counts`(names: [String], upstream: String?, used: String?) async throws {
        let repository = try await GitRepository.withCommit()
        for name in names { try await repository.git("remote", "add", name, "https://git.example.com/\(name)/app") }
        if let upstream { try await repository.git("config", "branch.main.remote", upstream) }
        #expect(try await repository.checkout().remote?.path == used.map { "\($0)/app" })
    }

    @Test func `an address that a setting abbreviates is the full one`() async throws {
        let repository = try await GitRepository.withCommit()
        try await repository.git("remote", "add", "origin", "gh:acme/app")
        try await repository.git("config", "url.git@github.com:.insteadOf", "gh:")
        #expect(try await repository.checkout().remote?.page == "https://github.com/acme/app")
    }

    @Test func `who git takes for the user is read`() async throws {
        let repository = try await GitRepository.withCommit()
        try await repository.git("config", "user.name", "Ada Lovelace")
        try await repository.git("config", "user.email", "ada@example.com")
        #expect(try await repository.checkout().user == .init(name: "Ada Lovelace", email: "ada@example.com"))
    }

    @Test func `the last commit in common with a change's target is found`() async throws {
        let repository = try await GitRepository.withCommit()
        let base = try await repository.head()
        try await repository.git("checkout", "--quiet", "-b", "fix")
        try await repository.commit("Fix it")
        try await repository.git("remote", "add", "origin", "https://git.example.com/a/b")
        #expect(try await repository.checkout(LocalJobOptions(change: "1", target: "main")).base == base)
        #expect(try await repository.checkout(LocalJobOptions(change: "1", target: "gone")).base == nil)
        #expect(try await repository.checkout().base == nil)
    }

    @Test func `a worktree and a shallow clone are checkouts too`() async throws {
        let repository = try await GitRepository.withCommit()
        try await repository.commit("Another")
        let worktree = "\(repository.scratch.path)/tree", shallow = "\(repository.scratch.path)/shallow"
        try await repository.git("worktree", "add", "--quiet", "-b", "side", worktree)
        try await GitRepository.git(
            ["clone", "--quiet", "--depth=1", "file://\(repository.path)", shallow], in: repository.scratch.path)
        #expect(try await GitRepository.checkout(worktree).branch == "side")
        #expect(try await GitRepository.checkout(worktree).root == worktree)
        #expect(try await Checkout(of: shallow).commit == repository.head())
    }

    @Test func `a submodule is a checkout of its own`() async throws {
        let inner = try await GitRepository.withCommit(), outer = try await GitRepository.withCommit()
        try await outer.git("submodule", "--quiet", "add", "file://\(inner.path)", "inner")
        #expect(try await GitRepository.checkout("\(outer.path)/inner").root == "\(outer.path)/inner")
    }

    @Test func `nothing that the checkout's settings name is run`() async throws {
        let repository = try await GitRepository.withCommit()
        let marker = "\(repository.scratch.path)/ran"
        let program = try repository.scratch.file("program", "#!/bin/sh\ntouch '\(marker)'\n", mode: 0o700)
        for setting in ["core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand", "core.askPass"] {
            try await repository.git("config", setting, program)
        }
        try await repository.git("config", "log.showSignature", "true")
        try await repository.git("config", "core.hooksPath", repository.scratch.path)
        try await repository.git("remote", "add", "origin", "https://git.example.com/a/b")
        let tree = try await repository.git("write-tree")
        let signed = """
            tree \(tree)
            author A <a@b> 1 +0000
            committer C <c@d> 1 +0000
            gpgsig -----BEGIN PGP SIGNATURE-----
             
             x
             -----END PGP SIGNATURE-----

            Signed

            """
        let commit = try await repository.git("hash-object", "-t", "commit", "-w", "--stdin", input: signed)
        try await repository.git("update-ref", "HEAD", commit)
        // What was run to get there does not count.
        try await Command("rm", ["-f", marker]).succeed()
        #expect(try await repository.checkout(LocalJobOptions(change: "1", target: "main")).message?.title == "Signed")
        #expect(!Files.exists(marker))
    }
}

/// Where no checkout can be read.
@Suite struct NoCheckoutTests {
    @Test func `a directory outside of any checkout is an error that says so`() throws {
        let scratch = try ScratchDirectory()
        let error = try #require(throws: CIEnvError.self) { try Checkout(of: scratch.path) }
        #expect(error.kind == .badConfiguration)
        #expect(error.text == "\"\(scratch.path)\": this is no git checkout")
        #expect(error.hint != nil)
    }

    @Test func `so is a directory that does not exist`() throws {
        let error = try #require(throws: CIEnvError.self) { try Checkout(of: "/nonexistent/directory") }
        #expect(error.text.hasSuffix("this is no git checkout"))
    }

    @Test func `a bare repository has no files checked out`() async throws {
        let scratch = try ScratchDirectory()
        try await GitRepository.git(["init", "--quiet", "--bare", "app.git"], in: scratch.path)
        let error = try #require(throws: CIEnvError.self) { try Checkout(of: "\(scratch.path)/app.git") }
        #expect(error.text.hasSuffix("this git repository has no files checked out here"))
    }

    @Test func `somebody else's checkout is one that git refuses`() async throws {
        let repository = try await GitRepository.withCommit()
        let git = GitProgram { (arguments) throws(SystemError) in
            try HelperProgram.ask(
                "git", arguments, overriding: [("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")], outputLimit: 1 << 20,
                seconds: 60)
        }
        let path = repository.path
        let error = try #require(throws: CIEnvError.self) { try Checkout(of: path, git: git) }
        #expect(error.text.hasSuffix("git refuses a checkout that belongs to another user"))
        #expect(error.hint?.contains("safe.directory") == true)
    }

    @Test func `a machine without git says what is missing`() throws {
        let git = GitProgram { (arguments) throws(SystemError) in
            try HelperProgram.ask("no-such-git", arguments, outputLimit: 1 << 20, seconds: 60)
        }
        let error = try #require(throws: CIEnvError.self) { try Checkout(of: "/", git: git) }
        #expect(error.hint == "install git")
    }

    @Test func `a broken checkout shows git's own words`() async throws {
        let repository = try await GitRepository.withCommit()
        let head = try await repository.head()
        let object = "\(repository.path)/.git/objects/\(head.prefix(2))/\(head.dropFirst(2))"
        try await Command("rm", ["-f", object]).succeed()
        let path = repository.path
        let error = try #require(throws: CIEnvError.self) { try Checkout(of: path) }
        #expect(error.text.contains("git cannot read the checkout: "))
    }
}

private func shell(_ script: String, in directory: String) async throws -> String {
    var command = Command.shell(script)
    command.directory = directory
    return try await command.succeed().lines.first ?? ""
}
