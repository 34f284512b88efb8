/// What has to be found out about manifests before a plan can be final.
public struct Unknowns: Sendable {
    /// What these hold, and what they are about: indexes, what may be one, and all that goes.
    public internal(set) var content: [Inventory.Node] = []
    /// What refers to these.
    public internal(set) var referrers: [Inventory.Node] = []
    /// Whether these, which something is about or named after, are there.
    public internal(set) var presence: [Inventory.Node] = []

    /// Whether all is known.
    public var isEmpty: Bool { content.isEmpty && referrers.isEmpty && presence.isEmpty }
}

extension Planner {
    /// What has to be known of the graph for `plan` to be the last word, and is not yet; nothing where it is.
    ///
    /// Where nothing goes, nothing has to be known.
    public func unknowns(in inventory: Inventory, _ plan: Plan) -> Unknowns {
        var unknowns = Unknowns()
        let losesManifests = plan.manifests.contains { $0?.isDeleted == true }
        for (place, decision) in plan.manifests.enumerated() {
            guard let decision else { continue }
            let node = Inventory.Node(place), traits = inventory.traits[place]
            if decision.isDeleted {
                if !traits.contains(.read) { unknowns.content.append(node) }
                if !traits.contains(.referrersKnown) { unknowns.referrers.append(node) }
            } else if losesManifests, traits.isDisjoint(with: [.read, .absent]) {
                // What stays and may hold something that goes, or be about it: of what no list has, nobody has said yet.
                let isUnlisted = decision.reason == .untaggedStay && !traits.contains(.untagged)
                if traits.contains(.index) || !traits.contains(.kindKnown) || isUnlisted {
                    unknowns.content.append(node)
                }
            }
        }
        var asked: Set<Inventory.Node> = []
        func ask(_ subject: Inventory.Node) {
            guard subject != .none, inventory.traits[subject.place].isDisjoint(with: [.seen, .absent]),
                asked.insert(subject).inserted
            else { return }
            unknowns.presence.append(subject)
        }
        for subject in inventory.tagSubjects { ask(subject) }
        for (place, subject) in inventory.subjects.enumerated() where inventory.traits[place].contains(.seen) {
            ask(subject)
        }
        return unknowns
    }
}
