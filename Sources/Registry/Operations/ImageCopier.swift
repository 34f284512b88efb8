internal import HTTP
internal import POSIX

/// Copies images, with all that they consist of, from one repository to another.
///
/// Manifests are copied byte for byte, so digests and signatures stay what they are. Within a registry blobs are not
/// moved at all.
public struct ImageCopier: Sendable {
    /// How far a copy is.
    public enum Progress: Sendable {
        /// This many bytes more are known to be wanted.
        case found(Int)
        /// This many bytes more are there; fewer than none where some must come again.
        case copied(Int)
    }

    /// What a copy did.
    public struct Report: Sendable {
        /// Blobs that the registry took from the other repository itself.
        public var mounted = 0
        /// Blobs that went through this machine.
        public var copied = 0
        /// Blobs that were there.
        public var present = 0
        /// The bytes that went through this machine.
        public var bytes = 0

        /// Nothing yet.
        public init() {}
    }

    private let source: RepositoryClient
    private let destination: RepositoryClient
    private let copiesReferrers: Bool
    private let tell: @Sendable (Progress) -> Void
    private let state = Locked(State())
    private let blobs = SingleFlight<Digest, Bool>()
    private let manifests = SingleFlight<Digest, Bool>()

    private struct State {
        var report = Report()
        var foundBlobs: Set<Digest> = []
        var doneBlobs: Set<Digest> = []
        var doneManifests: Set<Digest> = []
        /// What refers to a manifest and is not in the list of it yet, where clients keep that.
        var unlisted: [Digest: [Digest: ManifestDocument]] = [:]
    }

    /// How many blobs are on their way at once: each needs some megabytes.
    private static let width = 6
    private static let depthLimit = 4

    /// A copier from `source` to `destination`.
    ///
    /// - Parameters:
    ///   - source: Where the images are.
    ///   - destination: Where they are wanted.
    ///   - copiesReferrers: Whether signatures, attestations and the like go along.
    ///   - progress: Told how far it is, from any thread.
    public init(
        from source: RepositoryClient, to destination: RepositoryClient, copiesReferrers: Bool = false,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.source = source
        self.destination = destination
        self.copiesReferrers = copiesReferrers
        tell = progress
    }

    /// What was done so far.
    public var report: Report { state.withLock { $0.report } }

    /// Copies one image or index.
    ///
    /// - Parameters:
    ///   - reference: What it is called at the source.
    ///   - target: What it is called at the destination; by its digest alone where that is `nil`.
    /// - Returns: Its digest.
    /// - Throws: `RegistryError`; what has arrived by then stays, as the next try can use it.
    public func copy(_ reference: Reference, as target: Tag?) async throws(RegistryError) -> Digest {
        let digest = try await copy(reference, as: target, depth: 0)
        try await updateLists()
        return digest
    }

    /// Copies all tags of the source.
    ///
    /// - Returns: The tags and their digests.
    /// - Throws: `RegistryError`.
    public func copyAllTags() async throws(RegistryError) -> [(tag: Tag, digest: Digest)] {
        let table = try await TagTable(source.tags)
        let digests = Locked<[Tag: Digest]>([:])
        try await forEach(below: table.count, width: Self.width) { number throws(RegistryError) in
            let tag = table.tag(at: number)
            let digest = try await copy(.tag(tag), as: tag, depth: 0)
            digests.withLock { $0[tag] = digest }
        }
        try await updateLists()
        return digests.withLock { digests in
            table.compactMap { details in digests[details.tag].map { (details.tag, $0) } }
        }
    }

    private func copy(
        _ reference: Reference, as target: Tag?, depth: Int
    ) async throws(RegistryError) -> Digest {
        let document = try await source.manifest(reference)
        try await copyContent(of: document, depth: depth)
        try await write(document, as: target.map { .tag($0) } ?? .digest(document.digest))
        return document.digest
    }

    private func copyContent(of document: ManifestDocument, depth: Int) async throws(RegistryError) {
        guard depth <= Self.depthLimit else {
            throw RegistryError(
                .badData, "\(source.repository): indexes within indexes, more than \(Self.depthLimit) deep")
        }
        switch document.manifest.content {
        case .index(let entries):
            // Some keep blobs in an index: the caches of BuildKit.
            let manifests = entries.filter(Self.isManifest)
            try await forEach(below: manifests.count, width: Self.width) { number throws(RegistryError) in
                try await copyManifest(manifests[number].digest, depth: depth + 1)
            }
            try await copyBlobs(found(entries.filter { !Self.isManifest($0) }))
        case .image(let config, let layers):
            let blobs = found([config] + layers)
            if try await destination.head(of: .digest(document.digest)) != nil {
                // Where an image is, its blobs are.
                for blob in blobs { finish(blob, \.present) }
            } else {
                try await copyBlobs(blobs)
            }
        }
        if copiesReferrers { try await copyReferrers(of: document.digest, depth: depth) }
    }

    private static func isManifest(_ entry: Descriptor) -> Bool {
        let type = MediaType(entry.mediaType)
        return type.isManifest || type.isIndex || entry.mediaType.isEmpty
    }

    private func copyManifest(
        _ digest: Digest, depth: Int, read: ManifestDocument? = nil
    ) async throws(RegistryError) {
        _ = try await manifests.value(for: digest) { () async throws(RegistryError) in
            guard !state.withLock({ $0.doneManifests.contains(digest) }) else { return true }
            let document: ManifestDocument
            if let read { document = read } else { document = try await source.manifest(.digest(digest)) }
            try await copyContent(of: document, depth: depth)
            try await write(document, as: .digest(digest))
            state.withLock { _ = $0.doneManifests.insert(digest) }
            return true
        }
    }

    private func write(_ document: ManifestDocument, as reference: Reference) async throws(RegistryError) {
        let isListed = try await destination.put(document.bytes, document.mediaType, as: reference)
        if let subject = document.manifest.subject, !isListed {
            state.withLock { $0.unlisted[subject.digest, default: [:]][document.digest] = document }
        }
    }

    /// Adds what was copied to the lists of what refers to a manifest.
    ///
    /// Each list is written once, as two that write it at the same time undo each other's work.
    private func updateLists() async throws(RegistryError) {
        let unlisted = state.withLock { state in
            defer { state.unlisted = [:] }
            return state.unlisted
        }
        for (subject, referrers) in unlisted {
            try await destination.list(referrers.values.sorted { $0.digest < $1.digest }, of: subject)
        }
    }

    // MARK: blobs

    /// Each of `blobs` once, without those that need not be there; tells of those that nobody has told of.
    private func found(_ blobs: [Descriptor]) -> [Descriptor] {
        var seen: Set<Digest> = []
        let unique = blobs.filter { !$0.isForeign && seen.insert($0.digest).inserted }
        let size = state.withLock { state in
            unique.reduce(0) { sum, blob in
                state.foundBlobs.insert(blob.digest).inserted ? sum.saturatingSum(blob.size) : sum
            }
        }
        tell(.found(size))
        return unique
    }

    private func copyBlobs(_ blobs: [Descriptor]) async throws(RegistryError) {
        try await forEach(below: blobs.count, width: Self.width) { number throws(RegistryError) in
            try await copyBlob(blobs[number])
        }
    }

    private func copyBlob(_ blob: Descriptor) async throws(RegistryError) {
        _ = try await blobs.value(for: blob.digest) { () async throws(RegistryError) in
            guard !state.withLock({ $0.doneBlobs.contains(blob.digest) }) else { return true }
            if source.repository.host == destination.repository.host {
                switch try await destination.mount(blob.digest, from: source.repository.name) {
                case .mounted: finish(blob, \.mounted)
                case .upload(let place): try await transfer(blob, to: place)
                }
            } else if try await destination.hasBlob(blob.digest) {
                finish(blob, \.present)
            } else {
                try await transfer(blob, to: nil)
            }
            return true
        }
    }

    private func transfer(_ blob: Descriptor, to place: RepositoryClient.Upload?) async throws(RegistryError) {
        let transfer = BlobTransfer(source: source, destination: destination, blob: blob) { tell(.copied($0)) }
        try await transfer.run(to: place)
        state.withLock { state in
            state.doneBlobs.insert(blob.digest)
            state.report.copied += 1
            state.report.bytes = state.report.bytes.saturatingSum(blob.size)
        }
    }

    private func finish(_ blob: Descriptor, _ counter: WritableKeyPath<Report, Int>) {
        let isNew = state.withLock { state in
            let isNew = state.doneBlobs.insert(blob.digest).inserted
            if isNew { state.report[keyPath: counter] += 1 }
            return isNew
        }
        if isNew { tell(.copied(blob.size)) }
    }

    // MARK: what refers to an image

    /// What cosign puts beside an image, whose digest the tag holds.
    private static let cosignSuffixes = ["sig", "att", "sbom"]

    private func copyReferrers(of subject: Digest, depth: Int) async throws(RegistryError) {
        for referrer in try await source.referrers(of: subject) {
            // A list is anybody's word, and may name what is gone. What does refer to the subject, by its hash, cannot be
            // a part of it: who follows that never waits for himself.
            guard let document = try await read(referrer.digest), document.manifest.subject?.digest == subject else {
                continue
            }
            try await copyManifest(referrer.digest, depth: depth + 1, read: document)
        }
        for suffix in Self.cosignSuffixes {
            let tag = try Tag("\(subject.tagForm).\(suffix)")
            guard try await source.head(of: .tag(tag)) != nil else { continue }
            _ = try await copy(.tag(tag), as: tag, depth: depth + 1)
        }
    }

    private func read(_ digest: Digest) async throws(RegistryError) -> ManifestDocument? {
        do {
            return try await source.manifest(.digest(digest))
        } catch  where error.kind == .notFound {
            return nil
        }
    }
}
