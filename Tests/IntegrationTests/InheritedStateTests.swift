internal import TestSupport
internal import Testing

/// What a process inherits besides its arguments, and what berth must make of it.
@Suite struct InheritedStateTests {
    @Test("a job's end is noticed although whoever started berth ignores the end of children")
    func ignoredChildSignal() async throws {
        let machine = try Machine()
        let environment = machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        var command = Command.shell(
            #"trap "" CHLD; exec "$@""#, environment: environment)
        command.arguments += ["sh", Berth.path, "exec", "gitlab", "--", "dash", "-c", "exit 3"]
        command.deadline = .seconds(20)
        #expect(try await command.run().status == 3)
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test("a variable that is not UTF-8 reaches the job byte for byte")
    func otherEncodings() async throws {
        let machine = try Machine()
        let environment = machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        var command = Command.shell(
            #"NAME=$(printf 'caf\351'); export NAME; exec "$@""#, environment: environment)
        command.arguments += ["sh", Berth.path, "exec", "gitlab", "--", "dash", "-c", #"printf %s "$NAME""#]
        let outcome = try await command.succeed()
        #expect(outcome.output == Array("caf".utf8) + [0xE9])
    }

    @Test("credentials for a registry on this machine are not sent to a proxy")
    func proxy() async throws {
        let machine = try Machine()
        let registry = try await LoopbackRegistry(users: ["job"])
        var environment = machine.gitlabJob(
            "1", registry: registry.address, user: "job", password: LoopbackRegistry.password(of: "job"))
        let proxy = try CannedServer(Array(repeating: .text("HTTP/1.1 502 No\r\n\r\n"), count: 4))
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            environment[name] = "http://127.0.0.1:\(proxy.port)"
        }
        let outcome = try await berth(["ci-env", "gitlab", "--verify"], environment).run()
        #expect(proxy.finish() == [])
        #expect(outcome.status == 0, "\(outcome.errorText)")
    }
}
