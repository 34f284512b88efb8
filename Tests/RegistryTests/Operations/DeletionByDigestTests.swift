internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("Deleting at a registry that deletes by digest alone")
struct DeletionByDigestTests {
    private let registry = FakeRegistry()

    @Test("leaves the other tag of the same manifest, and its bytes", arguments: [false, true])
    func sibling(isDocker: Bool) async throws {
        let image = registry.image(.init(isDocker: isDocker), tags: ["a", "b"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["b": image])
        #expect(registry.gaps() == [])
    }

    @Test("never asks for the digest that another tag has")
    func siblingRequests() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        _ = try await registry.delete(["a"])
        #expect(registry.lines("DELETE app/manifests/\(image)") == [])
    }

    @Test("takes the manifest of a tag that nothing else leads to, and writes nothing")
    func exclusive() async throws {
        let image = registry.image(1, tags: ["a"])
        let other = registry.image(2, tags: ["b"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(!registry.has(image))
        #expect(registry.tags() == ["b": other])
        #expect(registry.written == [])
    }

    @Test("takes the manifest where all of its tags are named")
    func allTags() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        #expect(try await registry.delete(["a", "b"]) == DeletionOutcome(deleted: ["a", "b"]))
        #expect(!registry.has(image))
        #expect(registry.written == [])
        #expect(registry.lines("DELETE app/manifests/\(image)").count == 1)
    }

    @Test("never takes the manifest of a tag that an index holds")
    func child() async throws {
        let child = registry.image(1, tags: ["a"])
        let index = registry.index([child], tags: ["b"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["b": index])
        #expect(registry.gaps() == [])
    }

    @Test("never takes what an index within an index holds")
    func grandchild() async throws {
        let child = registry.image(1, tags: ["a"])
        let inner = registry.index([child], tags: ["inner"])
        registry.index([inner], tags: ["outer"])
        #expect(try await registry.delete(["a", "inner"]) == DeletionOutcome(deleted: ["a", "inner"]))
        #expect(Set(registry.tags().keys) == ["outer"])
        #expect(registry.gaps() == [])
    }

    @Test("finds the indexes in lists of whatever page size", arguments: ["", "https://r.example"])
    func pages(linkPrefix: String) async throws {
        registry.with { ($0.behaviour.pageSize, $0.behaviour.linkPrefix) = (2, linkPrefix) }
        let child = registry.image(1, tags: ["a"])
        for number in 2...8 { registry.image(number, tags: ["v\(number)"]) }
        registry.index([child], tags: ["z"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.gaps() == [])
        #expect(registry.has(child))
    }

    @Test("takes an index before what it holds")
    func order() async throws {
        let child = registry.image(1, tags: ["a"])
        let inner = registry.index([child], tags: ["b"])
        let outer = registry.index([inner], tags: ["c"])
        #expect(try await registry.delete(["a", "b", "c"]) == DeletionOutcome(deleted: ["a", "b", "c"]))
        #expect(
            registry.lines("DELETE app/manifests/sha256").suffix(3)
                == [outer, inner, child].map { "DELETE app/manifests/\($0)" })
    }

    @Test("takes a named index before its named children where no tag leads to either")
    func untaggedOrder() async throws {
        for seed in 0..<6 {
            let registry = FakeRegistry()
            let child = registry.image(seed)
            let index = registry.index([child])
            let names = [child.text, index.text]
            #expect(try await registry.delete(names) == DeletionOutcome(deleted: Set(names)))
            #expect(
                registry.lines("DELETE app/manifests/sha256").suffix(2)
                    == [index, child].map { "DELETE app/manifests/\($0)" })
        }
    }

    @Test("leaves the named child of a named index that could not be deleted", arguments: [403, 500])
    func failedIndex(status: Int) async throws {
        let child = registry.image(1, tags: ["a"])
        let index = registry.index([child], tags: ["b"])
        registry.upon("DELETE app/manifests/\(index)", 1...100, .status(status))
        let outcome = try await registry.delete(["a", "b"])
        #expect(outcome == DeletionOutcome(failed: ["a": .held, "b": status == 403 ? .denied : .tryLater]))
        #expect(registry.has(child))
        #expect(registry.gaps() == [])
    }

    // MARK: by digest

    @Test("refuses a digest while a tag that was not named has it")
    func digestHeldByTag() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        let report = try await registry.deletion([image.text])
        #expect(DeletionOutcome(report) == DeletionOutcome(failed: [image.text: .held]))
        #expect(report.failed.first?.error.text.contains("the tag a, the tag b") == true)
        #expect(registry.tags() == ["a": image, "b": image])
    }

    @Test("refuses a digest while an index that was not named holds it")
    func digestHeldByIndex() async throws {
        let child = registry.image(1)
        let index = registry.index([child], tags: ["a"])
        let report = try await registry.deletion([child.text])
        #expect(DeletionOutcome(report) == DeletionOutcome(failed: [child.text: .held]))
        #expect(report.failed.first?.error.text.contains("the index \(index.short)") == true)
        #expect(registry.gaps() == [])
    }

    @Test("takes a digest whose tags are all named")
    func digestWithTags() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        let names = ["a", "b", image.text]
        #expect(try await registry.delete(names) == DeletionOutcome(deleted: Set(names)))
        #expect(!registry.has(image))
    }

    @Test("removes a named tag of a digest that stays, by the digest's refusal")
    func partOfTheTags() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        let outcome = try await registry.delete(["a", image.text])
        #expect(outcome == DeletionOutcome(deleted: ["a"], failed: [image.text: .held]))
        #expect(registry.tags() == ["b": image])
    }

    @Test("takes a digest that no tag leads to", arguments: [false, true])
    func untagged(hidesEmptyLists: Bool) async throws {
        registry.with { $0.behaviour.hidesEmptyLists = hidesEmptyLists }
        let image = registry.image(1)
        #expect(try await registry.delete([image.text]) == DeletionOutcome(deleted: [image.text]))
        #expect(!registry.has(image))
    }

    @Test("takes a digest with all that leads to it by force")
    func force() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        registry.index([image], tags: ["c"])
        #expect(try await registry.delete([image.text], force: true) == DeletionOutcome(deleted: [image.text]))
        #expect(!registry.has(image))
    }

    @Test("counts the named tags of a digest that goes by force as deleted")
    func forceWithTag() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        let outcome = try await registry.delete(["a", image.text], force: true)
        #expect(outcome == DeletionOutcome(deleted: ["a", image.text]))
        #expect(!registry.has(image))
    }

    @Test("by force still leaves the other tags of a named tag")
    func forceOfTag() async throws {
        let image = registry.image(1, tags: ["a", "b"])
        #expect(try await registry.delete(["a"], force: true) == DeletionOutcome(deleted: ["a"]))
        #expect(registry.tags() == ["b": image])
    }

    @Test("fails for what is not there, and does the rest")
    func absent() async throws {
        registry.image(1, tags: ["a"])
        let nothing = Digest(of: Array("nothing".utf8)).text
        #expect(
            try await registry.delete(["a", "b", nothing])
                == DeletionOutcome(deleted: ["a"], failed: ["b": .notFound, nothing: .notFound]))
        #expect(
            try await registry.delete([nothing], force: true) == DeletionOutcome(failed: [nothing: .notFound]))
    }

    @Test("takes what it cannot read, as nothing else leads there")
    func unreadable() async throws {
        let type = "application/vnd.docker.distribution.manifest.v1+prettyjws"
        registry.with { $0.behaviour.hasOldManifests = true }
        let old = registry.manifest(text: #"{"schemaVersion":1,"fsLayers":[]}"#, type, tags: ["a"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(!registry.has(old))
    }

    @Test("works where HEAD does not, or says no digest", arguments: [(true, false), (false, true), (false, false)])
    func poorHeads(knowsHead: Bool, namesDigests: Bool) async throws {
        registry.with { ($0.behaviour.knowsHead, $0.behaviour.namesDigests) = (knowsHead, namesDigests) }
        let image = registry.image(1, tags: ["a", "b"])
        registry.image(2, tags: ["c"])
        #expect(try await registry.delete(["a", "c"]) == DeletionOutcome(deleted: ["a", "c"]))
        #expect(registry.tags() == ["b": image])
    }

    // MARK: what is not allowed

    @Test("writes nothing where deleting is switched off", arguments: [400, 405])
    func off(refusal: Int) async throws {
        registry.with { ($0.behaviour.deletes, $0.behaviour.untagRefusal) = (false, refusal) }
        let image = registry.image(1, tags: ["a", "b"])
        #expect(
            try await registry.delete(["a", image.text])
                == DeletionOutcome(failed: ["a": .unsupported, image.text: .unsupported]))
        #expect(registry.written == [])
        #expect(registry.tags().count == 2)
    }

    @Test("writes nothing where deleting is not allowed")
    func denied() async throws {
        registry.with { $0.behaviour.denied = ["delete"] }
        let image = registry.image(1, tags: ["a", "b"])
        #expect(
            try await registry.delete(["a", image.text])
                == DeletionOutcome(failed: ["a": .denied, image.text: .denied]))
        #expect(registry.written == [])
    }

    @Test("fails where writing is not allowed, and the tag stays")
    func noPush() async throws {
        registry.with { $0.behaviour.denied = ["push"] }
        let image = registry.image(1, tags: ["a", "b"])
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .denied]))
        #expect(registry.tags() == ["a": image, "b": image])
    }

    @Test("deletes nothing by digest where it cannot see all that leads there")
    func blind() async throws {
        registry.image(1, tags: ["a"])
        let index = registry.index([registry.image(2)], tags: ["b"])
        registry.upon("GET app/manifests/\(index)", 1...100, .status(500))
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .tryLater]))
        #expect(registry.tags().count == 2)
    }

    // MARK: lost answers

    static let lost: [FakeRegistry.Fault] = [.doneThenCut, .doneThenStatus(500), .doneThenStatus(504)]

    @Test("does not count as failed what was done although the answer was lost", arguments: lost)
    func lostAnswer(fault: FakeRegistry.Fault) async throws {
        let image = registry.image(1, tags: ["a"])
        registry.upon("DELETE app/manifests/\(image)", fault)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
    }

    @Test("tries again where nothing was done")
    func again() async throws {
        let image = registry.image(1, tags: ["a"])
        registry.upon("DELETE app/manifests/\(image)", 1...2, .cut)
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(!registry.has(image))
    }

    // MARK: what others do meanwhile

    @Test("leaves a tag, and its new image, that was moved after the first look")
    func movedEarly() async throws {
        registry.image(1, tags: ["a"])
        let other = registry.image(2)
        registry.upon("GET app/tags/list", .meanwhile { $0.tag(other, as: "a") })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .held]))
        #expect(registry.tags() == ["a": other])
        #expect(registry.has(other))
    }

    @Test("leaves a tag that was moved after the look at everything")
    func movedLate() async throws {
        let image = registry.image(1, tags: ["a"])
        let other = registry.image(2)
        // The third look at the tag is the one right before its manifest goes.
        registry.upon("HEAD app/manifests/a", 3...3, .meanwhile { $0.tag(other, as: "a") })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(failed: ["a": .held]))
        #expect(registry.tags() == ["a": other])
        #expect(registry.lines("DELETE app/manifests/\(image)") == [])
    }

    @Test("looks at everything again where the look is old, and keeps what has come into use")
    func oldLook() async throws {
        let first = registry.index([registry.image(1)], tags: ["a"])
        let second = registry.image(2, tags: ["b"])
        registry.index([second, first], tags: ["c"])
        // The index goes first; while it does, time passes and somebody gives another tag to the image.
        let outer = try #require(registry.tags()["c"])
        registry.upon(
            "DELETE app/manifests/\(outer)",
            .meanwhile { registry in
                registry.tag(second, as: "d")
                registry.clock.advance(by: .seconds(31))
            })
        let outcome = try await registry.delete(["a", "b", "c"])
        #expect(outcome == DeletionOutcome(deleted: ["a", "c"], failed: ["b": .held]))
        #expect(registry.tags() == ["b": second, "d": second])
    }

    @Test("looks at everything once where that alone takes long")
    func longLook() async throws {
        for number in 1...20 { registry.image(number, tags: ["v\(number)"]) }
        registry.upon("HEAD app/manifests/v1", 2...2, .meanwhile { $0.clock.advance(by: .seconds(60)) })
        let names = Set((1...9).map { "v\($0)" })
        #expect(try await registry.delete(names.sorted()) == DeletionOutcome(deleted: names))
        #expect(registry.lines("GET app/tags/list").count == 1)
    }

    @Test("counts a tag as deleted that has gone by itself")
    func gone() async throws {
        registry.image(1, tags: ["a", "b"])
        registry.upon(
            "GET app/tags/list",
            .meanwhile { registry in
                registry.with { $0.repositories["app"]?.tags["a"] = nil }
            })
        #expect(try await registry.delete(["a"]) == DeletionOutcome(deleted: ["a"]))
        #expect(Set(registry.tags().keys) == ["b"])
    }

    // MARK: referrers

    @Test("takes what refers to an image out of the list that clients keep of it")
    func list() async throws {
        let image = registry.image(1, tags: ["a"])
        let referrers = (2...6).map { registry.image(.init(subject: image, seed: $0)) }
        registry.list(referrers, of: image)
        let gone = referrers.prefix(4).map(\.text)
        #expect(try await registry.delete(gone, force: true) == DeletionOutcome(deleted: Set(gone)))
        let left = try await registry.client().referrers(of: image)
        #expect(left.map(\.digest) == [referrers[4]])
    }

    @Test("takes it out of the list also where the answer was lost")
    func listAfterLoss() async throws {
        let image = registry.image(1, tags: ["a"])
        let referrer = registry.image(.init(subject: image, seed: 2))
        registry.list([referrer], of: image)
        registry.upon("DELETE app/manifests/\(referrer)", .doneThenCut)
        #expect(try await registry.delete([referrer.text], force: true) == DeletionOutcome(deleted: [referrer.text]))
        #expect(try await registry.client().referrers(of: image) == [])
    }

    @Test("refuses what is in such a list without force, as the list holds it")
    func listHolds() async throws {
        let image = registry.image(1, tags: ["a"])
        let referrer = registry.image(.init(subject: image, seed: 2))
        registry.list([referrer], of: image)
        #expect(try await registry.delete([referrer.text]) == DeletionOutcome(failed: [referrer.text: .held]))
        #expect(registry.has(referrer))
    }
}
