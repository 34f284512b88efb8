internal import TestSupport
internal import Testing

/// What a job does with credentials is seen by nobody else.
@Suite struct IsolationTests {
    @Test(arguments: [2, 32])
    func concurrentJobsOfOneHomeUseTheirOwnCredentialsOnly(count: Int) async throws {
        let names = (0..<count).map { "user\($0)" }
        let registry = try await LoopbackRegistry(users: names)
        let address = registry.address
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([(host: "other.example.com", user: "all", password: "common")]))
        let before = Files.snapshot(machine.home)
        let layout = try await ImageLayout(in: machine.scratch.path).path
        let jobs = names.enumerated().map { number, name in
            job(
                """
                set -e
                skopeo copy -q --dest-tls-verify=false oci:\(layout):latest docker://\(address)/\(name)/app:1
                berth release
                """,
                machine.gitlabJob(
                    "\(number)", registry: address, user: name, password: LoopbackRegistry.password(of: name)))
        }
        let outcomes = try await concurrently(jobs)
        #expect(outcomes.map(\.status) == names.map { _ in 0 }, "\(outcomes.map(\.errorText))")
        // Reads may cross: clients probe other repositories for blobs to mount, by their own credential.
        let writes = try registry.requests().filter { $0.method != "GET" && $0.method != "HEAD" }
        let crossed = writes.filter { !$0.uri.hasPrefix("/v2/\($0.user)/") }
        #expect(crossed.isEmpty)
        #expect(Set(writes.map(\.user)) == Set(names))
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test(arguments: [
        #"printf %s "$OTHER" | skopeo login --tls-verify=false -u other --password-stdin "$ADDRESS""#,
        #"printf %s "$OTHER" | podman login --tls-verify=false -u other --password-stdin "$ADDRESS""#,
        #"printf %s "$OTHER" | /usr/bin/docker login -u other --password-stdin "$ADDRESS""#,
        #"printf %s "$OTHER" | berth login -u other --password-stdin --no-verify "$ADDRESS""#,
        #"berth logout "$ADDRESS""#, #"skopeo logout "$ADDRESS""#, #"/usr/bin/docker logout "$ADDRESS""#,
    ])
    func aLoginOrLogoutInsideAJobStaysInside(line: String) async throws {
        let registry = try await LoopbackRegistry(users: ["job", "other"])
        let machine = try Machine()
        try machine.writeDockerConfig(
            dockerConfig([(host: registry.address, user: "home", password: "home-password")]))
        let before = Files.snapshot(machine.home)
        var environment = machine.gitlabJob(
            "1", registry: registry.address, user: "job", password: LoopbackRegistry.password(of: "job"))
        environment["ADDRESS"] = registry.address
        environment["OTHER"] = LoopbackRegistry.password(of: "other")
        let outcome = try await job(
            """
            set -e
            \(line) >&2
            (eval "$(berth ci-env gitlab || echo exit 1)"; cat "$DOCKER_CONFIG/config.json")
            """, environment
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
        let second = try await jq(".auths[\"\(registry.address)\"].auth", outcome.output)
        #expect(second == "\"\(basicAuth("job", LoopbackRegistry.password(of: "job")))\"")
    }

    @Test func aLoginInsideAJobIsSeenByTheClientsOfThatJob() async throws {
        let registry = try await LoopbackRegistry(users: ["job", "other"])
        try await registry.seed("group/app", user: "job")
        let machine = try Machine()
        var environment = machine.gitlabJob(
            "1", registry: registry.address, user: "job", password: LoopbackRegistry.password(of: "job"))
        environment["OTHER"] = LoopbackRegistry.password(of: "other")
        let count = try registry.requests().count
        let outcome = try await job(
            """
            set -e
            printf %s "$OTHER" | berth login -u other --password-stdin --no-verify \(registry.address) >&2
            skopeo list-tags --tls-verify=false docker://\(registry.address)/group/app
            /usr/bin/docker manifest inspect --insecure \(registry.address)/group/app:1
            """, environment
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let users = try registry.users(after: count)
        #expect(users == ["other"])
    }

    @Test func theSharedStoreIsReadButNeverWritten() async throws {
        let machine = try Machine()
        let bin = try machine.scratch.directory("bin", mode: 0o755)
        let calls = machine.path("calls")
        try Files.write(
            """
            #!/bin/sh
            read -r server
            echo "$1 $server" >>\(calls)
            case $1 in
            get) if [ "$server" = stored.example.com ]; then
                echo '{"ServerURL": "stored.example.com", "Username": "keeper", "Secret": "kept"}'
                else echo 'credentials not found in native keychain'; exit 1; fi ;;
            list) echo '{"stored.example.com": "keeper"}' ;;
            esac
            """, to: "\(bin)/docker-credential-x", mode: 0o755)
        try machine.writeDockerConfig(#"{"auths": {"stored.example.com": {}}, "credsStore": "x"}"#)
        let before = Files.snapshot(machine.home)
        var environment = machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        environment["PATH"] = "\(bin):\(Berth.searchPath)"
        let outcome = try await job(
            """
            set -e
            printf pw2 | berth login -u two --password-stdin --no-verify new.example.com >&2
            berth logout stored.example.com >&2
            printf pw3 | berth login -u three --password-stdin --no-verify stored.example.com >&2
            (eval "$(berth ci-env gitlab --docker-config "$HOME/.docker" || echo exit 1)"; cat "$DOCKER_CONFIG/config.json")
            """, environment
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let config = try await jq("[.credsStore, .auths[\"stored.example.com\"].auth]", outcome.output)
        #expect(config == "[null,\"\(basicAuth("keeper", "kept"))\"]")
        let verbs = Set(((try? Files.text(calls)) ?? "").split(separator: "\n").map { $0.prefix { $0 != " " } })
        #expect(verbs.contains("get"))
        #expect(verbs.isSubset(of: ["get", "list"]))
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
    }

    @Test func unknownKeysHelpersAndOrderSurviveAndTheLoginHostsHelperDoesNot() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(
            """
            {"zebra": {"b": 1, "a": [1, 2.50, null]}, "HttpHeaders": {"X-Meta": "yes"},
             "auths": {"one.example.com": {"auth": "\(basicAuth("u", "p"))"}},
             "proxies": {"default": {"httpProxy": "http://proxy.example.com:3128"}},
             "credHelpers": {"aws.example.com": "ecr-login", "registry.example.com": "x"}, "aliases": {"builder": "buildx"}}
            """)
        let environment = machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        let config = try await job(#"cat "$DOCKER_CONFIG/config.json""#, environment).succeed().output
        let kept = try await jq("[.zebra, .HttpHeaders, .proxies, .aliases]", config)
        #expect(
            kept == #"[{"b":1,"a":[1,2.50,null]},{"X-Meta":"yes"},{"default":{"httpProxy":"#
                + #""http://proxy.example.com:3128"}},{"builder":"buildx"}]"#
                || kept.replacing("2.50", with: "2.5").contains(#"{"b":1,"a":[1,2.5,null]}"#))
        let order = try await jq(#"keys_unsorted - ["cliPluginsExtraDirs"]"#, config)
        #expect(order == #"["zebra","HttpHeaders","auths","proxies","credHelpers","aliases"]"#)
        let helpers = try await jq(".credHelpers", config)
        #expect(helpers == #"{"aws.example.com":"ecr-login"}"#)
        let login = try await jq(#".auths["registry.example.com"]"#, config)
        #expect(login == #"{"auth":"\#(basicAuth("job", "pw"))"}"#)
    }

    @Test func aPathKeyGetsAHostKeyBesideIt() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(
            dockerConfig([(host: "paths.example.com/group/one", user: "one", password: "p1")]))
        let environment = machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        let config = try await job(#"cat "$DOCKER_CONFIG/config.json""#, environment).succeed().output
        let keys = try await jq(#".auths | keys - ["registry.example.com"]"#, config)
        #expect(keys == #"["berth.invalid","paths.example.com","paths.example.com/group/one"]"#)
    }

    @Test(arguments: ["config.json", ".docker"])
    func aLinkedConfigIsResolvedAndNeverWrittenThrough(linked: String) async throws {
        let machine = try Machine()
        let real = try machine.scratch.directory("real")
        try Files.write(
            dockerConfig([(host: "linked.example.com", user: "u", password: "p")]), to: "\(real)/config.json",
            mode: 0o644)
        if linked == ".docker" {
            try Files.link("\(machine.home)/.docker", to: "../real")
        } else {
            try Files.makeDirectory("\(machine.home)/.docker")
            try Files.link("\(machine.home)/.docker/config.json", to: "../../real/config.json")
        }
        let before = Files.snapshot(machine.scratch.path).filter { !$0.key.hasPrefix("/base") }
        let outcome = try await job(
            """
            set -e
            printf new | berth login -u new --password-stdin --no-verify linked.example.com >&2
            test ! -L "$DOCKER_CONFIG" && test ! -L "$DOCKER_CONFIG/config.json"
            cat "$DOCKER_CONFIG/config.json"
            """, machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let login = try await jq(#".auths["linked.example.com"].auth"#, outcome.output)
        #expect(login == "\"\(basicAuth("new", "new"))\"")
        let after = Files.snapshot(machine.scratch.path).filter { !$0.key.hasPrefix("/base") }
        #expect(Files.differences(before, after) == [])
    }

    @Test(arguments: ["/usr/bin/docker", "/usr/local/bin/docker"].filter { Files.exists($0) })
    func pluginsContextsAndBuildersGoOnWorking(docker: String) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(#"{"auths": {"a.example.com": {"auth": "dTpw"}}}"#)
        let plugins = "\(machine.home)/.docker/cli-plugins"
        try Files.makeDirectory(plugins)
        try Files.write(
            """
            #!/bin/sh
            if [ "$1" = docker-cli-plugin-metadata ]; then
                echo '{"SchemaVersion": "0.1.0", "Vendor": "tests", "Version": "v1", "ShortDescription": "greets"}'
            else echo "the plugin runs"; fi
            """, to: "\(plugins)/docker-greet", mode: 0o755)
        try await Command(
            docker, ["context", "create", "far", "--docker", "host=tcp://127.0.0.1:1"],
            environment: ["HOME": machine.home, "PATH": Command.searchPath]
        ).succeed()
        try await Command(
            docker, ["context", "use", "far"], environment: ["HOME": machine.home, "PATH": Command.searchPath]
        ).succeed()
        let outcome = try await job(
            "\(docker) greet; \(docker) context ls --format '{{.Name}} {{.Current}}'; echo \"$BUILDX_CONFIG\"",
            machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.lines.first == "the plugin runs")
        #expect(outcome.lines.contains("far true"))
        #expect(outcome.lines.last == "\(machine.home)/.docker/buildx")
    }
}

/// Runs all commands at once.
func concurrently(_ commands: [Command]) async throws -> [Outcome] {
    try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
        for (number, command) in commands.enumerated() {
            group.addTask { (number, try await command.run()) }
        }
        var outcomes: [Int: Outcome] = [:]
        for try await (number, outcome) in group { outcomes[number] = outcome }
        return commands.indices.compactMap { outcomes[$0] }
    }
}
