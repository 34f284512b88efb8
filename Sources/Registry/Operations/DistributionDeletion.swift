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
        tell(done, count)
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
        let refused = Locked<[Tag: Digest]>([:])
        let sorted = tags.sorted()
        // The first tells for all of them whether the registry does that.
        for (isFirst, part) in [(true, sorted.prefix(1)), (false, sorted.dropFirst())] {
            let isRefused = !isFirst && refused.withLock { !$0.isEmpty }
            try await each(Array(part)) { tag throws(RegistryError) in
                try await attempt([.tag(tag)]) { () throws(RegistryError) in
                    guard let found = try await client.head(of: .tag(tag)) else {
                        return fail(.tag(tag), missing(.tag(tag)))
                    }
                    if !isRefused, try await untag(tag, found.digest) { return succeed(.tag(tag), found.digest) }
                    refused.withLock { $0[tag] = found.digest }
                }
            }
        }
        return refused.withLock { $0 }
    }

    /// - Returns: Whether the tag is gone; false where the registry does not delete by name.
    private func untag(_ tag: Tag, _ digest: Digest) async throws(RegistryError) -> Bool {
        var tried = 0
        while true {
            tried += 1
            switch try await client.delete(.tag(tag)) {
            case .done, .absent: return true
            case .refused: return false
            case .unknown(let error):
                // It may have been done, and somebody may have made the tag anew since.
                guard let found = try await client.head(of: .tag(tag)) else { return true }
                guard found.digest == digest else { throw moved(tag) }
                guard tried < Self.tries else { throw error }
                try await client.session.pause(tried: tried)
            }
        }
    }

    private func moved(_ tag: Tag) -> RegistryError {
        RegistryError(.held, "\(client.name(.tag(tag))) has been moved to another image meanwhile and stays")
    }

    // MARK: by digest

    private func deleteByDigest(_ left: [Tag: Digest], _ named: Set<Digest>) async throws(RegistryError) {
        let references = left.keys.sorted().map { Reference.tag($0) } + named.sorted().map { .digest($0) }
        do {
            try await client.requireDeletion()
        } catch {
            guard error.kind != .cancelled else { throw error }
            for reference in references { fail(reference, error) }
            return
        }
        let work = DigestWork(left: left, named: named)
        let outlooks = OutlookKeeper(client, work, life: Self.snapshotLife)
        let outlook: Outlook
        do {
            outlook = try await outlooks.current()
        } catch {
            guard error.kind != .cancelled else { throw error }
            for reference in references { fail(reference, error) }
            return
        }
        let deletable = outlook.deletable
        // An index goes before what it holds: the other way round, it would be broken for a while.
        var rest = deletable
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
        for digest in named.subtracting(deletable) {
            fail(
                .digest(digest),
                RegistryError(
                    .held,
                    "\(client.name(.digest(digest))) is still in use by \(outlook.keepers(of: digest, besides: work))",
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

    /// Deletes a manifest with all its tags, all of which were named.
    private func deleteAll(
        _ digest: Digest, _ work: DigestWork, _ outlooks: OutlookKeeper
    ) async throws(RegistryError) {
        let wasThere = try await repeating { () throws(RegistryError) in
            let outlook = try await outlooks.current()
            guard outlook.deletable.contains(digest) else {
                let keepers = outlook.keepers(of: digest, besides: work)
                throw RegistryError(
                    .held, "\(client.name(.digest(digest))) has come into use by \(keepers) and stays")
            }
            for tag in work.tags[digest, default: []] {
                guard let found = try await client.head(of: .tag(tag)) else { continue }
                guard found.digest == digest else { throw moved(tag) }
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

    /// Deletes a manifest, and takes it out of the list of what refers to its subject where clients keep that.
    ///
    /// - Returns: Whether it was there.
    private func remove(_ digest: Digest) async throws(RegistryError) -> Bool {
        let document: ManifestDocument
        do {
            document = try await client.manifest(.digest(digest))
        } catch  where error.kind == .notFound {
            return false
        }
        switch try await client.delete(.digest(digest)) {
        case .done, .absent: break
        case .refused(let error), .unknown(let error): throw error
        }
        if let subject = document.manifest.subject { try await client.unlistReferrer(digest, of: subject.digest) }
        return true
    }
}

/// What is to go by digest.
private struct DigestWork: Sendable {
    let left: Set<Tag>
    let named: Set<Digest>
    /// The tags that are to go, by where they lead.
    let tags: [Digest: [Tag]]

    init(left: [Tag: Digest], named: Set<Digest>) {
        self.left = Set(left.keys)
        self.named = named
        tags = Dictionary(grouping: left.keys.sorted()) { left[$0] ?? Digest(of: []) }
    }

    /// All that was named and is gone with `digest`.
    func references(of digest: Digest) -> [Reference] {
        tags[digest, default: []].map { .tag($0) } + (named.contains(digest) ? [.digest(digest)] : [])
    }
}

/// A look at the repository, and what of the work may be done by it.
private struct Outlook: Sendable {
    let snapshot: TagSnapshot
    /// The manifests that may go with all their tags.
    let deletable: Set<Digest>

    init(_ snapshot: TagSnapshot, _ work: DigestWork) {
        self.snapshot = snapshot
        deletable = snapshot.deletable(tags: work.left, digests: work.named)
    }

    /// What keeps `digest` where `work` is done, for people.
    func keepers(of digest: Digest, besides work: DigestWork) -> String {
        snapshot.keepers(of: digest, besides: work.left, deletable)
    }
}

/// The newest look at a repository.
private final class OutlookKeeper: Sendable {
    private let client: RepositoryClient
    private let work: DigestWork
    private let life: Duration
    private let newest = Locked<Outlook?>(nil)
    private let flights = SingleFlight<Bool, Outlook>()

    init(_ client: RepositoryClient, _ work: DigestWork, life: Duration) {
        self.client = client
        self.work = work
        self.life = life
    }

    /// One that is no older than it may be.
    func current() async throws(RegistryError) -> Outlook {
        if let outlook = newest.withLock({ $0 }), client.session.pacing.elapsed() - outlook.snapshot.time < life {
            return outlook
        }
        return try await flights.value(for: true) { () async throws(RegistryError) in
            let outlook = Outlook(try await TagSnapshot.take(client), work)
            newest.withLock { $0 = outlook }
            return outlook
        }
    }
}
