internal import HTTP
internal import POSIX

/// Deletes tags and manifests, and nothing that was not named, whatever the vendor.
///
/// A tag is removed by its name where the vendor does that; by its digest where, after a look at everything in the
/// repository, nothing else leads there; and else by giving the tag to a manifest of its own first (``TagDetachment``).
/// A manifest goes by its digest when all of its tags and all indexes that hold it go with it, an index before what it
/// holds.
struct CarefulDeletion: Sendable {
    private let api: any VendorAPI
    private let context: VendorContext
    private let tags: [Tag]
    /// Where tags must lead.
    private let expected: [Tag: Digest]
    private let digests: Set<Digest>
    /// The manifests that stay even where all of their tags go.
    private let keeping: Set<Digest>
    private let isForced: Bool
    private let notes: DeletionNotes
    private let memory: DeletionMemory
    /// The manifests that are gone by now.
    private let gone = Locked<Set<Digest>>([])

    private static let tries = 3

    /// A deletion of `targets`; by force, a digest goes whatever leads to it.
    init(
        _ targets: [DeletionTarget], at api: any VendorAPI, keeping: Set<Digest>, force: Bool, memory: DeletionMemory,
        progress: @escaping @Sendable (Int, Int) -> Void
    ) {
        self.api = api
        context = api.context
        self.keeping = keeping
        self.memory = memory
        var tags: Set<Tag> = [], digests: Set<Digest> = [], expected: [Tag: Digest] = [:]
        for target in targets {
            switch target.reference {
            case .tag(let tag):
                tags.insert(tag)
                if let digest = target.expected { expected[tag] = digest }
            case .digest(let digest): digests.insert(digest)
            }
        }
        self.tags = tags.sorted()
        self.expected = expected
        self.digests = digests
        isForced = force
        notes = DeletionNotes(count: tags.count + digests.count, progress)
    }

    func run() async throws(RegistryError) -> DeletionReport {
        var left: [Tag: Digest] = [:]
        if let rest = api.traits.untagging == .never ? nil : try await deleteByName() {
            left = rest
            memory.note(notes.report)
        } else if !tags.isEmpty {
            left = placesOfTags(in: try await memory.listing())
        }
        if isForced {
            if api.traits.keepsTagged, !digests.isEmpty { try await untagAll() }
            try await each(Array(digests)) { digests throws(RegistryError) in
                try await remove(digests, references: { [.digest($0)] }, check: { _ throws(RegistryError) in })
            }
        }
        let named = isForced ? [] : digests
        if !left.isEmpty || !named.isEmpty { try await deleteByDigest(left, named) }
        return notes.report
    }

    // MARK: the work's parts

    /// Does `work` for all of `items`, no more at once than the vendor takes in one request.
    private func each<Item: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable ([Item]) async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        let size = max(1, api.traits.batch), settings = context.settings
        try await forEach(
            below: (items.count + size - 1) / size, width: min(settings.parallel, api.traits.width),
            executor: settings.client.executor
        ) { number throws(RegistryError) in
            try await work(Array(items[(number * size)..<min(items.count, (number + 1) * size)]))
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
            for reference in references { notes.fail(reference, error) }
        }
    }

    // MARK: by name

    /// Deletes the tags by their names.
    ///
    /// - Returns: Those that are still there since the registry does not do that, and where they lead; `nil` where the
    ///   first tells that it does so with no tag, and it is known where all must lead.
    private func deleteByName() async throws(RegistryError) -> [Tag: Digest]? {
        let left = Locked<[Tag: Digest]>([:])
        let removesTags = Locked(api.traits.untagging == .works)
        let refusals = Locked<[Tag: RegistryError]>([:])
        // Where it is not known whether the registry does that, the first tells for all of them.
        let first = api.traits.untagging == .depends ? tags.prefix(1) : []
        for part in [first, tags.dropFirst(first.count)] {
            let isRefused = left.withLock { !$0.isEmpty }
            // Where nobody knows where a tag must lead, it is the first look that says it, before all others.
            if isRefused, tags.allSatisfy({ expected[$0] != nil }) { return nil }
            try await each(Array(part)) { tags throws(RegistryError) in
                var targets: [TagTarget] = []
                for tag in tags {
                    try await attempt([.tag(tag)]) { () throws(RegistryError) in
                        targets.append(try await target(tag))
                    }
                }
                let refused = isRefused ? targets.map { ($0, nil) } : try await untag(targets)
                for (target, error) in refused {
                    left.withLock { $0[target.tag] = target.digest }
                    if let error { refusals.withLock { $0[target.tag] = error } }
                }
                if refused.count < targets.count { removesTags.withLock { $0 = true } }
            }
        }
        guard removesTags.withLock({ $0 }) else { return left.withLock { $0 } }
        // A registry that removes tags has its reasons for not removing one: it may be protected.
        for (tag, error) in refusals.withLock({ $0 }) { notes.fail(.tag(tag), error) }
        return [:]
    }

    /// Looks where `tag` leads, unless the vendor does that itself.
    private func target(_ tag: Tag) async throws(RegistryError) -> TagTarget {
        guard !api.traits.checksDigests else { return TagTarget(tag: tag, digest: expected[tag]) }
        guard let found = try await api.look(at: tag) else { throw context.missing(.tag(tag)) }
        guard expected[tag] == nil || expected[tag] == found else { throw context.repository.moved(tag) }
        return TagTarget(tag: tag, digest: found)
    }

    /// Has the vendor remove tags.
    ///
    /// - Returns: Those that it does not remove by name, and its words.
    private func untag(_ targets: [TagTarget]) async throws(RegistryError) -> [(TagTarget, RegistryError?)] {
        var refused: [(TagTarget, RegistryError?)] = []
        var rest = targets, tried = 0
        while !rest.isEmpty {
            if tried > 0 { try await context.pause(tried: tried) }
            tried += 1
            var removals: [Removal] = []
            let current = rest
            try await attempt(current.map { .tag($0.tag) }) { () throws(RegistryError) in
                removals = try await api.untag(current)
            }
            rest = []
            for (target, removal) in zip(current, removals) {
                let reference = Reference.tag(target.tag)
                switch removal {
                case .done(let digest): notes.succeed(reference, digest ?? target.digest)
                case .absent where tried == 1 && api.traits.checksDigests:
                    notes.fail(reference, context.missing(reference))
                // Somebody else has removed it, or the try before did; or what says so is not the vendor's API at all.
                case .absent:
                    try await attempt([reference]) { () throws(RegistryError) in
                        if tried == 1, let found = try await api.look(at: target.tag), found == target.digest {
                            throw context.unknownToAPI(reference)
                        }
                        notes.succeed(reference, target.digest)
                    }
                case .moved: notes.fail(reference, context.repository.moved(target.tag))
                case .refused(let error): refused.append((target, error))
                case .failed(let error): notes.fail(reference, error)
                case .unknown(let error):
                    // It may have been done, and somebody may have made the tag anew since.
                    try await attempt([reference]) { () throws(RegistryError) in
                        guard let found = try await api.look(at: target.tag) else {
                            return notes.succeed(reference, target.digest)
                        }
                        guard target.digest == nil || target.digest == found else {
                            throw context.repository.moved(target.tag)
                        }
                        guard tried < Self.tries else { throw error }
                        rest.append(target)
                    }
                }
            }
        }
        return refused
    }

    // MARK: by digest

    /// Where the tags lead, at a vendor that removes none by its name.
    private func placesOfTags(in listing: RepositoryListing) -> [Tag: Digest] {
        let wanted = Set(tags)
        var places: [Tag: Digest] = [:]
        for (digest, tags) in listing.tags {
            for tag in tags where wanted.contains(tag) { places[tag] = digest }
        }
        for tag in tags {
            guard let digest = places[tag] else {
                notes.fail(.tag(tag), context.missing(.tag(tag)))
                continue
            }
            guard expected[tag] == nil || expected[tag] == digest else {
                places[tag] = nil
                notes.fail(.tag(tag), context.repository.moved(tag))
                continue
            }
        }
        return places
    }

    private func deleteByDigest(_ left: [Tag: Digest], _ named: Set<Digest>) async throws(RegistryError) {
        let work = DigestWork(left: left, named: named, keeping: keeping)
        let outlooks = OutlookKeeper(api, work, memory)
        var first: Outlook?
        try await attempt(left.keys.sorted().map { .tag($0) } + named.sorted().map { .digest($0) }) {
            () throws(RegistryError) in
            // A tag must not be given to a stand-in that then cannot be deleted.
            if api.traits.untagging != .works { try await api.requireDeletion() }
            first = try await outlooks.current()
        }
        guard let outlook = first else { return }
        let deletable = outlook.deletable
        try await deleteInOrder(outlook, work, outlooks)
        for digest in named.subtracting(deletable) {
            let keepers = outlook.keepers(of: digest, besides: deletable)
            let error = RegistryError(
                .held, "\(context.name(.digest(digest))) is still in use by \(keepers)",
                hint: "name what uses it too, or delete it all the same with --force")
            notes.fail(.digest(digest), error.found(.needed(keepers)))
        }
        let shared = left.filter { !deletable.contains($0.value) }
        guard !shared.isEmpty else { return }
        let detachment = TagDetachment(api, try await context.client(api.traits.deletionActions))
        try await each(shared.keys.sorted()) { tags throws(RegistryError) in
            for tag in tags {
                guard let digest = left[tag] else { continue }
                try await attempt([.tag(tag)]) { () throws(RegistryError) in
                    try await detachment.detach(tag, from: digest)
                    notes.succeed(.tag(tag), digest)
                }
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
            try await each(Array(round)) { digests throws(RegistryError) in
                try await deleteAll(digests, work, outlooks)
            }
            rest.subtract(round)
        }
    }

    /// Deletes manifests with all their tags, all of which were named.
    private func deleteAll(
        _ digests: [Digest], _ work: DigestWork, _ outlooks: OutlookKeeper
    ) async throws(RegistryError) {
        try await remove(digests, references: work.references) { digest throws(RegistryError) in
            let outlook = try await outlooks.current()
            let holders = outlook.snapshot.holders[digest, default: []]
            // An index that was to go may not have gone.
            guard outlook.deletable.contains(digest), gone.withLock({ holders.isSubset(of: $0) }) else {
                let keepers = outlook.keepers(of: digest, besides: gone.withLock { $0 })
                throw RegistryError(.held, "\(context.name(.digest(digest))) is in use by \(keepers) and stays")
                    .found(.needed(keepers))
            }
            for tag in work.tags[digest, default: []] {
                guard let found = try await api.look(at: tag) else { continue }
                guard found == digest else { throw context.repository.moved(tag) }
            }
        }
    }

    /// Removes all tags of the manifests that are to go whatever leads to them.
    private func untagAll() async throws(RegistryError) {
        let (found, digests) = (Locked<[TagTarget]>([]), digests)
        try await api.list([]) { listed in
            guard let tag = listed.tag, digests.contains(listed.facts.digest) else { return }
            found.withLock { $0.append(TagTarget(tag: tag, digest: listed.facts.digest)) }
        }
        try await each(found.withLock { $0 }) { targets throws(RegistryError) in
            for (target, error) in try await untag(targets) {
                if let error { notes.fail(.tag(target.tag), error) }
            }
        }
    }

    /// Deletes manifests, and again, all checks included, where nobody knows whether it was done.
    private func remove(
        _ digests: [Digest], references: (Digest) -> [Reference],
        check: (Digest) async throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        var rest = digests, tried = 0
        while !rest.isEmpty {
            if tried > 0 { try await context.pause(tried: tried) }
            tried += 1
            var ready: [Ready] = []
            for digest in rest {
                try await attempt(references(digest)) { () throws(RegistryError) in
                    try await check(digest)
                    switch try await presence(of: digest) {
                    case .there(let reading): ready.append((digest, reading))
                    case .absent: note(wasThere: tried > 1, digest, references(digest))
                    }
                }
            }
            var (removals, current): ([Removal], [Ready]) = ([], [])
            try await attempt(ready.flatMap { references($0.digest) }) { () throws(RegistryError) in
                current = try await withoutRenewed(ready, references)
            }
            try await attempt(current.flatMap { references($0.digest) }) { () throws(RegistryError) in
                removals = current.isEmpty ? [] : try await api.remove(current.map(\.digest))
            }
            rest = []
            for ((digest, reading), removal) in zip(current, removals) {
                try await attempt(references(digest)) { () throws(RegistryError) in
                    var wasThere = true
                    switch removal {
                    case .done: break
                    case .absent where tried > 1: break
                    case .absent where !api.traits.keepsReferrers:
                        let client = try await context.client(api.traits.deletionActions)
                        guard try await client.head(of: .digest(digest)) == nil else {
                            throw context.unknownToAPI(.digest(digest))
                        }
                        wasThere = reading?.wasRead ?? true
                    case .absent: return note(wasThere: false, digest, references(digest))
                    case .refused(let error), .failed(let error): throw error
                    case .moved: throw context.missing(.digest(digest))
                    case .unknown(let error):
                        // It may have been done.
                        let client = try await context.client(api.traits.deletionActions)
                        guard try await client.head(of: .digest(digest)) == nil else {
                            guard tried < Self.tries else { throw error }
                            return rest.append(digest)
                        }
                    }
                    if let subject = reading?.subject { memory.note(digest, isGoneFrom: subject) }
                    note(wasThere: wasThere, digest, references(digest))
                }
            }
        }
    }

    private func note(wasThere: Bool, _ digest: Digest, _ references: [Reference]) {
        gone.withLock { _ = $0.insert(digest) }
        // At some vendors an image goes with its last tag.
        let wasThere = wasThere || notes.hasTakenTag(of: digest)
        for reference in references {
            if wasThere { notes.succeed(reference, digest) } else { notes.fail(reference, context.missing(reference)) }
        }
    }

    /// Of manifests that are to be deleted, those without the ones that are gone with their last tag; at a vendor where
    /// all do that, what is there all the same has got another tag meanwhile.
    private func withoutRenewed(
        _ ready: [Ready], _ references: (Digest) -> [Reference]
    ) async throws(RegistryError) -> [Ready] {
        let taken = Set(ready.map(\.digest).filter(notes.hasTakenTag))
        guard !isForced, !taken.isEmpty, let present = try await api.present(taken.sorted()) else { return ready }
        for digest in taken.subtracting(present) { note(wasThere: true, digest, references(digest)) }
        let held = RegistryError(.held, "it has got a tag meanwhile and stays").found(.needed("a new tag"))
        for reference in present.flatMap(references) { notes.fail(reference, held) }
        if !present.isEmpty { memory.forgetListing() }
        return ready.filter { !taken.contains($0.digest) }
    }

    /// A manifest that can be deleted, with what it says, where that is known and of use.
    private typealias Ready = (digest: Digest, reading: ManifestMemory.Reading?)

    private enum Presence {
        case there(ManifestMemory.Reading?)
        case absent
    }

    /// Whether a manifest that is to go is there, and what it is about, where clients keep the list of that.
    private func presence(of digest: Digest) async throws(RegistryError) -> Presence {
        guard !api.traits.keepsReferrers else { return .there(nil) }
        do {
            guard let reading = try await memory.manifests.reading(of: digest) else { return .absent }
            return .there(reading)
        } catch  where error.kind == .badData {
            // What nobody can read refers to nothing.
            return .there(nil)
        }
    }
}
