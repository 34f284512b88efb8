internal import TestSupport
internal import Testing

/// What a job's credentials on demand are where the config that it inherits from has others, or is another job's.
@Suite("A job that inherits credentials and asks for others", .serialized)
struct InheritedCredentialTests {
    private static let get = #"printf %s "$ADDRESS" | docker-credential-berth get"#

    @Test("is another system's than the outer job, and has what that one asks for all the same")
    func otherSystem() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job("berth exec generic -- sh -c '\(Self.get)'").run()
        #expect(outcome.status == 0 && outcome.text.contains("minted-"), "\(outcome)")
    }

    @Test("is told what of the outer job's it cannot have")
    func dropped() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            "env -u ACTIONS_ID_TOKEN_REQUEST_TOKEN berth exec github -- sh -c '\(Self.get)'"
        ).run()
        #expect(outcome.text == "credentials not found in native keychain\n")
        #expect(outcome.errorText.contains("is not the inner job's: "), "\(outcome.errorText)")
    }

    @Test("has what a client logged in to in the outer job, and not what would be minted")
    func storedLogin() async throws {
        let site = try await KeylessSite()
        let outcome = try await site.job(
            #"""
            printf '{"ServerURL": "%s", "Username": "bot", "Secret": "pw"}' "$ADDRESS" | docker-credential-berth store
            berth exec github -- sh -c '\#(Self.get)'
            """#
        ).run()
        #expect(
            outcome.text == #"{"ServerURL":"\#(site.registry.address)","Username":"bot","Secret":"pw"}"# + "\n"
                || outcome.text == #"{"ServerURL":"\#(site.registry.address)","Username":"bot","Secret":"pw"}"#,
            "\(outcome)")
        #expect(try site.exchanges() == [])
    }

    @Test("that is a fork's has nothing for the host that trusted jobs ask for, wherever the machine keeps a login")
    func fork() async throws {
        let machine = try Machine()
        let bin = try machine.scratch.directory("bin", mode: 0o755)
        // A store that does not tell what it has is asked by clients through berth.
        try Files.write(
            """
            #!/bin/sh
            [ "$1" = get ] && echo '{"Username": "AWS", "Secret": "hunter2"}'
            """, to: "\(bin)/docker-credential-x", mode: 0o755)
        try machine.writeDockerConfig(
            """
            {"auths": {"\(KeylessJob.registry)": {"auth": "Ym90Omh1bnRlcjI="}}, "credsStore": "x",
             "credHelpers": {"\(KeylessJob.registry)": "ecr-login"}}
            """)
        var variables = KeylessJob.variables(machine).merging(try KeylessJob.fork(machine)) { $1 }
        (variables["ADDRESS"], variables["PATH"]) = (KeylessJob.registry, "\(bin):\(Berth.searchPath)")
        let outcome = try await Command.shell(
            """
            eval "$(berth ci-env github --oidc \(KeylessJob.request) || echo exit 1)"
            cat "$DOCKER_CONFIG/config.json"
            \(Self.get); berth exec generic -- sh -c '\(Self.get)'; docker-credential-berth list
            printf other.example | docker-credential-berth get
            """, environment: variables
        ).run()
        #expect(!outcome.text.contains("Ym90") && !outcome.text.contains("ecr-login"), "\(outcome.text)")
        let lines = outcome.lines.drop { !$0.hasPrefix("credentials not") }
        #expect(lines.prefix(2).allSatisfy { $0 == "credentials not found in native keychain" } && lines.count == 4)
        #expect(lines.last?.contains("hunter2") == true, "\(lines)")
    }

    @Test("from a config that names berth as its store, outside of a job, takes no job's secrets from it")
    func strayConfig() async throws {
        let site = try await KeylessSite()
        try site.machine.writeDockerConfig(
            #"{"auths": {"\#(site.registry.address)": {}}, "credsStore": "berth"}"#)
        let outcome = try await site.job(
            #"""
            \#(Self.get) >/dev/null
            berth exec generic --docker-config "$HOME/.docker" -- sh -c 'cat "$DOCKER_CONFIG/config.json"'
            """#
        ).run()
        #expect(!outcome.text.contains("\"auth\""), "\(outcome.text)")
        #expect(outcome.errorText.contains("credsStore is berth itself"), "\(outcome.errorText)")
    }
}
