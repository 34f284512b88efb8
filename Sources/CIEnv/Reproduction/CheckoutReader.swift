internal import POSIX

extension Checkout {
    /// Reads the checkout that has `directory` in it.
    ///
    /// The remote is the one that the branch follows, else `origin`, else the only one.
    ///
    /// - Parameters:
    ///   - directory: A directory.
    ///   - options: What is looked for besides what is checked out.
    ///   - account: What the user is called where git's settings have no account at the remote's host.
    ///   - git: The program.
    /// - Throws: `CIEnvError`: `badConfiguration` with what to do where there is no git or no checkout.
    public init(
        of directory: String, for options: LocalJobOptions = .none, account: String? = nil, git: GitProgram = .system
    ) throws(CIEnvError) {
        root = try CheckoutReader(directory: directory, git: git).text(["rev-parse", "--show-toplevel"])
        let reader = CheckoutReader(directory: root, git: git)
        commit = try reader.head()
        branch = try reader.reference("HEAD", in: "refs/heads/")
        if commit != nil {
            tags = try reader.tags()
            message = try reader.message()
        }
        if let name = try reader.remoteName(of: branch) {
            remote = try reader.remote(name)
            defaultBranch = try reader.reference("refs/remotes/\(name)/HEAD", in: "refs/remotes/\(name)/")
            if options.change != nil, commit != nil, let target = options.target ?? defaultBranch {
                base = try reader.base(["refs/remotes/\(name)/\(target)", "refs/heads/\(target)"])
            }
        }
        user = LocalJob.User(
            login: try remote?.forge.flatMap(reader.account) ?? account, name: try reader.setting("user.name"),
            email: try reader.setting("user.email"))
        configuration = try reader.files(CISystem.all.flatMap { $0.configuration + $0.otherConfiguration })
        for name in [options.branch.map { "refs/heads/\($0)" }, options.tag.map { "refs/tags/\($0)" }] {
            if let name { named[name] = try reader.commit(name) }
        }
    }
}

/// What git says of a checkout.
private struct CheckoutReader {
    let directory: String
    let git: GitProgram

    /// The commit that is checked out, if there is one yet.
    func head() throws(CIEnvError) -> String? { try found(["rev-parse", "--verify", "--quiet", "HEAD"]) }

    /// The commit that `reference` leads to, if any.
    func commit(_ reference: String) throws(CIEnvError) -> String? {
        try found(["rev-parse", "--verify", "--quiet", "--end-of-options", "\(reference)^{commit}"])
    }

    /// What the symbolic reference `name` leads to, by its name in `namespace`.
    func reference(_ name: String, in namespace: String) throws(CIEnvError) -> String? {
        let target = try found(["symbolic-ref", "--quiet", name])
        return target.flatMap { $0.hasPrefix(namespace) ? String($0.dropFirst(namespace.count)).nonEmpty : nil }
    }

    /// The value of a setting, if it has one.
    func setting(_ name: String) throws(CIEnvError) -> String? {
        try found(["config", "--get", name])?.nonEmpty
    }

    /// The user's account at hosts of the kind `forge`, by the setting that such hosts' programs share: `github.user`.
    func account(at forge: String) throws(CIEnvError) -> String? { try setting("\(forge).user") }

    /// The tags of HEAD.
    func tags() throws(CIEnvError) -> [Checkout.Tag] {
        let format = "%(objecttype)%00%(refname)%00%(contents)%00"
        let output = try output(["for-each-ref", "--points-at=HEAD", "--format=\(format)", "refs/tags/"])
        let fields = output.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return stride(from: 0, to: fields.count - 2, by: 3).map { place in
            // A tag without an object of its own would show its commit's message.
            let isAnnotated = fields[place].hasSuffix("tag")
            return Checkout.Tag(
                name: String(fields[place + 1].dropFirst("refs/tags/".count)),
                message: isAnnotated ? Self.withoutLineEnd(fields[place + 2]) : "")
        }
    }

    /// What HEAD says.
    func message() throws(CIEnvError) -> LocalJob.CommitMessage? {
        let fields = try output([
            "log", "--max-count=1", "--no-patch", "--encoding=UTF-8", "--format=%an%x00%ae%x00%cI%x00%B%x00", "HEAD",
        ]).split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 5 else { return nil }
        return LocalJob.CommitMessage(
            text: fields[3], authorName: fields[0], authorEmail: fields[1], time: fields[2])
    }

    /// The remote that `branch` follows, else `origin`, else the only one.
    func remoteName(of branch: String?) throws(CIEnvError) -> String? {
        let names = try text(["remote"]).split(separator: "\n").map(String.init)
        if let branch, let upstream = try setting("branch.\(branch).remote"), names.contains(upstream) {
            return upstream
        }
        return names.contains("origin") ? "origin" : names.count == 1 ? names.first : nil
    }

    func remote(_ name: String) throws(CIEnvError) -> LocalJob.Remote? {
        try found(["remote", "get-url", "--", name]).flatMap(LocalJob.Remote.init(address:))
    }

    /// The last commit that HEAD has in common with the first of `references` that exists.
    func base(_ references: [String]) throws(CIEnvError) -> String? {
        for reference in references {
            guard let commit = try commit(reference) else { continue }
            return try found(["merge-base", "HEAD", commit])
        }
        return nil
    }

    /// The files at or below `paths`, committed or not.
    func files(_ paths: [String]) throws(CIEnvError) -> [String] {
        let output = try output(["ls-files", "-z", "--cached", "--others", "--"] + paths)
        return output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What git writes where it succeeds, without the last line's end.
    func text(_ arguments: [String]) throws(CIEnvError) -> String {
        Self.withoutLineEnd(String(decoding: try output(arguments), as: UTF8.self))
    }

    private static func withoutLineEnd(_ text: String) -> String {
        text.utf8.last == UInt8(ascii: "\n") ? String(text.unicodeScalars.dropLast()) : text
    }
}

extension CheckoutReader {
    /// What git writes where it succeeds.
    private func output(_ arguments: [String]) throws(CIEnvError) -> [UInt8] {
        let answer = try answer(arguments)
        guard answer.code == 0 else { throw failure(answer) }
        return answer.output
    }

    /// What git writes where there is such a thing; 1 and 2 are its codes for "there is none".
    private func found(_ arguments: [String]) throws(CIEnvError) -> String? {
        let answer = try answer(arguments)
        switch answer.code {
        case 0: return Self.withoutLineEnd(String(decoding: answer.output, as: UTF8.self))
        case 1, 2: return nil
        default: throw failure(answer)
        }
    }

    private func answer(_ arguments: [String]) throws(CIEnvError) -> HelperProgram.Answer {
        do throws(SystemError) { return try git.ask(["-C", directory] + arguments) } catch {
            guard error.code != .notFound else {
                throw CIEnvError(
                    .badConfiguration, "what a job is of is read from git, and there is no program git",
                    hint: "install git")
            }
            throw CIEnvError(error)
        }
    }

    private func failure(_ answer: HelperProgram.Answer) -> CIEnvError {
        let said = String(decoding: answer.errors, as: UTF8.self)
        func error(_ text: String, hint: String) -> CIEnvError {
            CIEnvError(.badConfiguration, "\(directory.quoted): \(text)", hint: hint)
        }
        if said.contains("dubious ownership") {
            return error(
                "git refuses a checkout that belongs to another user",
                hint: "git config --global --add safe.directory and the checkout's path, or run as its owner")
        }
        if said.contains("not a git repository") || said.contains("cannot change to") {
            return error("this is no git checkout", hint: "run it in the checkout of the project that the job is of")
        }
        if said.contains("must be run in a work tree") {
            return error(
                "this git repository has no files checked out here",
                hint: "run it in a checkout: git worktree add, or git clone, makes one")
        }
        let line = said.split(separator: "\n").first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") }
        return error(
            "git cannot read the checkout: \(line.map { String($0).visible } ?? "exit code \(answer.code)")",
            hint: "git fsck shows what is broken")
    }
}
