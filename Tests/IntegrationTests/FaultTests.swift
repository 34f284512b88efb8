internal import TestSupport
internal import Testing

/// Bad input and a hostile machine end in a clear error or in success, and never in half a job.
@Suite struct FaultTests {
    /// A source config that something is wrong with.
    struct Source: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The exit codes that are right.
        let codes: Set<Int32>
        /// Makes it in the `.docker` of a HOME.
        let make: @Sendable (_ docker: String) throws -> Void

        init(_ name: String, _ codes: Set<Int32>, _ make: @escaping @Sendable (String) throws -> Void) {
            testDescription = name
            self.codes = codes
            self.make = make
        }

        init(_ name: String, _ codes: Set<Int32>, text: String) {
            self.init(name, codes) { try Files.write(text, to: "\($0)/config.json") }
        }
    }

    static let sound = dockerConfig([(host: "a.example.com", user: "u", password: "inherited-secret")])

    static let sources = [
        Source("not JSON", [65], text: "auths: none\n"),
        Source("truncated", [65], text: String(sound.dropLast(6))),
        Source("trailing garbage", [65], text: sound + "}"),
        Source("an array", [65], text: "[]"),
        Source("auths is a number", [65], text: #"{"auths": 7}"#),
        Source("a NUL byte", [65], text: "{\"auths\": {}}\u{0}"),
        Source("empty", [0], text: ""),
        Source("only blanks", [0, 65], text: " \n"),
        Source("an empty object", [0], text: "{}"),
        Source("a byte order mark", [0, 65], text: "\u{feff}\(sound)"),
        Source("nested 100,000 deep", [65], text: String(repeating: "[", count: 100_000)),
        Source("50 MB", [0, 65]) {
            let padding = [UInt8](repeating: 0x78, count: 50 << 20)
            try Files.write(
                Array(#"{"auths": {}, "padding": ""#.utf8) + padding + Array(#""}"#.utf8), to: "\($0)/config.json")
        },
        Source("a directory", [1, 65, 78]) { try Files.makeDirectory("\($0)/config.json") },
        Source("a dangling link", [0, 1, 65, 78]) { try Files.link("\($0)/config.json", to: "nowhere") },
        Source("a link to itself", [1, 65, 78]) { try Files.link("\($0)/config.json", to: "config.json") },
        Source("a device", [1, 65, 78]) { try Files.link("\($0)/config.json", to: "/dev/zero") },
    ]

    @Test(arguments: sources)
    func aBadSourceConfig(source: Source) async throws {
        let machine = try Machine()
        try Files.makeDirectory("\(machine.home)/.docker")
        try source.make("\(machine.home)/.docker")
        let before = Files.snapshot(machine.home)
        var command = berth(["ci-env", "gitlab"], job(machine))
        command.deadline = .seconds(30)
        let outcome = try await command.run()
        #expect(source.codes.contains(outcome.status), "exit \(outcome.status): \(outcome.errorText)")
        try await expectClean(outcome, machine)
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
    }

    @Test func aConfigThatCannotBeReadIsAnError() async throws {
        guard Berth.isRoot else { try Test.cancel("only root can run berth as a user who may not read a file") }
        let machine = try Machine(user: 12345)
        try machine.writeDockerConfig(Self.sound)
        Files.setMode("\(machine.home)/.docker", 0o755)
        var command = berth(["ci-env", "gitlab"], job(machine))
        command.user = 12345
        let outcome = try await command.run()
        #expect([1, 65, 77, 78].contains(outcome.status), "exit \(outcome.status): \(outcome.errorText)")
        try await expectClean(outcome, machine)
    }

    @Test func oneUndecodableEntryIsLeftOutWithAWarning() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(
            #"{"auths": {"bad.example.com": {"auth": "%%%"}, "good.example.com": {"auth": "dTpw"}}}"#)
        let outcome = try await TestSupport.Command.shell(
            documentedLine + "\ncat \"$DOCKER_CONFIG/config.json\"", environment: job(machine)
        ).run()
        #expect(outcome.status == 0)
        #expect(outcome.errorText.contains("bad.example.com"))
        let hosts = try await jq(".auths | keys", outcome.output)
        #expect(hosts == #"["berth.invalid","good.example.com","registry.example.com"]"#)
    }

    @Test(arguments: ["4k", "8k", "12k", "16k"])
    func aFullDiskLeavesAllOrNothing(size: String) async throws {
        guard Berth.isRoot else { try Test.cancel("only root can mount a small file system") }
        let machine = try Machine()
        try machine.writeDockerConfig(Self.sound)
        let before = Files.snapshot(machine.home)
        let outcome = try await Command(
            "unshare",
            [
                "-m", "dash", "-c",
                """
                mount -t tmpfs -o size=\(size),mode=755 tmpfs \(machine.base) || exit 70
                out=$(berth ci-env gitlab); code=$?
                if [ $code = 0 ]; then
                    eval "$out"; jq -e .auths "$DOCKER_CONFIG/config.json" >/dev/null || exit 71
                    jq -e .auths "$REGISTRY_AUTH_FILE" >/dev/null || exit 71
                else
                    test -z "$(find \(machine.base) -mindepth 2)" || { find \(machine.base) >&2; exit 72; }
                    (eval "$out"; exit 99); test $? = $code || exit 73
                fi
                """,
            ], environment: job(machine)
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(Files.differences(before, Files.snapshot(machine.home)) == [])
    }

    @Test(arguments: ["read-only", "missing", "a file"])
    func aBaseThatCannotHoldAnything(kind: String) async throws {
        guard Berth.isRoot || kind != "read-only" else { try Test.cancel("only root can mount") }
        let machine = try Machine()
        var environment = job(machine)
        var prefix = ""
        switch kind {
        case "read-only": prefix = "mount -t tmpfs -o ro tmpfs \(machine.base) || exit 70;"
        case "missing": environment["BERTH_TMP_DIR"] = machine.path("missing/base")
        default: environment["BERTH_TMP_DIR"] = try machine.scratch.file("plain", "")
        }
        let script = "\(prefix) exec berth ci-env gitlab"
        let outcome = try await
            (kind == "read-only"
            ? Command("unshare", ["-m", "dash", "-c", script], environment: environment)
            : Command.shell(script, environment: environment)).run()
        #expect([1, 78].contains(outcome.status), "exit \(outcome.status): \(outcome.errorText)")
        try await expectClean(outcome, machine)
    }

    @Test(arguments: [
        "../../x", "a/b", "line\nbreak", String(repeating: "9", count: 10_000), "$(touch pwned)", "-rf", "..",
    ])
    func aHostileJobNumberStaysInItsRoot(id: String) async throws {
        let machine = try Machine()
        var environment = job(machine)
        environment["CI_JOB_ID"] = id
        let before = Files.snapshot(machine.scratch.path)
        let outcome = try await Command.shell(
            "cd \"$HOME\"; \(documentedLine)\nprintf %s \"$BERTH_JOB\"", environment: environment
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(outcome.text.hasPrefix("\(machine.root)/"))
        #expect(!outcome.text.dropFirst(machine.root.utf8.count + 1).contains { $0 == "/" || $0 == "\n" || $0 == "$" })
        let changed = Files.differences(before, Files.snapshot(machine.scratch.path))
        #expect(changed.allSatisfy { $0.hasPrefix("/base/berth-") })
    }

    private func job(_ machine: borrowing Machine) -> [String: String] {
        machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "job-secret")
            .merging(disposable) { $1 }
    }

    /// Success with something to evaluate, or a failure that says so everywhere and leaves nothing.
    private func expectClean(_ outcome: Outcome, _ machine: borrowing Machine) async throws {
        if outcome.status == 0 {
            #expect(!outcome.output.isEmpty)
            return
        }
        let evaluated = try await evaluate(outcome.output)
        #expect(evaluated == outcome.status, "the evaluating shell has to fail: \(outcome.text)")
        #expect(outcome.errorText.hasPrefix("berth: "), "\(outcome.errorText)")
        #expect(outcome.errorText.utf8.count < 2000)
        #expect(!outcome.errorText.contains("secret"))
        #expect(machine.jobs.isEmpty, "something was left: \(machine.jobs)")
    }
}
