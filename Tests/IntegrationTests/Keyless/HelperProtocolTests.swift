internal import TestSupport
internal import Testing

/// docker's protocol for credential helpers, next to a program that its own library is in.
@Suite("docker-credential-berth answers as Debian's helper does", .serialized, .timeLimit(.minutes(2)))
struct HelperProtocolTests {
    private static let obstacle: String? = {
        let programs = ["docker-credential-secretservice", "gnome-keyring-daemon", "dbus-run-session", "gdbus"]
        let missing = programs.filter { !Files.exists("/usr/bin/\($0)") }
        return missing.isEmpty ? nil : "not installed: \(missing.joined(separator: ", "))"
    }()

    /// What a helper is asked, one after the other: the verb, and the input as printf writes it.
    private static let questions: [(verb: String, input: String)] = [
        ("list", "unused"), ("get", "a.example"), ("get", ""), ("get", #" \n"#), ("get", #"\n"#), ("erase", ""),
        ("store", "{}"), ("store", #"{"ServerURL":"a.example","Secret":"s"}"#),
        ("store", #"{"ServerURL":"","Username":"u","Secret":"s"}"#),
        ("store", #"{"ServerURL":"a.example","Username":"","Secret":"s"}"#),
        ("store", #"{"ServerURL":"a.example","Username":"u","Secret":"s"}"#), ("get", "a.example"),
        ("get", #"a.example\n"#), ("get", #"  a.exa\nmple\r\n"#), ("get", #"a.example\n\n"#), ("list", "unused"),
        ("list", ""),
        // The keyring keeps an item for each user of a server, and gives either.
        ("erase", "a.example"),
        // As Go's encoder writes it, and what printf makes of backslashes.
        ("store", #"{"ServerURL":"a.example","Username":"<token>","Secret":"<p>&\\"\\\\é\\u2028\\n\\t/"}"#),
        ("get", "a.example"), ("list", "unused"),
        ("store", #"{\n"serverurl": "b.example",\n"USERNAME": "u",\n"secret": "s2"\n}\n"#),
        ("get", "b.example"),
        ("erase", "a.example"), ("get", "a.example"), ("erase", "a.example"), ("erase", #"b.example\n"#),
        ("list", "unused"),
    ]

    /// Those whose words are the program's own: only the exit code is the protocol's.
    private static let mistakes: [(arguments: String, input: String)] = [
        ("", ""), ("get a.example", ""), ("nonsense", ""), ("GET", "a.example"), ("''", ""), ("store", "junk"),
        ("store", ""), ("store", "[]"), ("store", #"{"ServerURL":7,"Username":"u","Secret":"s"}"#),
        ("store", #"{"ServerURL":"a.example","Username":"u","Secret":"s""#), ("version", ""),
    ]

    private static func script(_ program: String) -> String {
        let asked = questions.map { "printf '\($0.input)' | \(program) \($0.verb); echo \"exit $?\"" }
        let mistaken = mistakes.map { "printf '\($0.input)' | \(program) \($0.arguments) >/dev/null; echo \"exit $?\"" }
        return (asked + mistaken).joined(separator: "\n")
    }

    @Test("to the letter", .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
    func answers() async throws {
        let machine = try Machine()
        let theirs = try await Command(
            "dbus-run-session",
            [
                "--", "dash", "-c",
                // Who asks before it is there would have another one started.
                "printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n"
                    + "gdbus wait --session --timeout 60 org.freedesktop.secrets\n"
                    + Self.script("docker-credential-secretservice"),
            ], environment: machine.environment
        ).succeed()
        // As its library has the usage since 0.6.
        let usage = try await Command.shell(
            "docker-credential-secretservice", environment: machine.environment
        ).run().text
        let ours = try await Command.shell(
            #"eval "$(berth ci-env generic || echo exit 1)""# + "\n"
                + #"mkdir "$BERTH_JOB/b"; ln -s "$(command -v berth)" "$BERTH_JOB/b/docker-credential-berth""# + "\n"
                + Self.script(#""$BERTH_JOB/b/docker-credential-berth""#),
            environment: machine.environment.merging(disposable) { $1 }
        ).run()
        #expect(theirs.lines.count > 40, "\(theirs.text)\(theirs.errorText)")
        for (number, (our, their)) in zip(ours.lines, theirs.lines).enumerated() {
            #expect(our == their, "line \(number)")
        }
        #expect(ours.lines.count == theirs.lines.count, "\(ours.text)\(ours.errorText)")
        let ourUsage = try await Command.shell(
            #"mkdir "$HOME/b"; ln -s "$(command -v berth)" "$HOME/b/docker-credential-berth"; "$HOME/b/docker-credential-berth""#,
            environment: machine.environment
        ).run().text
        #expect(ourUsage == usage.replacing("secretservice", with: "berth"))
    }

    @Test("and berth credential does too", arguments: ["get", "list", "erase", "store"])
    func command(verb: String) async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([(host: "a.example", user: "u", password: "p")]))
        let input = verb == "store" ? #"{"ServerURL":"a.example","Username":"new","Secret":"s"}"# : "a.example"
        let outcome = try await Command.shell(
            """
            eval "$(berth ci-env generic || echo exit 1)"
            mkdir "$HOME/b"; ln -s "$(command -v berth)" "$HOME/b/docker-credential-berth"
            one=$(printf '\(input)' | berth credential \(verb); echo "exit $?")
            two=$(printf '\(input)' | "$HOME/b/docker-credential-berth" \(verb); echo "exit $?")
            echo "$one"; test "$one" = "$two"
            """, environment: machine.environment.merging(disposable) { $1 }
        ).run()
        #expect(outcome.status == 0 && outcome.text.contains("exit 0"), "\(outcome.text)\(outcome.errorText)")
    }
}
