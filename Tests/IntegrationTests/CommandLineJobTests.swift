internal import Glibc
internal import TestSupport
internal import Testing

/// Whose credentials a job has, as the options and variables of `ci-env` and `exec` say.
@Suite struct CommandLineJobTests {
    private static let home = dockerConfig([
        (host: "a.example.com", user: "ua", password: "pa"), (host: "b.example.com:5000", user: "ub", password: "pb"),
    ])

    private func environment(_ machine: borrowing Machine, _ extra: [String: String] = [:]) -> [String: String] {
        machine.gitlabJob("1", registry: "r.example.com", user: "job", password: "job-secret")
            .merging(disposable) { $1 }.merging(extra) { $1 }
    }

    /// The registries that a job's config has credentials for, and these, after `ci-env` with `flags`.
    private func credentials(
        _ flags: String, _ machine: borrowing Machine, _ environment: [String: String]
    ) async throws -> [String: String] {
        let outcome = try await Command.shell(
            #"eval "$(berth ci-env \#(flags) || echo exit 1)"; cat "$DOCKER_CONFIG/config.json""#,
            environment: environment
        ).succeed()
        let text = try await jq(
            #".auths | to_entries[] | select(.value.auth) | "\(.key) \(.value.auth)""#, outcome.output)
        return text.split(separator: "\n").reduce(into: [:]) { all, line in
            let words = line.split { $0 == " " || $0 == "\"" }
            if words.count == 2 { all[String(words[0])] = String(words[1]) }
        }
    }

    private static let inherited = [
        "a.example.com": basicAuth("ua", "pa"), "b.example.com:5000": basicAuth("ub", "pb"),
    ]
    private static let own = ["r.example.com": basicAuth("job", "job-secret")]

    // MARK: - Inheritance

    static let inheritances: [(value: String, hosts: [String])] = [
        ("all", ["a.example.com", "b.example.com:5000"]), ("none", []), ("a.example.com", ["a.example.com"]),
        ("b.example.com:5000", ["b.example.com:5000"]), ("a.example.com,c.example.com", ["a.example.com"]),
        ("c.example.com", []),
    ]

    @Test("--inherit and BERTH_INHERIT say whose credentials the job sees", arguments: inheritances, [true, false])
    func inherit(inheritance: (value: String, hosts: [String]), byVariable: Bool) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(Self.home)
        let found = try await credentials(
            byVariable ? "gitlab" : "gitlab --inherit \(inheritance.value)", machine,
            environment(machine, byVariable ? ["BERTH_INHERIT": inheritance.value] : [:]))
        #expect(found == Self.inherited.filter { inheritance.hosts.contains($0.key) }.merging(Self.own) { $1 })
    }

    @Test("DOCKER_AUTH_CONFIG is merged into the job's config, and then empty")
    func authConfig() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(Self.home)
        let variable = dockerConfig([
            (host: "a.example.com", user: "newer", password: "p"), (host: "v.example.com", user: "uv", password: "pv"),
        ])
        let variables = environment(machine, ["DOCKER_AUTH_CONFIG": variable])
        let found = try await credentials("gitlab", machine, variables)
        #expect(found["v.example.com"] == basicAuth("uv", "pv"))
        #expect(found["a.example.com"] == basicAuth("newer", "p"), "it wins, as it does in docker")
        #expect(found["b.example.com:5000"] == basicAuth("ub", "pb"))
        #expect(found["r.example.com"] == Self.own["r.example.com"])
        let after = try await job(#"printf '<%s>' "${DOCKER_AUTH_CONFIG-unset}""#, variables).succeed()
        #expect(after.text == "<>")
        let without = try await job(#"printf '<%s>' "${DOCKER_AUTH_CONFIG-unset}""#, environment(machine)).succeed()
        #expect(without.text == "<unset>")
    }

    @Test("with --use-docker-auth-config nothing of HOME is inherited", arguments: ["flag", "BERTH_", "WERF_"])
    func onlyAuthConfig(way: String) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(Self.home)
        var variables = environment(
            machine, ["DOCKER_AUTH_CONFIG": dockerConfig([(host: "v.example.com", user: "uv", password: "pv")])])
        if way != "flag" { variables["\(way)USE_DOCKER_AUTH_CONFIG"] = "true" }
        let found = try await credentials(
            way == "flag" ? "gitlab --use-docker-auth-config" : "gitlab", machine, variables)
        #expect(found == Self.own.merging(["v.example.com": basicAuth("uv", "pv")]) { $1 })
    }

    @Test(
        "a DOCKER_AUTH_CONFIG that is no config is bad data, and is not repeated", arguments: ["{", "[]", "pv-secret"])
    func badAuthConfig(value: String) async throws {
        let machine = try Machine()
        let outcome = try await berth(["ci-env", "gitlab"], environment(machine, ["DOCKER_AUTH_CONFIG": value])).run()
        #expect(outcome.status == 65)
        #expect(outcome.errorText.contains("DOCKER_AUTH_CONFIG") && !outcome.errorText.contains("secret"))
        #expect(outcome.text == "exit 65;\n" && machine.jobs.isEmpty)
    }

    // MARK: - Logins

    @Test("the job's own registry can be left out", arguments: ["flag", "BERTH_", "WERF_"])
    func noLogin(way: String) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(Self.home)
        let variables = environment(machine, way == "flag" ? [:] : ["\(way)LOGIN_TO_REGISTRY": "false"])
        let found = try await credentials(
            way == "flag" ? "gitlab --no-login-to-registry" : "gitlab", machine, variables)
        #expect(found == Self.inherited)
    }

    @Test(
        "--login and BERTH_LOGIN log in to more registries, and win over what is inherited", arguments: [true, false])
    func logins(byVariable: Bool) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(Self.home)
        var variables = environment(
            machine, ["GHCR_USER": "octo", "GHCR_TOKEN": "t:with:colons", "A_USER": "mine", "A_PASSWORD": "pw"])
        if byVariable {
            variables["BERTH_LOGIN"] = "ghcr.io=GHCR_USER,GHCR_TOKEN\na.example.com=A_USER,A_PASSWORD"
        }
        let flags = "--login ghcr.io=GHCR_USER,GHCR_TOKEN --login a.example.com=A_USER,A_PASSWORD"
        let found = try await credentials("gitlab \(byVariable ? "" : flags)", machine, variables)
        let new = ["ghcr.io": basicAuth("octo", "t:with:colons"), "a.example.com": basicAuth("mine", "pw")]
        #expect(found == Self.inherited.merging(Self.own) { $1 }.merging(new) { $1 })
    }

    @Test("a flag counts before BERTH_…, and that before WERF_…")
    func order() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(Self.home)
        let variables = environment(machine, ["BERTH_LOGIN_TO_REGISTRY": "0", "WERF_LOGIN_TO_REGISTRY": "1"])
        let byVariable = try await credentials("gitlab", machine, variables)
        #expect(byVariable == Self.inherited)
        let byFlag = try await credentials("gitlab --login-to-registry", machine, variables)
        #expect(byFlag == Self.inherited.merging(Self.own) { $1 })
    }

    // MARK: - Leases

    @Test(
        "--ttl and BERTH_TTL end the lease, else the job's timeout does, else a day",
        arguments: [
            ("--ttl 90s", [:], 90), ("--ttl 1h30m", ["BERTH_TTL": "5s"], 5400), ("", ["BERTH_TTL": "2w"], 14 * 86_400),
            ("", ["CI_JOB_TIMEOUT": "600"], 600), ("--ttl 5m", ["CI_JOB_TIMEOUT": "600"], 300), ("", [:], 86_400),
        ] as [(String, [String: String], Int)])
    func ttl(flags: String, variables: [String: String], seconds: Int) async throws {
        let machine = try Machine()
        let before = time(nil)
        // What goes to a file has no owner that is known, so that only the time ends it.
        let script = "berth ci-env gitlab \(flags) -o \"$HOME/env\" && cat \(machine.root)/*/lease.json"
        let outcome = try await Command.shell(script, environment: environment(machine, variables)).succeed()
        let after = time(nil)
        let expires = try #require(Int(try await jq(".expires", outcome.output)))
        #expect((before + seconds...after + seconds).contains(expires), "\(expires - before)")
        let owners = try await jq(".owners", outcome.output)
        #expect(owners == "[]")
    }

    // MARK: - Signals

    @Test("exec hands a signal on, ends as its command does and leaves nothing", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signal(number: Int32) async throws {
        let machine = try Machine()
        let (ready, seen) = (machine.path("ready"), machine.path("seen"))
        let script = """
            trap 'echo "$DOCKER_CONFIG" >\(seen); exit 7' TERM INT HUP
            echo >\(ready).new; mv \(ready).new \(ready); while :; do sleep 0.05; done
            """
        let process = try berth(["exec", "gitlab", "--", "dash", "-c", script], environment(machine)).start()
        let started = await waitUntil { Files.exists(ready) }
        #expect(started)
        process.signal(number)
        let outcome = try await process.outcome()
        #expect(outcome.status == 7, "\(outcome.errorText)")
        #expect(try Files.text(seen).hasPrefix("\(machine.root)/"))
        #expect(machine.jobs.isEmpty)
    }

    @Test("exec whose command a handed on signal ends is ended with 128 and the signal's number")
    func deadlySignal() async throws {
        let machine = try Machine()
        let ready = machine.path("ready")
        let process = try berth(
            ["exec", "gitlab", "--", "dash", "-c", "echo >\(ready); exec sleep 60"], environment(machine)
        ).start()
        let started = await waitUntil { Files.exists(ready) }
        #expect(started)
        process.signal(SIGTERM)
        let outcome = try await process.outcome()
        #expect(outcome.status == 143)
        #expect(machine.jobs.isEmpty)
    }
}
