@testable import Cleanup
import Registry
@testable import RegistryTestSupport
import Testing

/// A time after that of all images of the fake registry, in seconds since 1970: 2024-06-01.
private let now = 1_717_200_000
private let day = 24 * 3600

/// A plain registry that is surveyed for a policy.
private struct Site {
    let registry: FakeRegistry

    init(_ behaviour: FakeRegistry.Behaviour = .init()) { registry = FakeRegistry(behaviour) }

    func run(
        _ policy: RepositoryPolicy, _ evidence: Evidence = Evidence()
    ) async throws -> (inventory: Inventory, plan: Plan) {
        let managed = try await ManagedRepository.open(registry.repository(), registry.settings(), readOnly: true)
        let planner = Planner(
            policy: policy, evidence: evidence, now: now, imagesGoWithLastTag: managed.imagesGoWithLastTag)
        return try await Survey(of: managed, for: planner).run()
    }

    /// The tags that go.
    func gone(_ policy: RepositoryPolicy, _ evidence: Evidence = Evidence()) async throws -> Set<String> {
        let (inventory, plan) = try await run(policy, evidence)
        return Set(plan.tags.indices.filter { plan.tags[$0].isDeleted }.map { inventory.tagName(at: $0) })
    }
}

/// A policy by which all older than `days` go.
private func olderThan(_ days: Int) -> RepositoryPolicy {
    var policy = RepositoryPolicy(), rule = DeleteRule()
    rule.olderThan = days * day
    policy.delete = [rule]
    return policy
}

/// A policy by which all go but what `keep` holds.
private func all(_ keep: KeepRule...) -> RepositoryPolicy {
    var policy = RepositoryPolicy()
    policy.delete = [DeleteRule()]
    policy.keep = keep
    return policy
}

private func selector(_ tags: String, labels: [String: String] = [:]) throws -> Selector {
    var selector = Selector()
    selector.tags = [try TextPattern(tags)]
    selector.labels = try labels.sorted { $0.key < $1.key }.map { MarkPattern($0.key, try TextPattern($0.value)) }
    return selector
}

@Suite("A survey of a plain registry")
struct SurveyTests {
    /// 90 images and 10 indexes of two, one tag each.
    private static func fill(_ registry: FakeRegistry) {
        for number in 0..<90 { registry.image(number, tags: ["image-\(number)"]) }
        for number in 0..<10 {
            let children = [registry.image(100 + number), registry.image(200 + number)]
            registry.index(children, tags: ["index-\(number)"])
        }
    }

    @Test("asks once for each tag, and for each manifest and config that tells an age")
    func requestsForAges() async throws {
        let site = Site()
        Self.fill(site.registry)
        #expect(try await site.gone(olderThan(30)).count == 100)
        #expect(site.registry.lines("GET app/tags/list").count == 1)
        // The tags', and those of what the indexes hold.
        #expect(site.registry.lines("GET app/manifests/").count == 120)
        #expect(site.registry.lines("GET app/blobs/").count == 110)
        // Where the registry keeps no lists of referrers is found out by one question.
        #expect(site.registry.lines("GET app/referrers/").count == 1)
        #expect(site.registry.lines("HEAD").count == 0)
        #expect(site.registry.asked.count == 233)
    }

    @Test("reads no config where nobody asks for an age, and of what indexes hold only what goes")
    func requestsForNames() async throws {
        let site = Site()
        Self.fill(site.registry)
        var keep = KeepRule()
        keep.selector = try selector("i*-[1-9]*")
        #expect(try await site.gone(all(keep)) == ["image-0", "index-0"])
        #expect(site.registry.lines("GET app/blobs/") == [])
        #expect(site.registry.lines("GET app/manifests/").count == 102)
        #expect(site.registry.asked.count == 105)
    }

    @Test("reads what an image says of itself only where a rule that asks for it may pick the tag")
    func requestsForLabels() async throws {
        let site = Site()
        var kept = FakeRegistry.Image(seed: 1)
        kept.labels = ["keep": "true", "other": "x"]
        site.registry.image(kept, tags: ["release-1"])
        site.registry.image(2, tags: ["release-2"])
        site.registry.image(3, tags: ["nightly"])
        var keep = KeepRule()
        keep.selector = try selector("release-*", labels: ["keep": "true"])
        #expect(try await site.gone(all(keep)) == ["release-2", "nightly"])
        #expect(site.registry.lines("GET app/blobs/").count == 2)
    }

    @Test("looks for labels in each image of an index, and not in its attestations")
    func labelsOfIndexes() async throws {
        let site = Site()
        var marked = FakeRegistry.Image(seed: 1)
        marked.labels = ["stage": "old"]
        var other = marked
        (other.seed, other.labels) = (2, ["stage": "new"])
        let (first, second, third) = (site.registry.image(marked), site.registry.image(other), site.registry.image(3))
        site.registry.index([first, third], tags: ["one"], platforms: ["linux/amd64", "unknown/unknown"])
        site.registry.index([first, second], tags: ["two"], platforms: ["linux/amd64", "linux/arm64"])
        var policy = RepositoryPolicy(), rule = DeleteRule()
        rule.selector = try selector("*", labels: ["stage": "old"])
        policy.delete = [rule]
        #expect(try await site.gone(policy) == ["one"])
    }

    @Test("keeps what nobody can read, and looks at the rest")
    func unreadable() async throws {
        let site = Site()
        site.registry.image(1, tags: ["image"])
        let broken = site.registry.manifest(text: "{}", MediaType.ociManifest.text, tags: ["broken"])
        // An index that goes holds it as well.
        site.registry.index([broken], tags: ["index"])
        let (inventory, plan) = try await site.run(all())
        let gone = plan.tags.indices.filter { plan.tags[$0].isDeleted }.map { inventory.tagName(at: $0) }
        #expect(Set(gone) == ["image", "index"])
        let node = try #require(inventory.find(broken))
        #expect(plan.manifests[node.place]?.isDeleted != true)
    }

    @Test(
        "keeps images whose age cannot be known",
        arguments: [nil, "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "soon"] as [String?])
    func implausible(created: String?) async throws {
        let site = Site()
        var image = FakeRegistry.Image(seed: 1)
        image.created = created
        let strange = site.registry.image(image, tags: ["strange"])
        site.registry.index([strange, site.registry.image(2)], tags: ["index"])
        site.registry.image(3, tags: ["image"])
        #expect(try await site.gone(olderThan(1)) == ["image"])
    }

    @Test("takes an index to be as old as its newest image, whatever of it is missing")
    func agesOfIndexes() async throws {
        let site = Site()
        var young = FakeRegistry.Image(seed: 1)
        young.created = "2024-05-31T00:00:00Z"
        let (newest, old) = (site.registry.image(young), site.registry.image(2))
        site.registry.index([old, newest], tags: ["young"])
        site.registry.index([old, Digest(of: [1])], tags: ["old"])
        #expect(try await site.gone(olderThan(30)) == ["old"])
    }

    @Test("takes what is left of an interrupted deletion to be as old as the image that it stands in for")
    func standIns() async throws {
        let site = Site()
        var young = FakeRegistry.Image(seed: 1)
        young.created = "2024-05-31T00:00:00Z"
        let (recent, old) = (site.registry.image(young), site.registry.image(2))
        for (number, (tag, original)) in [("new", recent), ("old", old)].enumerated() {
            var standIn = FakeRegistry.Image(seed: 10 + number)
            standIn.created = nil
            standIn.labels = ["berth.stand-in.for": original.text]
            site.registry.image(standIn, tags: [tag])
        }
        #expect(try await site.gone(olderThan(30)) == ["old"])
    }

    @Test("is an error where a tag leads to what the registry does not show, and none where the tag is gone")
    func unseen() async throws {
        for isGone in [false, true] {
            let site = Site()
            site.registry.index([site.registry.image(1, tags: ["child"])], tags: ["index"])
            site.registry.upon("GET app/manifests/index", .status(404))
            if isGone {
                site.registry.upon(
                    "HEAD app/manifests/index", .meanwhile { $0.with { $0.repositories["app"]?.tags["index"] = nil } })
            }
            do {
                let (_, plan) = try await site.run(all())
                #expect(isGone && plan.tags.count == 1)
            } catch SurveyFailure.registry(let error) {
                #expect(!isGone && error.kind == .tryLater)
            }
        }
    }

    @Test("is an error where the policy asks for times that the registry does not tell")
    func noPushTimes() async throws {
        let site = Site()
        site.registry.image(1, tags: ["image"])
        var policy = olderThan(1)
        policy.time = .pushed
        await #expect {
            _ = try await site.run(policy)
        } throws: { error in
            guard case .cleanup(let error)? = error as? SurveyFailure else { return false }
            return error.kind == .badConfiguration && error.hint?.contains("time: created") == true
        }
        #expect(site.registry.lines("GET app/manifests").isEmpty)
    }

    @Test("asks for no right but that to read")
    func rights() async throws {
        var behaviour = FakeRegistry.Behaviour()
        behaviour.tokenLife = .seconds(300)
        behaviour.denied = ["push", "delete"]
        let site = Site(behaviour)
        site.registry.image(1, tags: ["image"])
        #expect(try await site.gone(all()) == ["image"])
        let scopes = site.registry.asked.map(\.url).filter { $0.contains("scope=") }
        #expect(!scopes.isEmpty)
        #expect(scopes.allSatisfy { $0.hasSuffix("scope=repository%3Aapp%3Apull") || $0.hasSuffix(":app:pull") })
    }

    @Test("gives no way to delete to who only reads")
    func readOnly() async throws {
        let site = Site()
        site.registry.image(1, tags: ["image"])
        let managed = try await ManagedRepository.open(
            site.registry.repository(), site.registry.settings(), readOnly: true)
        await #expect(throws: RegistryError.self) {
            _ = try await managed.delete([DeletionTarget(.tag(try Tag("image")))], force: false) { _, _ in }
        }
        #expect(site.registry.lines("DELETE").isEmpty)
    }

    @Test("finds what an untagged index that is in use holds")
    func usedIndexes() async throws {
        let site = Site()
        let child = site.registry.image(1, tags: ["child"])
        let index = site.registry.index([child])
        site.registry.image(2, tags: ["other"])
        var keep = KeepRule(), evidence = Evidence(), usage = Usage()
        keep.inUse = [.standardInput]
        usage.digests[index] = "a pod"
        evidence.usage[0] = usage
        let (inventory, plan) = try await site.run(all(keep), evidence)
        #expect(plan.manifests[try #require(inventory.find(child)).place]?.isDeleted == false)
    }

    @Test("tells how far it is, to the end")
    func progress() async throws {
        let site = Site()
        Self.fill(site.registry)
        let managed = try await ManagedRepository.open(
            site.registry.repository(), site.registry.settings(), readOnly: true)
        let planner = Planner(policy: olderThan(30), evidence: Evidence(), now: now, imagesGoWithLastTag: false)
        let seen = Noted<[Survey.Progress]>([])
        _ = try await Survey(of: managed, for: planner) { step in seen.note { $0.append(step) } }.run()
        let listed = seen.value.filter { $0.phase == .listing }
        #expect(listed.map(\.done).sorted() == Array(1...100))
        #expect(listed.allSatisfy { $0.count == 100 })
        #expect(seen.value.contains { $0.phase == .images && $0.done == $0.count })
    }
}

@Suite("A survey at a vendor that has a list", .serialized)
struct ListedSurveyTests {
    @Test("is an error where the list's index is not to be seen, and none where it is gone", arguments: [false, true])
    func unseen(isGone: Bool) async throws {
        let stage = try VendorStage(FakeECR.self)
        let child = stage.image(1, ["child"])
        let index = stage.registry.index([child], tags: ["index"], in: stage.name)
        let settings = stage.settings
        stage.registry.upon("GET group/app/manifests/\(index)", .status(404))
        if isGone { stage.after("DescribeImages") { _ = $0.remove(index) } }
        let managed = try await ManagedRepository.open(Repository(FakeECR.repository), settings, readOnly: true)
        let planner = CleanupScene.planner(managed, holding: ["index"])
        do {
            _ = try await Survey(of: managed, for: planner).run()
            #expect(isGone)
        } catch SurveyFailure.registry(let error) {
            #expect(!isGone && error.kind == .tryLater)
        }
    }

    @Test("keeps tags at Docker Hub of which it does not tell where they lead")
    func withoutDigests() async throws {
        let scene = try CleanupScene(FakeDockerHub.self)
        scene.stage.with { $0.notes["old"] = "tmp-1" }
        let (inventory, plan) = try await scene.plan()
        let place = try #require(plan.tags.indices.first { inventory.tagName(at: $0) == "tmp-1" })
        #expect(!plan.tags[place].isDeleted)
        #expect(inventory.node(ofTagAt: place) == nil)
    }
}

@Suite("A survey at a vendor whose list tells when images were pushed", .serialized)
struct VendorSurveyTests {
    @Test("reads images for the time at which they were made only where the policy asks for that")
    func created() async throws {
        for (time, count) in [(RepositoryPolicy.TimeBasis?.none, 0), (.pushed, 0), (.created, 2)] {
            let stage = try VendorStage(FakeECR.self)
            // Made at the beginning of 2024, later than they were pushed.
            stage.image(1, ["a"])
            stage.image(2, ["b"])
            let managed = try await ManagedRepository.open(
                Repository(FakeECR.repository), stage.settings, readOnly: true)
            var policy = olderThan(30)
            policy.time = time
            let planner = Planner(
                policy: policy, evidence: Evidence(), now: VendorWays.start + 10 * day, imagesGoWithLastTag: true)
            let (_, plan) = try await Survey(of: managed, for: planner).run()
            #expect(plan.tags.filter(\.isDeleted).isEmpty)
            #expect(stage.registry.lines("GET group/app/blobs/").count == count)
        }
    }
}
