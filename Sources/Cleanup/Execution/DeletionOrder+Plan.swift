internal import Registry

extension DeletionOrder {
    /// What `plan` deletes; of it, the part that is `shard`'s.
    public init(_ plan: Plan, of inventory: Inventory, shard: Shard = .whole) {
        self.init()
        var parts = Parts(plan, inventory, count: shard.count)
        let later = Self.after(plan, inventory)
        for (place, decision) in plan.tags.enumerated() where decision.isDeleted {
            guard let node = inventory.node(ofTagAt: place), let tag = try? Tag(inventory.tagName(at: place)),
                parts.shard(of: node) == shard.number
            else { continue }
            let subject = plan.tagSubjects[place].map { inventory.digest(of: $0) }
            steps.append(Step(.tag(tag), expected: inventory.digest(of: node), after: subject))
            groups.append(parts.root(of: node.number))
        }
        for (place, decision) in plan.manifests.enumerated() where decision?.isDeleted == true {
            let node = Inventory.Node(place)
            guard parts.shard(of: node) == shard.number else { continue }
            steps.append(
                Step(.digest(inventory.digest(of: node)), after: later[node].map { inventory.digest(of: $0) }))
            groups.append(parts.root(of: node.number))
        }
    }

    /// What manifests go only after: the manifest that they, their tags, or the indexes that hold them are about.
    private static func after(_ plan: Plan, _ inventory: Inventory) -> [Inventory.Node: Inventory.Node] {
        var after = plan.subjects
        for (place, subject) in plan.tagSubjects {
            guard let node = inventory.node(ofTagAt: place), after[node] == nil else { continue }
            after[node] = subject
        }
        guard !after.isEmpty else { return after }
        // What an index holds must not go before it.
        var children: [UInt32: [UInt32]] = [:]
        for edge in inventory.children where plan.deletes(edge.from) && plan.deletes(edge.to) {
            children[edge.from, default: []].append(edge.to)
        }
        var pending = after.keys.map(\.number)
        while let index = pending.popLast() {
            for child in children[index] ?? [] where after[Inventory.Node(child)] == nil {
                after[Inventory.Node(child)] = after[Inventory.Node(index)]
                pending.append(child)
            }
        }
        return after
    }
}

extension Plan {
    /// Whether the manifest of that number goes.
    fileprivate func deletes(_ number: UInt32) -> Bool { manifests[Int(number)]?.isDeleted == true }
}

/// The manifests that go, in groups: all that one leads to, or that is about it, is in its group.
private struct Parts {
    /// How many shards there are.
    private let count: Int
    /// For each manifest one of its group, and so on; the last of these, which has itself, stands for the group.
    private var parents: [UInt32]
    /// The smallest digest of each group, by the manifest that stands for it; nobody needs it where all is one shard.
    private var smallest: [UInt32: Digest] = [:]

    init(_ plan: Plan, _ inventory: Inventory, count: Int) {
        self.count = count
        parents = Array(0..<UInt32(inventory.manifestCount))
        for edge in inventory.children where plan.deletes(edge.from) && plan.deletes(edge.to) {
            join(edge.from, edge.to)
        }
        for (node, subject) in plan.subjects { join(node.number, subject.number) }
        for (place, subject) in plan.tagSubjects {
            if let node = inventory.node(ofTagAt: place) { join(node.number, subject.number) }
        }
        guard count > 1 else { return }
        var members: Set<UInt32> = []
        for (place, decision) in plan.tags.enumerated() where decision.isDeleted {
            if let node = inventory.node(ofTagAt: place) { members.insert(node.number) }
        }
        for (place, decision) in plan.manifests.enumerated() where decision?.isDeleted == true {
            members.insert(UInt32(place))
        }
        for member in members {
            let root = root(of: member), digest = inventory.digest(of: Inventory.Node(member))
            smallest[root] = smallest[root].map { min($0, digest) } ?? digest
        }
    }

    /// The manifest that stands for the group of that number.
    mutating func root(of number: UInt32) -> UInt32 {
        var number = number
        while parents[Int(number)] != number {
            // Halves the way for whoever comes next.
            parents[Int(number)] = parents[Int(parents[Int(number)])]
            number = parents[Int(number)]
        }
        return number
    }

    private mutating func join(_ one: UInt32, _ other: UInt32) {
        let (first, second) = (root(of: one), root(of: other))
        if first != second { parents[Int(max(first, second))] = min(first, second) }
    }

    /// Which of the shards has the group of `node`, from 1.
    mutating func shard(of node: Inventory.Node) -> Int {
        guard let digest = smallest[root(of: node.number)] else { return 1 }
        return Int(digest.prefix % UInt64(count)) + 1
    }
}
