internal import TestSupport
internal import Testing

/// berth may be killed at any instant: nothing is torn, nothing is lost, nothing is left that `gc` cannot find.
@Suite struct KillTests {
    /// Loops to wait before each kill: from none to some milliseconds, in an order that can be repeated.
    private func pauses(_ count: Int, seed: UInt64) -> String {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in String(Int.random(in: 0..<20_000, using: &generator)) }.joined(separator: " ")
    }

    /// Starts a line in the background, counts up to a number and kills; `$code` is how the line ended.
    private let killing = """
        killed() {
            i=0; while [ $i -lt $1 ]; do i=$((i+1)); done
            kill -9 $! 2>/dev/null; wait $! 2>/dev/null; code=$?
        }
        """

    @Test func ciEnv() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([(host: "a.example.com", user: "u", password: "p")]))
        let before = Files.snapshot(machine.home)
        let living = try await StayingJob("live", on: machine, with: disposable)
        let kept = living.directory
        let environment = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "p")
        var command = Command.shell(
            """
            \(killing)
            done=0; cut=0
            for pause in \(pauses(300, seed: 1)); do
                berth ci-env gitlab >/dev/null 2>&1 & killed $pause
                case $code in 0) done=$((done+1)) ;; 137) cut=$((cut+1)) ;; *) echo "exit $code"; exit 1 ;; esac
            done
            echo "$done finished, $cut killed"
            """, environment: environment.merging(disposable) { $1 })
        command.deadline = .seconds(120)
        let outcome = try await command.run()
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(!outcome.text.contains(" 0 killed"), "\(outcome.text)")
        try await berth(["gc"], machine.environment).succeed()
        let name = String(kept.split(separator: "/").last ?? "?")
        let left = machine.jobs.filter { Files.facts("\(machine.root)/\($0)")?.kind == .directory }
        #expect(left == [name])
        #expect(Files.exists("\(kept)/docker/config.json"))
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
        try await living.end(.killed)
    }

    @Test func login() async throws {
        let machine = try Machine()
        let folder = try machine.scratch.directory("config")
        var command = Command.shell(
            """
            \(killing)
            n=0
            for pause in \(pauses(300, seed: 2)); do
                n=$((n+1))
                echo "password-$n" | berth login "host$n.example.com" -u "user$n" --password-stdin --no-verify \
                    --docker-config \(folder) >/dev/null 2>&1 & killed $pause
                case $code in 0) echo "host$n.example.com" ;; 137) ;; *) echo "exit $code" >&2; exit 1 ;; esac
                test ! -e \(folder)/config.json || jq -e .auths \(folder)/config.json >/dev/null || exit 2
            done
            """, environment: machine.environment)
        command.deadline = .seconds(120)
        let outcome = try await command.run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect((1..<300).contains(outcome.lines.count), "both kinds of end have to happen: \(outcome.lines.count)")
        let hosts = Set(try await jq(".auths | keys | .[]", file: "\(folder)/config.json").split(separator: "\n"))
        let lost = outcome.lines.filter { !hosts.contains("\"\($0)\"") }
        #expect(lost.isEmpty)
        // The next writer is not held up by what the killed ones left.
        var next = berth(
            ["login", "last.example.com", "-u", "u", "--password-stdin", "--no-verify", "--docker-config", folder],
            machine.environment)
        next.input = Array("p".utf8)
        next.deadline = .seconds(10)
        try await next.succeed()
        let secrets = Files.names(in: folder).filter { Files.mode("\(folder)/\($0)") != 0o600 }
        #expect(secrets.isEmpty)
    }

    @Test func gc() async throws {
        let machine = try Machine()
        let living = try await StayingJob("live", on: machine, with: disposable)
        let kept = living.directory
        let environment = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "p")
            .merging(disposable) { $1 }
        for round in 0..<4 {
            // A shell that ends makes dead jobs.
            try await Command.shell(
                "for n in 1 2 3 4 5 6 7 8 9 10; do berth ci-env gitlab >/dev/null || exit 1; done",
                environment: environment
            ).succeed()
            var command = Command.shell(
                """
                \(killing)
                for pause in \(pauses(25, seed: 30 + UInt64(round))); do
                    berth gc >/dev/null 2>&1 & killed $pause
                    case $code in 0|137) ;; *) echo "exit $code"; exit 1 ;; esac
                done
                """, environment: machine.environment)
            command.deadline = .seconds(60)
            let outcome = try await command.run()
            #expect(outcome.status == 0, "\(outcome.text)")
            #expect(Files.exists("\(kept)/docker/config.json"))
        }
        try await berth(["gc"], machine.environment).succeed()
        let left = machine.jobs.filter { Files.facts("\(machine.root)/\($0)")?.kind == .directory }
        #expect(left == [kept.split(separator: "/").last.map(String.init)])
        try await living.end(.killed)
    }
}
