@testable import Cleanup
@testable import Registry
@testable import RegistryTestSupport
import Testing

/// A vendor and how its registry behaves in a test.
private struct Case: CustomTestStringConvertible, Sendable {
    let vendor: Vendor
    var isNative = false
    var untags: Bool?

    var testDescription: String {
        vendor.testDescription + (isNative ? ", with lists of referrers" : "")
            + (untags == false ? ", which removes no tags" : "")
    }

    func scene() throws -> CleanupScene { try CleanupScene(vendor.fake, isNative: isNative, untags: untags) }

    static let all: [Case] =
        Vendor.all.map { Case(vendor: $0) }
        // What answers at GitHub is no list.
        + Vendor.all.filter { $0.fake.name != "github" }.map { Case(vendor: $0, isNative: true) }
        + [Case(vendor: Vendor(fake: FakeDistribution.self), untags: false)]
}

extension VendorStage {
    /// The requests that may have changed something: not logins, and not questions that are asked by POST.
    fileprivate var alterations: [String] {
        let questions = ["Describe", "BatchGet", "GetAuthorization"]
        return zip(lines, calls).filter { line, call in
            guard ["DELETE", "PUT", "POST", "PATCH"].contains(call.method) else { return false }
            let operation = call.header("X-Amz-Target").split(separator: ".").last ?? ""
            let isQuestion =
                call.path.hasSuffix("/api/search/aql") || questions.contains { operation.hasPrefix($0) }
                || call.path.hasSuffix("/oauth2/token") || call.path.hasSuffix("/oauth2/exchange")
                || call.path == "/v2/auth/token"
            return !isQuestion
        }.map(\.0)
    }
}

@Suite("A cleanup at every vendor", .serialized)
struct VendorCleanupTests {
    @Test("leaves exactly what is kept, and finds nothing to do when it is run again", arguments: Case.all)
    fileprivate func isExact(test: Case) async throws {
        let scene = try test.scene()
        let managed = try await scene.open()
        let report = try await scene.apply()
        #expect(report.failed.map(\.error) == [])
        #expect(report.skipped.map(\.reference) == [])
        #expect(Set(scene.stage.tags.keys) == scene.keptTags(imagesGoWithLastTag: managed.imagesGoWithLastTag))
        let left = scene.stage.with { Set($0.content.manifests.keys) }
        let lost = scene.kept.subtracting(left)
        #expect(scene.digests.filter { lost.contains($0.value) }.map(\.key) == [])
        if !managed.removesUntaggedItself {
            let extra = left.subtracting(scene.kept)
            #expect(scene.digests.filter { extra.contains($0.value) }.map(\.key) == [])
            #expect(extra.subtracting(scene.digests.values) == [])
        }
        let done = scene.stage.alterations
        let again = try await scene.apply()
        #expect(again.deleted == [])
        #expect(again.failed.map(\.error) == [])
        #expect(scene.stage.alterations == done)
    }

    @Test("changes nothing as long as it is a dry run", arguments: Case.all)
    fileprivate func isDry(test: Case) async throws {
        let scene = try test.scene()
        let tags = scene.stage.tags, manifests = scene.stage.with { $0.content.manifests.count }
        let (_, plan) = try await scene.plan()
        #expect(plan.tags.contains { $0.isDeleted })
        #expect(scene.stage.alterations == [])
        #expect(scene.stage.tags == tags)
        let left = scene.stage.with { $0.content.manifests.count }
        #expect(left == manifests)
    }

    @Test("leaves a tag that moved after it was planned, with the image that it has now", arguments: Case.all)
    fileprivate func leavesMoved(test: Case) async throws {
        let scene = try test.scene()
        let planned = try await scene.plan()
        // As promotions do it: the image was to go.
        let gone = scene["gone"], sibling = scene["sibling"]
        scene.stage.with { $0.content.tags["tmp-1"] = sibling }
        scene.stage.with { $0.content.tags["promoted"] = scene["nested"] }
        let report = try await scene.apply(planned)
        #expect(report.skipped.contains { $0.reference.text == "tmp-1" && $0.reason == .moved })
        #expect(scene.stage.tags["tmp-1"] == sibling)
        #expect(scene.stage.tags["promoted"] == scene["nested"])
        for name in ["nested", "middle", "deep", "sibling"] { #expect(scene.stage.has(scene[name]), "\(name)") }
        _ = gone
    }

    @Test("leaves an image that was tagged after it was planned, with all that is about it", arguments: Case.all)
    fileprivate func leavesTagged(test: Case) async throws {
        let scene = try test.scene()
        let planned = try await scene.plan()
        scene.stage.with { $0.content.tags["late"] = scene["gone"] }
        try await Self.expectNeeded(planned, scene)
        #expect(scene.stage.tags["late"] == scene["gone"])
    }

    @Test(
        "leaves an image that was put into an index after it was planned, with all that is about it",
        arguments: Case.all.filter { ["quay", "default"].contains($0.vendor.fake.name) })
    fileprivate func leavesHeld(test: Case) async throws {
        let scene = try test.scene()
        let planned = try await scene.plan()
        scene.stage.registry.index([scene["gone"]], tags: ["late"], in: scene.stage.name)
        try await Self.expectNeeded(planned, scene)
    }

    /// Expects that what was planned is done, and nothing happens to the image `gone`, which something needs now.
    private static func expectNeeded(_ planned: (inventory: Inventory, plan: Plan), _ scene: CleanupScene) async throws
    {
        let gone = scene["gone"], report = try await scene.apply(planned)
        for name in ["gone", "gone signature", "gone referrer"] { #expect(scene.stage.has(scene[name]), "\(name)") }
        #expect(scene.stage.tags["\(gone.tagForm).sig"] == scene["gone signature"])
        #expect(scene.stage.registry.gaps(in: scene.stage.name) == [])
        #expect(report.skipped.contains { $0.reference == .digest(gone) })
        #expect(report.failed.map(\.error) == [])
    }

    @Test("tells what could not be deleted, does the rest, and the next run brings it to its end", arguments: Case.all)
    fileprivate func bringsToAnEnd(test: Case) async throws {
        let scene = try test.scene()
        scene.stage.with { $0.failing = ["tmp-1"] }
        let report = try await scene.apply()
        #expect(report.failed.contains { $0.reference.text == "tmp-1" })
        #expect(scene.stage.tags["tmp-1"] == scene["gone"])
        // What is about it stays with it.
        #expect(scene.stage.tags["\(scene["gone"].tagForm).sig"] != nil)
        #expect(scene.stage.has(scene["gone referrer"]))
        #expect(scene.stage.tags["old"] == nil)
        scene.stage.with { $0.failing = [] }
        let managed = try await scene.open()
        let again = try await scene.apply()
        #expect(again.failed.map(\.error) == [])
        #expect(Set(scene.stage.tags.keys) == scene.keptTags(imagesGoWithLastTag: managed.imagesGoWithLastTag))
    }
}
