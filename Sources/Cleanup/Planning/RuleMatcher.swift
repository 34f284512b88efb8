/// Holds tags against the rules of a policy, one rule at a time.
struct RuleMatcher {
    let evidence: Evidence
    let inventory: Inventory
    let now: Int
    private let basis: RepositoryPolicy.TimeBasis

    init(_ planner: Planner, _ inventory: Inventory) {
        evidence = planner.evidence
        now = planner.now
        self.inventory = inventory
        basis = planner.policy.timeBasis(in: inventory)
    }

    /// When the tag was made or came, as the policy has it; `nil` where that is not known or cannot be true.
    func time(ofTagAt place: Int) -> Int? {
        let time = basis == .pushed ? inventory.tagPushed[place] : inventory.tagCreated[place]
        return time == Inventory.noTime || time > now + Planner.clockTolerance ? nil : time
    }

    /// What there is against a tag's being older than `age` seconds; nothing where no age is asked for.
    func obstacle(toAge age: Int?, ofTagAt place: Int) -> RuleFinding.Obstacle? {
        guard let age else { return nil }
        guard let time = time(ofTagAt: place) else { return .ageUnknown }
        return now - time > age ? nil : .tooYoung
    }

    /// What there is against a delete rule's selecting the tag.
    func obstacle(to rule: DeleteRule, _ place: Int) throws(CleanupError) -> RuleFinding.Obstacle? {
        if let obstacle = try obstacle(to: rule.selector, place, ofAll: true) { return obstacle }
        return obstacle(toAge: rule.olderThan, ofTagAt: place)
    }

    /// What there is against a selector's picking the tag.
    ///
    /// - Parameters:
    ///   - selector: The selector.
    ///   - place: The tag's.
    ///   - ofAll: Whether all images of an index must have the labels; else one is enough.
    /// - Returns: The obstacle; `nil` where there is none.
    /// - Throws: `CleanupError` where a pattern takes too long.
    func obstacle(
        to selector: Selector, _ place: Int, ofAll: Bool
    ) throws(CleanupError) -> RuleFinding.Obstacle? {
        let name = inventory.names.span.extracting(inventory.nameStart(at: place)..<Int(inventory.nameEnds[place]))
        if let obstacle = try selector.obstacle(toTag: name) { return obstacle }
        guard !selector.labels.isEmpty || !selector.annotations.isEmpty else { return nil }
        guard let marks = inventory.marks[inventory.tagNodes[place].number] else { return .marksUnknown }
        for pattern in selector.annotations where try !pattern.fits(marks.annotations) { return .annotations }
        for pattern in selector.labels {
            var (fits, count) = (0, 0)
            for labels in marks.labels {
                count += 1
                if try pattern.fits(labels) { fits += 1 }
            }
            guard fits > 0, !ofAll || fits == count else { return .labels }
        }
        return nil
    }

    /// The version that the tag's name is, where a rule orders by versions.
    func version(ofTagAt place: Int) -> SemanticVersion? {
        SemanticVersion(
            inventory.names.span.extracting(inventory.nameStart(at: place)..<Int(inventory.nameEnds[place])))
    }

    /// Whether a keep rule holds the tag by anything but its place among the newest, and why.
    func hold(by number: Int, _ rule: KeepRule, _ place: Int) -> Reason? {
        let index = UInt16(number)
        if rule.git != nil {
            let name = inventory.names.span.extracting(inventory.nameStart(at: place)..<Int(inventory.nameEnds[place]))
            if evidence.git[number]?.holder(of: name) != nil { return .git(index) }
        }
        if !rule.inUse.isEmpty, let usage = evidence.usage[number] {
            let node = inventory.tagNodes[place]
            if !usage.digests.isEmpty, node != .none, usage.digests[inventory.digest(of: node)] != nil {
                return .inUse(index)
            }
            let hasTags = !usage.tags.isEmpty || !usage.prefixes.isEmpty
            if hasTags, usage.place(ofTag: inventory.tagName(at: place)) != nil { return .inUse(index) }
        }
        if let within = rule.within {
            guard let time = time(ofTagAt: place) else { return .ageUnknown }
            if now - time < within { return .within(index) }
        }
        return rule.isPlain ? .rule(index) : nil
    }

    /// Whether the tag at `first` comes before that at `second` where they are as new: the order of names is the same in
    /// every run.
    func isNamedBefore(_ first: UInt32, _ second: UInt32) -> Bool {
        let names = inventory.names
        let one = names[inventory.nameStart(at: Int(first))..<Int(inventory.nameEnds[Int(first)])]
        let other = names[inventory.nameStart(at: Int(second))..<Int(inventory.nameEnds[Int(second)])]
        return one.lexicographicallyPrecedes(other)
    }
}

extension RepositoryPolicy {
    /// Which time of a tag counts in a repository.
    func timeBasis(in inventory: Inventory) -> TimeBasis {
        time ?? (inventory.tagPushed.contains { $0 != Inventory.noTime } ? .pushed : .created)
    }
}

extension Selector {
    /// What there is in a tag's name against its being picked.
    func obstacle(toTag name: Span<UInt8>) throws(CleanupError) -> RuleFinding.Obstacle? {
        if !tags.isEmpty {
            guard try tags.hasMatch(name) else { return .name }
        }
        if let semver {
            guard let version = SemanticVersion(name), semver.contains(version) else { return .version }
        }
        return nil
    }
}

extension KeepRule {
    /// Whether it holds all that its selector picks.
    var isPlain: Bool { last == nil && within == nil && git == nil && inUse.isEmpty }

    /// Whether its ``last`` counts versions, not times.
    var countsVersions: Bool { selector.semver != nil }
}

extension MarkPattern {
    fileprivate func fits(_ values: [String: String]) throws(CleanupError) -> Bool {
        guard let found = values[key] else { return false }
        return try value.matches(found.utf8.span)
    }
}

/// What one rule makes of one tag.
public struct RuleFinding: Sendable {
    /// Why a rule does not select or hold a tag.
    public enum Obstacle: Hashable, Sendable {
        /// The name is not what it asks for.
        case name
        /// The name is no version in its range.
        case version
        /// Not the labels that it asks for.
        case labels
        /// Not the annotations that it asks for.
        case annotations
        /// Labels and annotations are not known.
        case marksUnknown
        /// Not old enough.
        case tooYoung
        /// Its time is not known, or cannot be true.
        case ageUnknown
        /// Neither among the newest, nor young enough, nor held from outside.
        case notHeld
    }

    /// Whether the rule is one of those that delete.
    public let isDeleting: Bool
    /// Its number in the policy's list.
    public let rule: Int
    /// What there is against it; `nil` where it selects, or holds.
    public let obstacle: Obstacle?
    /// Why it holds the tag, where it does.
    public let hold: Reason?
}
