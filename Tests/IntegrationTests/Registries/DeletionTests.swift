internal import TestSupport
internal import Testing

/// `berth delete` at Debian's docker-registry (2.8), which itself deletes by digest alone, and all tags of it.
@Suite("A deletion", .serialized)
struct DeletionTests {
    /// Whether skopeo can read an image, with all its blobs.
    private func isWhole(_ reference: String) async throws -> Bool {
        let scratch = try ScratchDirectory()
        return try await skopeo(["copy", "--all", "docker://\(reference)", "dir:\(scratch.path)/image"]).status == 0
    }

    private func tags(_ repository: String) async throws -> String {
        try await jq(".Tags | sort", try await skopeo(["list-tags", "docker://\(repository)"]).output)
    }

    @Test("of a tag leaves the other tag of the same image", arguments: [Access.open, .token, .authorityOption])
    func sibling(access: Access) async throws {
        let site = try await Site(access)
        try await site.registry.store([.image(tags: ["1", "2"])], as: "app")
        try await site.berth(["delete", "\(site.address)/app:1"]).succeed()
        let user = access == .open ? nil : "me"
        let other = try await skopeo(["inspect", "docker://\(site.registry.address)/app:2"], user: user)
        #expect(other.status == 0, "\(other.errorText)")
        #expect(try await jq(".RepoTags", other.output) == #"["2"]"#)
        let gone = try await skopeo(["inspect", "docker://\(site.registry.address)/app:1"], user: user)
        #expect(gone.errorText.contains("manifest unknown"), "\(gone.errorText)")
    }

    @Test("of a tag leaves the sibling whole, whatever kind it is of", arguments: ["image", "docker", "index"])
    func siblingKinds(kind: String) async throws {
        let site = try await Site()
        let manifest: ManifestContent =
            switch kind {
            case "docker": .image(format: .docker, tags: ["1", "2"])
            case "index": .index([.image(), .image(platform: "linux/arm64")], tags: ["1", "2"])
            default: .image(tags: ["1", "2"])
            }
        try await site.registry.store([manifest], as: "app")
        try await site.berth(["delete", "\(site.address)/app:1"]).succeed()
        #expect(try await tags("\(site.address)/app") == #"["2"]"#)
        #expect(try await isWhole("\(site.address)/app:2"))
    }

    @Test("of a tag whose image an index holds leaves the index whole")
    func childOfIndex() async throws {
        let site = try await Site()
        let children: [ManifestContent] = [.image(tags: ["amd64"]), .image(platform: "linux/arm64", tags: ["arm64"])]
        try await site.registry.store([.index(children, tags: ["multi"])], as: "app")
        let outcome = try await site.berth(["delete", "\(site.address)/app:amd64", "--json"]).succeed()
        #expect(try await jq("[.deleted[].kind]", outcome.output) == #"["tag"]"#)
        #expect(try await tags("\(site.address)/app") == #"["arm64","multi"]"#)
        #expect(try await isWhole("\(site.address)/app:multi"))
    }

    @Test("of all tags of an image takes the image")
    func allTags() async throws {
        let site = try await Site()
        let digest = try await site.registry.store([.image(tags: ["1", "2"])], as: "app")[0].digest
        let outcome = try await site.berth(["delete", "\(site.address)/app:1", "\(site.address)/app:2"]).succeed()
        #expect(outcome.lines.sorted() == ["deleted \(site.address)/app:1", "deleted \(site.address)/app:2"])
        #expect(try await skopeo(["inspect", "docker://\(site.address)/app@\(digest)"]).status != 0)
    }

    @Test("by digest is refused while a tag leads there that was not named, unless forced")
    func digestInUse() async throws {
        let site = try await Site()
        let digest = try await site.registry.store([.image(tags: ["1", "2"])], as: "app")[0].digest
        let reference = "\(site.address)/app@\(digest)"
        let refused = try await site.berth(["delete", reference, "\(site.address)/app:1"]).run()
        #expect(refused.status == 2)
        #expect(refused.text == "deleted \(site.address)/app:1\n")
        #expect(refused.errorText.hasPrefix("berth: \(reference) is still in use by the tag 2\nhint: "))
        #expect(try await isWhole("\(site.address)/app:2"))
        try await site.berth(["delete", reference, "--force"]).succeed()
        #expect(try await skopeo(["inspect", "docker://\(site.address)/app:2"]).status != 0)
    }

    @Test("by digest is refused while an index holds it that was not named, unless forced")
    func digestInIndex() async throws {
        let site = try await Site()
        let index = ManifestContent.index([.image(), .image(platform: "linux/arm64")], tags: ["multi"])
        let stored = try await site.registry.store([index], as: "app")[0]
        let child = "\(site.address)/app@\(stored.children[0].digest)"
        let refused = try await site.berth(["delete", child]).run()
        expectFailure(refused, 1, says: "is still in use by the index")
        #expect(try await isWhole("\(site.address)/app:multi"))
        try await site.berth(["delete", child, "--force"]).succeed()
        #expect(try await !isWhole("\(site.address)/app:multi"))
    }

    @Test("of an index by digest, with its tag and its images, takes all of them")
    func wholeIndex() async throws {
        let site = try await Site()
        let index = ManifestContent.index([.image(), .image(platform: "linux/arm64")], tags: ["multi"])
        let stored = try await site.registry.store([index], as: "app")[0]
        let named = ([stored] + stored.children).map { "\(site.address)/app@\($0.digest)" }
        let outcome = try await site.berth(["delete", "\(site.address)/app:multi"] + named, [:]).succeed()
        #expect(outcome.lines.count == 4, "\(outcome.text)")
        for reference in named {
            #expect(try await skopeo(["inspect", "--raw", "docker://\(reference)"]).status != 0)
        }
    }

    @Test("of what is not there fails, says so, and has the code for it in JSON")
    func missing() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        let absent = "sha256:\(String(repeating: "a", count: 64))"
        for reference in ["\(site.address)/app:none", "\(site.address)/app@\(absent)", "\(site.address)/none:1"] {
            expectFailure(try await site.berth(["delete", reference]).run(), 1, says: reference)
            let json = try await site.berth(["delete", reference, "--json"]).run()
            #expect(json.status == 1)
            #expect(try await jq("[.deleted, .failed[0].reference]", json.output) == #"[[],"\#(reference)"]"#)
        }
        #expect(try await tags("\(site.address)/app") == #"["1"]"#)
    }

    @Test("in several repositories goes on where one fails")
    func repositories() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1", "2"])], as: "a")
        try await site.registry.store([.image(tags: ["1", "2"])], as: "b")
        let closed = try ClosedPort()
        let named = ["\(site.address)/a:1", "127.0.0.1:\(closed.number)/x:1", "\(site.address)/b:2"]
        let outcome = try await site.berth(["delete", "--timeout", "2s"] + named).run()
        #expect(outcome.status == 2, "\(outcome.errorText)")
        #expect(outcome.lines == ["deleted \(named[0])", "deleted \(named[2])"])
        #expect(outcome.errorText.hasPrefix("berth: \(named[1]) is not deleted: "), "\(outcome.errorText)")
        #expect(try await tags("\(site.address)/a") == #"["2"]"#)
        #expect(try await tags("\(site.address)/b") == #"["1"]"#)
    }

    @Test("changes nothing where the registry does not delete, and says how it could", arguments: [true, false])
    func switchedOff(hasSibling: Bool) async throws {
        let site = try await Site(deletes: false)
        try await site.registry.store([.image(tags: hasSibling ? ["1", "2"] : ["1"])], as: "app")
        let before = Files.snapshot(site.registry.storage)
        let outcome = try await site.berth(["delete", "\(site.address)/app:1"]).run()
        expectFailure(outcome, 1, says: "\(site.address)/app:1 is not deleted")
        #expect(outcome.errorText.contains("hint: docker-registry needs storage.delete.enabled"))
        #expect(Files.differences(before, Files.snapshot(site.registry.storage)) == [])
    }

    @Test("changes nothing for a user without the right to")
    func noRight() async throws {
        let rights = ["app": ["pull", "push"]]
        let site = try await Site(.token, tokens: .init(users: [.init("me", rights: rights)]))
        try await site.registry.store([.image(tags: ["1", "2"])], as: "app")
        let before = Files.snapshot(site.registry.storage)
        let outcome = try await site.berth(["delete", "\(site.address)/app:1"]).run()
        expectFailure(outcome, 77, says: "\(site.address)/app:1")
        #expect(Files.differences(before, Files.snapshot(site.registry.storage)) == [])
    }

    @Test(
        "needs a tag or a digest, and not both",
        arguments: ["app", "app:1@sha256:\(String(repeating: "a", count: 64))"])
    func unclear(name: String) async throws {
        let site = try await Site()
        expectFailure(try await site.berth(["delete", "\(site.address)/\(name)"]).run(), 64, says: "\(name) names ")
        #expect(try await site.registry.exchanges().isEmpty)
    }

    @Test("leaves nothing behind but what the registry keeps of what is gone")
    func leavings() async throws {
        let site = try await Site()
        try await site.registry.store([.image(tags: ["1", "2"])], as: "app")
        try await site.berth(["delete", "\(site.address)/app:1"]).succeed()
        let repository = "\(site.registry.storage)/docker/registry/v2/repositories/app"
        #expect(Files.names(in: "\(repository)/_uploads") == [])
        #expect(Files.names(in: "\(repository)/_manifests/tags") == ["2"])
    }
}
