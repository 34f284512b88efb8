internal import Glibc
internal import TestSupport
internal import Testing

/// `login --verify` and `ci-env --verify` at real registries.
@Suite("A login that is verified", .serialized)
struct LoginVerificationTests {
    private static let password = LoopbackRegistry.password(of: "me")

    private func login(_ site: borrowing Site, password: String, _ options: [String] = ["--verify"]) throws -> Command {
        let folder = site.machine.path("config")
        if !Files.exists(folder) { try Files.makeDirectory(folder) }
        var command = site.berth([])
        command.arguments =
            ["login", site.address, "-u", "me", "--password-stdin", "--docker-config", folder] + options
        command.input = Array(password.utf8)
        return command
    }

    /// Ways to a registry with users; login has no --ca-file.
    static let walls: [Access] = [.htpasswd, .token, .authorityVariable, .certificateDirectory]

    @Test("is kept where the registry takes it", arguments: walls)
    func good(access: Access) async throws {
        let site = try await Site(access)
        let outcome = try await login(site, password: Self.password).run()
        #expect(outcome.status == 0 && outcome.text == "", "\(outcome.errorText)")
        expectNoSecret(outcome)
        let kept = try await jq(".auths | keys", file: "\(site.machine.path("config"))/config.json")
        #expect(kept == "[\"\(site.address)\"]")
    }

    @Test("is not kept where the registry refuses it", arguments: walls)
    func bad(access: Access) async throws {
        let site = try await Site(access)
        let outcome = try await login(site, password: "wr0ng").run()
        expectFailure(outcome, 77, says: "\(site.address) refuses the user name or password")
        #expect(!outcome.errorText.contains("wr0ng"))
        #expect(Files.names(in: site.machine.path("config")) == [])
    }

    @Test("is not tried unless that is asked for", arguments: [[], ["--no-verify"]])
    func untried(options: [String]) async throws {
        let site = try await Site(.htpasswd)
        try await login(site, password: "wr0ng", options).succeed()
        #expect(try await site.registry.exchanges().isEmpty)
    }

    @Test("is not kept where nothing answers")
    func unreachable() async throws {
        let site = try await Site(.htpasswd)
        let closed = try ClosedPort()
        var command = try login(site, password: Self.password)
        command.arguments[1] = "127.0.0.1:\(closed.number)"
        expectFailure(try await command.run(), 69, says: "nothing answers at port \(closed.number)")
        #expect(Files.names(in: site.machine.path("config")) == [])
    }

    @Test("lets a job begin where it is good, and not where it is bad", arguments: ["good", "bad"])
    func ciEnv(kind: String) async throws {
        let site = try await Site(.token)
        let password = kind == "good" ? Self.password : "wr0ng"
        let environment = site.machine.gitlabJob("1", registry: site.address, user: "me", password: password)
        let outcome = try await berth(["ci-env", "gitlab", "--verify"], environment).run()
        if kind == "good" {
            #expect(outcome.status == 0 && outcome.text.contains("export BERTH_JOB="), "\(outcome.errorText)")
        } else {
            #expect(outcome.status == 77 && outcome.text == "exit 77;\n", "\(outcome.errorText)")
            #expect(outcome.errorText.hasPrefix("berth: \(site.address) refuses the user name or password"))
            #expect(site.machine.jobs.isEmpty)
        }
        expectNoSecretOutside(outcome)
    }

    @Test(
        "that is interrupted makes the job's shell fail by the signal's code",
        arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
    func interrupted(signal: Int32, code: Int32) async throws {
        let site = try await Site(.htpasswd)
        let proxy = try await FaultyProxy(to: site.address, rules: [.init(.silence, path: "/v2/")])
        let environment = site.machine.gitlabJob("1", registry: proxy.address, user: "me", password: Self.password)
        let process = try berth(["ci-env", "gitlab", "--verify"], environment).start()
        #expect(try await waitUntil { try !proxy.requests().isEmpty })
        process.signal(signal)
        let outcome = try await process.outcome()
        #expect(outcome.status == code && outcome.text == "exit \(code);\n", "\(outcome)")
        #expect(site.machine.jobs.isEmpty)
    }

    /// The script may name the password's variable; the words for people show no secret.
    private func expectNoSecretOutside(_ outcome: Outcome) {
        for secret in [Self.password, "wr0ng", basicAuth("me", Self.password)] {
            #expect(!outcome.errorText.contains(secret))
        }
    }
}
