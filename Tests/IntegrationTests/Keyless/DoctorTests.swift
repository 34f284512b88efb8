internal import TestSupport
internal import Testing

/// `berth doctor` in real jobs, sound and broken.
@Suite("berth doctor")
struct DoctorTests {
    private static let secret = "hunter2-of-the-job"

    private func environment(_ machine: borrowing Machine, _ extra: [String: String] = [:]) -> [String: String] {
        machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: Self.secret)
            .merging(extra) { $1 }
    }

    @Test("finds nothing wrong with a job that ci-env has just made", arguments: ["dash", "bash", "zsh"])
    func healthy(shell: String) async throws {
        let machine = try Machine()
        let outcome = try await job("berth doctor", in: shell, environment(machine)).succeed()
        #expect(outcome.errorText == "")
        let lines = outcome.lines
        #expect(lines.contains("ok    ci: GitLab CI/CD, by GITLAB_CI"))
        #expect(lines.allSatisfy { !$0.hasPrefix("warn") && !$0.hasPrefix("FAIL") }, "\(outcome.text)")
        let row = lines.first { $0.hasPrefix("registry.example.com ") }
        #expect(row?.hasSuffix(" with the job") == true)
        #expect(row?.contains(" CI_REGISTRY_USER, CI_REGISTRY_PASSWORD, in the job's docker config ") == true)
        #expect(lines.last?.contains("berth check registry.example.com/group/app ") == true)
        #expect(!outcome.text.contains(Self.secret))
    }

    @Test("finds nothing wrong with a job that gets its credential in exchange for its OIDC token")
    func keyless() async throws {
        let machine = try Machine()
        let host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
        let variables = [
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "owner/app", "GITHUB_ACTOR": "octocat",
            "GITHUB_TOKEN": "ghs_\(Self.secret)", "CI": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": "https://token.example.com/?x=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": Self.secret,
            "BERTH_OIDC": "\(host)=role:arn:aws:iam::123456789012:role/push",
        ]
        let outcome = try await Command.shell(
            #"eval "$(berth ci-env || echo exit 1)"; berth doctor --json"#,
            environment: machine.environment.merging(variables) { $1 }
        ).succeed()
        #expect(try await jq("[.findings[] | select(.status != \"ok\")]", outcome.output) == "[]")
        let login = try await jq(
            ".registries[] | select(.host == \"\(host)\") | [.lifetime, .expiresAt]", outcome.output)
        #expect(login == #"["renewed",null]"#)
        #expect(try await jq("[.findings[].check] | index(\"oidc\") != null", outcome.output) == "true")
        #expect(!outcome.text.contains(Self.secret))
    }

    /// What a job's script does to its surroundings, and what doctor has to say of it.
    struct Harm: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let check: String
        let says: String
        var variables: [String: String] = [:]

        init(
            _ what: String, _ script: String, _ check: String, _ says: String, with variables: [String: String] = [:]
        ) {
            testDescription = what
            self.script = script
            self.check = check
            self.says = says
            self.variables = variables
        }

        /// A token that ended in 2001; its parts are not secret.
        private static let ended = ["{\"alg\":\"none\"}", "{\"exp\":1000000000}", "sig"]
            .map { base64(Array($0.utf8)).filter { $0 != "=" } }.joined(separator: ".")

        static let all: [Harm] = [
            Harm("a corrupt config", "echo '{' >$DOCKER_CONFIG/config.json", "config", "docker cannot use its config"),
            Harm(
                "a config for all to read", "chmod 644 $DOCKER_CONFIG/config.json", "permissions", "has the mode 0644"),
            Harm("a config that is not the job's", "export DOCKER_CONFIG=$HOME", "config", "and not the job's"),
            Harm(
                "a config that is gone", "rm $DOCKER_CONFIG/config.json", "config", "is not there"),
            Harm("a DOCKER_AUTH_CONFIG of one's own", "export DOCKER_AUTH_CONFIG", "config", "another credential"),
            Harm("a job that was released", "berth release", "job", "is not there"),
            Harm("a job for all to enter", "chmod 755 $BERTH_JOB", "job", "has the mode 0755"),
            Harm("a lease that is gone", "rm $BERTH_JOB/lease.json", "job", "no lease"),
            Harm(
                "a helper that is missing",
                #"printf '{"auths":{},"credHelpers":{"registry.example.com":"gone"}}' >$DOCKER_CONFIG/config.json"#,
                "helpers", "docker-credential-gone"),
            Harm(
                "a token that has ended",
                "echo \(ended) | berth login late.example.com -u me --password-stdin --no-verify 2>/dev/null",
                "credentials", "late.example.com: the credential of the job's docker config ended"),
            Harm(
                "an own registry without a login", "berth logout registry.example.com 2>/dev/null", "credentials",
                "registry.example.com, where the job's images go, has no credential"),
            Harm("an option that makes no sense", "export BERTH_VERIFY=maybe", "options", "BERTH_VERIFY"),
        ]
    }

    @Test("says what is wrong, and ends with 1", arguments: Harm.all)
    func broken(harm: Harm) async throws {
        let machine = try Machine()
        let script = """
            DOCKER_AUTH_CONFIG='{"auths":{"registry.example.com":{"auth":"\(basicAuth("u", "\(Self.secret)-2"))"}}}'
            \(harm.script)
            berth doctor --json
            code=$?
            berth doctor --color never >&2
            exit $code
            """
        let outcome = try await job(script, environment(machine)).run()
        #expect(outcome.status == 1, "\(outcome.errorText)")
        let texts = try await jq(
            "[.findings[] | select(.status == \"fail\" and .check == \"\(harm.check)\") | .text] | join(\"\\n\")",
            outcome.output)
        #expect(texts.contains(harm.says), "\(outcome.text)")
        #expect(outcome.errorText.contains("\nFAIL  \(harm.check): ") || outcome.errorText.hasPrefix("FAIL"))
        #expect(outcome.errorText.contains("failed\nhint: "))
        #expect(!(outcome.text + outcome.errorText).contains(Self.secret))
    }

    @Test("warns outside of a job, and ends with 0")
    func outside() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([("r.example.com", "u", Self.secret)]))
        let outcome = try await berth(["doctor"], machine.environment).succeed()
        #expect(outcome.text.contains("\nwarn  job: BERTH_JOB is not set"))
        #expect(outcome.text.contains("\nwarn  permissions: \(machine.home)/.docker/config.json holds a login"))
        #expect(!outcome.text.contains(Self.secret) && outcome.errorText == "")
    }

    @Test("colours what it prints where that is wanted, and nowhere else", arguments: ["always", "never", "auto"])
    func colors(color: String) async throws {
        let machine = try Machine()
        let outcome = try await job("berth doctor --color \(color)", environment(machine)).succeed()
        #expect(outcome.text.contains("\u{1B}[1;32mok\u{1B}[0m") == (color == "always"))
    }

    @Test("asks nobody, whatever the job has", .enabled(if: Files.exists("/usr/bin/strace")))
    func quiet() async throws {
        let machine = try Machine()
        let log = machine.path("trace")
        let script = "strace -f -o \(log) -e trace=socket,connect,execve berth doctor >/dev/null"
        try await job(script, environment(machine, ["HTTPS_PROXY": "http://127.0.0.1:9"])).succeed()
        let calls = try Files.text(log).split(separator: "\n").filter { !$0.contains("+++") }
        #expect(calls.filter { $0.contains("execve(") }.count == 1)
        #expect(calls.filter { $0.contains("AF_INET") } == [])
    }
}

/// `berth doctor --verify` at real registries.
@Suite("berth doctor --verify", .serialized)
struct DoctorVerificationTests {
    @Test("says whether the registry takes the job's login", arguments: [true, false], ["--verify", "BERTH_VERIFY"])
    func verified(isGood: Bool, way: String) async throws {
        let site = try await Site(.token)
        let password = isGood ? LoopbackRegistry.password(of: "me") : "wr0ng-secret"
        let environment = site.machine.gitlabJob("1", registry: site.address, user: "me", password: password)
        let command = way == "--verify" ? "berth doctor --json --verify" : "BERTH_VERIFY=1 berth doctor --json"
        let outcome = try await job(command, environment).run()
        #expect(outcome.status == (isGood ? 0 : 1), "\(outcome.text)")
        let found = try await jq("[.findings[] | select(.check == \"verify\") | .status]", outcome.output)
        #expect(found == (isGood ? #"["ok"]"# : #"["fail"]"#))
        #expect(outcome.text.contains(isGood ? "\(site.address) takes the login" : "refuses the user name or password"))
        #expect(!(outcome.text + outcome.errorText).contains(password))
    }

    @Test("tries nothing unless it is asked to")
    func untried() async throws {
        let site = try await Site(.token)
        let environment = site.machine.gitlabJob("1", registry: site.address, user: "me", password: "wr0ng-secret")
        try await job("berth doctor", environment).succeed()
        #expect(try await site.registry.exchanges().isEmpty)
    }
}

/// `berth doctor` where the credential is got in exchange for the job's OIDC token.
@Suite("berth doctor in a keyless job", .serialized)
struct KeylessDoctorTests {
    @Test("exchanges the token where it is asked to, and tells the credential's end")
    func verified() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job("berth doctor --json --verify").succeed()
        let password = try #require(try site.identity.passwords().first)
        #expect(try await jq("[.findings[] | select(.check == \"verify\") | .status]", outcome.output) == #"["ok"]"#)
        let login = try await jq(
            ".registries[] | [.host, .lifetime, (.expiresAt | fromdate > now)]", outcome.output)
        #expect(login == "[\"\(site.registry.address)\",\"renewed\",true]")
        #expect(outcome.text.contains("OIDC exchange with RFC 8693"))
        for secret in [password, "eyJ"] { #expect(!(outcome.text + outcome.errorText).contains(secret)) }
    }

    @Test("exchanges nothing unless it is asked to")
    func untried() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job("berth doctor --json").succeed()
        #expect(try await jq(".registries[0].expiresAt", outcome.output) == "null")
        #expect(try site.identity.requests().isEmpty)
    }

    @Test("says why an exchange is refused, now or when a client last asked", arguments: ["--verify", "--no-verify"])
    func refused(option: String) async throws {
        let site = try await KeylessSite(.init(refuses: true))
        let outcome = try await site.job(
            """
            printf %s "$ADDRESS" | docker-credential-berth get >/dev/null 2>&1
            berth doctor --json \(option)
            """
        ).run()
        #expect(outcome.status == 1)
        let check = option == "--verify" ? "verify" : "oidc"
        let failed = try await jq(
            "[.findings[] | select(.status == \"fail\") | [.check, (.text | contains(\"is not trusted\"))]]",
            outcome.output)
        // Of a registry that the job's images do not go to, nothing else is wrong.
        #expect(failed == #"[["\#(check)",true]]"#, "\(outcome.text)")
        #expect(!(outcome.text + outcome.errorText).contains("eyJ"))
    }

    @Test("says so where the helper cannot be found any more")
    func lost() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(#"PATH="${PATH#*:}"; berth doctor"#).run()
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("\nFAIL  helpers: docker-credential-berth"), "\(outcome.text)")
    }
}
