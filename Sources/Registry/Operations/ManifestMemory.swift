internal import HTTP
internal import POSIX

/// What the manifests of a repository consist of, each read once: what a digest stands for never changes.
final class ManifestMemory: Sendable {
    /// What a manifest says of others.
    struct Reading: Sendable {
        /// What an index holds; none for what is no index.
        let children: [Descriptor]
        /// The manifest that this one says something about.
        let subject: Digest?
        /// Whether it was there to be read; it may also be known from elsewhere.
        let wasRead: Bool
    }

    private struct State {
        var readings: [Digest: Reading] = [:]
        /// Those that are known to be no index, and of which nothing else is.
        var images: Set<Digest> = []
    }

    private let context: VendorContext
    private let traits: VendorTraits
    private let state = Locked(State())

    /// Nothing read yet at `api`.
    init(_ api: any VendorAPI) {
        context = api.context
        traits = api.traits
    }

    /// Notes what a manifest holds, each with whether that is known to be no index, and what it is about.
    func know(_ digest: Digest, children: [(digest: Digest, isImage: Bool)], subject: Digest?) {
        let entries = children.map { child in
            Descriptor(mediaType: child.isImage ? MediaType.ociManifest.text : "", digest: child.digest, size: 0)
        }
        state.withLock { state in
            state.readings[digest] = Reading(children: entries, subject: subject, wasRead: false)
            for child in children where child.isImage { state.images.insert(child.digest) }
        }
    }

    /// What a manifest says of others; `nil` where there is no such manifest.
    ///
    /// - Throws: `RegistryError`, of the kind `badData` for one that nobody can read.
    func reading(of digest: Digest) async throws(RegistryError) -> Reading? {
        if let known = state.withLock({ $0.readings[digest] }) { return known }
        let manifest: Manifest
        do {
            manifest = try await context.client(traits.deletionActions).manifest(.digest(digest)).manifest
        } catch  where error.kind == .notFound {
            return nil
        }
        var children: [Descriptor] = []
        if case .index(let entries) = manifest.content { children = entries }
        let reading = Reading(children: children, subject: manifest.subject?.digest, wasRead: true)
        state.withLock { $0.readings[digest] = reading }
        return reading
    }

    /// What an index holds; `nil` where it is gone.
    ///
    /// - Parameters:
    ///   - digest: The index.
    ///   - mayBeImage: Whether it may be no index, which is then found out without reading it.
    /// - Returns: The entries.
    /// - Throws: `RegistryError`, of the kind `badData` for one that nobody can read.
    func children(of digest: Digest, mayBeImage: Bool) async throws(RegistryError) -> [Descriptor]? {
        let (known, isImage) = state.withLock { ($0.readings[digest], $0.images.contains(digest)) }
        if let known { return known.children }
        if isImage { return [] }
        if mayBeImage {
            let client = try await context.client(traits.deletionActions)
            guard let type = try await client.head(of: .digest(digest))?.mediaType else { return nil }
            if type.isManifest {
                state.withLock { _ = $0.images.insert(digest) }
                return []
            }
        }
        return try await reading(of: digest)?.children
    }
}
