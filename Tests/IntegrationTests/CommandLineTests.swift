internal import TestSupport
internal import Testing

/// What a person sees who gets a command line right or wrong: exit codes, and where which words go.
@Suite struct CommandLineTests {
    // MARK: - Mistakes

    /// A command line that is wrong, in a GitLab job's environment with or without some variables.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let words: [String]
        let code: Int32
        /// What the first line has to say.
        let says: String
        var variables: [String: String] = [:]

        /// What makes the shell fail that evaluates it; only ci-env's output is evaluated.
        var output: String {
            if words.first != "ci-env" || words.contains("github") && code == 78 { return "" }
            return words.contains("cmd") ? "@exit \(code)\r\n" : "exit \(code);\n"
        }

        var testDescription: String { "berth \(words.joined(separator: " "))" }
    }

    static let mistakes: [Mistake] = [
        Mistake(words: ["no-such-command"], code: 64, says: "no-such-command"),
        Mistake(words: ["--no-such-option"], code: 64, says: "--no-such-option"),
        Mistake(words: ["ci-env", "--no-such-option"], code: 64, says: "--no-such-option"),
        Mistake(words: ["ci-env", "gitlab", "github"], code: 64, says: "github"),
        Mistake(words: ["ci-env", "--ttl"], code: 64, says: "--ttl"),
        Mistake(words: ["ci-env", "no-such-system"], code: 64, says: "no-such-system: no such CI system"),
        Mistake(words: ["ci-env", "--shell", "tcl"], code: 64, says: "--shell: no such shell"),
        Mistake(words: ["ci-env"], code: 78, says: "WERF_SHELL: no such shell", variables: ["WERF_SHELL": "tcl"]),
        Mistake(
            words: ["ci-env"], code: 78, says: "BERTH_AS_FILE: neither yes nor no",
            variables: ["BERTH_AS_FILE": "maybe"]),
        Mistake(words: ["ci-env", "--ttl", "soon"], code: 64, says: "--ttl: not a duration"),
        Mistake(words: ["ci-env", "--ttl", "0s"], code: 64, says: "--ttl: not a duration"),
        Mistake(words: ["ci-env", "--watch", "maybe"], code: 64, says: "--watch: no such mode"),
        Mistake(words: ["ci-env", "--inherit", ","], code: 64, says: "--inherit: not a list"),
        Mistake(
            words: ["ci-env", "--login", "ghcr.io"], code: 64, says: "--login: not of the form HOST=USERVAR,PASSWORDVAR"
        ),
        Mistake(
            words: ["ci-env", "--login", "ghcr.io=NO_U,NO_P"], code: 78, says: "no login to ghcr.io: NO_P is not set"),
        Mistake(words: ["ci-env", "--oidc", "ghcr.io"], code: 64, says: "--oidc: "),
        Mistake(
            words: ["ci-env", "--use-docker-auth-config"], code: 78, says: "DOCKER_AUTH_CONFIG is not set"),
        Mistake(words: ["ci-env", "--shell", "github"], code: 78, says: "GITHUB_ENV is not set"),
        Mistake(
            words: ["ci-env", "--shell", "cmd"], code: 65, says: "WERF_ADD_ANNOTATION_",
            variables: ["CI_PIPELINE_URL": "https://a\nb"]),
        Mistake(words: ["exec", "gitlab"], code: 64, says: "no command behind --"),
        Mistake(words: ["exec", "gitlab", "--"], code: 64, says: "no command behind --"),
        Mistake(
            words: ["login", "r.example.com", "-u", "me", "--password-stdin"], code: 78, says: "BERTH_JOB is not set"),
        Mistake(words: ["login", "r.example.com", "-u", "me"], code: 64, says: "--password-stdin is missing"),
        Mistake(words: ["logout", "r.example.com"], code: 78, says: "BERTH_JOB is not set"),
        Mistake(words: ["release"], code: 78, says: "BERTH_JOB is not set"),
        Mistake(words: ["release", "--job", "/"], code: 78, says: "/ is not removed"),
    ]

    @Test("a mistake ends with its exit code, one line of why and one of what to do", arguments: mistakes)
    func mistaken(_ mistake: Mistake) async throws {
        let machine = try Machine()
        var environment = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "job-secret")
        for (name, value) in mistake.variables { environment[name] = value }
        let outcome = try await berth(mistake.words, environment).run()
        #expect(outcome.status == mistake.code, "\(outcome.errorText)")
        let lines = outcome.errorText.split(separator: "\n")
        #expect(lines.count == 2, "\(outcome.errorText)")
        #expect(lines.first?.hasPrefix("berth: ") == true && lines.first?.contains(mistake.says) == true, "\(lines)")
        #expect(lines.last?.hasPrefix("hint: ") == true)
        #expect(!outcome.errorText.contains("job-secret"))
        #expect(machine.jobs.isEmpty)
        #expect(outcome.text == mistake.output)
        guard outcome.text.hasPrefix("exit") else { return }
        for shell in ["dash", "bash"] {
            let evaluated = try await evaluate(outcome.output, in: shell)
            #expect(evaluated == mistake.code, "\(shell)")
        }
    }

    /// Each named system, and the variable that is missed where there is none of it.
    static let absent = [
        ("gitlab", "GITLAB_CI"), ("github", "GITHUB_ACTIONS"), ("jenkins", "JENKINS_URL"), ("circleci", "CIRCLECI"),
        ("buildkite", "BUILDKITE"), ("travis", "TRAVIS"), ("drone", "DRONE"),
    ]

    @Test("a system that is named and is not there is told by its first missing variable", arguments: absent)
    func absentSystem(name: String, variable: String) async throws {
        let machine = try Machine()
        let outcome = try await berth(["ci-env", name], machine.environment).run()
        #expect(outcome.status == 78)
        #expect(outcome.errorText.hasPrefix("berth: this is no job of "))
        #expect(outcome.errorText.contains(": \(variable) is not set\n"), "\(outcome.errorText)")
        #expect(outcome.text == "exit 78;\n")
        #expect(machine.jobs.isEmpty)
    }

    @Test("berth without a command tells what there is")
    func alone() async throws {
        let outcome = try await berth([], Command.bare).run()
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("ci-env") && outcome.errorText == "")
    }

    // MARK: - Results that are for people

    @Test("the version stands alone on standard output")
    func version() async throws {
        let outcome = try await berth(["--version"], Command.bare).run()
        #expect(outcome.status == 0 && outcome.errorText == "")
        let numbers = (outcome.lines.first ?? "").split(separator: ".")
        #expect(
            outcome.lines.count == 1 && numbers.count == 3 && numbers.allSatisfy { Int($0) != nil }, "\(outcome.text)")
    }

    @Test(
        "help goes to standard output",
        arguments: [
            ["--help"], ["-h"], ["ci-env", "--help"], ["ci-env", "gitlab", "-h"], ["gc", "--help"], ["help", "exec"],
        ])
    func help(words: [String]) async throws {
        let machine = try Machine()
        let outcome = try await berth(words, machine.environment).run()
        #expect(outcome.status == 0 && outcome.errorText == "")
        #expect(outcome.text.contains("USAGE: berth"))
        #expect(machine.jobs.isEmpty)
    }

    @Test("--quiet silences notes and no errors")
    func quiet() async throws {
        let machine = try Machine()
        let loud = try await berth(
            ["login", "r.example.com", "-u", "me", "--password-stdin", "--docker-config", machine.home],
            machine.environment
        ).fed("pw\n").run()
        #expect(loud.status == 0 && loud.errorText == "berth: logged in to r.example.com as me\n")
        let quiet = try await berth(
            ["logout", "-q", "r.example.com", "--docker-config", machine.home], machine.environment
        ).run()
        #expect(quiet.status == 0 && quiet.errorText == "" && quiet.text == "")
        let failing = try await berth(["release", "-q"], machine.environment).run()
        #expect(failing.status == 78 && failing.errorText.hasPrefix("berth: "))
    }

    @Test("--quiet silences warnings of ci-env", arguments: [([], true), (["-q"], false), (["--quiet"], false)])
    func quietWarnings(flags: [String], isSaid: Bool) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(#"{"auths": {"bad.example.com": {"auth": "%%%"}}}"#)
        let variables = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "p")
        let outcome = try await berth(["ci-env", "gitlab"] + flags, variables.merging(disposable) { $1 }).succeed()
        let hasWarning =
            outcome.errorText.hasPrefix("berth: warning: ") && outcome.errorText.contains("bad.example.com")
        #expect(hasWarning == isSaid && outcome.errorText.isEmpty != isSaid, "\(outcome.errorText)")
    }

    @Test(
        "--verbose and BERTH_VERBOSE tell which CI system was found", arguments: ["-v", "--verbose", "BERTH_VERBOSE"])
    func verbose(way: String) async throws {
        let machine = try Machine()
        var variables = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "job-secret")
            .merging(disposable) { $1 }
        if way.hasPrefix("BERTH") { variables[way] = "1" }
        let outcome = try await berth(["ci-env"] + (way.hasPrefix("-") ? [way] : []), variables).succeed()
        #expect(outcome.errorText.hasPrefix("berth: debug: GitLab"), "\(outcome.errorText)")
        #expect(!outcome.errorText.contains("job-secret"))
    }

    @Test(
        "an error is coloured where that is asked for",
        arguments: ["release", "ci-env no-such-system", "gc --nonsense"],
        [("always", true), ("never", false), ("auto", false)])
    func color(line: String, color: (when: String, isColored: Bool)) async throws {
        let machine = try Machine()
        let words = line.split(separator: " ").map(String.init)
        let outcome = try await berth(words + ["--color", color.when], machine.environment).run()
        #expect(outcome.status == 64 || outcome.status == 78)
        // What cannot be parsed says nothing of colours either.
        let isColored = color.isColored && !line.contains("nonsense")
        #expect(
            outcome.errorText.hasPrefix(isColored ? "\u{1B}[1;31mberth\u{1B}[0m: " : "berth: "), "\(outcome.errorText)")
    }

    @Test("gc --json is one document with what was removed and how many go on")
    func collection() async throws {
        let machine = try Machine()
        let empty = try await berth(["gc", "--json"], machine.environment).succeed()
        let nothing = try await jq(".", empty.output)
        #expect(nothing == #"{"removed":[],"alive":0,"problems":[]}"#)
        let staying = try await StayingJob("1", on: machine, with: disposable)
        try Files.makeDirectory("\(machine.root)/.new-abc")
        let one = try await berth(["gc", "--json"], machine.environment).succeed()
        let report = try await jq(".", one.output)
        #expect(report == #"{"removed":["\#(machine.root)/.new-abc"],"alive":1,"problems":[]}"#)
        #expect(one.errorText == "")
        let people = try await berth(["gc"], machine.environment).succeed()
        #expect(people.text == "1 alive\n")
        try await staying.end(.killed)
    }

    @Test("gc that cannot remove everything says what, and exits with 2")
    func partialCollection() async throws {
        guard Berth.isRoot else { try Test.cancel("only root can mount, and make something that cannot be removed") }
        let machine = try Machine()
        let stuck = try await StayingJob("stuck", on: machine, with: disposable)
        let free = try await StayingJob("free", on: machine, with: disposable)
        try await stuck.end(.killed)
        try await free.end(.killed)
        let script = """
            stuck=$(echo \(machine.root)/gitlab-stuck-*); mount -t tmpfs tmpfs $stuck/ecr || exit 70
            berth gc --json; echo "code $?"
            """
        let outcome = try await Command("unshare", ["-m", "dash", "-c", script], environment: machine.environment).run()
        #expect(outcome.lines.last == "code 2", "\(outcome.errorText)")
        #expect(outcome.errorText.contains("berth: warning: cannot remove "))
        #expect(outcome.errorText.contains("\nberth: not everything that jobs left could be removed\n"))
        let removed = try await jq(".removed | length", Array((outcome.lines.first ?? "").utf8))
        #expect(removed == "1")
        try await berth(["gc"], machine.environment).succeed()
        #expect(machine.jobs.isEmpty)
    }
}

extension Command {
    /// The same with `text` on its standard input.
    fileprivate func fed(_ text: String) -> Command {
        var copy = self
        copy.input = Array(text.utf8)
        return copy
    }
}
