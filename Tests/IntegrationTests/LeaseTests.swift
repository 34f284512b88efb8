internal import TestSupport
internal import Testing

/// A job directory lives as long as its job: no longer, no shorter.
@Suite struct LeaseTests {
    @Test func releaseRemovesTheDirectoryNow() async throws {
        let machine = try Machine()
        let outcome = try await job(
            #"test -d "$BERTH_JOB" && berth release && test ! -e "$BERTH_JOB" && berth release; echo $?"#,
            machine.gitlabJob("1", registry: "registry.example.com", user: "job", password: "pw")
        ).run()
        #expect(outcome.lines.last == "0", "a second release has nothing to do: \(outcome.errorText)")
        #expect(jobDirectories(machine.root).isEmpty)
    }

    @Test func releaseTakesADirectoryByNameAndNothingThatIsNoJob() async throws {
        let machine = try Machine()
        let staying = try await StayingJob("1", on: machine, with: disposable)
        let precious = try machine.scratch.directory("precious")
        try Files.write("keep", to: "\(precious)/file")
        let refused = try await berth(["release", "--job", precious], machine.environment).run()
        #expect(refused.status != 0)
        #expect(Files.exists("\(precious)/file"))
        let directory = staying.directory
        let released = try await berth(["release", "--job", directory], machine.environment).run()
        #expect(released.status == 0, "\(released.errorText)")
        #expect(!Files.exists(directory))
        try await staying.end(.killed)
    }

    @Test func gcKeepsTheLivingAndRemovesThoseWhoseShellWasKilled() async throws {
        let machine = try Machine()
        let living = try await StayingJob("1", on: machine, with: disposable)
        let dead = try await StayingJob("2", on: machine, with: disposable)
        let (kept, gone) = (living.directory, dead.directory)
        try await dead.end(.killed)
        #expect(Files.exists(gone), "nobody watches here, so only gc may remove it")

        let rehearsal = try await berth(["gc", "--dry-run", "--json"], machine.environment).succeed()
        let planned = try await jq("[(.removed | length), (.removed[0] | tostring)]", rehearsal.output)
        #expect(planned.hasPrefix("[1,"))
        #expect(planned.contains(gone.split(separator: "/").last ?? "?"))
        #expect(Files.exists(gone))

        let run = try await berth(["gc", "--json"], machine.environment).succeed()
        let report = try await jq("[(.removed | type), (.removed | length), has(\"alive\")]", run.output)
        #expect(report == #"["array",1,true]"#)
        #expect(Files.exists(kept) && !Files.exists(gone))
        try await living.end(.normally)
    }

    @Test func anExpiredLeaseEndsAlthoughTheShellLives() async throws {
        let machine = try Machine()
        let line = #"eval "$(berth ci-env gitlab --ttl 1s || echo exit 1)""#
        let expiring = try await StayingJob("1", on: machine, line: line, with: disposable)
        let living = try await StayingJob("2", on: machine, with: disposable)
        let (gone, kept) = (expiring.directory, living.directory)
        let environment = machine.environment
        let removed = try await waitUntil {
            try await berth(["gc"], environment).succeed()
            return !Files.exists(gone)
        }
        #expect(removed)
        #expect(Files.exists(kept))
        try await expiring.end(.killed)
        try await living.end(.killed)
    }

    @Test func theNextCIEnvRemovesWhatADeadJobLeft() async throws {
        let machine = try Machine()
        let dead = try await StayingJob("1", on: machine, with: disposable)
        let gone = dead.directory
        try await dead.end(.groupKilled)
        try await job(":", machine.gitlabJob("2", registry: "r.example.com", user: "u", password: "p")).succeed()
        #expect(!Files.exists(gone))
    }

    @Test(
        arguments: [
            #"eval "$(berth ci-env gitlab)""#, documentedLine, "eval $(berth ci-env gitlab || echo exit 1)",
            #"eval "$(berth ci-env gitlab | cat)""#,
        ],
        StayingJob.End.allCases)
    func theWatcherRemovesTheDirectoryWhenTheShellEnds(line: String, end: StayingJob.End) async throws {
        let machine = try Machine()
        for shell in ["dash", "bash"] {
            let staying = try await StayingJob(shell, on: machine, line: line, in: shell)
            let directory = staying.directory
            #expect(Files.exists("\(directory)/docker/config.json"))
            try await staying.end(end)
            let removed = await waitUntil { !Files.exists(directory) }
            #expect(removed, "after a \(shell) that ended \(end)")
        }
    }

    @Test func theWatcherHoldsNoneOfTheJobsDescriptorsAndDoesNotDelayItsEnd() async throws {
        let machine = try Machine()
        let (gate, closed) = (machine.path("gate"), machine.path("closed"))
        try await Command("mkfifo", [gate]).succeed()
        let environment = machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "p")
        let inner = "\(documentedLine)\nexec >&- 2>&- 3>&-; read -r line <\(gate)"
        var command = Command.shell(
            #"dash -c "$INNER" 3>&1 2>&1 | { cat; echo >\#(closed); }"#, environment: environment)
        command.environment["INNER"] = inner
        let process = try command.start()
        let atOnce = await waitUntil(.seconds(5)) { Files.exists(closed) }
        #expect(atOnce, "somebody else than the job's shell holds its output open")
        #expect(!jobDirectories(machine.root).isEmpty)
        try Files.write("go\n", to: gate)
        _ = try await process.outcome()
        let whole = try await job(":", environment).succeed()
        #expect(whole.duration < .seconds(5))
    }

    @Test(arguments: ["of another user", "0755", "a link", "a file"])
    func aHostileRootIsRefusedAndNothingIsWrittenThere(kind: String) async throws {
        let machine = try Machine()
        let root = machine.root
        let trap = try machine.scratch.directory("trap")
        switch kind {
        case "of another user":
            guard Berth.isRoot else {
                try Test.cancel("only root can make a directory that belongs to another user")
            }
            try Files.makeDirectory(root)
            Files.setOwner(root, 12345)
        case "0755": try Files.makeDirectory(root, mode: 0o755)
        case "a link": try Files.link(root, to: trap)
        default: try Files.write("", to: root)
        }
        let before = Files.snapshot(machine.scratch.path)
        let outcome = try await berth(
            ["ci-env", "gitlab"], machine.gitlabJob("1", registry: "r.example.com", user: "u", password: "p")
        ).run()
        #expect(outcome.status == 78, "\(outcome.errorText)")
        #expect(outcome.errorText.hasPrefix("berth: "))
        #expect(Files.differences(before, Files.snapshot(machine.scratch.path)) == [])
        let evaluated = try await evaluate(outcome.output)
        #expect(evaluated == 78)
    }

    @Test(arguments: ["", "{", "null", "[]", #"{"version": "many"}"#, "\u{0}\u{1}", #"{"expires": "yesterday"}"#])
    func aLeaseThatSaysNonsenseStopsNobody(lease: String) async throws {
        let machine = try Machine()
        let living = try await StayingJob("1", on: machine, with: disposable)
        let dead = try await StayingJob("2", on: machine, with: disposable)
        let odd = try await StayingJob("3", on: machine, with: disposable)
        let (kept, gone) = (living.directory, dead.directory)
        try Files.write(lease, to: "\(odd.directory)/lease.json")
        try await dead.end(.killed)
        let outcome = try await berth(["gc"], machine.environment).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(Files.exists(kept) && !Files.exists(gone))
        try await odd.end(.killed)
        try await living.end(.killed)
    }

    @Test func whatBerthDidNotMakeStaysInTheRoot() async throws {
        let machine = try Machine()
        let dead = try await StayingJob("1", on: machine, with: disposable)
        let gone = dead.directory
        try Files.write("mine", to: "\(machine.root)/notes.txt")
        try Files.makeDirectory("\(machine.root)/folder")
        try Files.write("mine", to: "\(machine.root)/folder/file")
        let outside = try machine.scratch.directory("outside")
        try Files.write("mine", to: "\(outside)/file")
        try Files.link("\(machine.root)/link", to: outside)
        try Files.link("\(gone)/link", to: outside)
        try await dead.end(.killed)
        try await berth(["gc"], machine.environment).succeed()
        #expect(!Files.exists(gone))
        for name in ["notes.txt", "folder/file", "link"] { #expect(Files.exists("\(machine.root)/\(name)")) }
        #expect(Files.exists("\(outside)/file"), "links are removed, not followed")
    }
}
