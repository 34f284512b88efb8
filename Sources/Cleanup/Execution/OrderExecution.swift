internal import POSIX
public import Registry

/// What became of the steps of an order.
public struct ExecutionReport: Sendable {
    /// A step that was not done, as it would not have been right any more.
    public struct Skipped: Sendable {
        /// Why it was not done.
        public enum Reason: Hashable, Sendable {
            /// The tag leads to another manifest than it did.
            case moved
            /// The manifest that it is about is still there.
            case subjectStays(Digest)
            /// A tag leads to the manifest, and stays.
            case tagStays(Tag)
            /// Something needs it that was not there, or did not, when the order was made; what, for people.
            case needed(String)
        }

        /// What stays.
        public let reference: Reference
        /// Why.
        public let reason: Reason
    }

    /// What is gone, and was deleted now.
    public var deleted: [DeletionReport.Deleted] = []
    /// The manifests that the vendor itself removes, now that no tag leads to them.
    public var left: [Digest] = []
    /// What was gone already.
    public var absent: [Reference] = []
    /// What stays since it would not have been right any more.
    public var skipped: [Skipped] = []
    /// What could not be deleted.
    public var failed: [DeletionReport.Failed] = []

    /// Nothing yet.
    public init() {}

    /// How many steps have come to an end.
    var stepCount: Int { deleted.count + absent.count + skipped.count + failed.count + left.count }

    static func += (sum: inout ExecutionReport, other: ExecutionReport) {
        sum.deleted += other.deleted
        sum.left += other.left
        sum.absent += other.absent
        sum.skipped += other.skipped
        sum.failed += other.failed
    }
}

/// Does what an order says, a round of it at a time: what is about a manifest goes only when that is gone for sure.
public struct OrderExecution: Sendable {
    private let managed: ManagedRepository
    private let deletion: Deletion
    private let order: DeletionOrder
    /// The manifests that stay although their tags go.
    private let keeping: Set<Digest>
    /// The tags of each manifest that go.
    private let tags: [Digest: [Tag]]

    /// The execution of `order` at `managed`; what `inventory` knows of manifests need not be read again.
    public init(_ order: DeletionOrder, at managed: ManagedRepository, knowing inventory: Inventory? = nil) {
        self.order = order
        self.managed = managed
        deletion = managed.deletion()
        var named: Set<Digest> = [], tags: [Digest: [Tag]] = [:]
        for step in order.steps {
            switch step.reference {
            case .digest(let digest): named.insert(digest)
            case .tag(let tag): if let digest = step.expected { tags[digest, default: []].append(tag) }
            }
        }
        keeping = Set(tags.keys).subtracting(named)
        self.tags = tags.filter { named.contains($0.key) }
        inventory?.tell(deletion, about: named)
    }

    /// How many steps are done before others are begun.
    ///
    /// What each batch needs to look at grows with the repository: there must not be the more of them.
    private var batchSize: Int { max(1000, order.steps.count / (managed.removesUntaggedItself ? 5 : 50)) }

    /// Does it.
    ///
    /// - Parameter progress: Told after each step how many are done, and of how many.
    /// - Returns: What became of the steps.
    /// - Throws: `RegistryError` of the kind `cancelled`; all else is in the report.
    public func run(
        progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) async throws(RegistryError) -> ExecutionReport {
        var report = ExecutionReport()
        for batch in order.batches(of: batchSize) {
            let (done, count) = (report.stepCount, order.steps.count)
            report += try await run(batch) { part in progress(min(count, done + part), count) }
            report.failed += try await deletion.finish()
        }
        progress(order.steps.count, order.steps.count)
        return report
    }

    private func run(
        _ batch: DeletionOrder, _ progress: @escaping @Sendable (_ done: Int) -> Void
    ) async throws(RegistryError) -> ExecutionReport {
        var state = ExecutionState(batch, tags)
        while true {
            try await learn(&state)
            let round = state.takeReady()
            guard !round.isEmpty else { break }
            let leavesDigests = managed.removesUntaggedItself
            let asked = leavesDigests ? round.filter(\.reference.isTag) : round
            state.note(try await delete(asked, done: state.report.stepCount, progress), of: round)
            if leavesDigests { state.leave(round, try await keepers(of: round)) }
            progress(state.report.stepCount)
        }
        state.skipRest()
        return state.report
    }

    /// Looks what needs the manifests of a round, all of whose tags are gone: some may have been tagged again.
    private func keepers(
        of round: [DeletionOrder.Step]
    ) async throws(RegistryError) -> Result<[Digest: String], RegistryError> {
        var digests: Set<Digest> = []
        for step in round { if case .digest(let digest) = step.reference { digests.insert(digest) } }
        guard !digests.isEmpty else { return .success([:]) }
        do throws(RegistryError) {
            return .success(try await deletion.keepers(of: digests))
        } catch {
            guard error.kind != .cancelled else { throw error }
            return .failure(error)
        }
    }

    /// Looks whether the manifests are gone that others wait for and that are not the order's.
    private func learn(_ state: inout ExecutionState) async throws(RegistryError) {
        let subjects = state.unknownSubjects
        let (found, managed) = (Locked<[Digest: Result<Bool, RegistryError>]>([:]), managed)
        try await managed.forEach(below: subjects.count) { number throws(RegistryError) in
            let subject = subjects[number]
            let answer: Result<Bool, RegistryError>
            do throws(RegistryError) {
                answer = .success(try await managed.mediaType(of: subject) == nil)
            } catch {
                guard error.kind != .cancelled else { throw error }
                answer = .failure(error)
            }
            found.withLock { $0[subject] = answer }
        }
        for (subject, answer) in found.withLock({ $0 }) { state.note(subject, isGone: answer) }
    }

    private func delete(
        _ round: [DeletionOrder.Step], done: Int, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws(RegistryError) -> DeletionReport {
        do throws(RegistryError) {
            return try await deletion.delete(
                round.map { DeletionTarget($0.reference, expected: $0.expected) }, keeping: keeping
            ) { part, _ in progress(done + part) }
        } catch {
            guard error.kind != .cancelled else { throw error }
            var report = DeletionReport()
            report.failed = round.map { .init($0.reference, error) }
            return report
        }
    }
}

extension Inventory {
    /// Tells `deletion` what indexes hold, and what those that go are about.
    fileprivate func tell(_ deletion: Deletion, about named: Set<Digest>) {
        var held: [UInt32: [UInt32]] = [:]
        for edge in children { held[edge.from, default: []].append(edge.to) }
        for place in 0..<manifestCount {
            let node = Node(place), traits = traits[place]
            guard traits.contains(.read), !traits.contains(.unreadable) else { continue }
            let digest = digest(of: node)
            guard traits.contains(.index) || named.contains(digest) else { continue }
            let entries = (held[node.number] ?? []).map { child in
                let known = self.traits[Int(child)]
                let isImage = known.contains(.kindKnown) && !known.contains(.index)
                return (digest: self.digest(of: Node(child)), isImage: isImage)
            }
            let subject = subjects[place] == .none ? nil : self.digest(of: subjects[place])
            deletion.know(digest, children: entries, subject: subject)
        }
    }
}
