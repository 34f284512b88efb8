internal import CIEnv
internal import Testing

/// The job of a checkout, and what options change of it.
@Suite struct LocalJobTests {
    @Test func `a branch is the branch's job`() throws {
        let job = try LocalJob(onMain)
        #expect(job.branch == "main")
        #expect(job.tag == nil)
        #expect(job.change == nil)
        #expect(job.directory == "/src/app")
        #expect(job.commit == SampleJob.commit)
    }

    @Test func `a branch that has a tag is the branch's job all the same`() throws {
        var checkout = onMain
        checkout.tags = [.init(name: "v1")]
        #expect(try LocalJob(checkout).branch == "main")
        #expect(try LocalJob(checkout).tag == nil)
    }

    @Test func `a detached checkout with one tag is the tag's job`() throws {
        let job = try LocalJob(detached("v1"))
        #expect(job.tag == "v1")
        #expect(job.tagMessage == "Of v1")
        #expect(job.branch == nil)
    }

    @Test(arguments: [[], ["v1", "v2"]])
    func `a detached checkout with none or several is of neither branch nor tag`(tags: [String]) throws {
        let job = try LocalJob(detached(tags))
        #expect(job.tag == nil)
        #expect(job.branch == nil)
    }

    @Test(arguments: ["release", "refs/heads/release"])
    func `a branch that is named counts`(name: String) throws {
        let job = try LocalJob(detached("v1"), LocalJobOptions(branch: name))
        #expect(job.branch == "release")
        #expect(job.tag == nil)
    }

    @Test(arguments: ["v2", "refs/tags/v2"])
    func `a tag that is named counts`(name: String) throws {
        let job = try LocalJob(onMain, LocalJobOptions(tag: name))
        #expect(job.tag == "v2")
        #expect(job.branch == nil)
        #expect(job.tagMessage == nil)
    }

    @Test(arguments: ["12", "https://gitlab.example.com/group/app/-/merge_requests/12"])
    func `a change is of the branch, into the default branch`(change: String) throws {
        var checkout = onMain
        checkout.branch = "fix"
        checkout.base = "abc"
        let job = try LocalJob(checkout, LocalJobOptions(change: change))
        #expect(job.branch == "fix")
        #expect(job.change == .init(number: "12", target: "main", base: "abc"))
        #expect(try LocalJob(checkout, LocalJobOptions(change: "12", target: "next")).change?.target == "next")
    }

    @Test(arguments: [nil, "main"])
    func `a change of its own target is refused`(target: String?) throws {
        let error = try #require(throws: CIEnvError.self) {
            try LocalJob(onMain, LocalJobOptions(change: "12", target: target))
        }
        #expect(error.kind == .usage)
        #expect(error.hint?.contains("--branch") == true)
        #expect(try LocalJob(onMain, LocalJobOptions(change: "12", target: "next")).change?.target == "next")
    }

    @Test func `a change of a detached checkout wants a branch`() throws {
        let checkout = detached("v1")
        let error = try #require(throws: CIEnvError.self) {
            try LocalJob(checkout, LocalJobOptions(change: "12"))
        }
        #expect(error.kind == .usage)
        #expect(error.hint?.hasPrefix("--branch NAME") == true)
        #expect(try LocalJob(checkout, LocalJobOptions(branch: "fix", change: "12")).branch == "fix")
    }

    @Test(arguments: [
        ["branch": "a", "tag": "b"], ["tag": "a", "change": "1"], ["target": "main"], ["branch": ""], ["tag": ""],
        ["change": ""], ["change": "1", "target": ""], ["change": "one"], ["change": "#1"], ["change": "-1"],
    ])
    func `options that make no sense are refused`(options: [String: String]) throws {
        let error = try #require(throws: CIEnvError.self) {
            try LocalJobOptions(
                branch: options["branch"], tag: options["tag"], change: options["change"], target: options["target"])
        }
        #expect(error.kind == .usage)
    }
}

/// What is said of a job that is not quite the CI system's.
@Suite struct LocalJobNoteTests {
    @Test func `of a job as the CI system would run it nothing`() {
        #expect(LocalJobOptions.none.notes(on: onMain).isEmpty)
        #expect(LocalJobOptions.none.notes(on: detached("v1")).isEmpty)
    }

    @Test func `that the branch or tag that was named is elsewhere`() throws {
        var checkout = onMain
        checkout.named = ["refs/heads/next": "ffff0000aaaa", "refs/tags/v1": "ffff0000aaaa"]
        #expect(
            try LocalJobOptions(branch: "next").notes(on: checkout) == [
                "the branch \"next\" is at ffff0000, and the job at what is checked out, 8d2f0c1e"
            ])
        #expect(
            try LocalJobOptions(tag: "v1").notes(on: checkout) == [
                "the tag \"v1\" is at ffff0000, and the job at what is checked out, 8d2f0c1e"
            ])
        #expect(try LocalJobOptions(branch: "unknown").notes(on: checkout).isEmpty)
    }

    @Test func `that the branch which was named is checked out, nothing`() throws {
        var checkout = onMain
        checkout.named = ["refs/heads/next": SampleJob.commit]
        #expect(try LocalJobOptions(branch: "next").notes(on: checkout).isEmpty)
    }

    @Test(arguments: [([], "no branch and no tag"), (["v1", "v2"], "several tags, \"v1\", \"v2\"")])
    func `that nothing tells branch or tag`(tags: [String], words: String) throws {
        let notes = LocalJobOptions.none.notes(on: detached(tags))
        #expect(notes.count == 1)
        #expect(notes.first?.contains(words) == true)
        #expect(try LocalJobOptions(branch: "main").notes(on: detached(tags)).isEmpty)
    }

    @Test func `that nothing tells a change's target`() throws {
        var checkout = onMain
        checkout.defaultBranch = nil
        let notes = try LocalJobOptions(change: "12").notes(on: checkout)
        #expect(notes == ["nothing tells which branch the change is to be merged into: --target says it"])
        #expect(try LocalJobOptions(change: "12", target: "next").notes(on: checkout).isEmpty)
        #expect(LocalJobOptions.none.notes(on: checkout).isEmpty)
    }

    @Test func `that there is no remote, and no commit`() {
        var checkout = Checkout(root: "/src/app")
        checkout.branch = "main"
        #expect(LocalJobOptions.none.notes(on: checkout).count == 2)
    }

    @Test func `names that would move a terminal's cursor are shown without what does`() throws {
        var checkout = onMain
        checkout.named = ["refs/heads/\u{1B}[2Jx": "ffff0000aaaa"]
        let note = try #require(try LocalJobOptions(branch: "\u{1B}[2Jx").notes(on: checkout).first)
        #expect(note.contains("\"[2Jx\""))
    }
}

private var onMain: Checkout {
    var checkout = Checkout(root: "/src/app")
    checkout.commit = SampleJob.commit
    checkout.branch = "main"
    checkout.defaultBranch = "main"
    checkout.remote = LocalJob.Remote(address: "https://gitlab.example.com/group/app.git")
    return checkout
}

private func detached(_ tags: [String]) -> Checkout {
    var checkout = onMain
    checkout.branch = nil
    checkout.tags = tags.map { Checkout.Tag(name: $0, message: "Of \($0)") }
    return checkout
}

private func detached(_ tag: String) -> Checkout { detached([tag]) }
