internal import Glibc
internal import TestSupport
internal import Testing

/// ^C and its like while a registry command is at work.
@Suite("A registry command that is interrupted", .serialized)
struct InterruptionTests {
    /// A signal and the exit code that a shell sees.
    static let signals: [(Int32, Int32)] = [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)]

    /// What takes its time, and where.
    static let waits = [
        Stage("tags P/app --json", "GET", "/tags/list"), Stage("tags P/app --details --json", "GET", "/manifests/1"),
        Stage("inspect P/app:1 --json", "GET", "/blobs/"), Stage("copy P/app:1 O/copy --json", "GET", "/manifests/1"),
        Stage("check P/app --json", "GET", "/tags/list"), Stage("delete P/app:1 --json", "HEAD", "/manifests/1"),
    ]

    @Test("ends at once by the signal, and writes nothing", arguments: waits)
    func waiting(stage: Stage) async throws {
        let site = try await FaultySite()
        for (number, (signal, code)) in Self.signals.enumerated() {
            let process = try site.command(stage, rules: [stage.rule(.silence)]).start()
            try await site.proxy.waitForRequest(stage.method, stage.path, count: number + 1)
            process.signal(signal)
            let outcome = try await process.outcome()
            #expect(outcome.status == code && outcome.text == "" && outcome.errorText == "", "\(outcome)")
            #expect(outcome.duration < .seconds(5))
        }
        try await site.expectUntouched()
    }

    @Test("has cancelled the upload that it had begun", arguments: signals)
    func upload(signal: Int32, code: Int32) async throws {
        let site = try await FaultySite()
        let stage = Stage("copy P/app:1 O/copy", "GET", "/blobs/")
        let process = try site.command(stage, rules: [stage.rule(.silence)]).start()
        let storage = site.registry.storage
        // The config and the layer, each of which is read when there is a place for it.
        try await site.proxy.waitForRequest("GET", "/blobs/", count: 2)
        #expect(unfinishedUploads(in: storage).count == 2)
        process.signal(signal)
        let outcome = try await process.outcome()
        #expect(outcome.status == code && outcome.text == "" && outcome.errorText == "", "\(outcome)")
        #expect(unfinishedUploads(in: storage) == [])
        #expect(Files.names(in: "\(storage)/docker/registry/v2/repositories/copy/_manifests/tags") == [])
    }

    /// docker-registry removes what it has a part of by itself, after a week, whoever asks for it before.
    @Test("asks for an upload to be cancelled of which a part is there")
    func partOfUpload() async throws {
        let site = try await FaultySite()
        let stage = Stage("copy P/app:1 O/copy", "GET", "/blobs/")
        let slow = stage.rule(.drip(bytes: 1000, every: .milliseconds(200)))
        let process = try site.command(stage, rules: [slow]).start()
        try await site.proxy.waitForRequest("GET", "/blobs/", count: 2)
        process.signal(SIGINT)
        #expect(try await process.outcome().status == 130)
        let asked = try await site.registry.exchanges().filter { $0.uri.contains("/blobs/uploads/") }.map(\.method)
        #expect(asked.contains("DELETE"), "\(asked)")
    }

    @Test("ends by the second signal, whatever it still has to tidy up")
    func twice() async throws {
        let site = try await FaultySite()
        let stage = Stage("copy O/app:1 P/copy", "PUT", "/blobs/uploads/")
        let rules = [stage.rule(.silence), .init(.silence, method: "DELETE")]
        let process = try site.command(stage, rules: rules).start()
        try await site.proxy.waitForRequest("PUT", "/blobs/uploads/")
        process.signal(SIGINT)
        try await site.proxy.waitForRequest("DELETE", "/blobs/uploads/")
        process.signal(SIGTERM)
        let outcome = try await process.outcome()
        #expect(outcome.status == 143 && outcome.text == "", "\(outcome)")
    }

    /// The two steps by which a tag goes alone.
    static let steps = [("PUT", "/manifests/1"), ("DELETE", "/manifests/sha256")]

    @Test("brings the deletion of a tag to its end, or undoes it", arguments: steps)
    func detachment(method: String, path: String) async throws {
        let site = try await FaultySite()
        let stage = Stage("delete P/app:1", method, path)
        // The first digest that is asked to be deleted is one that cannot be there.
        let skipped = method == "DELETE" ? 1 : 0
        let late = FaultyProxy.Rule(.delay(.seconds(1)), method: method, path: path, skipping: skipped)
        let process = try site.command(stage, rules: [late]).start()
        try await site.proxy.waitForRequest(method, path, count: skipped + 1)
        process.signal(SIGINT)
        #expect(try await process.outcome().status == 130)
        try await site.expectDone(stage)
    }

    @Test("ends also while nobody reads what it writes")
    func unreadOutput() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: (1...3000).map { "tag-\($0)" })], as: "app")
        let pid = site.machine.path("pid")
        var command = site.berth(["tags", "\(site.address)/app", "--json"])
        command.arguments =
            [
                "-c", #"mkfifo fifo; exec 3<>fifo; "$@" >fifo & echo $! >pid.new; mv pid.new pid; wait $!"#, "sh",
                Berth.path,
            ] + command.arguments
        command.program = "dash"
        command.directory = site.machine.scratch.path
        let process = try command.start()
        // Nobody reads the pipe, which takes less than the result: write(2) waits.
        let isWriting = await waitUntil {
            guard let text = try? Files.text(pid), let number = Int(text.prefix { $0.isNumber }) else { return false }
            return (try? Files.text("/proc/\(number)/syscall"))?.hasPrefix("1 ") == true
        }
        #expect(isWriting)
        kill(Int32(try Files.text(pid).prefix { $0.isNumber }) ?? -1, SIGTERM)
        #expect(try await process.outcome().status == 143)
    }

    @Test("gives a child the signals that it was given itself")
    func childAfterVerification() async throws {
        let machine = try Machine()
        let registry = try await LoopbackRegistry(users: ["me"])
        var environment = machine.environment
        (environment["U"], environment["P"]) = ("me", LoopbackRegistry.password(of: "me"))
        let words = [
            "exec", "--login", "\(registry.address)=U,P", "--verify", "--", "grep", "^SigBlk", "/proc/self/status",
        ]
        let outcome = try await berth(words, environment).succeed()
        #expect(outcome.text == "SigBlk:\t0000000000000000\n")
    }
}
