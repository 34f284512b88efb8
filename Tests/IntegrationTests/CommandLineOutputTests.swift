internal import TestSupport
internal import Testing

/// Where `ci-env` puts its script, and what stands in it: all or nothing, private, and never a secret.
@Suite struct CommandLineOutputTests {
    private func environment(_ machine: borrowing Machine, _ extra: [String: String] = [:]) -> [String: String] {
        machine.gitlabJob("1", registry: "r.example.com", user: "job", password: "job-secret")
            .merging(disposable) { $1 }.merging(extra) { $1 }
    }

    /// The only job directory there is.
    private func onlyJob(_ machine: borrowing Machine) throws -> String {
        let names = machine.jobs
        try #require(names.count == 1, "\(names)")
        return "\(machine.root)/\(names[0])"
    }

    // MARK: - Files

    @Test(
        "--as-file prints the path of a private script, and sourcing it sets the variables",
        arguments: ["dash", "bash"])
    func asFile(shell: String) async throws {
        let machine = try Machine()
        let script = """
            path=$(berth ci-env gitlab --as-file) && . "$path" && stat -c %a "$path" && printf '%s\\n' "$path" "$BERTH_JOB"
            test -f "$DOCKER_CONFIG/config.json" && echo "$BERTH_CI"
            """
        let outcome = try await Command.shell(script, in: shell, environment: environment(machine)).succeed()
        let job = try onlyJob(machine)
        #expect(outcome.lines == ["600", "\(job)/env.sh", job, "gitlab"])
        #expect(outcome.errorText == "")
    }

    @Test(
        "a shell that sources the path of a failed ci-env fails or stops", arguments: ["dash", "bash"],
        ["--as-file", "BERTH_AS_FILE"])
    func failingFile(shell: String, way: String) async throws {
        let machine = try Machine()
        var variables = environment(machine, ["BERTH_TTL": "nonsense"])
        if way.hasPrefix("BERTH") { variables[way] = "1" }
        let flag = way.hasPrefix("--") ? way : ""
        let outcome = try await Command.shell(
            #". "$(berth ci-env gitlab \#(flag))"; echo went on"#, in: shell, environment: variables
        ).run()
        #expect(outcome.status == 78 && outcome.text == "", "\(outcome.text)")
        #expect(outcome.errorText.contains("berth: BERTH_TTL: not a duration"))
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test("--as-env-file prints the path of a private file of NAME=value lines")
    func asEnvFile() async throws {
        let machine = try Machine()
        let outcome = try await berth(["ci-env", "gitlab", "--as-env-file"], environment(machine)).succeed()
        let path = try #require(outcome.lines.first)
        let job = try onlyJob(machine)
        #expect(outcome.lines == [path] && path == "\(job)/env.env", "\(path)")
        #expect(Files.mode(path) == 0o600)
        let lines = try Files.text(path).split(separator: "\n")
        #expect(lines.contains("DOCKER_CONFIG=\(job)/docker") && lines.contains("BERTH_CI=gitlab"))
        #expect(lines.allSatisfy { $0.contains("=") && !$0.hasPrefix("export ") })
    }

    @Test("-o replaces a file by a private one and prints nothing", arguments: ["new", "file", "link"])
    func outputFile(kind: String) async throws {
        let machine = try Machine()
        let path = machine.path("job.sh")
        let old = machine.path("old.sh")
        try Files.write("old\n", to: old, mode: 0o644)
        switch kind {
        case "file": try Files.write("old\n", to: path, mode: 0o644)
        case "link": try Files.link(path, to: old)
        default: break
        }
        // A hard link shows whether the file was replaced or written into.
        if kind == "file" { try await Command("ln", [path, machine.path("second")]).succeed() }
        let outcome = try await berth(["ci-env", "gitlab", "-o", path], environment(machine)).succeed()
        #expect(outcome.output.isEmpty && outcome.errorText == "")
        #expect(Files.mode(path) == 0o600 && Files.facts(path)?.kind == .file)
        #expect(try Files.text(path).contains("export BERTH_JOB=\(try onlyJob(machine));\n"))
        #expect(try Files.text(old) == "old\n")
        if kind == "file" { #expect(try Files.text(machine.path("second")) == "old\n") }
        let left = Files.names(in: machine.scratch.path).filter { $0.hasPrefix("job.sh") }
        #expect(left == ["job.sh"], "nothing else is left")
    }

    @Test("-o makes a file in /dev/shm as anywhere else")
    func outputFileInMemory() async throws {
        let made = try await Command("mktemp", ["-d", "/dev/shm/berth-test-XXXXXX"]).run()
        guard made.status == 0 else { try Test.cancel("there is no /dev/shm to write in") }
        let machine = try Machine(), directory = String(made.text.dropLast())
        let outcome = try await berth(["ci-env", "gitlab", "-o", "\(directory)/job.sh"], environment(machine)).run()
        let mode = Files.mode("\(directory)/job.sh")
        try await Command("rm", ["-r", directory]).succeed()
        #expect(outcome.status == 0 && outcome.errorText == "" && mode == 0o600)
    }

    @Test(
        "-o that cannot be written fails, prints nothing and leaves no job directory",
        arguments: ["missing/job.sh", "home"])
    func outputFileThatCannotBe(name: String) async throws {
        let machine = try Machine()
        let outcome = try await berth(["ci-env", "gitlab", "-o", machine.path(name)], environment(machine)).run()
        #expect(outcome.status == 1, "\(outcome.errorText)")
        #expect(outcome.output.isEmpty && outcome.errorText.hasPrefix("berth: cannot "))
        #expect(jobDirectories(machine.root).isEmpty)
    }

    // MARK: - Places

    @Test("an XDG_RUNTIME_DIR that su has left behind is passed over")
    func foreignRuntimeDirectory() async throws {
        guard Berth.isRoot else { try Test.cancel("only root can run berth as another user") }
        let machine = try Machine(user: 12345)
        var variables = environment(machine, ["XDG_RUNTIME_DIR": try machine.scratch.directory("runtime")])
        variables["BERTH_TMP_DIR"] = nil
        var command = berth(["ci-env", "gitlab", "--watch", "never"], variables)
        command.user = 12345
        let outcome = try await command.run()
        #expect(outcome.status == 0 && outcome.errorText == "", "\(outcome.errorText)")
        #expect(outcome.text.contains("export BERTH_JOB=\(machine.root)/gitlab-1-"))
        #expect(Files.names(in: machine.path("runtime")) == [])
    }

    // MARK: - GitHub

    private func github(_ machine: borrowing Machine, _ file: String) -> [String: String] {
        machine.environment.merging(disposable) { $1 }.merging([
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_ACTOR": "octo",
            "GITHUB_REPOSITORY": "owner/repo", "GITHUB_REF": "refs/heads/main", "GITHUB_RUN_ID": "7",
            "GITHUB_TOKEN": "github-secret", "GITHUB_SHA": "8d2f0c1e7c1b3d4e5f60718293a4b5c6d7e8f901",
            "GITHUB_ENV": file,
        ]) { $1 }
    }

    @Test("--shell github appends to the runner's file and masks secrets", arguments: ["", "A=1\n", "A=1"])
    func githubFile(before: String) async throws {
        let machine = try Machine()
        let file = try machine.scratch.file("github_env", before)
        let outcome = try await berth(["ci-env", "github", "--shell", "github"], github(machine, file)).succeed()
        #expect(!outcome.lines.isEmpty && outcome.lines.allSatisfy { $0.hasPrefix("::add-mask::") }, "\(outcome.text)")
        #expect(outcome.lines.contains("::add-mask::github-secret"))
        #expect(outcome.lines.contains("::add-mask::\(basicAuth("octo", "github-secret"))"))
        let text = try Files.text(file)
        #expect(text.hasPrefix(before.isEmpty ? "" : "A=1\n"))
        #expect(text.contains("\(try onlyJob(machine))/docker") && text.hasSuffix("\n"))
        let first = text.split(separator: "\n").dropFirst(before.isEmpty ? 0 : 1).first
        #expect(first?.hasPrefix("A=1") == false && first?.contains("<<") == true, "\(first ?? "")")
        #expect(!text.contains("github-secret"))
    }

    @Test("a runner's file that is not there fails and leaves no job directory")
    func githubFileMissing() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["ci-env", "github", "--shell", "github"], github(machine, machine.path("missing"))
        ).run()
        #expect(outcome.status != 0 && outcome.errorText.hasPrefix("berth: "))
        #expect(jobDirectories(machine.root).isEmpty)
    }

    // MARK: - Standard output

    @Test("--shell json is one object of names and texts")
    func json() async throws {
        let machine = try Machine()
        let outcome = try await berth(["ci-env", "gitlab", "--shell", "json"], environment(machine)).succeed()
        let job = try onlyJob(machine)
        let found = try await jq("[type, .BERTH_JOB, .DOCKER_CONFIG, ([.[] | strings] | length > 5)]", outcome.output)
        #expect(found == #"["object","\#(job)","\#(job)/docker",true]"#)
    }

    @Test("an output that nobody reads, or that is full, fails and leaves nothing", arguments: [">&-", ">/dev/full"])
    func brokenOutput(redirection: String) async throws {
        let machine = try Machine()
        for flags in ["", "--as-file", "--shell json", "--shell fish"] {
            let outcome = try await Command.shell(
                "berth ci-env gitlab \(flags) \(redirection)", environment: environment(machine)
            ).run()
            #expect(outcome.status == 1, "\(flags): \(outcome.errorText)")
            #expect(outcome.errorText.hasPrefix("berth: cannot write standard output: "), "\(outcome.errorText)")
            #expect(jobDirectories(machine.root).isEmpty, "\(flags)")
        }
    }

    @Test("--help and --version fail where nobody reads them", arguments: ["--help", "--version", "gc", "gc --json"])
    func brokenResults(line: String) async throws {
        let machine = try Machine()
        let outcome = try await Command.shell("berth \(line) >/dev/full", environment: machine.environment).run()
        #expect(outcome.status == 1)
        #expect(outcome.errorText.hasPrefix("berth: cannot write standard output: "), "\(outcome.errorText)")
    }

    @Test(
        "a value that a format cannot carry is told by its name, with nothing half written",
        arguments: ["cmd", "dotenv"])
    func newline(shell: String) async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["ci-env", "gitlab", "--shell", shell], environment(machine, ["CI_JOB_URL": "https://a\nb"])
        ).run()
        #expect(outcome.status == 65)
        #expect(
            outcome.errorText.contains(": a newline cannot be written for \(shell)\nhint: "), "\(outcome.errorText)")
        #expect(outcome.errorText.hasPrefix("berth: BERTH_") || outcome.errorText.hasPrefix("berth: WERF_"))
        #expect(outcome.text == (shell == "cmd" ? "@exit 65\r\n" : ""))
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test("--explain tells variables and registries with their origins, and no secret")
    func explain() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([(host: "a.example.com", user: "u", password: "home-secret")]))
        let outcome = try await berth(["ci-env", "gitlab", "--explain"], environment(machine)).succeed()
        let lines = outcome.errorText.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true)
        }
        let job = try onlyJob(machine)
        #expect(lines.contains { $0.starts(with: ["DOCKER_CONFIG", "\(job)/docker"]) && $0.count > 2 })
        #expect(lines.contains { $0.starts(with: ["BERTH_COMMIT"]) && $0.last == "CI_COMMIT_SHA" })
        #expect(lines.contains { $0.starts(with: ["r.example.com", "***", "CI_REGISTRY_USER,"]) })
        #expect(lines.contains { $0.starts(with: ["a.example.com", "***"]) && $0.count > 2 })
        for secret in ["job-secret", "home-secret", basicAuth("job", "job-secret"), basicAuth("u", "home-secret")] {
            #expect(!outcome.errorText.contains(secret) && !outcome.text.contains(secret))
        }
    }
}
