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
        undecided = decisions.indices.filter { place in
            inventory.subject(ofTagAt: place) != nil && decisions[place]?.isDeleted != false
        }
        selected = Set(undecided.filter { decisions[$0] != nil })
        // What hangs on others goes with them unless something is found that holds it.
        plan = Plan(
            tags: decisions.map { $0 ?? Plan.Decision(delete: .subjectGone) },
            manifests: Array(repeating: nil, count: inventory.manifestCount))
        for tag in undecided { plan.tags[tag] = Plan.Decision(delete: .subjectGone) }
    }

    /// The tags that hang on manifests.
    private let undecided: [Int]
    /// Those of them that a delete rule picks: they may go although what they are about was gone before.
    private let selected: Set<Int>

    consuming func run() -> Plan {
        keepRoots()
        spread()
        keepWhatIsNeeded()
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
        for tag in undecided where !selected.contains(tag) {
            // It may be another repository's that keeps its signatures here.
            let subject = inventory.tagSubjects[tag], node = inventory.tagNodes[tag]
            guard traits(subject.number).contains(.absent) else { continue }
            plan.tags[tag] = Plan.Decision(keep: .subjectElsewhere(subject))
            if node != .none { keep(node.number, .subjectElsewhere(subject)) }
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
        // What is about something that is there stays or goes with that.
        let subject = graph.subjects[Int(node)]
        if subject != .none, !self.traits(subject.number).contains(.absent) { return nil }
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

    /// Keeps what leads to manifests that must stay, where the registry would delete these without it: their tags, or
    /// an index that holds them.
    private mutating func keepWhatIsNeeded() {
        guard planner.imagesGoWithLastTag else { return }
        let before = led { _ in true }
        // What is kept here may need something itself.
        while true {
            let after = led { !plan.tags[$0].isDeleted }
            var isSettled = true
            for place in 0..<inventory.manifestCount where before[place] && !after[place] {
                guard let decision = plan.manifests[place], !decision.isDeleted else { continue }
                let tags = graph.tags[UInt32(place)]
                for tag in tags { plan.tags[Int(tag)] = Plan.Decision(keep: decision.reason.needingTag) }
                if tags.isEmpty {
                    let holder = graph.holders[UInt32(place)].first { before[Int($0)] && !stays($0) }
                    guard let holder else { continue }
                    keep(holder, .neededWithTag(Inventory.Node(place)))
                    spread()
                }
                isSettled = false
            }
            if isSettled { return }
        }
    }

    /// Which manifests some tags lead to, by indexes too.
    private func led(by isCounted: (_ tag: Int) -> Bool) -> [Bool] {
        var led = [Bool](repeating: false, count: inventory.manifestCount), pending: [UInt32] = []
        for (tag, node) in inventory.tagNodes.enumerated() where node != .none && isCounted(tag) {
            pending.append(node.number)
        }
        while let node = pending.popLast() {
            guard !led[Int(node)] else { continue }
            led[Int(node)] = true
            pending += graph.children[node]
        }
        return led
    }

    private func stays(_ node: UInt32) -> Bool { plan.manifests[Int(node)]?.isDeleted == false }

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
                // What nothing leads to and is here all the same is old enough.
                guard graph.holders[number].isEmpty, traits(number).contains(.seen) else { continue }
                let subject = graph.subjects[Int(number)]
                if subject == .none || traits(subject.number).contains(.absent) {
                    delete(number, .untaggedOld, after: nil)
                }
            } else if tags.allSatisfy({ plan.tags[Int($0)].isDeleted && inventory.subject(ofTagAt: Int($0)) == nil }) {
                let subject = graph.subjects[Int(number)]
                let isAbout = subject != .none && plan.manifests[subject.place]?.isDeleted != false
                delete(number, .untagged, after: isAbout ? subject : nil)
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
                delete(child, .childOfDeleted(here), after: nil)
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
