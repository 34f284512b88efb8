internal import JSON

/// A manifest that was read: an image, an index of images, or whatever else is stored in the form of these.
public struct Manifest: Sendable {
    /// What a manifest consists of.
    public enum Content: Hashable, Sendable {
        /// A config and layers.
        case image(config: Descriptor, layers: [Descriptor])
        /// Other manifests.
        case index([Descriptor])
    }

    /// What it says that it is.
    public let mediaType: MediaType
    /// What it consists of.
    public let content: Content
    /// The manifest that it says something about: a signature's image.
    public let subject: Descriptor?
    /// The kind of artifact, where it is not an image.
    public let artifactType: String?
    /// Further facts.
    public let annotations: [String: String]

    /// Reads the bytes of a manifest, which came with `contentType`.
    ///
    /// - Throws: `RegistryError` of the kind `badData`; so for what could be read in two ways: as an image by one client
    ///   and as an index by another (CVE-2021-41190).
    public init(parsing bytes: [UInt8], contentType: String? = nil) throws(RegistryError) {
        let root: JSONNode
        do {
            root = try JSONNode(parsing: bytes)
        } catch {
            throw RegistryError(.badData, "the manifest is \(error)")
        }
        let hint = contentType.map { MediaType($0) }
        let isIndex = try Self.isIndex(root, hint)
        mediaType = try Self.mediaType(root, hint, isIndex: isIndex)
        content = isIndex ? .index(try root.descriptors("manifests")) : try Self.image(root)
        subject = try root.descriptor("subject")
        artifactType = root.text("artifactType")
        annotations = root.texts("annotations")
    }

    /// Which of both the structure is.
    private static func isIndex(_ root: JSONNode, _ hint: MediaType?) throws(RegistryError) -> Bool {
        let isOld = root.member("schemaVersion")?.integer == 1 || root.has("fsLayers")
        guard !isOld, hint?.isSchema1 != true else {
            throw RegistryError(
                .badData, "the manifest is of docker's schema 1, which is not supported",
                hint: "push the image again with a client from after 2016")
        }
        let isImage = root.has("config") || root.has("layers")
        let isIndex = root.has("manifests")
        guard !isImage || !isIndex else {
            throw RegistryError(.badData, "the manifest is both an image and an index: it was made to deceive")
        }
        // Go writes an empty list as null.
        guard isImage || isIndex || root.member("manifests") != nil else {
            throw RegistryError(.badData, "the manifest has neither a config nor manifests")
        }
        return !isImage
    }

    /// What the document itself says, else what the registry says, else what the structure is.
    private static func mediaType(
        _ root: JSONNode, _ hint: MediaType?, isIndex: Bool
    ) throws(RegistryError) -> MediaType {
        func fits(_ type: MediaType) -> Bool { isIndex ? type.isIndex : type.isManifest }
        func contradicts(_ type: MediaType) -> Bool { isIndex ? type.isManifest : type.isIndex }

        let own = root.text("mediaType").map { MediaType($0) }
        for type in [own, hint].compactMap(\.self) where contradicts(type) {
            throw RegistryError(
                .badData, "the manifest is \(isIndex ? "an index" : "an image") under the media type \(type.text)")
        }
        if let own {
            guard fits(own) else {
                throw RegistryError(.badData, "the manifest's media type \(Excerpt.quoted(own.text)) is not supported")
            }
            return own
        }
        if let hint, fits(hint) { return hint }
        return isIndex ? .ociIndex : .ociManifest
    }

    private static func image(_ root: JSONNode) throws(RegistryError) -> Content {
        guard let config = try root.descriptor("config") else {
            throw RegistryError(.badData, "the manifest has no config")
        }
        return .image(config: config, layers: try root.descriptors("layers"))
    }
}

extension JSONNode {
    /// Whether there is a member `name` that is not `null`.
    fileprivate func has(_ name: String) -> Bool {
        member(name)?.isNull == false
    }

    /// The descriptor in the member `name`, where there is one.
    fileprivate func descriptor(_ name: String) throws(RegistryError) -> Descriptor? {
        guard let node = member(name), !node.isNull else { return nil }
        return try Descriptor(node, "the manifest's \(name)")
    }

    /// The descriptors in the member `name`, none where it is missing.
    fileprivate func descriptors(_ name: String) throws(RegistryError) -> [Descriptor] {
        guard let list = member(name), !list.isNull else { return [] }
        guard list.isArray else { throw RegistryError(.badData, "the manifest's \(name) are not a list") }
        var descriptors: [Descriptor] = []
        try list.forEachElement { node throws(RegistryError) in
            descriptors.append(try Descriptor(node, "number \(descriptors.count + 1) of the manifest's \(name)"))
        }
        return descriptors
    }
}
