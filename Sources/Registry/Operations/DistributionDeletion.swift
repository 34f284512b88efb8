internal import HTTP
internal import POSIX

/// Deletes tags and manifests by the distribution protocol, and nothing that was not named.
///
/// Registries differ in what they make of `DELETE manifests/<tag>`: those of the specification's version 1.1 remove the
/// tag; docker's up to 2.8 refuses, and deletes by digest alone, which takes all tags of the manifest along. So a tag is
/// deleted by its name where that works; by its digest where, after a look at everything in the repository, nothing
/// else leads there; and else by giving the tag to a manifest of its own first (``TagDetachment``).
struct DistributionDeletion: Sendable {
    private let client: RepositoryClient
    private let tags: Set<Tag>
    private let digests: Set<Digest>
    private let isForced: Bool
    private let tell: @Sendable (Int, Int) -> Void
    private let report = Locked(DeletionReport())
    private let count: Int
    /// The manifests that are gone by now.
    private let gone = Locked<Set<Digest>>([])
    /// Those of them that say something about another manifest, by that.
    private let goneReferrers = Locked<[Digest: Set<Digest>]>([:])

    /// How long a look at the repository is good enough to delete by.
    private static let snapshotLife: Duration = .seconds(30)
    private static let tries = 3

    /// A deletion of `targets`; by force, a digest goes whatever leads to it.
    init(
        _ targets: [Reference], client: RepositoryClient, force: Bool, progress: @escaping @Sendable (Int, Int) -> Void
    ) {
        self.client = client
        tags = Set(targets.compactMap { if case .tag(let tag) = $0 { tag } else { nil } })
        digests = Set(targets.compactMap { if case .digest(let digest) = $0 { digest } else { nil } })
        count = tags.count + digests.count
        isForced = force
        tell = progress
    }

    func run() async throws(RegistryError) -> DeletionReport {
        let left = try await deleteByName()
        let forced = isForced ? digests : []
        try await each(Array(forced)) { digest throws(RegistryError) in
            try await attempt([.digest(digest)]) { () throws(RegistryError) in try await deleteInAnyCase(digest) }
        }
        if !left.isEmpty || forced.count < digests.count { try await deleteByDigest(left, digests.subtracting(forced)) }
        try await updateLists()
        return report.withLock { $0 }
    }

    // MARK: the report

    private func succeed(_ reference: Reference, _ digest: Digest?) {
        note { $0.deleted.append(.init(reference, digest: digest)) }
    }

    private func fail(_ reference: Reference, _ error: RegistryError) {
        note { $0.failed.append(.init(reference, error)) }
    }

    private func note(_ change: (inout DeletionReport) -> Void) {
        let done = report.withLock { report in
            change(&report)
            return report.deleted.count + report.failed.count
        }
        tell(min(done, count), count)
    }

    private func missing(_ reference: Reference) -> RegistryError {
        RegistryError(.notFound, "\(client.name(reference)) does not exist")
    }

    /// Does `work` for each of `items`, and notes its failure as that of `reference`, unless all must end.
    private func each<Item: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (Item) async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let session = client.session
        try await forEach(below: items.count, width: session.parallel, executor: session.executor) {
            number throws(RegistryError) in try await work(items[number])
        }
    }

    /// Does `work`, whose failure is that of `references` alone.
    private func attempt(
        _ references: [Reference], _ work: () async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        do {
            try await work()
        } catch {
            guard error.kind != .cancelled else { throw error }
            for reference in references { fail(reference, error) }
        }
    }

    // MARK: by name

    /// Deletes the tags by their names.
    ///
    /// - Returns: Those that are still there since the registry does not do that, and where they lead.
    private func deleteByName() async throws(RegistryError) -> [Tag: Digest] {
        let left = Locked<[Tag: Digest]>([:])
        let refusals = Locked<[Tag: RegistryError]>([:])
        let removesTags = Locked(false)
        let sorted = tags.sorted()
        // The first tells for all of them whether the registry does that.
        for (isFirst, part) in [(true, sorted.prefix(1)), (false, sorted.dropFirst())] {
            let isRefused = !isFirst && left.withLock { !$0.isEmpty }
            try await each(Array(part)) { tag throws(RegistryError) in
                try await attempt([.tag(tag)]) { () throws(RegistryError) in
                    guard let found = try await client.head(of: .tag(tag)) else {
                        return fail(.tag(tag), missing(.tag(tag)))
                    }
                    switch isRefused ? nil : try await untag(tag, found.digest) {
                    case .removed:
                        removesTags.withLock { $0 = true }
                        return succeed(.tag(tag), found.digest)
                    case .gone: return succeed(.tag(tag), found.digest)
                    case .refused(let error): refusals.withLock { $0[tag] = error }
                    case nil: break
                    }
                    left.withLock { $0[tag] = found.digest }
                }
            }
        }
        guard removesTags.withLock({ $0 }) else { return left.withLock { $0 } }
        // A registry that removes tags has its reasons for not removing one: it may be protected.
        for (tag, error) in refusals.withLock({ $0 }) { fail(.tag(tag), error) }
        return [:]
    }

    private enum Untagging {
        case removed
        /// Somebody else has removed it.
        case gone
        /// The registry does not remove it by name.
        case refused(RegistryError)
    }

    private func untag(_ tag: Tag, _ digest: Digest) async throws(RegistryError) -> Untagging {
        var tried = 0
        while true {
            tried += 1
            switch try await client.delete(.tag(tag)) {
            case .done: return .removed
            case .absent: return .gone
            case .refused(let error): return .refused(error)
            case .unknown(let error):
                // It may have been done, and somebody may have made the tag anew since.
                guard let found = try await client.head(of: .tag(tag)) else { return .removed }
                guard found.digest == digest else { throw client.moved(tag) }
                guard tried < Self.tries else { throw error }
                try await client.session.pause(tried: tried)
            }
        }
    }

    // MARK: by digest

    private func deleteByDigest(_ left: [Tag: Digest], _ named: Set<Digest>) async throws(RegistryError) {
        let work = DigestWork(left: left, named: named)
        let outlooks = OutlookKeeper(client, work, life: Self.snapshotLife)
        var first: Outlook?
        try await attempt(left.keys.sorted().map { .tag($0) } + named.sorted().map { .digest($0) }) {
            () throws(RegistryError) in
            try await client.requireDeletion()
            first = try await outlooks.current()
        }
        guard let outlook = first else { return }
        let deletable = outlook.deletable
        try await deleteInOrder(outlook, work, outlooks)
        for digest in named.subtracting(deletable) {
            fail(
                .digest(digest),
                RegistryError(
                    .held,
                    "\(client.name(.digest(digest))) is still in use by \(outlook.keepers(of: digest, besides: deletable))",
                    hint: "name what uses it too, or delete it all the same with --force"))
        }
        let detachment = TagDetachment(client)
        try await each(left.filter { !deletable.contains($0.value) }.map(\.key)) { tag throws(RegistryError) in
            guard let digest = left[tag] else { return }
            try await attempt([.tag(tag)]) { () throws(RegistryError) in
                try await detachment.detach(tag, from: digest)
                succeed(.tag(tag), digest)
            }
        }
    }

    /// Deletes what nothing else leads to, an index before what it holds: the other way round, it would be broken for a
    /// while.
    private func deleteInOrder(
        _ outlook: Outlook, _ work: DigestWork, _ outlooks: OutlookKeeper
    ) async throws(RegistryError) {
        var rest = outlook.deletable
        while !rest.isEmpty {
            let free = rest.filter { outlook.snapshot.holders[$0, default: []].isDisjoint(with: rest) }
            // Only a registry's lie can make a circle of digests.
            let round = free.isEmpty ? rest : free
            try await each(Array(round)) { digest throws(RegistryError) in
                try await attempt(work.references(of: digest)) { () throws(RegistryError) in
                    try await deleteAll(digest, work, outlooks)
                }
            }
            rest.subtract(round)
        }
    }

    /// Deletes a manifest with all its tags, all of which were named.
    private func deleteAll(
        _ digest: Digest, _ work: DigestWork, _ outlooks: OutlookKeeper
    ) async throws(RegistryError) {
        let wasThere = try await repeating { () throws(RegistryError) in
            let outlook = try await outlooks.current()
            let gone = gone.withLock { $0 }
            // An index that was to go may not have gone.
            guard outlook.deletable.contains(digest),
                outlook.snapshot.holders[digest, default: []].isSubset(of: gone)
            else {
                let keepers = outlook.keepers(of: digest, besides: gone)
                throw RegistryError(.held, "\(client.name(.digest(digest))) is in use by \(keepers) and stays")
            }
            for tag in work.tags[digest, default: []] {
                guard let found = try await client.head(of: .tag(tag)) else { continue }
                guard found.digest == digest else { throw client.moved(tag) }
            }
            return try await remove(digest)
        }
        for reference in work.references(of: digest) {
            if wasThere { succeed(reference, digest) } else { fail(reference, missing(reference)) }
        }
    }

    private func deleteInAnyCase(_ digest: Digest) async throws(RegistryError) {
        if try await repeating({ () throws(RegistryError) in try await remove(digest) }) {
            succeed(.digest(digest), digest)
        } else {
            fail(.digest(digest), missing(.digest(digest)))
        }
    }

    /// Does `work` again, all its checks included, where nobody knows whether it was done.
    private func repeating(
        _ work: () async throws(RegistryError) -> Bool
    ) async throws(RegistryError) -> Bool {
        var tried = 0
        while true {
            tried += 1
            do throws(RegistryError) {
                // What is gone after the first time has been deleted by it.
                return try await work() || tried > 1
            } catch {
                guard error.kind == .tryLater, tried < Self.tries else { throw error }
                try await client.session.pause(tried: tried)
            }
        }
    }

    /// Deletes a manifest.
    ///
    /// - Returns: Whether it was there.
    private func remove(_ digest: Digest) async throws(RegistryError) -> Bool {
        let subject: Digest?
        do {
            subject = try await client.manifest(.digest(digest)).manifest.subject?.digest
        } catch {
            switch error.kind {
            case .notFound: return false
            // What nobody can read refers to nothing.
            case .badData: subject = nil
            default: throw error
            }
        }
        switch try await client.delete(.digest(digest)) {
        case .done, .absent: break
        case .refused(let error): throw error
        case .unknown(let error):
            // It may have been done.
            guard try await client.head(of: .digest(digest)) == nil else { throw error }
        }
        gone.withLock { _ = $0.insert(digest) }
        if let subject { goneReferrers.withLock { _ = $0[subject, default: []].insert(digest) } }
        return true
    }

    /// Takes what is gone out of the lists of what refers to a manifest, where clients keep these.
    ///
    /// Each list is written once, as two that write it at the same time undo each other's work.
    private func updateLists() async throws(RegistryError) {
        for (subject, referrers) in goneReferrers.withLock({ $0 }) {
            let list = Reference.tag(try Tag(subject.tagForm))
            try await attempt([list]) { () throws(RegistryError) in
                try await client.unlist(referrers, of: subject)
            }
        }
    }
}
