internal import TestSupport
internal import Testing

/// The clients that people use find the job's credential, whatever else lies around.
@Suite(.serialized) struct RealClientTests {
    /// A client as a job calls it; `ADDRESS` stands for the registry.
    struct Client: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let program: String
        let line: String

        init(_ name: String, _ line: String) {
            testDescription = name
            self.line = line
            program = String(line.prefix { $0 != " " })
        }
    }

    static let clients = [
        Client("docker 20.10 manifest inspect", "/usr/bin/docker manifest inspect --insecure ADDRESS/group/app:1"),
        Client(
            "local docker manifest inspect", "/usr/local/bin/docker manifest inspect --insecure ADDRESS/group/app:1"),
        Client("skopeo inspect", "/usr/bin/skopeo inspect --tls-verify=false docker://ADDRESS/group/app:1"),
        Client("skopeo list-tags", "/usr/bin/skopeo list-tags --tls-verify=false docker://ADDRESS/group/app"),
        Client(
            "skopeo copy",
            "/usr/bin/skopeo copy --src-tls-verify=false --dest-tls-verify=false "
                + "docker://ADDRESS/group/app:1 docker://ADDRESS/group/copy:1"),
        Client("podman pull", "/usr/bin/podman pull -q --tls-verify=false ADDRESS/group/app:1"),
        Client("podman manifest inspect", "/usr/bin/podman manifest inspect ADDRESS/group/app:1-multi"),
        Client("podman login --get-login", "test $(/usr/bin/podman login --get-login ADDRESS) = job"),
        Client("buildah pull", "/usr/bin/buildah pull -q --tls-verify=false --policy always ADDRESS/group/app:1"),
        Client(
            "buildah push",
            "/usr/bin/buildah pull -q --tls-verify=false --policy always ADDRESS/group/app:1 && "
                + "/usr/bin/buildah push -q --tls-verify=false ADDRESS/group/app:1 docker://ADDRESS/group/pushed:1"),
    ]

    static let installed = clients.filter { !$0.program.hasPrefix("/") || Files.exists($0.program) }

    /// Everybody whose leftover credential for the same registry a machine may hold.
    static let strangers = ["docker-home", "xdg-runtime", "xdg-config", "variable"]

    @Test(arguments: installed)
    func findsTheJobsCredentialOnACleanMachine(client: Client) async throws {
        let registry = try await LoopbackRegistry(users: ["job"])
        try await registry.seed("group/app", user: "job")
        let machine = try Machine()
        let count = try registry.requests().count
        let outcome = try await job(
            client.line.replacing("ADDRESS", with: registry.address),
            try storage(machine, registry).merging(gitlab(registry)) { $1 }
        ).run()
        let users = try registry.users(after: count)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(users.isSubset(of: ["job"]))
        #expect(!users.isEmpty || client.line.contains("get-login"))
    }

    @Test(arguments: installed)
    func usesTheJobsCredentialAmongHostileLeftovers(client: Client) async throws {
        let registry = try await LoopbackRegistry(users: ["job"] + Self.strangers)
        try await registry.seed("group/app", user: "job")
        let machine = try Machine()
        let leftovers = try leaveCredentials(machine, registry)
        let count = try registry.requests().count
        let environment = try storage(machine, registry).merging(leftovers) { $1 }.merging(gitlab(registry)) { $1 }
        let outcome = try await job(
            client.line.replacing("ADDRESS", with: registry.address), in: "bash", environment
        ).run()
        let users = try registry.users(after: count)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(users.isSubset(of: ["job"]))
        #expect(!users.isEmpty || client.line.contains("get-login"))
    }

    /// The control: without berth the leftovers are what the clients use, so the test above can fail.
    @Test func leftoversAreUsedWithoutBerth() async throws {
        let registry = try await LoopbackRegistry(users: ["job"] + Self.strangers)
        try await registry.seed("group/app", user: "job")
        let machine = try Machine()
        let leftovers = try leaveCredentials(machine, registry)
        let count = try registry.requests().count
        for client in Self.installed where client.testDescription.contains("inspect") {
            let line = client.line.replacing("ADDRESS", with: registry.address)
            _ = try await Command.shell(line, environment: try storage(machine, registry).merging(leftovers) { $1 })
                .run()
        }
        let users = try registry.users(after: count)
        #expect(!users.isEmpty && !users.contains("job"))
    }

    @Test(.disabled(if: DockerEngine.obstacle != nil, "\(DockerEngine.obstacle ?? "")"))
    func dockerLogsInPushesAndPullsThroughARealEngine() async throws {
        let registry = try await LoopbackRegistry(users: ["job", "second"] + Self.strangers)
        let engine = try await DockerEngine()
        let machine = try Machine()
        let leftovers = try leaveCredentials(machine, registry)
        var environment = try storage(machine, registry).merging(leftovers) { $1 }.merging(gitlab(registry)) { $1 }
        let before = Files.snapshot(machine.home)
        environment["DOCKER_HOST"] = engine.host
        environment["ADDRESS"] = registry.address
        environment["SECOND"] = LoopbackRegistry.password(of: "second")
        let dockers = ["/usr/bin/docker", "/usr/local/bin/docker"].filter { Files.exists($0) }
        for (number, docker) in dockers.enumerated() {
            let image = "\(registry.address)/group/engine:\(number)"
            let count = try registry.requests().count
            let first = try await job(
                """
                set -e; cd "$BERTH_JOB"; echo hello >hello
                tar -c hello | \(docker) import - \(image) >&2
                \(docker) push \(image) >&2; \(docker) rmi \(image) >&2; \(docker) pull \(image) >&2
                """, environment
            ).run()
            #expect(first.status == 0, "\(docker): \(first.errorText)")
            let users = try registry.users(after: count)
            #expect(users == ["job"])

            let again = try registry.requests().count
            let second = try await job(
                """
                set -e
                printf %s "$SECOND" | \(docker) login -u second --password-stdin "$ADDRESS" >&2
                \(docker) pull \(image) >&2
                """, environment
            ).run()
            #expect(second.status == 0, "\(docker): \(second.errorText)")
            let secondUsers = try registry.users(after: again)
            #expect(secondUsers == ["second"])
        }
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
        try await engine.stop()
    }

    private func gitlab(_ registry: borrowing LoopbackRegistry) -> [String: String] {
        Machine.gitlab("41", registry: registry.address, user: "job", password: LoopbackRegistry.password(of: "job"))
    }

    /// Image storage of the test's own, and a user's registries.conf that berth has to keep in force.
    private func storage(
        _ machine: borrowing Machine, _ registry: borrowing LoopbackRegistry
    ) throws -> [String: String] {
        machine.environment.merging(try machine.preparePodman(plainHTTPTo: registry.address)) { $1 }
    }

    /// Leaves other credentials for the registry in every place that clients look at.
    private func leaveCredentials(
        _ machine: borrowing Machine, _ registry: borrowing LoopbackRegistry
    ) throws -> [String: String] {
        let address = registry.address
        func leftover(_ user: String) -> String {
            dockerConfig([(host: address, user: user, password: LoopbackRegistry.password(of: user))])
        }
        try machine.writeDockerConfig(leftover("docker-home"))
        let runtime = machine.path("runtime")
        for folder in [
            runtime, "\(runtime)/containers", "\(machine.home)/.config", "\(machine.home)/.config/containers",
        ]
        where !Files.exists(folder) {
            try Files.makeDirectory(folder)
        }
        try Files.write(leftover("xdg-runtime"), to: "\(runtime)/containers/auth.json")
        try Files.write(leftover("xdg-config"), to: "\(machine.home)/.config/containers/auth.json")
        return ["XDG_RUNTIME_DIR": runtime, "DOCKER_AUTH_CONFIG": leftover("variable")]
    }
}
