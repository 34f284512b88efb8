internal import HTTP
internal import POSIX

/// Finds out about manifests with the fewest requests.
///
/// Each tag is one, as only that tells where it leads. What a manifest consists of is read once, however many tags and
/// indexes lead to it; a config only where the manifest's annotations do not tell.
public struct ManifestReader: Sendable {
    /// What is to be known; each may cost a request more.
    public struct Wanted: OptionSet, Sendable {
        /// The bits.
        public let rawValue: Int

        /// These bits.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// When the image was made.
        public static let created = Wanted(rawValue: 1)
        /// How many bytes it has.
        public static let size = Wanted(rawValue: 2)
        /// For which machines it is.
        public static let platforms = Wanted(rawValue: 4)
        /// All there is.
        public static let all: Wanted = [.created, .size, .platforms]
    }

    private let client: RepositoryClient
    private let wanted: Wanted
    private let flights = SingleFlight<Digest, ManifestFacts>()
    private let childFlights = SingleFlight<Digest, ManifestFacts?>()
    /// What is known of manifests below an index, which many indexes may share.
    private let children = Locked<[Digest: ManifestFacts]>([:])
    /// What is known of manifests with a tag.
    private let table = Locked(TagTable())

    /// A deeper nesting of indexes serves nobody.
    private static let depthLimit = 4
    private static let childLimit = 1000
    private static let createdAnnotation = "org.opencontainers.image.created"

    /// A reader of the manifests of `client`'s repository.
    public init(_ client: RepositoryClient, wanted: Wanted = .all) {
        self.client = client
        self.wanted = wanted
    }

    /// Finds out about all tags of the repository.
    ///
    /// - Parameter progress: Told after each tag how many are done, and of how many.
    /// - Returns: All tags; one that goes meanwhile has no facts.
    /// - Throws: `RegistryError` where the registry does not tell.
    public func tags(
        progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) async throws(RegistryError) -> TagTable {
        let listed = try await TagTable(client.tags)
        let count = listed.count
        table.withLock { $0 = listed }
        let done = Locked(0)
        try await forEach(below: count, width: client.session.parallel, executor: client.session.executor) {
            index throws(RegistryError) in
            try await readTag(at: index)
            progress(done.increment(), count)
        }
        return table.withLock { $0 }
    }

    private func readTag(at index: Int) async throws(RegistryError) {
        let tag = table.withLock { $0.tag(at: index) }
        let document: ManifestDocument
        do {
            document = try await client.manifest(.tag(tag))
        } catch  where error.kind == .notFound {
            return
        }
        // Noted before the next who asks for it may look.
        let note: @Sendable (ManifestFacts) -> Void = { facts in table.withLock { $0.set(facts, at: index) } }
        note(try await facts(of: document, depth: 0, note: note))
    }

    /// Finds out about one manifest that has been read.
    public func facts(of document: ManifestDocument) async throws(RegistryError) -> ManifestFacts {
        try await facts(of: document, depth: 0) { _ in }
    }

    private func known(_ digest: Digest) -> ManifestFacts? {
        table.withLock { $0.facts(of: digest) } ?? children.withLock { $0[digest] }
    }

    private func facts(
        of document: ManifestDocument, depth: Int, note: (ManifestFacts) -> Void
    ) async throws(RegistryError) -> ManifestFacts {
        if let facts = known(document.digest) { return facts }
        return try await flights.value(for: document.digest) { () async throws(RegistryError) in
            if let facts = known(document.digest) { return facts }
            var facts = ManifestFacts(
                digest: document.digest, mediaType: document.mediaType,
                created: document.manifest.annotations[Self.createdAnnotation].flatMap { Timestamp($0) },
                pushed: nil, size: nil, platforms: [])
            switch document.manifest.content {
            case .image(let config, let layers):
                facts.size = ([config] + layers).reduce(document.bytes.count) { $0.saturatingSum($1.size) }
                try await readConfig(config, &facts)
            case .index(let entries):
                try await readChildren(entries, document, depth, &facts)
            }
            note(facts)
            return facts
        }
    }

    private func readConfig(_ config: Descriptor, _ facts: inout ManifestFacts) async throws(RegistryError) {
        let isComplete = (facts.created != nil || !wanted.contains(.created)) && !wanted.contains(.platforms)
        guard !isComplete, config.isImageConfig else { return }
        let read = try ImageConfig(parsing: try await client.blob(config.digest))
        facts.created = facts.created ?? read.created
        facts.platforms = read.platform.map { [$0] } ?? []
    }

    /// What an index is, by its entries and where that is not enough by its children.
    ///
    /// An index is as old as its newest image.
    private func readChildren(
        _ entries: [Descriptor], _ document: ManifestDocument, _ depth: Int, _ facts: inout ManifestFacts
    ) async throws(RegistryError) {
        facts.platforms = entries.compactMap(\.platform).filter { !$0.isUnknown }
        guard depth < Self.depthLimit, entries.count <= Self.childLimit else { return }
        let images = entries.filter { $0.platform?.isUnknown != true }
        let needsCreated = wanted.contains(.created) && facts.created == nil
        let needsPlatforms = wanted.contains(.platforms) && facts.platforms?.count ?? 0 < images.count
        guard wanted.contains(.size) || needsCreated || needsPlatforms else { return }

        var size: Int? = document.bytes.count
        var created: [Timestamp] = []
        var platforms: [Platform] = []
        for entry in entries {
            guard let child = try await child(entry, depth: depth + 1) else {
                // An index may name what is not there: images for machines that nobody here uses.
                size = nil
                continue
            }
            size = size.flatMap { size in child.size.map(size.saturatingSum) }
            guard entry.platform?.isUnknown != true else { continue }
            if let time = child.created { created.append(time) }
            platforms += child.platforms ?? []
        }
        facts.size = size
        facts.created = facts.created ?? created.max()
        if needsPlatforms { facts.platforms = platforms }
    }

    private func child(_ entry: Descriptor, depth: Int) async throws(RegistryError) -> ManifestFacts? {
        try await childFlights.value(for: entry.digest) { () async throws(RegistryError) in
            if let facts = known(entry.digest) { return facts }
            let document: ManifestDocument
            do throws(RegistryError) {
                document = try await client.manifest(.digest(entry.digest))
            } catch  where error.kind == .notFound {
                return nil
            }
            return try await facts(of: document, depth: depth) { facts in
                children.withLock { $0[entry.digest] = facts }
            }
        }
    }
}

extension Int {
    /// The sum, or the greatest number there is: sizes are anybody's words.
    public func saturatingSum(_ other: Int) -> Int {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}
