internal import Glibc
internal import TestSupport
internal import Testing

/// `berth cleanup` at Debian's docker-registry (2.8), which itself deletes by digest alone, and all tags of it.
@Suite("A cleanup at a real registry", .serialized, .timeLimit(.minutes(5)))
struct CleanupApplyTests {
    /// The tags that stay of what ``fill(_:as:)`` stores; the list of referrers and the signature are named after v1.
    private static func kept(_ scene: Scene) -> Set<String> {
        ["v1", "keep-2", scene.index.fallbackTag, "\(scene.index.fallbackTag).sig"]
    }

    /// What is in a repository.
    private struct Scene {
        let index: StoredManifest
        let gone: StoredManifest
    }

    /// Stores images, indexes in indexes, siblings, referrers and signatures.
    private static func fill(_ registry: borrowing LoopbackRegistry, as name: String) async throws -> Scene {
        func image(_ number: Int, _ tags: [String] = []) -> ManifestContent {
            .image(created: "2024-01-02T03:04:05Z", labels: ["number": "\(number)"], tags: tags)
        }
        var index = ManifestContent.index(
            [image(1), .image(created: "2024-01-02T03:04:05Z", platform: "linux/arm64")], tags: ["v1"])
        index.referrers = [.artifact("application/vnd.example.sbom", layers: [17])]
        var gone = image(2, ["tmp-1"])
        gone.referrers = [.artifact("application/vnd.example.sbom", layers: [18])]
        let stored = try await registry.store(
            [
                index, gone, image(3, ["tmp-2", "keep-2"]),
                .index([.index([image(4), image(1)], annotations: ["inner": "yes"])], tags: ["tmp-3"]),
            ] + (10..<24).map { image($0, ["tmp-\($0)"]) }, as: name)
        let scene = Scene(index: stored[0], gone: stored[1])
        // As cosign stores them.
        try await registry.store(
            [
                .artifact("application/vnd.dev.cosign", layers: [19], tags: ["\(scene.index.fallbackTag).sig"]),
                .artifact("application/vnd.dev.cosign", layers: [20], tags: ["\(scene.gone.fallbackTag).sig"]),
                // What it was about has gone long ago.
                .artifact(
                    "application/vnd.dev.cosign", layers: [21],
                    tags: ["sha256-\(String(repeating: "a", count: 64)).sig"]),
            ], as: name)
        return scene
    }

    private static func tags(_ storage: String, _ name: String) -> Set<String> {
        Set(Files.names(in: "\(storage)/docker/registry/v2/repositories/\(name)/_manifests/tags"))
    }

    /// The manifests that a repository has.
    private static func manifests(_ storage: String, _ name: String) -> Set<String> {
        let part = "/repositories/\(name)/_manifests/revisions/sha256/"
        return Set(
            files(in: storage).compactMap { path in
                path.firstRange(of: part).map { String(path[$0.upperBound...].prefix { $0 != "/" }) }
            })
    }

    private static func words(_ address: String, _ more: [String] = []) -> [String] {
        ["cleanup", "\(address)/app", "--delete", "tmp-*", "--delete", "sha256-*", "--max-delete", "100%"] + more
    }

    @Test("sends nothing but GET and HEAD as long as it is a dry run", arguments: [Access.open, .token])
    func dryRun(access: Access) async throws {
        // A token for more than reading is not given.
        let rights = TokenServer.Settings(users: [.init("me", rights: ["app": ["pull"]])])
        let site = try await Site(access, tokens: rights)
        let scene = try await Self.fill(site.registry, as: "app")
        let before = Files.snapshot(site.registry.storage)
        let outcome = try await site.berth(Self.words(site.address, ["--json"])).succeed()
        #expect(try await jq(".dryRun", outcome.output) == "true")
        let kept = try await jq(#"[.tags[] | select(.action == "keep").name] | sort"#, outcome.output)
        #expect(kept == "[\(Self.kept(scene).sorted().map { "\"\($0)\"" }.joined(separator: ","))]")
        #expect(Files.differences(before, Files.snapshot(site.registry.storage)) == [])
        let methods = Set(try await site.registry.exchanges().map(\.method))
        #expect(methods.isSubset(of: ["GET", "HEAD"]), "\(methods)")
        expectNoSecret(outcome)
    }

    @Test("leaves exactly what is kept, whole, and finds nothing to do the second time")
    func apply() async throws {
        let site = try await Site()
        let scene = try await Self.fill(site.registry, as: "app")
        let outcome = try await site.berth(Self.words(site.address, ["--apply", "--json"])).succeed()
        #expect(try await jq("[.dryRun, .failed]", outcome.output) == "[false,[]]")
        #expect(Self.tags(site.registry.storage, "app") == Self.kept(scene))
        let scratch = try ScratchDirectory()
        for tag in Self.kept(scene) {
            let copy = try await skopeo(
                ["copy", "--all", "docker://\(site.address)/app:\(tag)", "dir:\(scratch.path)/\(tag)"])
            #expect(copy.status == 0, "\(copy.errorText)")
        }
        // v1 with its two images, its list and what that has; the sibling; the signature.
        #expect(Self.manifests(site.registry.storage, "app").count == 7)
        let done = try await site.registry.exchanges().filter { $0.method == "DELETE" }.count
        let again = try await site.berth(Self.words(site.address, ["--apply", "--json"])).succeed()
        #expect(try await jq(".summary.deleted", again.output) == "0")
        #expect(try await site.registry.exchanges().filter { $0.method == "DELETE" }.count == done)
    }

    @Test("that is killed at any instant is brought to its end by the next run", arguments: 0..<6)
    func killed(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let scratch = try ScratchDirectory()
        let site = try await FaultySite()
        let scene = try await Self.fill(site.registry, as: "app")
        // The same, in one go.
        _ = try await Self.fill(site.registry, as: "other")
        let whole = Stage(
            "cleanup O/other --delete tmp-* --delete sha256-* --max-delete 100% --apply", "DELETE", "/manifests/")
        let done = try await site.run(whole, rules: [])
        #expect(done.status == 0, "\(done.errorText)")
        let stage = Stage(
            "cleanup P/app --delete tmp-* --delete [12] --delete sha256-* --max-delete 100% --apply --parallel 2",
            "DELETE",
            "/manifests/")
        var seen = 0
        for _ in 0..<2 {
            let slow = FaultyProxy.Rule(.delay(.milliseconds(20)), method: "DELETE", path: "/manifests/")
            let process = try site.command(stage, rules: [slow]).start()
            seen += Int.random(in: 1...5, using: &random)
            try await site.proxy.waitForRequest("DELETE", "/manifests/", count: seen)
            process.signal(SIGKILL)
            #expect(try await process.outcome().status != 0)
            seen = try site.proxy.requests().filter { $0.method == "DELETE" }.count
        }
        let outcome = try await site.run(stage, rules: [])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(Self.tags(site.registry.storage, "app") == Self.kept(scene))
        // What an index held that is gone has no tag by which anybody could find it: the registry's own collection of
        // garbage does. Nothing else is left, and nothing is missing.
        let left = Self.manifests(site.registry.storage, "app")
        #expect(left.isSuperset(of: Self.manifests(site.registry.storage, "other")))
        for tag in Self.kept(scene) {
            let copy = try await skopeo(
                ["copy", "--all", "docker://\(site.registry.address)/app:\(tag)", "dir:\(scratch.path)/\(tag)"],
                user: "me")
            #expect(copy.status == 0, "\(copy.errorText)")
        }
        let again = try await site.run(
            Stage("cleanup O/app --delete tmp-* --delete [12] --delete sha256-* --apply --json", "", ""), rules: [])
        #expect(try await jq(".summary.deleted", again.output) == "0", "\(again.errorText)")
    }

    @Test("ends by a signal, and the next run brings it to its end", arguments: InterruptionTests.signals)
    func interrupted(signal: Int32, code: Int32) async throws {
        let site = try await FaultySite()
        let scene = try await Self.fill(site.registry, as: "app")
        let stage = Stage(
            "cleanup P/app --delete tmp-* --delete [12] --delete sha256-* --max-delete 100% --apply --parallel 2",
            "DELETE",
            "/manifests/")
        let slow = FaultyProxy.Rule(.delay(.milliseconds(50)), method: "DELETE", path: "/manifests/")
        let process = try site.command(stage, rules: [slow]).start()
        try await site.proxy.waitForRequest("DELETE", "/manifests/", count: 4)
        process.signal(signal)
        #expect(try await process.outcome().status == code)
        let outcome = try await site.run(stage, rules: [])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(Self.tags(site.registry.storage, "app") == Self.kept(scene))
    }

    @Test("done in shards does what one does, each a part of it")
    func shards() async throws {
        let site = try await Site()
        let scene = try await Self.fill(site.registry, as: "app")
        for number in 1...3 {
            let words = Self.words(site.address, ["--apply", "--shard", "\(number)/3", "--json"])
            try await site.berth(words).succeed()
        }
        #expect(Self.tags(site.registry.storage, "app") == Self.kept(scene))
        #expect(Self.manifests(site.registry.storage, "app").count == 7)
    }

    @Test("has exit code 2 where something could not be deleted, says what, and does the rest")
    func partly() async throws {
        let site = try await FaultySite()
        let scene = try await Self.fill(site.registry, as: "app")
        let digest = scene.gone.digest
        let stage = Stage(
            "cleanup P/app --delete tmp-* --delete sha256-* --max-delete 100% --apply", "DELETE", "/manifests/\(digest)"
        )
        let outcome = try await site.run(stage, rules: [stage.rule(.answer(403))])
        #expect(outcome.status == 2, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("tmp-1"))
        let left = Self.tags(site.registry.storage, "app")
        let about = [scene.gone.fallbackTag, "\(scene.gone.fallbackTag).sig"]
        #expect(left == Self.kept(scene).union(["1", "2", "tmp-1"]).union(about))
    }
}

/// `berth cleanup` at Amazon ECR, in the place of whose API stands moto, and of whose registry docker-registry.
@Suite(
    "A cleanup at Amazon ECR", .serialized, .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"),
    .timeLimit(.minutes(3)))
struct ECRCleanupTests {
    @Test("deletes what no rule holds, and what hangs on it")
    func apply() async throws {
        let machine = try Machine()
        let moto = try await MotoServer(), registry = try await LoopbackRegistry()
        func image(_ number: Int, _ tags: [String]) -> ManifestContent {
            .image(labels: ["number": "\(number)"], tags: tags)
        }
        let stored = try await registry.store(
            [image(1, ["v1"]), image(2, ["tmp-1"]), image(3, ["tmp-2", "keep"])], as: "app")
        let signatures = [stored[0], stored[1]].map { "\($0.fallbackTag).sig" }
        try await registry.store(
            signatures.enumerated().map { number, tag in
                .artifact("application/vnd.dev.cosign", layers: [.init(size: 20 + number)], tags: [tag])
            }, as: "app")
        let variables = [
            "AWS_ENDPOINT_URL": "http://\(moto.address)", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1",
        ]
        // Of several tags, moto's BatchGetImage knows only the one that was pushed last.
        try await Command(
            "\(Berth.packageRoot)/.build/python/bin/python",
            [
                "-B", "\(Berth.packageRoot)/Tests/IntegrationTests/Vendors/ecr_mirror.py", "app", registry.address,
                "v1",
                "tmp-1", "keep", "tmp-2",
            ] + signatures,
            environment: variables.merging(["PATH": Berth.searchPath]) { $1 }
        ).succeed()
        let environment = machine.environment.merging(variables) { $1 }
        let repository = "\(registry.address)/app"
        let words = ["--repo-implementation", "ecr"]
        let outcome = try await berth(
            ["cleanup", repository, "--delete", "tmp-*", "--max-delete", "100%", "--apply", "--json"] + words,
            environment
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try await jq("[.implementation, .failed]", outcome.output) == #"["ecr",[]]"#)
        let left = try await berth(["tags", repository] + words, environment).succeed().lines
        #expect(Set(left) == ["v1", "keep", signatures[0]], "\(outcome.text)")
    }
}
