internal import TestSupport
internal import Testing

/// `ci-env --oidc`: what a job is given, before any client asks.
@Suite("A job that asks for a credential in exchange for its OIDC token")
struct CommandLineOIDCTests {
    private static let call = #"eval "$(berth ci-env github --oidc "$REQUEST" || echo exit 1)""#

    private func environment(
        _ machine: borrowing Machine, _ extra: [String: String] = KeylessJob.tokens()
    ) -> [String: String] {
        KeylessJob.variables(machine).merging(extra) { $1 }.merging(["REQUEST": KeylessJob.request]) { $1 }
    }

    @Test("has berth as the registry's helper, found first in PATH, and no secret in any file")
    func given() async throws {
        let machine = try Machine()
        let outcome = try await Command.shell(
            #"\#(Self.call); cat "$DOCKER_CONFIG/config.json"; command -v docker-credential-berth >&2; echo "$PATH" >&2"#,
            environment: environment(machine)
        ).succeed()
        let job = "\(machine.root)/\(try #require(machine.jobs.first))"
        #expect(
            outcome.errorText.split(separator: "\n").map(String.init) == [
                "\(job)/bin/docker-credential-berth", "\(job)/bin:\(Berth.searchPath)",
            ])
        #expect(try await jq(".credHelpers", outcome.output) == "{\"\(KeylessJob.registry)\":\"berth\"}")
        #expect(try await jq(".auths | has(\"\(KeylessJob.registry)\")", outcome.output) == "false")
        let sources = try Files.text("\(job)/sources.json")
        #expect(try await jq("[.system, .job, .store]", Array(sources.utf8)) == #"["github","7",null]"#)
        #expect(
            try await jq(".oidc", Array(sources.utf8))
                == """
                [{"registry":"\(KeylessJob.registry)","source":"--oidc","role":"arn:aws:iam::123456789012:role/ci"}]
                """)
        #expect(!sources.contains("hunter2"))
        #expect(Files.names(in: "\(job)/minted") == [])
        let lease = try await jq(
            ".started <= now and .startedSinceBoot <= .expiresSinceBoot", file: "\(job)/lease.json")
        #expect(lease == "true")
    }

    /// Programs that read a format, and how they print their PATH afterwards.
    static let readers: [(shell: String, program: [String])] = [
        ("sh", ["dash", "-c", ". \"$OUT\"; printf %s \"$PATH\""]),
        ("bash", ["bash", "--norc", "-c", ". \"$OUT\"; printf %s \"$PATH\""]),
        ("zsh", ["zsh", "-f", "-c", ". \"$OUT\"; printf %s \"$PATH\""]),
        ("ksh", ["ksh", "-c", ". \"$OUT\"; printf %s \"$PATH\""]),
        ("sh", ["busybox", "ash", "-c", ". \"$OUT\"; printf %s \"$PATH\""]),
        ("fish", ["fish", "--no-config", "-c", "source $OUT; printf %s (string join : $PATH)"]),
        ("csh", ["tcsh", "-f", "-c", "source $OUT; printf %s \"$PATH\""]),
        ("json", ["jq", "-rj", ".PATH", "OUT"]),
        ("nushell", ["jq", "-rj", ".PATH", "OUT"]),
        ("dotenv", ["sed", "-n", "s/^PATH=//p", "OUT"]),
        ("github", ["sed", "-n", "/^PATH<</{n;p;};s/^PATH=//p", "OUT"]),
        ("powershell", ["sed", "-n", "s/^\\$Env:PATH *= *'\\(.*\\)';*$/\\1/p", "OUT"]),
        ("cmd", ["sed", "-n", "s/^.*set \"PATH=\\(.*\\)\"\\r*$/\\1/p", "OUT"]),
    ]

    @Test("has a PATH with the helper first and all else behind it, in each shell", arguments: readers)
    func searchPath(reader: (shell: String, program: [String])) async throws {
        let machine = try Machine()
        let out = machine.path("out")
        var variables = environment(machine)
        let folder = try machine.scratch.directory("with blank", mode: 0o755)
        variables["PATH"] = "\(Berth.searchPath):\(folder)"
        if reader.shell == "github" {
            variables["GITHUB_ENV"] = out
            try Files.write("", to: out)
        }
        let options = reader.shell == "github" ? [] : ["--output-file-path", out]
        try await berth(
            ["ci-env", "github", "--oidc", KeylessJob.request, "--shell", reader.shell] + options, variables
        ).succeed()
        let arguments = reader.program.dropFirst().map { $0 == "OUT" ? out : $0 }
        variables["OUT"] = out
        let outcome = try await Command(reader.program[0], Array(arguments), environment: variables).succeed()
        let job = "\(machine.root)/\(try #require(machine.jobs.first))"
        let found = outcome.text.split(separator: "\n").joined()
        #expect(found == "\(job)/bin:\(Berth.searchPath):\(folder)")
    }

    @Test("on GitHub has the helper's directory in the runner's file for it, and nothing of this machine's PATH")
    func gitHubPath() async throws {
        let machine = try Machine()
        var variables = environment(machine)
        (variables["GITHUB_ENV"], variables["GITHUB_PATH"]) = (machine.path("env"), machine.path("path"))
        try Files.write("", to: machine.path("env"))
        try Files.write("/opt/tool", to: machine.path("path"))
        try await berth(["ci-env", "github", "--oidc", KeylessJob.request, "--shell", "github"], variables).succeed()
        let job = "\(machine.root)/\(try #require(machine.jobs.first))"
        #expect(try Files.text(machine.path("path")) == "/opt/tool\n\(job)/bin\n")
        let script = try Files.text(machine.path("env"))
        #expect(script.contains("BERTH_JOB<<") && !script.contains("PATH<<"), "\(script)")
    }

    @Test("without a PATH has one that programs are found by")
    func noPath() async throws {
        let machine = try Machine()
        var variables = environment(machine)
        variables["PATH"] = nil
        let outcome = try await Command(
            Berth.path, ["ci-env", "github", "--oidc", KeylessJob.request], environment: variables
        ).succeed()
        #expect(outcome.text.contains("/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin;\n"))
    }

    @Test("stops at once where it may have no token, and learns how to get one", arguments: ["--oidc", "BERTH_OIDC"])
    func missing(way: String) async throws {
        let machine = try Machine()
        let variables = environment(machine, way == "--oidc" ? [:] : ["BERTH_OIDC": KeylessJob.request])
        let options = way == "--oidc" ? ["--oidc", KeylessJob.request] : []
        let outcome = try await berth(["ci-env", "github"] + options, variables).run()
        #expect(outcome.status == 78)
        #expect(
            outcome.errorText == """
                berth: no OIDC token for \(KeylessJob.registry): ACTIONS_ID_TOKEN_REQUEST_URL is not set
                hint: let the job have it: permissions: {id-token: write}

                """)
        #expect(try await evaluate(outcome.output) == 78)
        #expect(machine.jobs.isEmpty)
    }

    @Test("goes on without where it is of a fork, and is told so")
    func fork() async throws {
        let machine = try Machine()
        let variables = environment(machine, try KeylessJob.fork(machine))
        let outcome = try await Command.shell(
            #"\#(Self.call); cat "$DOCKER_CONFIG/config.json"; ls "$BERTH_JOB""#, environment: variables
        ).succeed()
        #expect(outcome.errorText.contains("ACTIONS_ID_TOKEN_REQUEST_URL is not set; the job is from a fork"))
        #expect(!outcome.text.contains("credHelpers") && !outcome.text.contains("minted"))
    }

    /// A request that makes no sense, the exit code by option and by variable, and what is said.
    static let nonsense: [(request: String, says: String)] = [
        ("r.example/app", ": r.example has a path behind it"), ("r.example=role:", ": r.example: role has no value"),
        ("registry.example.com", "exchanges OIDC tokens"),
        ("r.example=robot:a+b,role:hunter2", "robot"),
    ]

    @Test("is told of a request that makes no sense before anything is written", arguments: nonsense, [true, false])
    func refused(example: (request: String, says: String), byVariable: Bool) async throws {
        let machine = try Machine()
        let variables = KeylessJob.variables(machine).merging(KeylessJob.tokens()) { $1 }
            .merging(byVariable ? ["BERTH_OIDC": example.request] : [:]) { $1 }
        let outcome = try await berth(
            ["ci-env", "github"] + (byVariable ? [] : ["--oidc", example.request]), variables
        ).run()
        #expect(outcome.status == (byVariable ? 78 : 64), "\(outcome.errorText)")
        #expect(outcome.errorText.hasPrefix("berth: \(byVariable ? "BERTH_OIDC" : "--oidc")"))
        #expect(outcome.errorText.contains(example.says), "\(outcome.errorText)")
        #expect(!outcome.errorText.contains("hunter2"))
        #expect(machine.jobs.isEmpty)
    }

    @Test("is told by --explain where the credential will come from")
    func explained() async throws {
        let machine = try Machine()
        let outcome = try await berth(
            ["ci-env", "github", "--explain", "--oidc", KeylessJob.request], environment(machine)
        ).succeed()
        let line = outcome.errorText.split(separator: "\n").first { $0.hasPrefix(KeylessJob.registry) }
        #expect(
            line?.split(separator: " ").joined(separator: " ")
                == "\(KeylessJob.registry) *** docker-credential-berth, by --oidc, in exchange for "
                + "ACTIONS_ID_TOKEN_REQUEST_URL")
        #expect(!outcome.errorText.contains("hunter2") && !outcome.text.contains(KeylessJob.access))
    }

    @Test("has the job in it ask for the same, unless that may not inherit it")
    func nested() async throws {
        let machine = try Machine()
        let outcome = try await Command.shell(
            """
            \(Self.call)
            berth exec -- sh -c 'cat "$DOCKER_CONFIG/config.json" "$BERTH_JOB/sources.json"'
            berth exec --inherit none -- sh -c 'cat "$DOCKER_CONFIG/config.json"; ls "$BERTH_JOB"' >&2
            """, environment: environment(machine)
        ).succeed()
        #expect(
            try await jq("[.credHelpers, .oidc | select(.) | keys]", outcome.output)
                == "[[\"\(KeylessJob.registry)\"]]\n[[0]]")
        #expect(!outcome.errorText.contains("berth\"") && !outcome.errorText.contains("sources.json"))
    }
}

/// `ci-env --verify` with `--oidc`.
@Suite("A credential that is asked for, made and tried before the job begins", .serialized)
struct VerifiedOIDCTests {
    private func run(
        _ site: borrowing Site, _ port: Int, _ command: [String], aud: String = "services",
        _ more: [String: String] = [:]
    ) async throws -> Outcome {
        let request = "\(site.address)=token-url:http://127.0.0.1:\(port)/exchange,audience:\(aud),user:me"
        let variables = KeylessJob.variables(site.machine).merging(KeylessJob.tokens(port: port)) { $1 }
            .merging(more) { $1 }
        return try await berth(
            [command[0], "github", "--verify", "--no-login-to-registry", "--oidc", request] + command.dropFirst(),
            variables
        ).run()
    }

    @Test("is kept for the job, and made once", arguments: [["ci-env"], ["exec", "--", "true"]])
    func good(command: [String]) async throws {
        let site = try await Site(.htpasswd)
        let services = try KeylessJob.services(password: LoopbackRegistry.password(of: "me"))
        let outcome = try await run(site, services.port, command)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        expectNoSecret(outcome)
        let asked = services.finish()
        #expect(asked.map { $0.split(separator: " ")[0] } == ["GET", "POST"])
        #expect(
            asked.first?.contains("authorization: bearer \(KeylessJob.access)") == true
                || asked.first?.contains("Authorization: bearer \(KeylessJob.access)") == true)
        if command == ["ci-env"] {
            let job = "\(site.machine.root)/\(try #require(site.machine.jobs.first))"
            #expect(!Files.names(in: "\(job)/minted").isEmpty)
        } else {
            #expect(site.machine.jobs.isEmpty)
        }
    }

    @Test("is masked in GitHub's log from then on")
    func masked() async throws {
        let site = try await Site(.htpasswd)
        let password = LoopbackRegistry.password(of: "me")
        let services = try KeylessJob.services(password: password)
        let file = try site.machine.scratch.file("github.env", "")
        let outcome = try await run(site, services.port, ["ci-env", "--shell", "github"], ["GITHUB_ENV": file])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.lines.contains("::add-mask::\(password)"))
        #expect(!outcome.errorText.contains(password))
        _ = services.finish()
    }

    @Test("lets no job begin that its registry does not take", arguments: [["ci-env"], ["exec", "--", "echo", "ran"]])
    func bad(command: [String]) async throws {
        let site = try await Site(.htpasswd)
        let services = try KeylessJob.services(password: "wr0ng")
        let outcome = try await run(site, services.port, command)
        #expect(outcome.status == 77, "\(outcome.errorText)")
        #expect(outcome.text == (command == ["ci-env"] ? "exit 77;\n" : ""))
        #expect(outcome.errorText.contains("\(site.address) refuses the user name or password"))
        #expect(!outcome.errorText.contains("wr0ng"))
        #expect(site.machine.jobs.isEmpty)
        _ = services.finish()
    }

    @Test("lets no job begin whose token is for somebody else")
    func audience() async throws {
        let site = try await Site(.htpasswd)
        let services = try KeylessJob.services(password: "wr0ng", aud: "others")
        let outcome = try await run(site, services.port, ["ci-env"])
        #expect(outcome.status == 77)
        #expect(
            outcome.errorText.hasPrefix(
                #"berth: the OIDC token of ACTIONS_ID_TOKEN_REQUEST_URL is for "others" and not for "services""#))
        #expect(site.machine.jobs.isEmpty)
        _ = services.finish()
    }
}
