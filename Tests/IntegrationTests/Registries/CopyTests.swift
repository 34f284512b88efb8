internal import TestSupport
internal import Testing

/// `berth copy` between repositories and registries, judged by skopeo.
@Suite("A copy", .serialized)
struct CopyTests {
    private static let index = ManifestContent.index(
        [
            .image(layers: [3000, 200_000], platform: "linux/amd64"),
            .image(layers: [3000, 100_000], platform: "linux/arm64"), .attestation(of: 0),
        ], tags: ["multi"])

    /// The digest of a manifest as the registry has it, byte for byte.
    private func digest(_ reference: String) async throws -> String {
        var sum = Command("sha256sum")
        sum.input = try await skopeo(["inspect", "--raw", "docker://\(reference)"]).output
        return "sha256:\(try await sum.succeed().text.prefix(64))"
    }

    /// Fails unless skopeo can read an image with all its blobs, whose digests it checks.
    private func expectWhole(_ reference: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let scratch = try ScratchDirectory()
        let read = try await skopeo(["copy", "--all", "docker://\(reference)", "dir:\(scratch.path)/image"])
        #expect(read.status == 0, "\(read.errorText)", sourceLocation: sourceLocation)
    }

    @Test("within a registry moves no blob")
    func mount() async throws {
        let site = try await Site()
        let stored = try await site.registry.store([Self.index], as: "group/app")[0]
        let words = ["copy", "\(site.address)/group/app:multi", "\(site.address)/mirror/app:new", "--json"]
        let outcome = try await site.berth(words).succeed()
        #expect(try await digest("\(site.address)/mirror/app:new") == stored.digest)
        try await expectWhole("\(site.address)/mirror/app:new")
        #expect(try await jq("[.blobs.copied, .bytes]", outcome.output) == "[0,0]")
        let blobs = try await site.registry.exchanges().filter {
            $0.agent.hasPrefix("berth") && $0.uri.contains("/blobs/")
        }
        #expect(blobs.allSatisfy { $0.method == "POST" && $0.status == 201 }, "\(blobs)")
    }

    @Test("within a registry asks for a token that is good for both repositories")
    func mountWithToken() async throws {
        let site = try await Site(.token)
        try await site.registry.store([.image(tags: ["1"])], as: "group/app")
        let words = ["copy", "\(site.address)/group/app:1", "\(site.address)/mirror/app", "--json"]
        let outcome = try await site.berth(words).succeed()
        #expect(try await jq(".blobs", outcome.output) == #"{"mounted":2,"copied":0,"present":0}"#)
        let scopes = try site.tokens?.requests().map { $0.scopes.sorted() } ?? []
        #expect(scopes.contains(["repository:group/app:pull", "repository:mirror/app:pull,push"]), "\(scopes)")
    }

    @Test("to another registry brings all platforms of an index, byte for byte")
    func acrossRegistries() async throws {
        let source = try await Site()
        let target = try await Site()
        let stored = try await source.registry.store([Self.index], as: "app")[0]
        let words = ["copy", "\(source.address)/app:multi", "\(target.address)/deep/er/app", "--json"]
        let outcome = try await source.berth(words).succeed()
        let copy = "\(target.address)/deep/er/app"
        #expect(try await digest("\(copy):multi") == stored.digest)
        for child in stored.children { #expect(try await digest("\(copy)@\(child.digest)") == child.digest) }
        try await expectWhole("\(copy):multi")
        #expect(try await jq("[.blobs.mounted, .blobs.present]", outcome.output) == "[0,0]")
        #expect(try await jq(".bytes > 303000", outcome.output) == "true")
        #expect(unfinishedUploads(in: target.registry.storage) == [])
        let again = try await source.berth(words).succeed()
        #expect(try await jq("[.blobs.copied, .bytes]", again.output) == "[0,0]")
    }

    @Test("of docker's manifests keeps them as they are", arguments: ["image", "list"])
    func dockerManifests(kind: String) async throws {
        let source = try await Site()
        let target = try await Site()
        let images: [ManifestContent] = [.image(format: .docker), .image(platform: "linux/arm64", format: .docker)]
        let wanted: ManifestContent =
            kind == "list" ? .index(images, format: .docker, tags: ["1"]) : .image(format: .docker, tags: ["1"])
        let stored = try await source.registry.store([wanted], as: "app")[0]
        try await source.berth(["copy", "\(source.address)/app:1", "\(target.address)/app"]).succeed()
        #expect(try await digest("\(target.address)/app:1") == stored.digest)
        try await expectWhole("\(target.address)/app:1")
    }

    @Test("is called what it was told, or as it was", arguments: [":new", "", "digest"])
    func names(kind: String) async throws {
        let site = try await Site()
        let stored = try await site.registry.store([.image(tags: ["1"])], as: "app")[0]
        let source = kind == "digest" ? "app@\(stored.digest)" : "app:1"
        let target = kind == "digest" ? "" : kind
        try await site.berth(["copy", "\(site.address)/\(source)", "\(site.address)/copy\(target)"]).succeed()
        let name = kind == "digest" ? "@\(stored.digest)" : kind == "" ? ":1" : ":new"
        #expect(try await digest("\(site.address)/copy\(name)") == stored.digest)
        let tags = Files.names(in: "\(site.registry.storage)/docker/registry/v2/repositories/copy/_manifests/tags")
        #expect(tags == (kind == "digest" ? [] : [String(name.dropFirst())]))
    }

    @Test("of all tags brings each of them")
    func allTags() async throws {
        let source = try await Site()
        let target = try await Site()
        let images = (1...12).map { ManifestContent.image(labels: ["n": "\($0)"], tags: ["v\($0)", "also-\($0)"]) }
        let stored = try await source.registry.store(images + [Self.index], as: "app")
        let words = ["copy", "\(source.address)/app", "\(target.address)/app", "--all-tags", "--json"]
        let outcome = try await source.berth(words).succeed()
        #expect(try await jq("[.digest, (.tags | length)]", outcome.output) == "[null,25]")
        let listed = try await skopeo(["list-tags", "docker://\(target.address)/app"])
        #expect(try await jq(".Tags | length", listed.output) == "25")
        #expect(try await digest("\(target.address)/app:also-7") == stored[6].digest)
        try await expectWhole("\(target.address)/app:multi")
    }

    @Test("brings what refers to the image where that is asked for", arguments: [false, true])
    func referrers(isWanted: Bool) async throws {
        let source = try await Site()
        let target = try await Site()
        var image = ManifestContent.image(tags: ["1"])
        image.referrers = [.artifact("application/vnd.example.sbom"), .artifact("application/vnd.example.signature")]
        let stored = try await source.registry.store([image], as: "app")[0]
        let signature = ManifestContent.artifact("cosign", tags: ["\(stored.fallbackTag).sig"])
        try await source.registry.store([signature], as: "app")
        let option = isWanted ? ["--referrers"] : []
        try await source.berth(["copy", "\(source.address)/app:1", "\(target.address)/app"] + option).succeed()
        let inspected = try await target.berth(["inspect", "\(target.address)/app:1", "--json"]).succeed()
        let expected = isWanted ? stored.referrers.map { "\"\($0.digest)\"" }.sorted().joined(separator: ",") : ""
        #expect(try await jq("[.referrers[].digest] | sort", inspected.output) == "[\(expected)]")
        let tags = try await target.berth(["tags", "\(target.address)/app"]).succeed().lines
        #expect(tags.contains("\(stored.fallbackTag).sig") == isWanted)
    }

    @Test(
        "from a registry on S3 shows that service no login",
        .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"))
    func redirected() async throws {
        let moto = try await MotoServer()
        let proxy = try await FaultyProxy(to: moto.address, host: "127.0.0.2")
        let registry = try await LoopbackRegistry(
            .init(auth: .htpasswd(["me"]), storage: .s3(moto, at: proxy.address)))
        let stored = try await registry.store([.image(layers: [100_000], tags: ["1"])], as: "app")[0]
        let target = try await Site()
        try target.machine.writeDockerConfig(
            dockerConfig([(host: registry.address, user: "me", password: LoopbackRegistry.password(of: "me"))]))
        try await target.berth(["copy", "\(registry.address)/app:1", "\(target.address)/app"]).succeed()
        #expect(try await digest("\(target.address)/app:1") == stored.digest)
        let ours = try proxy.requests().filter { $0.header("User-Agent")?.hasPrefix("berth/") == true }
        #expect(ours.count == 2 && ours.allSatisfy { $0.uri.contains("X-Amz-Signature=") }, "\(ours)")
        #expect(ours.allSatisfy { $0.header("Authorization") == nil && $0.header("Cookie") == nil })
        #expect(try !proxy.log().contains(basicAuth("me", LoopbackRegistry.password(of: "me"))))
    }

    @Test("goes on when its tokens end after three seconds, whether they tell or not", arguments: [true, false])
    func shortTokens(tellsLifetime: Bool) async throws {
        let settings = TokenServer.Settings(users: [.init("me")], lifetime: 3, tellsLifetime: tellsLifetime)
        let target = try await Site(.token, tokens: settings)
        let source = try await Site()
        let stored = try await source.registry.store([.image(layers: [300_000, 1000], tags: ["1"])], as: "app")[0]
        let slow = try await FaultyProxy(
            to: source.address,
            rules: [.init(.drip(bytes: 20_000, every: .milliseconds(400)), path: "/blobs/\(stored.layers[0])")])
        try await target.berth(["copy", "\(slow.address)/app:1", "\(target.address)/app"]).succeed()
        let written = try await target.registry.exchanges().last {
            $0.uri.contains("/manifests/") && $0.method == "PUT"
        }
        #expect(written?.status == 201)
        let pushes = try target.tokens?.requests().filter { $0.scopes == ["repository:app:pull,push"] } ?? []
        #expect(pushes.count >= 2, "\(pushes)")
    }

    /// What makes no sense, and what is said of it.
    static let mistakes: [([String], String)] = [
        (["A/app:1", "A/copy", "--all-tags"], "--all-tags"), (["A/app", "A/copy:1", "--all-tags"], "--all-tags"),
        (["A/app:1", "A/copy@sha256:\(String(repeating: "a", count: 64))"], "the copy has the source's digest"),
        (["A/app:1", "A/UPPER"], "UPPER"), (["A/app:1"], "<dst>"),
    ]

    @Test("that makes no sense is not begun", arguments: mistakes)
    func mistake(words: [String], says: String) async throws {
        let site = try await Site()
        let outcome = try await site.berth(["copy"] + words.map { $0.replacing("A/", with: "\(site.address)/") }).run()
        expectFailure(outcome, 64, says: says)
        #expect(try await site.registry.exchanges().isEmpty)
    }

    @Test("of what is not there fails and makes nothing")
    func missing() async throws {
        let site = try await Site()
        let outcome = try await site.berth(["copy", "\(site.address)/none:1", "\(site.address)/copy", "--json"]).run()
        expectFailure(outcome, 1, says: "cannot read \(site.address)/none:1")
        #expect(Files.names(in: "\(site.registry.storage)/docker/registry/v2/repositories") == [])
    }

    @Test("without the right to push fails before a blob is read", arguments: [true, false])
    func noRight(isOneRegistry: Bool) async throws {
        let settings = TokenServer.Settings(users: [.init("me", rights: ["copy": ["pull"], "app": ["pull"]])])
        let target = try await Site(.token, tokens: settings)
        let source = try await Site()
        for site in [target.registry.storage, source.registry.storage] {
            try await ManifestContent.store([.image(tags: ["1"])], as: "app", in: site)
        }
        let from = isOneRegistry ? target.address : source.address
        let outcome = try await target.berth(["copy", "\(from)/app:1", "\(target.address)/copy"]).run()
        expectFailure(outcome, 77, says: "\(target.address)/copy")
    }
}
