internal import POSIX

extension GitHistory {
    /// Reads the branches and tags of a checkout, and of the remote that it came from.
    ///
    /// What the remote has counts. Nothing is fetched: a branch that the remote has and the checkout has not, or has
    /// elsewhere, is an error, since its images would be taken for those of a deleted branch. A repository without
    /// remotes speaks for itself.
    ///
    /// - Parameters:
    ///   - directory: A directory of the checkout, or a bare repository.
    ///   - remote: The remote's name; `nil` where what the checkout has is the truth.
    ///   - needsCommits: Whether the commits behind branches and tags are needed.
    ///   - programs: Where git is.
    /// - Returns: The history.
    /// - Throws: `CleanupError`: `badConfiguration` with what to do, `unreachable` or `denied` for the remote.
    public static func read(
        _ directory: String, remote: String? = "origin", needsCommits: Bool, programs: Programs = .system
    ) async throws(CleanupError) -> GitHistory {
        let checkout = GitCheckout(directory: directory, programs: programs)
        try await checkout.checkDepth()
        let remotes = try await checkout.remotes()
        if let remote, !remotes.isEmpty, !remotes.contains(remote) {
            throw CleanupError(
                .badConfiguration,
                "the git repository \(checkout.shown) has no remote \(Shown.name(remote)), but others",
                hint: "name the remote that its branches come from: it has \(remotes.joined(separator: ", "))")
        }
        let source = remotes.isEmpty ? nil : remote
        let tracked = (source ?? (remotes.contains("origin") ? "origin" : nil)).map { "refs/remotes/\($0)/" }
        var places = try await checkout.references(["refs/tags/", tracked ?? "refs/heads/"])
        // A mirror has the branches themselves.
        var branches = tracked ?? "refs/heads/"
        if tracked != nil, !places.contains(where: { !$0.isTag }), try await checkout.isBare() {
            branches = "refs/heads/"
            places = try await checkout.references(["refs/tags/", branches])
        }
        if let source { places = try await checkout.agreeing(places, with: source) }
        let tips = try await checkout.tips(places)
        guard tips.contains(where: { !$0.isTag }) else {
            throw checkout.error(
                "there is no branch\(source.map { " at the remote \(Shown.name($0))" } ?? ""), so all would be taken for deleted",
                hint: "run it in a full clone of the images' sources, whose remote is the right one")
        }
        guard needsCommits else { return GitHistory(tips) }
        let log = try await checkout.log(branches: branches)
        guard let history = GitHistory(tips, log: log) else {
            throw checkout.error("git rev-list says what berth cannot read")
        }
        return history
    }
}

/// A git repository, as the `git` program shows it.
struct GitCheckout {
    let directory: String
    let programs: Programs

    /// A reference, which may lead to anything.
    struct Place {
        let name: [UInt8]
        let isTag: Bool
        /// What it leads to: a commit, or the object of an annotated tag.
        let object: GitObject
        /// The commit behind an annotated tag, where git says that it is one.
        var peeled: GitObject?
        /// Whether it leads to a commit at once.
        var isCommit = false
        /// When that, or the annotated tag, was made; 0 where git does not say.
        var made = 0
    }

    /// The repository, for errors.
    var shown: String { Shown.name(directory) }

    private static let fullClone =
        "fetch all of it: GIT_DEPTH: 0 in GitLab CI, fetch-depth: 0 for actions/checkout, "
        + "else git fetch --unshallow --tags"

    func error(_ text: String, hint: String? = nil) -> CleanupError {
        CleanupError(.badConfiguration, "\(text) (git repository \(shown))", hint: hint)
    }

    /// What git answers.
    ///
    /// It asks nobody for a password, and nothing but objects says what was committed.
    private func git(
        _ arguments: [String], limit: Int = 1 << 20, seconds: Int = 120
    ) async throws(CleanupError) -> HelperProgram.Answer {
        var question = Programs.Question("git", ["-C", directory] + arguments)
        question.environment = [
            ("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0"), ("SSH_ASKPASS", ""),
            ("SSH_ASKPASS_REQUIRE", "never"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_NO_REPLACE_OBJECTS", "1"),
        ]
        // CI systems have a program of their own there, which knows the password.
        question.fallbacks = [("GIT_ASKPASS", "")]
        question.outputLimit = limit
        question.seconds = seconds
        return try await programs.answer(question) { error in
            switch error.code {
            case .notFound:
                CleanupError(
                    .badConfiguration, "the policy asks git for branches and commits, and there is no program git",
                    hint: "install git in the job's image")
            case .tooLarge: self.error("git \(arguments.first ?? "") writes more than \(limit) bytes")
            case .timedOut: self.error("git \(arguments.first ?? "") takes longer than \(seconds) s")
            default: self.error("git cannot be run: \(error)")
            }
        }
    }

    /// What git writes where it succeeds.
    private func output(_ arguments: [String], limit: Int = 1 << 20, seconds: Int = 120) async throws(CleanupError)
        -> [UInt8]
    {
        let answer = try await git(arguments, limit: limit, seconds: seconds)
        guard answer.code == 0 else { throw failure(answer) }
        return answer.output
    }

    private func failure(_ answer: HelperProgram.Answer) -> CleanupError {
        let said = Shown.complaint(answer.errors)
        let all = String(decoding: answer.errors, as: UTF8.self)
        if all.contains("dubious ownership") {
            return error(
                "git refuses a repository that belongs to another user",
                hint: "git config --global --add safe.directory and the checkout's path, or run as its owner")
        }
        if all.contains("not a git repository") || all.contains("cannot change to") {
            return error(
                "the policy asks git for branches and commits, and this is no git repository: \(said)",
                hint: "run it in a full clone of the images' sources, or name one")
        }
        return error(
            "git cannot read the repository: \(said)", hint: "git fsck shows what is broken; clone it again")
    }

    /// Refuses a clone whose history has been cut off.
    func checkDepth() async throws(CleanupError) {
        switch Self.line(try await output(["rev-parse", "--is-shallow-repository"])) {
        case "false": return
        case "true":
            throw error("the clone is shallow, so commits that hold images may be missing", hint: Self.fullClone)
        default:
            throw error("this git is too old to say whether a clone is shallow", hint: "git 2.15 or newer is needed")
        }
    }

    func isBare() async throws(CleanupError) -> Bool {
        Self.line(try await output(["rev-parse", "--is-bare-repository"])) == "true"
    }

    /// The names of the remotes.
    func remotes() async throws(CleanupError) -> [String] {
        try await output(["remote"]).split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func line(_ output: [UInt8]) -> String {
        String(decoding: output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// What the clone has below `namespaces`; the remote's default branch is one of the others.
    func references(_ namespaces: [String]) async throws(CleanupError) -> [Place] {
        let format =
            "%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(symref) %(creatordate:unix) %(refname)"
        let answer = try await git(["for-each-ref", "--format=\(format)"] + namespaces, limit: 1 << 28)
        let complaints = String(decoding: answer.errors, as: UTF8.self)
        guard answer.code == 0, !complaints.contains("broken ref"), !complaints.contains("missing object") else {
            throw failure(answer)
        }
        var places: [Place] = []
        for line in answer.output.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 6, omittingEmptySubsequences: false)
            guard words.count == 7, let object = GitObject(words[0]) else {
                throw error("git for-each-ref says what berth cannot read")
            }
            guard words[4].isEmpty, let namespace = namespaces.first(where: { words[6].starts(with: $0.utf8) })
            else { continue }
            places.append(
                Place(
                    name: Array(words[6].dropFirst(namespace.utf8.count)), isTag: namespace == "refs/tags/",
                    object: object, peeled: words[3].elementsEqual("commit".utf8) ? GitObject(words[2]) : nil,
                    isCommit: words[1].elementsEqual("commit".utf8),
                    made: Int(String(decoding: words[5], as: UTF8.self)) ?? 0))
        }
        return places
    }

    /// The commits of `places`; those that lead to something else hold no images.
    func tips(_ places: [Place]) async throws(CleanupError) -> [GitTip] {
        var tips: [GitTip] = []
        for place in places {
            var commit = place.isCommit ? place.object : place.peeled
            if commit == nil, place.isTag { commit = try await peeled(place) }
            if let commit {
                tips.append(GitTip(name: place.name, isTag: place.isTag, commit: commit, made: place.made))
            }
        }
        return tips
    }

    /// The commit behind a tag of a tag.
    private func peeled(_ place: Place) async throws(CleanupError) -> GitObject? {
        let answer = try await git(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(place.object)^{commit}"])
        return answer.code == 0 ? GitObject(answer.output.prefix { $0 != UInt8(ascii: "\n") }) : nil
    }

    /// All commits behind branches and tags, each before its parents.
    func log(branches: String) async throws(CleanupError) -> [UInt8] {
        let selection = branches == "refs/heads/" ? "--branches" : "--remotes=\(branches.dropFirst(13).dropLast())"
        return try await output(
            ["rev-list", "--topo-order", "--parents", "--timestamp", selection, "--tags"], limit: 1 << 30,
            seconds: 900)
    }

    /// Those of `places` that the remote has.
    ///
    /// - Throws: `CleanupError` where it has others, or cannot be asked.
    func agreeing(_ places: [Place], with remote: String) async throws(CleanupError) -> [Place] {
        let answer = try await git(["ls-remote", "--heads", "--tags", remote], limit: 1 << 28, seconds: 300)
        guard answer.code == 0 else { throw refusal(answer, of: remote) }
        var here: [[UInt8]: Place] = [:]
        for place in places { here[Self.key(place.isTag, place.name)] = place }
        var agreed: [Place] = [], missing: [String] = []
        for line in answer.output.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
            guard words.count == 2, let object = GitObject(words[0]) else {
                throw error("git ls-remote says what berth cannot read")
            }
            // The commit of an annotated tag, which has a line of its own.
            guard !words[1].suffix(3).elementsEqual("^{}".utf8) else { continue }
            let isTag = words[1].starts(with: "refs/tags/".utf8)
            let name = words[1].dropFirst(isTag ? 10 : 11)
            if let place = here[Self.key(isTag, name)], place.object == object {
                agreed.append(place)
            } else {
                missing.append("\(isTag ? "tag" : "branch") \(Shown.name(name))")
            }
        }
        guard missing.isEmpty else {
            let some =
                missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? " and \(missing.count - 5) more" : "")
            throw error(
                "the clone lacks what its remote \(Shown.name(remote)) has, or has it elsewhere: \(some)",
                hint:
                    "git fetch --prune --tags --force \(remote) '+refs/heads/*:refs/remotes/\(remote)/*' brings it up to date"
            )
        }
        return agreed
    }

    private static func key(_ isTag: Bool, _ name: some Collection<UInt8>) -> [UInt8] { [isTag ? 1 : 0] + name }

    private func refusal(_ answer: HelperProgram.Answer, of remote: String) -> CleanupError {
        let all = String(decoding: answer.errors, as: UTF8.self).lowercased()
        let signs = [
            "authentication failed", "could not read username", "could not read password", "permission denied",
            "terminal prompts disabled", "error: 401", "error: 403", "access denied", "not found",
        ]
        return CleanupError(
            signs.contains { all.contains($0) } ? .denied : .unreachable,
            "git ls-remote \(Shown.name(remote)) in \(shown) failed, so it is not known whether the clone has all branches: "
                + Shown.complaint(answer.errors),
            hint: "the job needs read access to the sources' repository")
    }
}
