internal import Registry

/// Decides on the tags of a repository of werf's, by werf's own records; pure.
///
/// It follows `werf cleanup`, with differences both ways. It keeps more where names are not exactly those that werf writes,
/// and of what stages have imported, which stays with them whatever holds them. It keeps less where nobody asks for what
/// is in use: of clusters it knows only what rules about use have found out.
public struct WerfPlanner: Sendable {
    private let policy: WerfPolicy
    private let history: GitHistory
    private let now: Int

    /// How long, in seconds, a build may take to bring a stage behind its record.
    private static let longestBuild = 2 * 3600

    /// The records of commits, by their places.
    private struct Records {
        /// Those whose commits the history has.
        var known: Set<Int> = []
        /// Those whose commits the policies hold.
        var held: Set<Int> = []
    }

    /// A planner.
    ///
    /// - Parameters:
    ///   - policy: What stays.
    ///   - history: The project's branches, tags and commits, with all commits behind them.
    ///   - now: The time, in seconds since 1970.
    public init(policy: WerfPolicy, history: GitHistory, now: Int) {
        self.policy = policy
        self.history = history
        self.now = now
    }

    /// What becomes of each tag.
    ///
    /// - Parameters:
    ///   - inventory: The repository, with the labels of all that may be werf's.
    ///   - held: Why a tag is held whatever werf says, where it is: by a rule, or because it is in use.
    /// - Returns: The decisions; `nil` for tags that are named after a manifest.
    /// - Throws: `CleanupError` where a pattern takes too long, or the records of commits are not there.
    public func decisions(
        in inventory: Inventory, heldBy held: (Int) throws(CleanupError) -> Reason?
    ) throws(CleanupError) -> [Plan.Decision?] {
        try history.checkCommits()
        var work = WerfWork(inventory)
        for place in 0..<inventory.tagCount {
            if let reason = try held(place) { work.hold(place, reason) }
            if !policy.keepList.isEmpty, policy.keepList.contains(inventory.tagName(at: place)) {
                work.hold(place, .werf(.listed))
            }
        }
        for place in work.stages { holdByAge(place, &work) }
        let records = try holdByCommits(&work)
        work.close()
        // Without any record that means something, each image looks as if it was of no commit.
        guard !records.known.isEmpty || work.unheldStage == nil else { throw Self.error(hasRecords: work.hasMetadata) }
        return work.decisions { place, stage in isHeld(place, of: stage, records, work) }
    }

    private static func error(hasRecords: Bool) -> CleanupError {
        guard hasRecords else {
            return CleanupError(
                .badConfiguration,
                "the repository has images of werf's, and no record of the commits that they were built from",
                hint: "werf's --meta-repo keeps the records elsewhere, and a final repository has none:"
                    + " nothing can be decided here")
        }
        return CleanupError(
            .badConfiguration,
            "none of the commits that the repository's images were built from is in the history of git",
            hint: "the checkout is of another project, or has not all branches: name the right one, and fetch all of it"
        )
    }

    private func holdByAge(_ place: Int, _ work: inout WerfWork) {
        guard let time = work.time(ofStageAt: place), time <= now + Planner.clockTolerance else {
            return work.hold(place, .ageUnknown)
        }
        if policy.builtWithin > 0, now - time <= policy.builtWithin { work.hold(place, .werf(.builtWithin)) }
    }

    /// Holds the stages of commits that stay, and returns the places of the records that say so.
    private func holdByCommits(_ work: inout WerfWork) throws(CleanupError) -> Records {
        var commits = WerfCommits(history, now: now)
        for record in work.metadata { commits.add(image: record.image, commit: record.commit, stage: record.stage) }
        let held = try commits.held(by: policy.keep)
        var records = Records()
        for record in work.metadata {
            guard let known = commits.record(image: record.image, commit: record.commit, stage: record.stage) else {
                continue
            }
            records.known.insert(record.place)
            guard held.contains(known) else { continue }
            records.held.insert(record.place)
            if let stage = work.place(ofStage: record.stage) { work.hold(stage, .werf(.git)) }
        }
        return records
    }

    /// Whether the record of a commit stays.
    private func isHeld(_ record: Int, of name: String, _ records: Records, _ work: WerfWork) -> Bool {
        if let stage = work.place(ofStage: name) {
            return work.isHeld(stage: name) && (records.held.contains(record) || isYoung(record, stage, work))
        }
        // The stage may have come after its place in the list had been passed.
        if records.held.contains(record) { return true }
        var times = [work.time(ofTagAt: record)]
        if case .stage(let made) = WerfTag(name) { times.append(made) }
        guard let time = times.compactMap({ $0 }).max() else { return records.known.contains(record) }
        return now - time <= max(policy.builtWithin, Self.longestBuild)
    }

    /// Whether a record, or its stage, is so young that its commit may not be known yet.
    private func isYoung(_ place: Int, _ stage: Int, _ work: WerfWork) -> Bool {
        [work.time(ofTagAt: place), work.time(ofStageAt: stage)].contains { time in
            time.map { now - $0 <= policy.builtWithin } ?? false
        }
    }
}

/// What is known of werf's tags in a repository while it is decided on them.
struct WerfWork {
    /// A record of a commit.
    struct Metadata {
        let place: Int
        let image: String
        let commit: GitObject
        let stage: String
    }

    private let inventory: Inventory
    private var tags: [WerfTag?] = []
    private var reasons: [Reason?]
    private var placeByName: [String: Int] = [:]
    private var placesByNode: [Inventory.Node: [Int]] = [:]
    private(set) var stages: [Int] = []
    private(set) var metadata: [Metadata] = []
    /// For a custom tag, the name of its stage.
    private var customTags: [Int: String] = [:]
    private var children: [UInt32: [Inventory.Node]] = [:]
    /// Stages that are held, whose sources are not all held yet.
    private var open: [Int] = []

    init(_ inventory: Inventory) {
        self.inventory = inventory
        reasons = Array(repeating: nil, count: inventory.tagCount)
        tags.reserveCapacity(inventory.tagCount)
        for place in 0..<inventory.tagCount { add(place) }
        for edge in inventory.children { children[edge.from, default: []].append(Inventory.Node(edge.to)) }
        for (place, tag) in tags.enumerated() where tag == .customTagRecord { addCustomTag(place) }
    }

    private mutating func add(_ place: Int) {
        let name = inventory.tagName(at: place), tag = WerfTag(name)
        tags.append(tag)
        switch tag {
        case .stage, .platforms:
            stages.append(place)
            if let node = inventory.node(ofTagAt: place) { placesByNode[node, default: []].append(place) }
        case .metadata(let image, let commit, let stage):
            metadata.append(Metadata(place: place, image: image, commit: commit, stage: stage))
        default: break
        }
        if case .metadata = tag { return }
        placeByName[name] = place
    }

    /// Notes the custom tag of a record, where that is still the stage that werf gave it to.
    private mutating func addCustomTag(_ record: Int) {
        guard let labels = labels(ofTagAt: record).first, let stage = labels[WerfLabel.stage],
            let name = labels[WerfLabel.tag], let place = placeByName[name], tags[place] == nil
        else { return }
        if let known = placeByName[stage] {
            guard inventory.node(ofTagAt: place) == inventory.node(ofTagAt: known) else { return }
        } else {
            // Its stage has gone: that it is an image of werf's has to be seen on itself.
            guard self.labels(ofTagAt: place).contains(where: { $0[WerfLabel.project] != nil }) else { return }
        }
        customTags[place] = stage
    }

    private func labels(ofTagAt place: Int) -> [[String: String]] {
        inventory.marks[inventory.tagNodes[place].number]?.labels ?? []
    }

    var hasMetadata: Bool { !metadata.isEmpty }

    /// A stage that nothing holds.
    var unheldStage: Int? { stages.first { reasons[$0] == nil } }

    /// The place of a stage.
    func place(ofStage name: String) -> Int? {
        guard let place = placeByName[name], isStage(place) else { return nil }
        return place
    }

    private func isStage(_ place: Int) -> Bool {
        switch tags[place] {
        case .stage, .platforms: true
        default: false
        }
    }

    /// When a stage was made, by the latest that anything says; `nil` for what cannot be true.
    func time(ofStageAt place: Int) -> Int? {
        var times = [time(ofTagAt: place)]
        if case .stage(let made) = tags[place] { times.append(made) }
        for child in children[inventory.tagNodes[place].number] ?? [] {
            for stage in placesByNode[child] ?? [] {
                if case .stage(let made) = tags[stage] { times.append(made) }
            }
        }
        guard let latest = times.compactMap({ $0 }).max(), Timestamp(secondsSince1970: latest).isPlausible else {
            return nil
        }
        return latest
    }

    /// When a tag came, or its image was made.
    func time(ofTagAt place: Int) -> Int? {
        let time = max(inventory.tagCreated[place], inventory.tagPushed[place])
        return time == Inventory.noTime ? nil : time
    }

    // MARK: what is held

    /// Holds a tag, with the stage that it is.
    mutating func hold(_ place: Int, _ reason: Reason) {
        if reasons[place] == nil { reasons[place] = reason }
        if isStage(place) {
            open.append(place)
        } else if let stage = customTags[place].flatMap({ self.place(ofStage: $0) }) {
            holdStage(stage, reason)
        } else if let node = inventory.node(ofTagAt: place), tags[place] == nil {
            for stage in placesByNode[node] ?? [] { holdStage(stage, reason) }
        }
    }

    private mutating func holdStage(_ place: Int, _ reason: Reason) {
        guard reasons[place] == nil else { return }
        reasons[place] = reason
        open.append(place)
    }

    /// Holds all that held stages were made from.
    mutating func close() {
        for place in stages where inventory.tagNodes[place] == .none { hold(place, .unreadable) }
        while let place = open.popLast() {
            let node = inventory.tagNodes[place]
            guard node != .none else { continue }
            if inventory.traits[node.place].contains(.unreadable), reasons[place] == nil {
                reasons[place] = .unreadable
            }
            // Another name of the same image, and the images of an index.
            for other in placesByNode[node] ?? [] { holdStage(other, .werf(.ofKeptStage)) }
            for child in children[node.number] ?? [] {
                for other in placesByNode[child] ?? [] { holdStage(other, .werf(.ofKeptStage)) }
            }
            for labels in self.labels(ofTagAt: place) {
                for (key, value) in labels {
                    let isParent = key == WerfLabel.parent
                    guard isParent || WerfLabel.sources.contains(where: { key.hasPrefix($0) }),
                        let source = self.place(ofStage: value)
                    else { continue }
                    holdStage(source, .werf(isParent ? .ancestor : .source))
                }
            }
        }
    }

    // MARK: decisions

    /// The decisions; `isRecordHeld` tells of a record of a commit whether it stays, by its place and its stage's name.
    func decisions(_ isRecordHeld: (_ record: Int, _ stage: String) -> Bool) -> [Plan.Decision?] {
        var decisions: [Plan.Decision?] = []
        decisions.reserveCapacity(tags.count)
        for place in tags.indices {
            if inventory.subject(ofTagAt: place) != nil, tags[place] == nil {
                decisions.append(reasons[place].map { Plan.Decision(keep: $0) })
            } else {
                decisions.append(decision(place, isRecordHeld))
            }
        }
        return decisions
    }

    private func decision(_ place: Int, _ isRecordHeld: (Int, String) -> Bool) -> Plan.Decision {
        if let reason = reasons[place] { return Plan.Decision(keep: reason) }
        let node = inventory.tagNodes[place]
        guard node != .none, !inventory.traits[node.place].contains(.unreadable) else {
            return Plan.Decision(keep: .unreadable)
        }
        switch tags[place] {
        case nil:
            guard let stage = customTags[place] else { return Plan.Decision(keep: .notWerf) }
            return isHeld(stage: stage)
                ? Plan.Decision(keep: .werf(.ofKeptStage)) : Plan.Decision(delete: .werf(.unused))
        case .stage, .platforms: return Plan.Decision(delete: .werf(.unused))
        case .projectRecord: return Plan.Decision(keep: .werf(.record))
        case .rejected(let stage): return record(of: stage)
        case .metadata(_, _, let stage):
            return isRecordHeld(place, stage)
                ? Plan.Decision(keep: .werf(.record)) : Plan.Decision(delete: .werf(.recordOfDeleted))
        case .customTagRecord: return customTagRecord(place)
        case .importRecord:
            let source = labels(ofTagAt: place).first?[WerfLabel.importSource]
            return source.map { record(of: $0) } ?? Plan.Decision(keep: .werf(.record))
        }
    }

    /// Whether a stage stays.
    func isHeld(stage: String) -> Bool { place(ofStage: stage).map { reasons[$0] != nil } ?? false }

    /// A record that stays with its stage.
    private func record(of stage: String) -> Plan.Decision {
        isHeld(stage: stage) ? Plan.Decision(keep: .werf(.record)) : Plan.Decision(delete: .werf(.recordOfDeleted))
    }

    private func customTagRecord(_ place: Int) -> Plan.Decision {
        // A tag of the user's own may be called that, too.
        guard let labels = labels(ofTagAt: place).first, let stage = labels[WerfLabel.stage],
            let tag = labels[WerfLabel.tag]
        else { return Plan.Decision(keep: .notWerf) }
        // As long as the tag stays, somebody may want to know what it was.
        if let custom = placeByName[tag], customTags[custom] == nil || reasons[custom] != nil {
            return Plan.Decision(keep: .werf(.record))
        }
        return record(of: stage)
    }
}
