internal import Registry

/// Decides what goes from a repository and what stays; pure.
///
/// It is asked twice. ``decisions(in:)`` looks at tags by their names, times and marks, and at what holds them from
/// outside. That tells what of the graph of manifests has to be known; ``plan(for:_:)`` decides by both.
public struct Planner: Sendable {
    let policy: RepositoryPolicy
    let evidence: Evidence
    let now: Int
    /// Whether the registry deletes an image with its last tag.
    let imagesGoWithLastTag: Bool

    /// What claims to be from so far in the future, in seconds, has no time that can be believed.
    static let clockTolerance = 24 * 3600

    /// A planner.
    ///
    /// - Parameters:
    ///   - policy: What the repository's policy says.
    ///   - evidence: What holds tags from outside.
    ///   - now: The time, in seconds since 1970.
    ///   - imagesGoWithLastTag: Whether the registry deletes an image with its last tag.
    public init(policy: RepositoryPolicy, evidence: Evidence, now: Int, imagesGoWithLastTag: Bool) {
        self.policy = policy
        self.evidence = evidence
        self.now = now
        self.imagesGoWithLastTag = imagesGoWithLastTag
    }

    /// The same planner, where `evidence` is what holds tags from outside.
    public func with(_ evidence: Evidence) -> Planner {
        Planner(policy: policy, evidence: evidence, now: now, imagesGoWithLastTag: imagesGoWithLastTag)
    }

    /// What becomes of each tag as far as tags alone tell.
    ///
    /// Those named after a manifest follow that: what is said of them here holds only where they are about nothing that
    /// is there, and nothing is said where no rule picks them.
    ///
    /// - Throws: `CleanupError` where a pattern takes too long.
    public func decisions(in inventory: Inventory) throws(CleanupError) -> [Plan.Decision?] {
        let matcher = RuleMatcher(self, inventory)
        let places = try newest(matcher)
        if let werf = policy.werf {
            guard let history = evidence.werf else {
                throw CleanupError(.badConfiguration, "nothing is decided on werf's images without the history of git")
            }
            return try WerfPlanner(policy: werf, history: history, now: now)
                .decisions(in: inventory) { (place) throws(CleanupError) in try held(matcher, places, place) }
        }
        var decisions: [Plan.Decision?] = []
        decisions.reserveCapacity(inventory.tagCount)
        for place in 0..<inventory.tagCount { decisions.append(try decision(matcher, places, place)) }
        return decisions
    }

    /// What each rule makes of one tag, for people who ask why.
    ///
    /// - Throws: `CleanupError` where a pattern takes too long.
    public func findings(ofTagAt place: Int, in inventory: Inventory) throws(CleanupError) -> [RuleFinding] {
        let matcher = RuleMatcher(self, inventory)
        let places = try newest(matcher)
        var findings: [RuleFinding] = []
        for (number, rule) in policy.delete.enumerated() {
            let obstacle = try matcher.obstacle(to: rule, place)
            findings.append(RuleFinding(isDeleting: true, rule: number, obstacle: obstacle, hold: nil))
        }
        for (number, rule) in policy.keep.enumerated() {
            let obstacle = try matcher.obstacle(to: rule.selector, place, ofAll: false)
            let fits = obstacle == nil || obstacle == .marksUnknown
            let hold = fits ? self.hold(matcher, places, number, rule, place, obstacle) : nil
            findings.append(
                RuleFinding(
                    isDeleting: false, rule: number, obstacle: hold == nil ? obstacle ?? .notHeld : nil, hold: hold))
        }
        return findings
    }

    /// The plan, by what is known of the graph so far.
    public func plan(for inventory: Inventory, _ decisions: [Plan.Decision?]) -> Plan {
        GraphPlanner(self, inventory, decisions).run()
    }

    private func decision(
        _ matcher: RuleMatcher, _ places: [Int: [UInt32: UInt32]], _ place: Int
    ) throws(CleanupError) -> Plan.Decision? {
        let inventory = matcher.inventory, node = inventory.tagNodes[place]
        let isAttached = inventory.subject(ofTagAt: place) != nil
        guard node != .none, !inventory.traits[node.place].contains(.unreadable) else {
            return isAttached ? nil : Plan.Decision(keep: .unreadable)
        }
        var selecting: UInt16?
        for (number, rule) in policy.delete.enumerated() {
            let obstacle = try matcher.obstacle(to: rule, place)
            // What is named after an image has no age of its own.
            guard obstacle == nil || isAttached && obstacle == .ageUnknown else { continue }
            selecting = UInt16(number)
            break
        }
        guard isAttached || selecting != nil else { return Plan.Decision(keep: .notSelected) }
        if let reason = try held(matcher, places, place) { return Plan.Decision(keep: reason) }
        return selecting.map { Plan.Decision(delete: .selected($0)) }
    }

    /// The first keep rule's reason to hold a tag.
    private func held(
        _ matcher: RuleMatcher, _ places: [Int: [UInt32: UInt32]], _ place: Int
    ) throws(CleanupError) -> Reason? {
        let isAttached = matcher.inventory.subject(ofTagAt: place) != nil
        for (number, rule) in policy.keep.enumerated() {
            // Nor is it one of the newest.
            guard !isAttached || rule.isPlain || !rule.inUse.isEmpty else { continue }
            let obstacle = try matcher.obstacle(to: rule.selector, place, ofAll: false)
            guard obstacle == nil || obstacle == .marksUnknown,
                let reason = hold(matcher, places, number, rule, place, obstacle)
            else { continue }
            return reason
        }
        return nil
    }

    /// Why a rule whose selector fits holds a tag.
    private func hold(
        _ matcher: RuleMatcher, _ places: [Int: [UInt32: UInt32]], _ number: Int, _ rule: KeepRule, _ place: Int,
        _ obstacle: RuleFinding.Obstacle?
    ) -> Reason? {
        // What nobody could read may have the label that holds it.
        if obstacle == .marksUnknown { return .unreadable }
        if let hold = matcher.hold(by: number, rule, place) { return hold }
        guard let places = places[number] else { return nil }
        if let newest = places[UInt32(place)] { return .last(UInt16(number), place: newest) }
        if rule.countsVersions {
            // `1.2` leads to whatever is the newest 1.2.x: it stays, and takes nobody's place.
            return matcher.version(ofTagAt: place)?.isPartial == true ? .rule(UInt16(number)) : nil
        }
        // Whose time is not known may be the newest of all.
        return matcher.time(ofTagAt: place) == nil ? .ageUnknown : nil
    }

    // MARK: the newest

    private struct Rank {
        let time: Int
        let version: SemanticVersion?
        let tag: UInt32
    }

    /// Counts for themselves what ``KeepRule/per`` says; all others are one group.
    private struct Group: Hashable {
        var numbers: [Int] = []
    }

    /// For each rule that holds the newest, by its number: the tags that are among them, with their places from 1.
    private func newest(_ matcher: RuleMatcher) throws(CleanupError) -> [Int: [UInt32: UInt32]] {
        var places: [Int: [UInt32: UInt32]] = [:]
        for (number, rule) in policy.keep.enumerated() {
            guard let last = rule.last else { continue }
            var groups: [Group: Newest<Rank>] = [:]
            for place in 0..<matcher.inventory.tagCount where matcher.inventory.subject(ofTagAt: place) == nil {
                let obstacle = try matcher.obstacle(to: rule.selector, place, ofAll: false)
                guard obstacle == nil, matcher.inventory.tagNodes[place] != .none,
                    let rank = Self.rank(matcher, rule, place)
                else { continue }
                let group = Self.group(rank.version, per: rule.per)
                groups[group, default: Newest(last) { Self.isNewer($0, $1, matcher) }].add(rank)
            }
            var found: [UInt32: UInt32] = [:]
            for group in groups.values {
                for (offset, rank) in group.sorted.enumerated() { found[rank.tag] = UInt32(offset + 1) }
            }
            places[number] = found
        }
        return places
    }

    private static func rank(_ matcher: RuleMatcher, _ rule: KeepRule, _ place: Int) -> Rank? {
        if rule.countsVersions {
            guard let version = matcher.version(ofTagAt: place), !version.isPartial else { return nil }
            return Rank(time: 0, version: version, tag: UInt32(place))
        }
        return matcher.time(ofTagAt: place).map { Rank(time: $0, version: nil, tag: UInt32(place)) }
    }

    private static func group(_ version: SemanticVersion?, per line: KeepRule.Line?) -> Group {
        guard let version, let line else { return Group() }
        return switch line {
        case .major: Group(numbers: [version.major])
        case .minor: Group(numbers: [version.major, version.minor])
        case .patch: Group(numbers: [version.major, version.minor, version.patch])
        }
    }

    private static func isNewer(_ first: Rank, _ second: Rank, _ matcher: RuleMatcher) -> Bool {
        if let one = first.version, let other = second.version, one != other { return one > other }
        if first.time != second.time { return first.time > second.time }
        return matcher.isNamedBefore(second.tag, first.tag)
    }
}
