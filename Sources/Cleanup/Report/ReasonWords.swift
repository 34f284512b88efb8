internal import Registry

/// Reasons in words.
struct ReasonWords: Sendable {
    let policy: RepositoryPolicy
    let evidence: Evidence
    let inventory: Inventory
    let plan: Plan
    /// The time of a tag that counts: the planner's choice.
    let time: RepositoryPolicy.TimeBasis

    init(policy: RepositoryPolicy, evidence: Evidence, inventory: Inventory, plan: Plan) {
        self.policy = policy
        self.evidence = evidence
        self.inventory = inventory
        self.plan = plan
        time = policy.timeBasis(in: inventory)
    }

    /// Why the tag at `place` stays or goes.
    func text(_ reason: Reason, tagAt place: Int) -> String {
        switch reason {
        case .last(let rule, let number): last(keepRule(rule), Int(number))
        case .within: "\(summary(reason)): \(timeWords(place))"
        case .ageUnknown: ageUnknown(place)
        case .git(let rule): "held by \(holder(rule, place) ?? "git")"
        case .inUse(let rule): "in use: \(user(rule, place) ?? "a source names it")"
        case .selected(let rule): selected(deleteRule(rule), place)
        case .subjectGone: subjectGone(plan.tagSubjects[place])
        default: text(reason)
        }
    }

    /// Why a manifest stays or goes.
    func text(_ reason: Reason, manifest node: Inventory.Node) -> String {
        switch reason {
        case .untaggedOld, .untaggedYoung:
            Inventory.known(inventory.times[node.place]).map { "\(summary(reason)): from \(Figures.day($0))" }
                ?? summary(reason)
        case .inUse(let rule):
            evidence.usage[Int(rule)]?.digests[digest(node)].map { "in use: \($0)" } ?? summary(reason)
        case .subjectGone: subjectGone(plan.subjects[node])
        default: text(reason)
        }
    }

    /// What needs to know of nothing but other manifests.
    private func text(_ reason: Reason) -> String {
        switch reason {
        case .ofKeptImage(let node): "it belongs to image \(name(node)), which stays"
        case .subjectElsewhere(let node): "it is about \(name(node)), which is not here, and no delete rule picks it"
        case .neededWithTag(let node):
            "its image is needed by \(kind(node)) \(name(node)) that stays, and would go with its last tag"
        case .child(let node): "index \(name(node)) that stays holds it"
        case .referrer(let node): "it is about \(kind(node)) \(name(node)) that stays"
        case .subject(let node): "\(kind(node)) \(name(node)) that stays is about it"
        case .childOfDeleted(let node): "the index that held it goes: \(name(node))"
        case .referrerOfDeleted(let node): "what it is about goes: \(name(node))"
        default: summary(reason)
        }
    }

    /// The reason without what is one tag's or manifest's own.
    func summary(_ reason: Reason) -> String {
        switch reason {
        case .notSelected: "no delete rule selects it"
        case .rule(let rule): keepRule(rule).map { $0.selector.keepWords } ?? "a keep rule holds it"
        case .last(let rule, _): lastSummary(keepRule(rule))
        case .within(let rule): "younger than \(Figures.duration(keepRule(rule)?.within ?? 0))"
        case .ageUnknown: "its age is not known for sure"
        case .git: "held by a branch or tag of git"
        case .inUse: "in use"
        case .unreadable: "what it leads to cannot be read"
        case .ofKeptImage: "it belongs to an image that stays"
        case .subjectElsewhere: "it is about an image that is not here, and no delete rule picks it"
        case .neededWithTag: "its image is needed by what stays, and would go with its last tag"
        case .notWerf: "werf did not make it"
        case .werf(let reason): reason.words(policy.werf)
        case .selected(let rule): selectedSummary(deleteRule(rule))
        case .subjectGone: "what it is about is gone"
        case .child: "an index that stays holds it"
        case .referrer: "it is about a manifest that stays"
        case .subject: "a manifest that stays is about it"
        case .untaggedStay: "it has no tag, and the policy says nothing of such"
        case .untaggedYoung: "it has no tag, and is not older than \(Figures.duration(policy.untaggedOlderThan ?? 0))"
        case .untagged: "all its tags go"
        case .childOfDeleted: "the index that held it goes"
        case .referrerOfDeleted: "what it is about goes"
        case .untaggedOld: "it has no tag, and is older than \(Figures.duration(policy.untaggedOlderThan ?? 0))"
        }
    }
}

// MARK: - Parts

extension ReasonWords {
    func keepRule(_ number: UInt16) -> KeepRule? {
        policy.keep.indices.contains(Int(number)) ? policy.keep[Int(number)] : nil
    }

    private func deleteRule(_ number: UInt16) -> DeleteRule? {
        policy.delete.indices.contains(Int(number)) ? policy.delete[Int(number)] : nil
    }

    private func selected(_ rule: DeleteRule?, _ place: Int) -> String {
        guard let age = rule?.olderThan else { return selectedSummary(rule) }
        return "older than \(Figures.duration(age)): \(timeWords(place))"
    }

    private func selectedSummary(_ rule: DeleteRule?) -> String {
        guard let rule else { return "a delete rule selects it" }
        guard let age = rule.olderThan else { return rule.selector.deleteWords }
        return "\(rule.selector.words.map { "\($0) " } ?? "")older than \(Figures.duration(age))"
    }

    /// `the 3rd newest of main-*, of which 10 stay`.
    private func last(_ rule: KeepRule?, _ place: Int) -> String {
        guard let rule else { return "one of the newest" }
        let place = place == 1 ? "" : "\(Figures.ordinal(place)) "
        return "the \(place)\(rule.order) of \(rule.group), of which \(Figures.count(rule.last ?? 0)) stay"
    }

    private func lastSummary(_ rule: KeepRule?) -> String {
        guard let rule else { return "one of the newest" }
        return "one of the \(Figures.count(rule.last ?? 0)) \(rule.order) of \(rule.group)"
    }

    /// `made 2026-10-01`: the time that counts.
    func timeWords(_ place: Int) -> String {
        let created = Inventory.known(inventory.tagCreated[place]).map { "made \(Figures.day($0))" }
        let pushed = Inventory.known(inventory.tagPushed[place]).map { "pushed \(Figures.day($0))" }
        return (time == .created ? created : pushed) ?? "its time is not known"
    }

    func ageUnknown(_ place: Int) -> String {
        let words = timeWords(place)
        guard words.hasPrefix("its") else { return "\(words), which cannot be true" }
        return "nobody tells plausibly when it was \(time == .created ? "made" : "pushed")"
    }

    private func holder(_ rule: UInt16, _ place: Int) -> String? {
        let name = Array(inventory.tagName(at: place).utf8)
        return evidence.git[Int(rule)]?.holder(of: name.span)
    }

    private func user(_ rule: UInt16, _ place: Int) -> String? {
        guard let usage = evidence.usage[Int(rule)] else { return nil }
        if let user = usage.place(ofTag: inventory.tagName(at: place)) { return user }
        return inventory.node(ofTagAt: place).flatMap { usage.digests[digest($0)] }
    }

    private func subjectGone(_ node: Inventory.Node?) -> String {
        guard let node else { return "what it is about is gone" }
        let isAbsent = inventory.traits[node.place].contains(.absent)
        return "what it is about \(isAbsent ? "is gone" : "goes"): \(name(node))"
    }

    private func digest(_ node: Inventory.Node) -> Digest { inventory.digest(of: node) }

    private func name(_ node: Inventory.Node) -> String { digest(node).short }

    private func kind(_ node: Inventory.Node) -> String {
        inventory.traits[node.place].contains(.index) ? "index" : "image"
    }
}

extension KeepRule {
    /// By what the first of its tags are told.
    fileprivate var order: String { selector.semver == nil ? "newest" : "highest" }

    /// What it counts, for people: `main-*`, `all tags`, `its minor version`.
    fileprivate var group: String {
        let picked = selector.words ?? "all tags"
        return per.map { "\(picked) in its \($0.rawValue) version" } ?? picked
    }
}

extension Selector {
    /// What it picks: `main-*`, `versions >=1.0.0`; `nil` for all.
    var words: String? {
        var parts: [String] = []
        if !tags.isEmpty { parts.append(tags.map(\.text).joined(separator: ", ")) }
        if let semver { parts.append("versions \(semver.text)") }
        for (kind, marks) in [("label", labels), ("annotation", annotations)] where !marks.isEmpty {
            parts.append("\(kind) " + marks.map { "\($0.key)=\($0.value.text)" }.joined(separator: ", "))
        }
        return parts.isEmpty ? nil : parts.joined(separator: " with ")
    }

    fileprivate var keepWords: String { words.map { "one of \($0)" } ?? "every tag stays" }

    fileprivate var deleteWords: String { words.map { "one of \($0)" } ?? "every tag that nothing holds goes" }
}

extension Reason {
    /// The policy's part that decides, as the output names it.
    var rule: String? {
        switch self {
        case .rule(let number), .last(let number, _), .within(let number), .git(let number), .inUse(let number):
            "keep[\(number)]"
        case .selected(let number): "delete[\(number)]"
        case .untaggedYoung, .untaggedOld: "untagged"
        case .notSelected, .ageUnknown, .unreadable, .ofKeptImage, .subjectElsewhere, .neededWithTag, .notWerf, .werf,
            .subjectGone,
            .child, .referrer, .subject, .untaggedStay, .untagged, .childOfDeleted, .referrerOfDeleted:
            nil
        }
    }
}

extension WerfReason {
    fileprivate func words(_ policy: WerfPolicy?) -> String {
        switch self {
        case .git: "built for a commit that git's branches or tags hold"
        case .builtWithin: "built within the last \(Figures.duration(policy?.builtWithin ?? 0))"
        case .ancestor: "a stage that stays was built on it"
        case .source: "a stage that stays took something from it"
        case .record: "a record of werf's that stays"
        case .ofKeptStage: "it belongs to a stage that stays"
        case .unused: "built for no commit that git's branches or tags hold"
        case .recordOfDeleted: "a record of what goes"
        case .listed: "in the list of tags that stay"
        }
    }
}
