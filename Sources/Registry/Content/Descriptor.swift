internal import JSON

/// What a manifest says about a blob or another manifest that it consists of.
///
/// All texts but the digest's are the words of whoever pushed the manifest.
public struct Descriptor: Hashable, Sendable {
    /// The content's media type.
    public let mediaType: String
    /// The content's name.
    public let digest: Digest
    /// The content's bytes.
    public let size: Int
    /// The machines that it is for, where an index tells.
    public let platform: Platform?
    /// The kind of artifact, where an index of referrers tells.
    public let artifactType: String?
    /// Further facts, such as what a buildx attestation attests.
    public let annotations: [String: String]
    /// Where the content is to be had besides the registry.
    public let urls: [String]

    /// A descriptor.
    public init(
        mediaType: String, digest: Digest, size: Int, platform: Platform? = nil, artifactType: String? = nil,
        annotations: [String: String] = [:], urls: [String] = []
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
        self.artifactType = artifactType
        self.annotations = annotations
        self.urls = urls
    }

    /// Reads a descriptor; `place` says in errors which one it is.
    init(_ node: JSONNode, _ place: @autoclosure () -> String) throws(RegistryError) {
        guard let text = node.member("digest")?.string else {
            throw RegistryError(.badData, "\(place()) has no digest")
        }
        guard let digest = Digest(text) else {
            throw RegistryError(.badData, "\(place()): \(Excerpt.quoted(text)) is not a SHA-256 or SHA-512 digest")
        }
        guard let size = node.member("size")?.integer, size >= 0 else {
            throw RegistryError(.badData, "\(place()) has no size")
        }
        var urls: [String] = []
        node.member("urls")?.forEachElement { element in
            if let url = element.string { urls.append(url) }
        }
        self.init(
            mediaType: node.text("mediaType") ?? "", digest: digest, size: size,
            platform: node.member("platform")?.platform, artifactType: node.text("artifactType"),
            annotations: node.texts("annotations"), urls: urls)
    }

    /// Whether it is a layer that need not be in the registry, since its licence forbids to pass it on.
    public var isForeign: Bool {
        mediaType.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
            || mediaType.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
    }
}
