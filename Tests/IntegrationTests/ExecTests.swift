internal import Glibc
internal import TestSupport
internal import Testing

/// `berth exec` is the command itself, with a job directory of its own for as long as it runs.
@Suite struct ExecTests {
    private func exec(_ command: [String], _ machine: borrowing Machine) -> Command {
        berth(
            ["exec", "gitlab", "--"] + command,
            machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw"))
    }

    @Test(arguments: [0, 1, 7, 64, 78, 255])
    func theExitCodeIsTheCommands(code: Int32) async throws {
        let machine = try Machine()
        let outcome = try await exec(["dash", "-c", "exit \(code)"], machine).run()
        #expect(outcome.status == code)
        #expect(outcome.errorText == "")
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test func theCommandHasAJobOfItsOwnThatIsGoneAfterwards() async throws {
        let machine = try Machine()
        let outcome = try await exec(
            ["dash", "-c", #"echo "$BERTH_JOB"; jq -r '.auths|keys[]' "$DOCKER_CONFIG/config.json""#], machine
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.lines.first?.hasPrefix("\(machine.root)/") == true)
        #expect(outcome.lines.last == "registry.example.com")
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test func aProgramThatIsNotThereIs127AndOneThatMayNotRunIs126() async throws {
        let machine = try Machine()
        let plain = try machine.scratch.file("plain", "#!/bin/sh\n", mode: 0o644)
        let missing = try await exec(["no-such-program"], machine).run()
        let forbidden = try await exec([plain], machine).run()
        #expect([missing.status, forbidden.status] == [127, 126])
        #expect(missing.errorText.hasPrefix("berth: ") && forbidden.errorText.hasPrefix("berth: "))
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2])
    func aSignalIsForwarded(number: Int32) async throws {
        let machine = try Machine()
        let ready = machine.path("ready")
        let process = try exec(
            ["bash", "-c", "trap 'echo got it; exit 5' \(number); echo >\(ready); while :; do sleep 0.01; done"],
            machine
        ).start()
        let started = await waitUntil { Files.exists(ready) }
        #expect(started)
        process.signal(number)
        let outcome = try await process.outcome()
        #expect(outcome.status == 5, "\(outcome.errorText)")
        #expect(outcome.text == "got it\n")
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGSEGV])
    func aCommandThatASignalEndsGives128PlusItsNumber(number: Int32) async throws {
        let machine = try Machine()
        let outcome = try await exec(["dash", "-c", "kill -\(number) $$"], machine).run()
        #expect(outcome.status == 128 + number)
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test func theDirectoryGoesEvenWhereExecItselfIsKilled() async throws {
        let machine = try Machine()
        let ready = machine.path("ready")
        let process = try exec(["dash", "-c", "echo >\(ready); exec sleep 60"], machine).start()
        let started = await waitUntil { Files.exists(ready) }
        #expect(started)
        process.signalGroup(SIGKILL)
        _ = try await process.outcome()
        let environment = machine.environment
        let root = machine.root
        let gone = try await waitUntil {
            try await berth(["gc"], environment).succeed()
            return jobDirectories(root).isEmpty
        }
        #expect(gone)
    }

    @Test func inputAndOutputAreTheCommandsOwn() async throws {
        let machine = try Machine()
        var command = exec(["dash", "-c", "cat; echo to errors >&2"], machine)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        command.input = bytes
        let outcome = try await command.run()
        #expect(outcome.output == bytes)
        #expect(outcome.errorText == "to errors\n")
    }

    @Test(.enabled(if: Files.exists("/usr/bin/script"), "script(1), which gives a terminal, is not installed"))
    func theTerminalIsTheCommandsOwn() async throws {
        let machine = try Machine()
        let environment = machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        let line =
            "berth exec gitlab -- bash -c 'test -t 0 && test -t 1 && read -r -p answer: x </dev/tty && echo got-$x'"
        var command = Command("script", ["-qec", line, "/dev/null"], environment: environment)
        command.input = Array("yes\n".utf8)
        let outcome = try await command.run()
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.contains("got-yes"))
    }

    @Test func twoNestedJobsAreTwo() async throws {
        let machine = try Machine()
        let outcome = try await exec(
            [
                "dash", "-c",
                """
                echo "$DOCKER_CONFIG"; berth exec gitlab -- dash -c 'echo "$DOCKER_CONFIG"'
                test -f "$DOCKER_CONFIG/config.json" && echo "still there"
                """,
            ], machine
        ).run()
        #expect(outcome.lines.count == 3, "\(outcome.errorText)")
        #expect(Set(outcome.lines).count == 3)
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test func severalAtOnceDoNotSeeEachOther() async throws {
        let machine = try Machine()
        let commands = (0..<16).map { number in
            berth(
                [
                    "exec", "gitlab", "--", "dash", "-c",
                    #"jq -r '.auths[].auth | values' "$DOCKER_CONFIG/config.json""#,
                ],
                machine.gitlabJob("\(number)", registry: "r.example.com", user: "u\(number)", password: "p"))
        }
        let outcomes = try await concurrently(commands)
        #expect(outcomes.map(\.lines) == (0..<16).map { [basicAuth("u\($0)", "p")] })
        #expect(jobDirectories(machine.root).isEmpty)
    }
}
