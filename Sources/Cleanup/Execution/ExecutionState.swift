internal import Registry

/// Which steps of an order are done, which can be, and which cannot be any more.
struct ExecutionState {
    private(set) var report = ExecutionReport()
    /// The steps that have not come to an end.
    private var pending: [DeletionOrder.Step]
    /// Those of them that the registry has refused since something else leads there: that may go yet.
    private var held: [(step: DeletionOrder.Step, failure: DeletionReport.Failed)] = []
    /// The tags that go, of each manifest that goes.
    private let tags: [Digest: [Tag]]
    /// The manifests that the order deletes and that have not come to an end.
    private var open: Set<Digest>
    /// Whether manifests are gone that something is about.
    private var gone: [Digest: Bool] = [:]
    /// The tags that go and have not come to an end.
    private var openTags: Set<Tag> = []
    /// The tags that were to go and stay.
    private var keptTags: Set<Tag> = []
    /// Whether something of the last round was held, and something else was deleted: a second try may do.
    private var mayRetry = false

    init(_ order: DeletionOrder, _ tags: [Digest: [Tag]]) {
        pending = order.steps
        self.tags = tags
        open = []
        for step in order.steps {
            switch step.reference {
            case .digest(let digest): open.insert(digest)
            case .tag(let tag): openTags.insert(tag)
            }
        }
    }

    /// The manifests of which it must be known whether they are gone, and the order does not tell.
    var unknownSubjects: [Digest] {
        Set(pending.compactMap(\.after)).filter { !open.contains($0) && gone[$0] == nil }.sorted()
    }

    /// Notes whether a manifest is gone, as far as the registry tells.
    mutating func note(_ subject: Digest, isGone: Result<Bool, RegistryError>) {
        switch isGone {
        case .success(let isGone): gone[subject] = isGone
        case .failure(let error):
            gone[subject] = false
            var rest: [DeletionOrder.Step] = []
            for step in pending {
                if step.after == subject { fail(.init(step.reference, error)) } else { rest.append(step) }
            }
            pending = rest
        }
    }

    /// Takes the steps out that can be done now.
    mutating func takeReady() -> [DeletionOrder.Step] {
        var ready: [DeletionOrder.Step] = [], rest: [DeletionOrder.Step] = []
        var readyTags: Set<Tag> = []
        for step in pending where step.reference.isTag && isReady(step) {
            if case .tag(let tag) = step.reference { readyTags.insert(tag) }
        }
        for step in pending {
            let waits: Bool
            switch step.reference {
            case .tag(let tag): waits = !readyTags.contains(tag)
            case .digest(let digest):
                let tags = tags[digest] ?? []
                waits = !isReady(step) || tags.contains { openTags.contains($0) && !readyTags.contains($0) }
            }
            if waits { rest.append(step) } else { ready.append(step) }
        }
        pending = rest
        if mayRetry || !ready.isEmpty {
            ready += held.map(\.step)
            held = []
        }
        mayRetry = false
        return ready
    }

    private func isReady(_ step: DeletionOrder.Step) -> Bool {
        guard let subject = step.after else { return true }
        return gone[subject] == true
    }

    /// Notes what became of a round.
    mutating func note(_ part: DeletionReport, of round: [DeletionOrder.Step]) {
        let steps = Dictionary(round.map { ($0.reference, $0) }) { first, _ in first }
        for item in part.deleted {
            report.deleted.append(item)
            end(item.reference, isGone: true)
        }
        for item in part.failed {
            switch item.error.finding {
            case .nothing:
                report.absent.append(item.reference)
                end(item.reference, isGone: true)
            case .moved: skip(item.reference, .moved)
            case .needed, nil:
                guard item.error.kind == .held, let step = steps[item.reference] else {
                    fail(item)
                    continue
                }
                held.append((step, item))
                if !part.deleted.isEmpty { mayRetry = true }
            }
        }
        skipUntagged()
    }

    /// Leaves the manifests of a round to the vendor, where their tags are gone and none of `keepers` needs them.
    mutating func leave(_ round: [DeletionOrder.Step], _ keepers: Result<[Digest: String], RegistryError>) {
        for step in round {
            guard case .digest(let digest) = step.reference else { continue }
            if let tag = (tags[digest] ?? []).first(where: { keptTags.contains($0) || openTags.contains($0) }) {
                skip(step.reference, .tagStays(tag))
                continue
            }
            switch keepers {
            case .failure(let error): fail(.init(step.reference, error))
            case .success(let keepers):
                if let keepers = keepers[digest] {
                    skip(step.reference, .needed(keepers))
                } else {
                    report.left.append(digest)
                    end(step.reference, isGone: true)
                }
            }
        }
    }

    /// Leaves alone manifests of which a tag stays: nobody could delete them.
    private mutating func skipUntagged() {
        var rest: [DeletionOrder.Step] = []
        for step in pending {
            guard case .digest(let digest) = step.reference,
                let tag = (tags[digest] ?? []).first(where: keptTags.contains)
            else {
                rest.append(step)
                continue
            }
            skip(step.reference, .tagStays(tag))
        }
        pending = rest
    }

    private mutating func skip(_ reference: Reference, _ reason: ExecutionReport.Skipped.Reason) {
        report.skipped.append(.init(reference: reference, reason: reason))
        end(reference, isGone: false)
    }

    private mutating func fail(_ item: DeletionReport.Failed) {
        report.failed.append(item)
        end(item.reference, isGone: false)
    }

    private mutating func end(_ reference: Reference, isGone: Bool) {
        switch reference {
        case .tag(let tag):
            openTags.remove(tag)
            if !isGone { keptTags.insert(tag) }
        case .digest(let digest):
            open.remove(digest)
            // Where it could not be deleted, the registry is asked whether it is gone all the same.
            if isGone { gone[digest] = true }
        }
    }

    /// Comes to an end with all steps that could not be done.
    mutating func skipRest() {
        for (step, failure) in held {
            if case .needed(let keepers)? = failure.error.finding {
                skip(step.reference, .needed(keepers))
            } else {
                fail(failure)
            }
        }
        held = []
        for step in pending {
            if let subject = step.after, gone[subject] != true {
                skip(step.reference, .subjectStays(subject))
            } else if case .digest(let digest) = step.reference, let tag = (tags[digest] ?? []).first {
                skip(step.reference, .tagStays(tag))
            }
        }
        pending = []
    }
}
