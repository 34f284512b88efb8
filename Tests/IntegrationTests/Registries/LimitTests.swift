internal import TestSupport
internal import Testing

/// Registries that ask for patience, and repositories that are large.
@Suite("A repository of many tags", .serialized)
struct LimitTests {
    /// Images under the tags `v1`, `v2` and so on.
    private func images(_ count: Int) -> [ManifestContent] {
        (1...count).map { .image(created: "2024-01-02T03:04:05Z", labels: ["n": "\($0)"], tags: ["v\($0)"]) }
    }

    @Test("is read to its end where the registry answers 429 again and again", arguments: [nil, "1"] as [String?])
    func storm(retryAfter: String?) async throws {
        let site = try await FaultySite()
        try await site.registry.store(images(40), as: "app")
        let stage = Stage("tags P/app --details --json", "GET", "/manifests/")
        let refusal = stage.rule(.tooManyRequests(retryAfter: retryAfter), times: 12)
        let outcome = try await site.run(stage, ["--parallel", "8"], rules: [refusal])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try await jq("[.tags[] | select(.digest != null)] | length", outcome.output) == "42")
        // All workers wait after a refusal: they do not have it repeated for each of them and each try.
        let refused = try site.proxy.requests().filter { $0.rule != nil }.count
        #expect(refused == 12)
        if retryAfter != nil { #expect(outcome.duration > .seconds(1)) }
    }

    @Test("is read to its end where a limit of requests a second holds")
    func limit() async throws {
        let registry = try await LoopbackRegistry()
        try await registry.store(images(60), as: "app")
        var options = TLSFront.Options()
        options.rateLimit = .init(path: "/manifests/", perSecond: 30, burst: 10)
        let front = try await TLSFront(of: registry.address, options)
        let machine = try Machine()
        let words = ["tags", "localhost:\(front.port)/app", "--details", "--json", "--ca-file", front.authority]
        let outcome = try await berth(words, machine.environment).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try await jq("[.tags[] | select(.digest != null)] | length", outcome.output) == "60")
    }

    @Test("is not waited for longer than --timeout says")
    func impatience() async throws {
        let site = try await FaultySite()
        let stage = Stage("tags P/app --details", "GET", "/manifests/")
        let outcome = try await site.run(
            stage, ["--timeout", "10s"], rules: [stage.rule(.tooManyRequests(retryAfter: "86400"))])
        expectFailure(outcome, 75, says: "429")
        #expect(outcome.duration < .seconds(5))
    }

    @Test("fits into 40 MB, ten thousand tags with their details")
    func memory() async throws {
        let site = try await Site()
        // That several tags lead to an image spares the registry work, and berth nothing but requests.
        let images = (1...500).map { image in
            ManifestContent.image(
                created: "2024-01-02T03:04:05Z", labels: ["n": "\(image)"], tags: (1...20).map { "v\(image).\($0)" })
        }
        try await site.registry.store(images, as: "app")
        let command = site.berth(["tags", "\(site.address)/app", "--details", "--json"])
        let measuring = """
            import resource, subprocess, sys
            with open(sys.argv[1], "w") as output:
                subprocess.run(sys.argv[2:], check=True, stdout=output)
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let output = site.machine.path("tags.json")
        let words = ["-c", measuring, output, command.program] + command.arguments
        let outcome = try await Command("/usr/bin/python3", words, environment: command.environment).succeed()
        let kilobytes = try #require(outcome.lines.first.flatMap { Int($0) })
        #expect(kilobytes < 40_000)
        #expect(try await jq("[.tags[] | select(.createdAt != null)] | length", file: output) == "10000")
    }
}
