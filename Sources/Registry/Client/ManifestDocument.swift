/// A manifest as the registry has it: its bytes, to the last one, and what they say.
public struct ManifestDocument: Sendable {
    /// The bytes, which the digest is of.
    public let bytes: [UInt8]
    /// The bytes' digest, computed here.
    public let digest: Digest
    /// What the bytes say.
    public let manifest: Manifest

    /// Its media type.
    public var mediaType: MediaType { manifest.mediaType }

    /// How another manifest refers to it.
    public var descriptor: Descriptor {
        Descriptor(mediaType: mediaType.text, digest: digest, size: bytes.count)
    }
}
