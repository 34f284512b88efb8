internal import Glibc
internal import TestSupport
internal import Testing

/// The options that all registry commands have.
@Suite("An option of the registry commands", .serialized)
struct RegistryOptionTests {
    /// What is wrong, and what is said of it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var words: [String] = []
        var variables: [String: String] = [:]
        let says: String

        var testDescription: String { (words + variables.map { "\($0)=\($1)" }).joined(separator: " ") }
    }

    static let mistakes = [
        Mistake(words: ["--parallel", "0"], says: "--parallel: not a number from 1 to 256"),
        Mistake(words: ["--parallel", "257"], says: "--parallel: not a number from 1 to 256"),
        Mistake(words: ["--parallel", "many"], says: "--parallel: not a number from 1 to 256"),
        Mistake(variables: ["BERTH_PARALLEL": "0"], says: "BERTH_PARALLEL: not a number from 1 to 256"),
        Mistake(words: ["--timeout", "soon"], says: "--timeout: not a duration"),
        Mistake(words: ["--timeout", "0s"], says: "--timeout: not a duration"),
        Mistake(variables: ["BERTH_TIMEOUT": "30"], says: "BERTH_TIMEOUT: not a duration"),
        Mistake(words: ["--repo-implementation", "cvs"], says: "--repo-implementation: there is no \"cvs\""),
        Mistake(words: ["--repo-container-registry", "cvs"], says: "there is no \"cvs\""),
        Mistake(variables: ["WERF_REPO_IMPLEMENTATION": "cvs"], says: "WERF_REPO_IMPLEMENTATION: there is no \"cvs\""),
        Mistake(words: ["--docker-config", ""], says: "--docker-config: no path"),
        Mistake(words: ["--ca-file", ""], says: "--ca-file: no path"),
        Mistake(variables: ["BERTH_INSECURE_REGISTRY": "maybe"], says: "BERTH_INSECURE_REGISTRY: neither yes nor no"),
        Mistake(
            variables: ["WERF_SKIP_TLS_VERIFY_REGISTRY": "maybe"],
            says: "WERF_SKIP_TLS_VERIFY_REGISTRY: neither yes nor no"),
    ]

    @Test("that makes no sense is told by its name, before anything is asked", arguments: mistakes)
    func mistake(_ mistake: Mistake) async throws {
        let site = try await Site()
        let outcome = try await site.berth(
            ["tags", "\(site.address)/app"] + mistake.words, mistake.variables
        ).run()
        expectFailure(outcome, mistake.words.isEmpty ? 78 : 64, says: mistake.says)
        #expect(try await site.registry.exchanges().isEmpty)
    }

    @Test("that names the implementation may be the default one", arguments: ["default", "auto"])
    func implementation(name: String) async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        for (words, variables) in [
            (["--repo-implementation", name], [:]), (["--repo-container-registry", name], [:]),
            ([], ["BERTH_REPO_IMPLEMENTATION": name]), ([], ["WERF_REPO_CONTAINER_REGISTRY": name]),
        ] as [([String], [String: String])] {
            #expect(try await site.berth(["tags", "\(site.address)/app"] + words, variables).succeed().lines == ["1"])
        }
    }

    @Test("--parallel is how many requests are on their way at once")
    func parallel() async throws {
        let site = try await FaultySite()
        let images = (1...12).map { ManifestContent.image(labels: ["n": "\($0)"], tags: ["v\($0)"]) }
        try await site.registry.store(images, as: "app")
        let stage = Stage("tags P/app --details", "GET", "/manifests/")
        let slow = stage.rule(.delay(.milliseconds(150)))
        let one = try await site.run(stage, ["--parallel", "1"], rules: [slow])
        let many = try await site.run(stage, ["--parallel", "16"], rules: [slow])
        #expect(one.lines == many.lines && one.lines.count == 15)
        // Fourteen waits in a row, and not.
        #expect(one.duration > .milliseconds(14 * 150) && many.duration < one.duration)
    }

    @Test("--quiet leaves results and errors only")
    func quiet() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        let copy = try await site.berth(["copy", "\(site.address)/app:1", "\(site.address)/b", "-q", "--progress"])
            .succeed()
        #expect(copy.text == "" && copy.errorText == "")
        expectFailure(try await site.berth(["copy", "\(site.address)/none:1", "\(site.address)/b", "-q"]).run(), 1)
    }

    @Test("--verbose tells of requests, and nothing secret", arguments: [Access.htpasswd, .token])
    func verbose(access: Access) async throws {
        let site = try await Site(access)
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        let outcome = try await site.berth(["tags", "\(site.address)/app", "-v"]).succeed()
        #expect(outcome.lines == ["1"])
        #expect(outcome.errorText.contains("/v2/app/tags/list"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("\(site.machine.home)/.docker/config.json"), "\(outcome.errorText)")
        expectNoSecret(outcome)
    }

    @Test("--progress is not needed for a bar on a terminal, which is gone in the end", arguments: ["", "-q"])
    func bar(option: String) async throws {
        let site = try await FaultySite()
        let stage = Stage("copy P/app:1 O/copy", "GET", "/blobs/")
        let slow = stage.rule(.drip(bytes: 10_000, every: .milliseconds(60)))
        let copy = try site.command(stage, rules: [slow])
        let words = ([copy.program] + copy.arguments + [option]).joined(separator: " ")
        let terminal = Command("script", ["-qec", words, "/dev/null"], environment: copy.environment)
        let shown = try await terminal.succeed().text
        let bar = "copying  [#"
        if option == "-q" { return #expect(!shown.contains("copying")) }
        #expect(shown.contains(bar) && shown.contains(" of 100 kB, "), "\(shown)")
        let end = try #require(shown.firstRange(of: "berth: copied "))
        #expect(shown[..<end.lowerBound].hasSuffix("\r\u{1B}[K"), "\(shown)")
    }

    @Test("--progress in a log says nothing of what is done soon", arguments: [[], ["--progress"]])
    func log(option: [String]) async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        let outcome = try await site.berth(["tags", "\(site.address)/app", "--details"] + option).succeed()
        #expect(outcome.errorText == "")
    }

    /// What only looks, and must not do anything else.
    static let looks = [
        ["tags", "P/app"], ["tags", "P/app", "--details"], ["inspect", "P/app:1"], ["detect", "P/app", "--probe"],
    ]

    @Test("is not needed to be safe: what only looks sends GET and HEAD alone", arguments: looks)
    func onlyLooks(words: [String]) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(Stage(words.joined(separator: " "), "GET", ""), rules: [])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let methods = Set(try await site.registry.exchanges().map(\.method))
        #expect(methods.subtracting(["GET", "HEAD"]) == [] && methods.contains("GET"))
    }
}

/// What everybody on the machine sees of a command.
@Suite("A secret on the command line")
struct SecretArgumentTests {
    @Test(
        "is not seen in the list of processes",
        arguments: [["--repo-harbor-password", "s3cret-x"], ["--repo-github-token=s3cret-x"]])
    func hidden(option: [String]) async throws {
        let site = try await FaultySite()
        let stage = Stage("tags P/app", "GET", "/tags/list")
        let process = try site.command(stage, option, rules: [stage.rule(.silence)]).start()
        try await site.proxy.waitForRequest("GET", "/tags/list")
        let shown = try Files.text("/proc/\(process.pid)/cmdline")
        #expect(shown.contains("--repo-"))
        #expect(shown.contains("********"))
        #expect(!shown.contains("s3cret-x"))
        process.signal(SIGTERM)
        #expect(try await process.outcome().status == 143)
    }
}
