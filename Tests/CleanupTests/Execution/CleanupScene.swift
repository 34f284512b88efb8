@testable import Cleanup
@testable import Registry
@testable import RegistryTestSupport

/// A repository at a vendor with something of all that a cleanup may break, and what is left when it is cleaned.
struct CleanupScene {
    let stage: VendorStage
    private let vendor: any FakeVendor.Type
    /// The tags that are held.
    static let held = ["v1", "keep-2", "sbom"]
    /// The manifests, by what they are called here.
    private(set) var digests: [String: Digest] = [:]

    /// A scene at `vendor`, whose registry keeps the lists of referrers itself where `isNative`.
    init(_ vendor: any FakeVendor.Type, isNative: Bool = false, untags: Bool? = nil) throws {
        self.vendor = vendor
        stage = try VendorStage(vendor)
        stage.registry.with { state in
            state.behaviour.keepsReferrers = isNative
            if let untags { state.behaviour.untags = untags }
        }
        fill(isNative)
    }

    subscript(name: String) -> Digest { digests[name] ?? Digest(of: []) }

    private mutating func fill(_ isNative: Bool) {
        let registry = stage.registry, name = stage.name
        func image(_ seed: Int, _ tags: [String] = [], subject: Digest? = nil) -> Digest {
            var image = FakeRegistry.Image(seed: seed)
            image.subject = subject
            return registry.image(image, tags: tags, in: name)
        }
        func list(_ referrer: Digest, _ subject: Digest) -> Digest? {
            isNative ? nil : registry.list([referrer], of: subject, in: name)
        }
        var made: [String: Digest] = [:]
        let (child, shared, lost) = (image(1), image(2), image(3))
        (made["child"], made["shared"], made["lost child"]) = (child, shared, lost)
        let kept = registry.index([child, shared], tags: ["v1"], in: name)
        made["kept index"] = kept
        made["old index"] = registry.index([shared, lost], tags: ["old"], in: name)
        let gone = image(4, ["tmp-1"])
        made["gone"] = gone
        made["sibling"] = image(5, ["tmp-2", "keep-2"])
        let subject = image(6, ["tmp-3"])
        made["subject"] = subject
        let sbom = image(7, ["sbom"], subject: subject)
        made["sbom"] = sbom
        made["gone signature"] = image(8, ["\(gone.tagForm).sig"])
        made["kept signature"] = image(9, ["\(kept.tagForm).sig"])
        made["orphan"] = image(10, ["\(Digest(of: [1]).tagForm).sig"])
        let (goneReferrer, keptReferrer) = (image(11, subject: gone), image(12, subject: kept))
        (made["gone referrer"], made["kept referrer"]) = (goneReferrer, keptReferrer)
        made["gone list"] = list(goneReferrer, gone)
        made["kept list"] = list(keptReferrer, kept)
        made["sbom's list"] = list(sbom, subject)
        let deep = image(13), middle = registry.index([deep], in: name)
        (made["deep"], made["middle"]) = (deep, middle)
        made["nested"] = registry.index([middle], tags: ["nested"], in: name)
        digests = made
        stage.with { world in
            for digest in world.content.manifests.keys { world.pushed[digest] = VendorWays.start }
            for tag in world.content.tags.keys { world.tagged[tag] = VendorWays.start }
        }
    }

    static let goneNames = [
        "old index", "lost child", "gone", "gone signature", "orphan", "gone referrer", "gone list", "deep", "middle",
        "nested",
    ]

    /// The manifests that a cleanup must leave.
    var kept: Set<Digest> { Set(digests.filter { !Self.goneNames.contains($0.key) }.values) }

    /// The tags that a cleanup must leave, where the registry deletes an image with its last tag or not.
    func keptTags(imagesGoWithLastTag: Bool) -> Set<String> {
        var tags = Set(Self.held + ["\(self["kept index"].tagForm).sig"])
        if digests["kept list"] != nil { tags.formUnion([self["kept index"].tagForm, self["subject"].tagForm]) }
        if imagesGoWithLastTag { tags.insert("tmp-3") }
        return tags
    }

    // MARK: cleaning

    func open(readOnly: Bool = false) async throws -> ManagedRepository {
        try await ManagedRepository.open(Repository(vendor.repository), stage.settings, readOnly: readOnly)
    }

    static func planner(_ managed: ManagedRepository, holding tags: [String] = CleanupScene.held) -> Planner {
        var policy = RepositoryPolicy(), keep = KeepRule(), evidence = Evidence(), usage = Usage()
        policy.delete = [DeleteRule()]
        keep.inUse = [.standardInput]
        policy.keep = [keep]
        for tag in tags { usage.tags[tag] = "in use" }
        evidence.usage[0] = usage
        return Planner(
            policy: policy, evidence: evidence, now: VendorWays.start + 100 * 24 * 3600,
            imagesGoWithLastTag: managed.imagesGoWithLastTag)
    }

    /// Surveys the repository without a right to change it.
    func plan() async throws -> (inventory: Inventory, plan: Plan) {
        let managed = try await open(readOnly: true)
        return try await Survey(of: managed, for: Self.planner(managed)).run()
    }

    /// Does what was planned, or what is planned now.
    @discardableResult
    func apply(_ planned: (inventory: Inventory, plan: Plan)? = nil) async throws -> ExecutionReport {
        let managed = try await open()
        let (inventory, plan) =
            if let planned { planned } else { try await Survey(of: managed, for: Self.planner(managed)).run() }
        let order = DeletionOrder(plan, of: inventory)
        return try await OrderExecution(order, at: managed, knowing: inventory).run()
    }
}
