/// Decides about manifests, and about the tags that depend on them.
///
/// What must stay spreads from what stays for a reason of its own: along an index to what it holds, from a signature to
/// what it is about, and back. What is then left of that which is to go goes, with what it alone holds.
struct GraphPlanner {
    private let planner: Planner
    private let inventory: Inventory
    private let graph: Graph
    private var plan: Plan
    /// Those whose neighbours have not been looked at yet.
    private var pending: [UInt32] = []

    init(_ planner: Planner, _ inventory: Inventory, _ decisions: [Plan.Decision?]) {
        self.planner = planner
        self.inventory = inventory
        graph = Graph(inventory)
        // What hangs on others goes with them unless something is found that holds it.
        plan = Plan(
            tags: decisions.map { $0 ?? Plan.Decision(delete: .subjectGone) },
            manifests: Array(repeating: nil, count: inventory.manifestCount))
        undecided = decisions.indices.filter { decisions[$0] == nil }
    }

    /// The tags that hang on manifests.
    private let undecided: [Int]

    consuming func run() -> Plan {
        keepRoots()
        spread()
        keepTagsThatAreNeeded()
        deleteUntagged()
        plan.bytesFreed = inventory.bytesFreed { plan.manifests[$0]?.isDeleted == true }
        return plan
    }

    private func traits(_ node: UInt32) -> Inventory.Traits { inventory.traits[Int(node)] }

    // MARK: what stays

    private mutating func keep(_ node: UInt32, _ reason: Reason) {
        guard plan.manifests[Int(node)] == nil, !traits(node).contains(.absent) else { return }
        plan.manifests[Int(node)] = Plan.Decision(keep: reason)
        pending.append(node)
    }

    /// What stays for a reason of its own.
    private mutating func keepRoots() {
        for (place, decision) in plan.tags.enumerated() where !decision.isDeleted {
            let node = inventory.tagNodes[place]
            if node != .none { keep(node.number, decision.reason) }
        }
        for (number, usage) in planner.evidence.usage.sorted(by: { $0.key < $1.key }) {
            for digest in usage.digests.keys {
                if let node = inventory.find(digest) { keep(node.number, .inUse(UInt16(number))) }
            }
        }
        for number in 0..<UInt32(inventory.manifestCount) {
            if let reason = reasonToStayUntagged(number) { keep(number, reason) }
        }
    }

    /// Why a manifest without a tag, which nothing leads to, stays; `nil` where it does not, or something leads to it.
    private func reasonToStayUntagged(_ node: UInt32) -> Reason? {
        let traits = traits(node)
        guard graph.tags[node].isEmpty, graph.holders[node].isEmpty, traits.contains(.seen) else { return nil }
        if traits.contains(.unreadable) { return .unreadable }
        // What is about something stays or goes with that.
        if graph.subjects[Int(node)] != .none { return nil }
        guard traits.contains(.untagged), let age = planner.policy.untaggedOlderThan else { return .untaggedStay }
        let time = inventory.times[Int(node)]
        guard time != Inventory.noTime else { return .ageUnknown }
        return planner.now - time > age ? nil : .untaggedYoung
    }

    /// Keeps all that what stays needs, and all that is about it.
    private mutating func spread() {
        while let node = pending.popLast() {
            let here = Inventory.Node(node)
            for child in graph.children[node] { keep(child, .child(of: here)) }
            let subject = graph.subjects[Int(node)]
            if subject != .none { keep(subject.number, .subject(of: here)) }
            for referrer in graph.referrers[node] { keepTagged(referrer, .referrer(of: here), here) }
            for tag in graph.attached[node] {
                plan.tags[Int(tag)] = keptTag(Int(tag), .ofKeptImage(here))
                let place = inventory.tagNodes[Int(tag)]
                if place != .none { keep(place.number, .referrer(of: here)) }
            }
        }
    }

    /// Keeps what is about a manifest that stays, with its tags.
    private mutating func keepTagged(_ referrer: UInt32, _ reason: Reason, _ subject: Inventory.Node) {
        keep(referrer, reason)
        for tag in graph.tags[referrer] { plan.tags[Int(tag)] = keptTag(Int(tag), .ofKeptImage(subject)) }
    }

    /// The decision of a tag that stays, for the reason that it has by itself if it has one.
    private func keptTag(_ tag: Int, _ reason: Reason) -> Plan.Decision {
        plan.tags[tag].isDeleted ? Plan.Decision(keep: reason) : plan.tags[tag]
    }

    /// Keeps the tags of manifests that must stay where the registry would delete these with their last tag.
    private mutating func keepTagsThatAreNeeded() {
        guard planner.imagesGoWithLastTag else { return }
        for number in 0..<UInt32(inventory.manifestCount) {
            guard let decision = plan.manifests[Int(number)], !decision.isDeleted else { continue }
            let tags = graph.tags[number]
            guard !tags.isEmpty, tags.allSatisfy({ plan.tags[Int($0)].isDeleted }) else { continue }
            for tag in tags { plan.tags[Int(tag)] = Plan.Decision(keep: decision.reason.needingTag) }
        }
    }

    // MARK: what goes

    private mutating func delete(_ node: UInt32, _ reason: Reason, after subject: Inventory.Node?) {
        guard plan.manifests[Int(node)] == nil, !traits(node).contains(.absent) else { return }
        plan.manifests[Int(node)] = Plan.Decision(delete: reason)
        if let subject { plan.subjects[Inventory.Node(node)] = subject }
        pending.append(node)
    }

    /// Deletes what nothing keeps: manifests whose tags all go, and what hangs on them.
    private mutating func deleteUntagged() {
        for number in 0..<UInt32(inventory.manifestCount) where plan.manifests[Int(number)] == nil {
            let tags = graph.tags[number]
            if tags.isEmpty {
                // What nothing leads to and is here all the same is old enough, or has lost what it was about.
                guard graph.holders[number].isEmpty, traits(number).contains(.seen) else { continue }
                let subject = graph.subjects[Int(number)]
                if subject == .none {
                    delete(number, .untaggedOld, after: nil)
                } else if traits(subject.number).contains(.absent) {
                    delete(number, .subjectGone, after: subject)
                }
            } else if tags.allSatisfy({ plan.tags[Int($0)].isDeleted && inventory.subject(ofTagAt: Int($0)) == nil }) {
                let subject = graph.subjects[Int(number)]
                let isAbout = subject != .none && plan.manifests[subject.place]?.isDeleted != false
                delete(number, .untagged, after: isAbout && subject != .none ? subject : nil)
            }
        }
        follow()
        deleteOrphans()
        follow()
        keepAttachedTags()
    }

    /// Deletes what hangs on manifests that go.
    private mutating func follow() {
        while let node = pending.popLast() {
            let here = Inventory.Node(node)
            for child in graph.children[node] where !isKept(byHoldersOf: child) {
                delete(child, .childOfDeleted(here), after: plan.subjects[here])
            }
            for referrer in graph.referrers[node] { delete(referrer, .referrerOfDeleted(here), after: here) }
            for tag in graph.attached[node] {
                let place = inventory.tagNodes[Int(tag)]
                plan.tagSubjects[Int(tag)] = here
                if place != .none { delete(place.number, .referrerOfDeleted(here), after: here) }
            }
        }
    }

    /// Whether something holds a manifest that does not go, or not yet: it is then looked at again when that goes.
    private func isKept(byHoldersOf node: UInt32) -> Bool {
        !graph.holders[node].allSatisfy { plan.manifests[Int($0)]?.isDeleted == true }
    }

    /// Deletes what is named after manifests that are gone.
    private mutating func deleteOrphans() {
        for tag in undecided where plan.tags[tag].isDeleted && plan.tagSubjects[tag] == nil {
            let subject = inventory.tagSubjects[tag]
            guard traits(subject.number).contains(.absent) else { continue }
            plan.tagSubjects[tag] = subject
            let node = inventory.tagNodes[tag]
            if node != .none, graph.tags[node.number].allSatisfy({ plan.tags[Int($0)].isDeleted }) {
                delete(node.number, .subjectGone, after: subject)
            }
        }
    }

    /// Keeps tags named after manifests of which it is not sure that they go.
    private mutating func keepAttachedTags() {
        for tag in undecided where plan.tags[tag].isDeleted {
            let subject = inventory.tagSubjects[tag], node = inventory.tagNodes[tag]
            let isSure = plan.tagSubjects[tag] != nil && node != .none && !traits(node.number).contains(.unreadable)
            if !isSure { plan.tags[tag] = Plan.Decision(keep: .ofKeptImage(subject)) }
        }
    }
}

extension Reason {
    /// The same for a tag without which its image would go.
    fileprivate var needingTag: Reason {
        switch self {
        case .child(let node), .referrer(let node), .subject(let node): .neededWithTag(node)
        default: self
        }
    }
}
