import Cleanup
import Registry
import TestSupport

/// A repository in memory, made by chance: images and nested indexes that share what they hold, several tags a digest,
/// signatures by tag and by subject, lists of referrers, and what has been left over.
struct RandomRepository {
    struct Manifest {
        var children: [Digest] = []
        var subject: Digest?
        var blobs: [Digest] = []
        var isIndex = false
        var pushed = 0
    }

    static let now = 1_800_000_000
    static let day = 24 * 3600

    var manifests: [Digest: Manifest] = [:]
    var tags: [String: Digest] = [:]
    var times: [String: Int?] = [:]
    /// Whether the registry lists manifests without tags, and keeps the lists of referrers itself.
    let isNative: Bool

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        isNative = Bool.random(using: &random)
        let count = Int.random(in: 1...24, using: &random)
        for _ in 0..<count { add(&random) }
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            guard let target = Self.some(manifests, &random) else { break }
            tag(target, "t\(Int.random(in: 0..<60, using: &random))", &random)
        }
        for _ in 0..<Int.random(in: 0...10, using: &random) { addAbout(&random) }
        // Somebody has deleted something that others are about.
        if Bool.random(using: &random), let lost = Self.some(manifests, &random),
            !manifests.values.contains(where: { $0.children.contains(lost) })
        {
            manifests[lost] = nil
            tags = tags.filter { $0.value != lost }
        }
    }

    private static func some(_ manifests: [Digest: Manifest], _ random: inout SeededGenerator) -> Digest? {
        manifests.keys.sorted().randomElement(using: &random)
    }

    private static func digest(_ random: inout SeededGenerator) -> Digest {
        Digest(of: Array("\(UInt64.random(in: 0 ... .max, using: &random))".utf8))
    }

    private mutating func add(_ random: inout SeededGenerator) {
        var manifest = Manifest()
        manifest.pushed = Self.now - Int.random(in: 0..<100 * Self.day, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0, !manifests.isEmpty {
            manifest.isIndex = true
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                if let child = Self.some(manifests, &random) { manifest.children.append(child) }
            }
            // Some name what is not there.
            if Int.random(in: 0..<6, using: &random) == 0 { manifest.children.append(Self.digest(&random)) }
        } else {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                manifest.blobs.append(Digest(of: [UInt8.random(in: 0..<20, using: &random)]))
            }
        }
        manifests[Self.digest(&random)] = manifest
    }

    /// Adds something that is about a manifest: by its subject or by a tag's name.
    private mutating func addAbout(_ random: inout SeededGenerator) {
        guard let subject = Self.some(manifests, &random) else { return }
        let digest = Self.digest(&random)
        var manifest = Manifest()
        manifest.pushed = Self.now - Int.random(in: 0..<100 * Self.day, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            manifests[digest] = manifest
            tags["sha256-\(subject.text.dropFirst(7)).sig"] = digest
        default:
            manifest.subject = subject
            manifests[digest] = manifest
            if Int.random(in: 0..<4, using: &random) == 0 { tag(digest, "about\(tags.count)", &random) }
            guard !isNative else { return }
            // The list that clients keep.
            let list = "sha256-\(subject.text.dropFirst(7))"
            let listed = tags[list].flatMap { manifests[$0]?.children } ?? []
            if let old = tags[list] { manifests[old] = nil }
            let index = Self.digest(&random)
            manifests[index] = Manifest(children: listed + [digest], isIndex: true)
            tags[list] = index
        }
    }

    private mutating func tag(_ digest: Digest, _ name: String, _ random: inout SeededGenerator) {
        tags[name] = digest
        times[name] =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: nil as Int?
            case 1: 0
            case 2: Self.now + Self.day * Int.random(in: 2...100, using: &random)
            default: Self.now - Int.random(in: 0..<100 * Self.day, using: &random)
            }
    }

    /// What tags lead to, by indexes too.
    var led: Set<Digest> {
        var led: Set<Digest> = [], pending = Array(tags.values)
        while let digest = pending.popLast() {
            guard let manifest = manifests[digest], led.insert(digest).inserted else { continue }
            pending += manifest.children
        }
        return led
    }

    // MARK: what a survey is told

    /// What the registry's list has.
    func listed() throws -> Inventory {
        var inventory = Inventory()
        for (name, digest) in tags.sorted(by: { $0.key < $1.key }) {
            let node = inventory.node(digest)
            let time = times[name].flatMap { $0 }.map { Timestamp(secondsSince1970: $0) }
            inventory.add(try Tag(name), node, created: time)
        }
        guard isNative else { return inventory }
        let tagged = Set(tags.values)
        for (digest, manifest) in manifests.sorted(by: { $0.key < $1.key }) where !tagged.contains(digest) {
            let node = inventory.node(digest)
            inventory.addUntagged(node, pushed: Timestamp(secondsSince1970: manifest.pushed))
        }
        return inventory
    }

    /// Answers what a planner does not know.
    func answer(_ unknowns: Unknowns, _ inventory: inout Inventory) {
        for node in unknowns.content { read(node, &inventory) }
        for node in unknowns.referrers {
            if isNative {
                let digest = inventory.digest(of: node)
                for (referrer, manifest) in manifests where manifest.subject == digest {
                    let found = inventory.node(referrer)
                    inventory.setSubject(node, of: found)
                    inventory.setKind(isIndex: manifest.isIndex, of: found)
                }
            }
            inventory.setReferrersKnown(of: node)
        }
        for node in unknowns.presence {
            if let manifest = manifests[inventory.digest(of: node)] {
                inventory.setKind(isIndex: manifest.isIndex, of: node)
            } else {
                inventory.setAbsent(node)
            }
        }
    }

    private func read(_ node: Inventory.Node, _ inventory: inout Inventory) {
        guard let manifest = manifests[inventory.digest(of: node)] else { return inventory.setAbsent(node) }
        inventory.setKind(isIndex: manifest.isIndex, of: node)
        inventory.setSize(10, of: node)
        let children = manifest.children.map { inventory.node($0) }
        let subject = manifest.subject.map { inventory.node($0) }
        inventory.setContent(
            of: node, children: children, subject: subject, blobs: manifest.blobs.map { (digest: $0, size: 100) })
    }

    /// The plan, and the inventory that it is about.
    func plan(by planner: Planner, _ evidence: Evidence) throws -> (Inventory, Plan) {
        var inventory = try listed()
        for usage in evidence.usage.values {
            for digest in usage.digests.keys { _ = inventory.node(digest) }
        }
        while true {
            let plan = planner.plan(for: inventory, try planner.decisions(in: inventory))
            let unknowns = planner.unknowns(in: inventory, plan)
            if unknowns.isEmpty { return (inventory, plan) }
            answer(unknowns, &inventory)
        }
    }
}
