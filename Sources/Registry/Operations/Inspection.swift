/// All that is known of one image.
public struct Inspection: Sendable {
    /// Its manifest.
    public let document: ManifestDocument
    /// What follows from the manifest and what that consists of.
    public let facts: ManifestFacts
    /// The bytes of the config, where it is an image with one that can be shown.
    public let config: [UInt8]?
    /// What refers to it.
    public let referrers: [Descriptor]

    /// The longest config that is read, in bytes: that of an image is some kilobytes, that of an artifact may be all.
    private static let configLimit = 4 << 20

    /// Reads everything about `reference`.
    ///
    /// - Throws: `RegistryError`.
    public init(of reference: Reference, at client: RepositoryClient) async throws(RegistryError) {
        document = try await client.manifest(reference)
        facts = try await ManifestReader(client).facts(of: document)
        switch document.manifest.content {
        case .image(let config, _) where config.size <= Self.configLimit:
            self.config = try await client.blob(config.digest, limit: Self.configLimit)
        case .image, .index: config = nil
        }
        referrers = try await client.referrers(of: document.digest)
    }
}
