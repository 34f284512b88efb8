internal import Registry

/// Where the rows of a ``PlanView`` come from: a plan that was just made, or a file.
protocol PlanRows: Sendable {
    /// The number of tags.
    var tagCount: Int { get }
    /// The number of manifests with a decision.
    var manifestCount: Int { get }
    /// What is free when all is done.
    var bytesFreed: Int { get }

    /// The tag at a place.
    func tag(at place: Int) -> PlanView.TagRow
    /// The manifest at a place.
    func manifest(at place: Int) -> PlanView.ManifestRow
    /// Whether the tag at a place goes.
    func isTagDeleted(at place: Int) -> Bool
    /// Whether the manifest at a place goes.
    func isManifestDeleted(at place: Int) -> Bool
    /// What they all stay and go for.
    func breakdown() -> Breakdown
    /// What is free when only these manifests have gone; `nil` where that cannot be told.
    func bytesFreed(byDeleting digests: Set<Digest>) -> Int?
    /// The steps for all that goes: the tags in their order, then the manifests in theirs.
    var order: DeletionOrder { get }
}

/// The rows of a plan that was just made.
struct PlannedRows: PlanRows {
    let words: ReasonWords
    private let sizes: [Int]
    /// The manifests with a decision.
    private let decided: [UInt32]

    private var plan: Plan { words.plan }
    private var inventory: Inventory { words.inventory }

    init(_ words: ReasonWords) {
        self.words = words
        sizes = words.inventory.wholeSizes()
        decided = words.plan.manifests.indices.filter { words.plan.manifests[$0] != nil }.map { UInt32($0) }
    }

    var tagCount: Int { min(inventory.tagCount, plan.tags.count) }
    var manifestCount: Int { decided.count }
    var bytesFreed: Int { plan.bytesFreed }

    func tag(at place: Int) -> PlanView.TagRow {
        let decision = plan.tags[place], node = inventory.node(ofTagAt: place)
        let size = node.map { sizes[$0.place] } ?? -1
        return PlanView.TagRow(
            name: inventory.tagName(at: place), digest: node.map { inventory.digest(of: $0) },
            isDeleted: decision.isDeleted, rule: decision.reason.rule,
            reason: words.text(decision.reason, tagAt: place),
            created: Inventory.known(inventory.tagCreated[place]), pushed: Inventory.known(inventory.tagPushed[place]),
            size: size < 0 ? nil : size)
    }

    func manifest(at place: Int) -> PlanView.ManifestRow {
        let node = Inventory.Node(decided[place])
        let decision = decision(ofManifestAt: place)
        return PlanView.ManifestRow(
            digest: inventory.digest(of: node), isDeleted: decision.isDeleted, rule: decision.reason.rule,
            reason: words.text(decision.reason, manifest: node))
    }

    func isTagDeleted(at place: Int) -> Bool { plan.tags[place].isDeleted }

    func isManifestDeleted(at place: Int) -> Bool { decision(ofManifestAt: place).isDeleted }

    func breakdown() -> Breakdown {
        var tags = GroupCounter<Plan.Decision>(), manifests = GroupCounter<Plan.Decision>()
        for place in 0..<tagCount {
            let decision = plan.tags[place], node = inventory.node(ofTagAt: place)
            tags.add(
                decision.general, image: node.map { inventory.digest(of: $0) },
                size: node.map { max(0, sizes[$0.place]) }
            ) { cause(decision) }
        }
        for place in 0..<manifestCount {
            let decision = decision(ofManifestAt: place), node = Inventory.Node(decided[place])
            manifests.add(decision.general, image: inventory.digest(of: node), size: max(0, sizes[node.place])) {
                cause(decision)
            }
        }
        return Breakdown(tags: tags.groups.values, manifests: manifests.groups.values)
    }

    func bytesFreed(byDeleting digests: Set<Digest>) -> Int? {
        inventory.bytesFreed { digests.contains(inventory.digest(of: Inventory.Node($0))) }
    }

    var order: DeletionOrder { DeletionOrder(plan, of: inventory) }

    private func decision(ofManifestAt place: Int) -> Plan.Decision {
        plan.manifests[Int(decided[place])] ?? Plan.Decision(keep: .untaggedStay)
    }

    private func cause(_ decision: Plan.Decision) -> PlanView.Cause {
        PlanView.Cause(isDeleted: decision.isDeleted, rule: decision.reason.rule, text: words.summary(decision.reason))
    }
}

extension Plan.Decision {
    /// The decision without what is one tag's or manifest's own.
    fileprivate var general: Plan.Decision {
        isDeleted ? Plan.Decision(delete: reason.general) : Plan.Decision(keep: reason.general)
    }
}

extension Inventory {
    /// A time that is known.
    static func known(_ seconds: Int) -> Int? { seconds == noTime ? nil : seconds }

    /// The bytes that only manifests use which go.
    func bytesFreed(_ goes: (_ manifest: Int) -> Bool) -> Int {
        let gone = (0..<manifestCount).map(goes)
        var freed = 0
        for (place, isGone) in gone.enumerated() where isGone { freed = freed.saturatingSum(max(0, sizes[place])) }
        guard !blobUses.isEmpty else { return freed }
        // 0: nobody uses it; 1: only what goes does; 2: something that stays does.
        var uses = [UInt8](repeating: 0, count: blobSizes.count)
        for use in blobUses { uses[Int(use.to)] = max(uses[Int(use.to)], gone[Int(use.from)] ? 1 : 2) }
        for (blob, use) in uses.enumerated() where use == 1 { freed = freed.saturatingSum(blobSizes[blob]) }
        return freed
    }

    /// For each manifest the bytes of all that it consists of; -1 where nothing is known of that.
    ///
    /// What several images share counts for each of them.
    func wholeSizes() -> [Int] {
        var totals = sizes
        func add(_ size: Int, to place: UInt32) {
            totals[Int(place)] = max(0, totals[Int(place)]).saturatingSum(max(0, size))
        }
        for use in blobUses { add(blobSizes[Int(use.to)], to: use.from) }
        let held = Links(manifestCount, children.lazy.map { ($0.from, $0.to) })
        let holders = Links(manifestCount, children.lazy.map { ($0.to, $0.from) })
        // An index comes after all that it holds, which may be indexes too; what holds itself never comes.
        var open = (0..<UInt32(manifestCount)).map { held[$0].count }
        var ready = (0..<UInt32(manifestCount)).filter { open[Int($0)] == 0 }
        while let place = ready.popLast() {
            // A vendor's list tells the size of an index with all that it holds, a registry that of its text.
            let sum = held[place].reduce(0) { $0.saturatingSum(max(0, totals[Int($1)])) }
            if !held[place].isEmpty, totals[Int(place)] < sum { add(sum, to: place) }
            for holder in holders[place] {
                open[Int(holder)] -= 1
                if open[Int(holder)] == 0 { ready.append(holder) }
            }
        }
        return totals
    }
}
