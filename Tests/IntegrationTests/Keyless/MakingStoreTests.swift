internal import TestSupport
internal import Testing

/// Credential stores of the machine that make what they give when they are asked.
@Suite("A store that makes its credentials")
struct MakingStoreTests {
    /// A machine with such a store, whose calls are kept in the file `calls`.
    private func put(_ name: String, list: String, on machine: borrowing Machine) throws -> [String: String] {
        let bin = try machine.scratch.directory("bin", mode: 0o755)
        try Files.write(
            """
            #!/bin/sh
            read -r server
            echo "$1 $server" >>\(machine.path("calls"))
            case $1 in
            list) \(list) ;;
            get) echo '{"Username": "AWS", "Secret": "made"}' ;;
            esac
            """, to: "\(bin)/docker-credential-\(name)", mode: 0o755)
        try machine.writeDockerConfig(#"{"auths": {"named.example.com": {}}, "credsStore": "\#(name)"}"#)
        var variables = machine.gitlabJob("1", registry: "r.example.com", user: "job", password: "pw")
        variables["PATH"] = "\(bin):\(Berth.searchPath)"
        return variables.merging(disposable) { $1 }
    }

    private static let lists = [
        (
            "ecr-login", #"echo '{"listed.example.com": "AWS"}'"#,
            #"{"listed.example.com":"berth","named.example.com":"berth"}"#
        ),
        ("x", "exit 1", "null"),
    ]

    @Test("is asked by clients through berth, so that nothing is stored in it", arguments: lists)
    func asked(name: String, list: String, helpers: String) async throws {
        let machine = try Machine()
        let variables = try put(name, list: list, on: machine)
        let before = Files.snapshot(machine.home)
        let outcome = try await job(
            """
            printf other.example.com | docker-credential-berth get
            printf '{"ServerURL": "mine.example.com", "Username": "u", "Secret": "s"}' | docker-credential-berth store
            cat "$DOCKER_CONFIG/config.json"
            """, variables
        ).succeed()
        let lines = try await jq("[.Secret, .credsStore, .credHelpers]", outcome.output).split(separator: "\n")
        #expect(lines.first == #"["made",null,null]"#)
        #expect(lines.last == "[null,\"berth\",\(helpers)]")
        let calls = try Files.text(machine.path("calls")).split(separator: "\n").map(String.init)
        #expect(calls.last == "get other.example.com")
        #expect(!calls.contains { $0.hasPrefix("store") })
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
    }

    @Test("gives nothing of what the job may not see")
    func inherited() async throws {
        let machine = try Machine()
        let variables = try put("ecr-login", list: "exit 1", on: machine)
        let outcome = try await Command.shell(
            """
            eval "$(berth ci-env gitlab --inherit named.example.com || echo exit 1)"
            printf other.example.com | docker-credential-berth get || true
            printf named.example.com | docker-credential-berth get
            """, environment: variables
        ).succeed()
        #expect(outcome.text.hasPrefix("credentials not found in native keychain\n"))
        #expect(outcome.text.contains(#""Secret":"made""#))
    }
}
