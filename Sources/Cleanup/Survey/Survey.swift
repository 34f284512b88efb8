internal import POSIX
public import Registry

/// Why a survey has no end.
public enum SurveyFailure: Error, Equatable, Sendable {
    /// The registry does not tell what has to be known.
    case registry(RegistryError)
    /// The policy asks for what there is not.
    case cleanup(CleanupError)
}

/// Finds out about a repository what a plan needs, by the fewest requests, and makes the plan.
///
/// The registry's list comes first, then the times and labels that the policy asks for, and then, again and again, what
/// the plan so far turns on: what indexes hold and what refers to that which would go.
public struct Survey: Sendable {
    /// How far a survey is.
    public struct Progress: Hashable, Sendable {
        /// The part of the work.
        public enum Phase: Hashable, Sendable {
            /// Tags are listed; the count is that of those that have come, where the registry does not tell more.
            case listing
            /// Manifests and configs are read that tell times and labels.
            case images
            /// Manifests are read, and looked for, on which the plan turns.
            case graph
        }

        /// The part of the work.
        public let phase: Phase
        /// How many are done.
        public let done: Int
        /// Of how many.
        public let count: Int
    }

    private let managed: ManagedRepository
    private let planner: Planner
    private let needs: SurveyNeeds
    private let progress: @Sendable (Progress) -> Void
    private let record: Locked<SurveyRecord>
    private let isListed = Locked(false)

    /// So deep a nesting of manifests is an attack.
    private static let roundLimit = 100

    /// A survey of `managed`, for `planner`.
    public init(
        of managed: ManagedRepository, for planner: Planner,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.managed = managed
        self.planner = planner
        self.progress = progress
        needs = SurveyNeeds(planner.policy)
        record = Locked(SurveyRecord(needs))
    }

    /// Has the registry list what there is, so that what holds it can be found out afterwards: whatever holds what comes
    /// later does not matter then.
    ///
    /// - Throws: `SurveyFailure`.
    public func list() async throws(SurveyFailure) {
        guard planner.policy.time != .pushed || managed.tellsPushTimes || !needs.wantsTimes else {
            throw .cleanup(noPushTimes)
        }
        do throws(RegistryError) {
            try await readList()
        } catch {
            throw .registry(error)
        }
        isListed.withLock { $0 = true }
    }

    /// What the repository holds, as far as it matters, and what is to become of it.
    ///
    /// - Parameter evidence: What holds tags from outside; `nil` for what the planner knows.
    /// - Returns: The inventory and the plan.
    /// - Throws: `SurveyFailure`.
    public func run(
        with evidence: Evidence? = nil
    ) async throws(SurveyFailure) -> (inventory: Inventory, plan: Plan) {
        let planner = evidence.map { self.planner.with($0) } ?? self.planner
        if !isListed.withLock({ $0 }) { try await list() }
        let hasPushed = record.withLock { record in record.rows.contains { $0.pushed != nil } }
        let isEmpty = record.withLock { $0.rows.isEmpty }
        guard planner.policy.time != .pushed || hasPushed || isEmpty || !needs.wantsTimes else {
            throw .cleanup(noPushTimes)
        }
        do throws(RegistryError) {
            let needsCreated = planner.policy.time == .created || planner.policy.time == nil && !hasPushed
            try await readImages(needsCreated: needsCreated)
        } catch {
            throw .registry(error)
        }
        return try await settle(by: planner)
    }

    private var noPushTimes: CleanupError {
        CleanupError(
            .badConfiguration,
            "\(managed.repository): the registry does not tell when images were pushed, and the policy has time: pushed",
            hint: "say time: created, which is told by the images themselves")
    }

    // MARK: lists and images

    private func readList() async throws(RegistryError) {
        let (record, progress) = (record, progress)
        let done = Locked(0)
        @Sendable func tell(of count: Int?) {
            let number = done.increment()
            progress(Progress(phase: .listing, done: number, count: count ?? number))
        }
        try await managed.list(times: needs.wantsTimes) { listed in
            record.withLock { $0.note(listed) }
            tell(of: nil)
        } read: { read in
            record.withLock { $0.note(read) }
            tell(of: read.count)
        }
    }

    /// Reads what tells the times and labels that the policy asks for, and completes the tags by that.
    private func readImages(needsCreated: Bool) async throws(RegistryError) {
        let record = record, managed = managed
        let wishes = record.withLock { $0.wishes(needsCreated: needsCreated) }
        while true {
            // An index tells what else has to be read, and so does what stands in for another image.
            let unread = record.withLock { $0.sources.unread(wishes) }
            try await each(of: unread, .images) { node throws(RegistryError) in try await read(node, isWanted: true) }
            guard unread.isEmpty else { continue }
            let configs = record.withLock { $0.sources.unreadConfigs(wishes) }
            guard !configs.isEmpty else { break }
            try await each(of: configs, .images) { entry throws(RegistryError) in
                let config = try await managed.imageConfig(entry.config)
                record.withLock { $0.note(config, of: entry.node) }
            }
        }
        record.withLock { $0.addTags(wishes) }
    }

    /// Does `work` for all of `items`, and tells how far it is.
    private func each<Item: Sendable>(
        of items: [Item], _ phase: Progress.Phase,
        _ work: @escaping @Sendable (Item) async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let done = Locked(0), progress = progress
        try await managed.forEach(below: items.count) { number throws(RegistryError) in
            try await work(items[number])
            progress(Progress(phase: phase, done: done.increment(), count: items.count))
        }
    }

    /// Reads a manifest, which may be gone, or such that nobody can read it.
    private func read(_ node: Inventory.Node, isWanted: Bool) async throws(RegistryError) {
        let digest = record.withLock { $0.inventory.digest(of: node) }
        do throws(RegistryError) {
            let document = try await managed.manifest(digest)
            if document == nil {
                try await managed.requireAbsence(of: digest, tags: record.withLock { $0.tags(of: node) })
            }
            record.withLock { record in
                if let document { record.note(document, isWanted: isWanted) } else { record.noteAbsence(of: node) }
            }
        } catch {
            guard error.kind == .badData else { throw error }
            record.withLock { $0.noteUnreadable(node) }
        }
    }

    // MARK: the graph

    private func settle(by planner: Planner) async throws(SurveyFailure) -> (inventory: Inventory, plan: Plan) {
        let record = record
        // What is in use may hold other things, and have no tag by which it would be in the list.
        for digest in planner.evidence.usage.values.flatMap(\.digests.keys).sorted() {
            record.withLock { _ = $0.inventory.node(digest) }
        }
        var decisions = try decide(by: planner)
        var unreadableCount = record.withLock { $0.unreadableCount }
        for _ in 0..<Self.roundLimit {
            let (plan, unknowns) = record.withLock { [decisions] record in
                let plan = planner.plan(for: record.inventory, decisions)
                return (plan, planner.unknowns(in: record.inventory, plan))
            }
            if unknowns.isEmpty { return (record.withLock { $0.inventory }, plan) }
            do throws(RegistryError) {
                try await learn(unknowns)
            } catch {
                throw .registry(error)
            }
            // A tag stays whose manifest turns out to be one that nobody can read.
            let count = record.withLock { $0.unreadableCount }
            if count > unreadableCount { (decisions, unreadableCount) = (try decide(by: planner), count) }
        }
        throw .cleanup(
            CleanupError(
                .badData,
                "\(managed.repository): what leads from one manifest to another there does not end after"
                    + " \(Self.roundLimit) steps",
                hint: "somebody may have made it so; look at it with berth inspect"))
    }

    private func decide(by planner: Planner) throws(SurveyFailure) -> [Plan.Decision?] {
        do throws(CleanupError) {
            return try record.withLock { record throws(CleanupError) in try planner.decisions(in: record.inventory) }
        } catch {
            throw .cleanup(error)
        }
    }

    /// One thing that a plan turns on.
    private enum Question: Sendable {
        case content(Inventory.Node)
        case referrers(Inventory.Node)
        case presence(Inventory.Node)
    }

    private func learn(_ unknowns: Unknowns) async throws(RegistryError) {
        var referrers = unknowns.referrers
        // The first answer tells whether there is any use in asking for the others.
        if let first = referrers.popLast(), record.withLock({ $0.registryKeepsReferrers }) == nil {
            try await answer(.referrers(first))
        } else {
            referrers = unknowns.referrers
        }
        if record.withLock({ $0.registryKeepsReferrers }) == false {
            let all = unknowns.referrers
            record.withLock { record in for node in all { record.inventory.setReferrersKnown(of: node) } }
            referrers = []
        }
        let questions =
            unknowns.content.map { Question.content($0) } + referrers.map { .referrers($0) }
            + unknowns.presence.map { .presence($0) }
        try await each(of: questions, .graph) { question throws(RegistryError) in try await answer(question) }
    }

    private func answer(_ question: Question) async throws(RegistryError) {
        switch question {
        case .content(let node): try await read(node, isWanted: false)
        case .referrers(let node):
            let digest = record.withLock { $0.inventory.digest(of: node) }
            let referrers = try await managed.referrers(of: digest)
            record.withLock { $0.note(referrers, of: node) }
        case .presence(let node):
            let digest = record.withLock { $0.inventory.digest(of: node) }
            let type = try await managed.mediaType(of: digest)
            record.withLock { $0.note(presence: type, of: node) }
        }
    }
}
