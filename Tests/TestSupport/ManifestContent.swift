internal import JSON

/// A manifest with all that it refers to, to be put into a registry's storage.
///
/// What is made of equal values is equal, to the digest; images differ by their time, labels, layers or platform.
public struct ManifestContent: Sendable {
    /// The family of media types.
    public enum Format: String, Sendable {
        /// OCI images.
        case oci
        /// Docker's schema 2.
        case docker
    }

    /// A layer: a tar file, uncompressed.
    public struct Layer: Sendable, ExpressibleByIntegerLiteral {
        /// Its size in bytes.
        public let size: Int
        /// What makes it another than those of the same size.
        public let seed: Int

        /// A layer of a size.
        public init(size: Int, seed: Int = 0) {
            self.size = size
            self.seed = seed
        }

        /// The layer of a size that all images share.
        public init(integerLiteral size: Int) {
            self.init(size: size)
        }
    }

    private enum Kind: Sendable {
        case image(created: String?, layers: [Layer], platform: String, labels: [String: String])
        case attestation(sibling: Int)
        case artifact(type: String, layers: [Layer])
        case index([ManifestContent])
    }

    /// The tags that lead to it.
    public var tags: [String]
    /// The manifest's own annotations.
    public var annotations: [String: String]
    /// What refers to it as its subject; an index of them is stored under the fallback tag.
    public var referrers: [ManifestContent] = []
    private let format: Format
    private let kind: Kind

    /// An image.
    ///
    /// `created` is what its config says, whether that is a time or not; `platform` is `os/architecture`.
    public static func image(
        created: String? = nil, layers: [Layer] = [1024], platform: String = "linux/amd64",
        labels: [String: String] = [:], format: Format = .oci, tags: [String] = [], annotations: [String: String] = [:]
    ) -> ManifestContent {
        let kind = Kind.image(created: created, layers: layers, platform: platform, labels: labels)
        return ManifestContent(tags: tags, annotations: annotations, format: format, kind: kind)
    }

    /// An index of these, in their order.
    public static func index(
        _ children: [ManifestContent], format: Format = .oci, tags: [String] = [], annotations: [String: String] = [:]
    ) -> ManifestContent {
        ManifestContent(tags: tags, annotations: annotations, format: format, kind: .index(children))
    }

    /// What buildx puts into an index beside an image, here the index's child number `sibling`.
    public static func attestation(of sibling: Int) -> ManifestContent {
        ManifestContent(tags: [], annotations: [:], format: .oci, kind: .attestation(sibling: sibling))
    }

    /// Something that is no image, as referrers are.
    public static func artifact(
        _ type: String, layers: [Layer] = [16], tags: [String] = [], annotations: [String: String] = [:]
    ) -> ManifestContent {
        ManifestContent(tags: tags, annotations: annotations, format: .oci, kind: .artifact(type: type, layers: layers))
    }

    /// Puts manifests into the storage of a registry, running or not: a directory, or the address of a bucket.
    @discardableResult
    public static func store(
        _ manifests: [ManifestContent], as repository: String, in storage: String
    ) async throws -> [StoredManifest] {
        var script = Command("/usr/bin/python3", ["-B", Service.path(ofScript: "registry_content.py"), storage])
        let wanted: JSONValue = ["repository": .string(repository), "manifests": .array(manifests.map(\.json))]
        script.input = Array(wanted.text(indented: false).utf8)
        let stored = try JSONValue(parsing: try await script.succeed().output)
        return (stored.array ?? []).compactMap(\.object).map(StoredManifest.init)
    }

    private var json: JSONValue {
        var json = JSONObject()
        json["tags"] = .strings(tags)
        json["annotations"] = .texts(annotations)
        json["referrers"] = .array(referrers.map(\.json))
        json["format"] = .string(format.rawValue)
        json["artifactType"] = .null
        switch kind {
        case .image(let created, let layers, let platform, let labels):
            json["kind"] = "image"
            json["created"] = .optional(created)
            json["layers"] = .array(layers.map(\.json))
            json["platform"] = .string(platform)
            json["labels"] = .texts(labels)
        case .attestation(let sibling):
            json["kind"] = "attestation"
            json["sibling"] = .integer(sibling)
        case .artifact(let type, let layers):
            json["kind"] = "artifact"
            json["artifactType"] = .string(type)
            json["layers"] = .array(layers.map(\.json))
        case .index(let children):
            json["kind"] = "index"
            json["children"] = .array(children.map(\.json))
        }
        return .object(json)
    }
}

/// What a manifest has become in a registry.
public struct StoredManifest: Sendable, Equatable {
    /// Its digest.
    public let digest: String
    /// Its media type.
    public let mediaType: String
    /// Its size in bytes.
    public let size: Int
    /// The digest of an image's config.
    public let config: String?
    /// The digests of an image's layers.
    public let layers: [String]
    /// An index's children.
    public let children: [StoredManifest]
    /// What refers to it.
    public let referrers: [StoredManifest]
    /// The digest of the index of what refers to it, which has the tag `fallbackTag`.
    public let fallback: String?

    /// The tag that stands for the referrers API, where a registry has none.
    public var fallbackTag: String {
        "sha256-\(digest.dropFirst("sha256:".count))"
    }

    fileprivate init(_ json: JSONObject) {
        digest = json["digest"]?.string ?? ""
        mediaType = json["mediaType"]?.string ?? ""
        size = json["size"]?.integer ?? 0
        config = json["config"]?.string
        layers = json["layers"]?.array?.compactMap(\.string) ?? []
        children = json["children"]?.array?.compactMap(\.object).map(StoredManifest.init) ?? []
        referrers = json["referrers"]?.array?.compactMap(\.object).map(StoredManifest.init) ?? []
        fallback = json["fallback"]?.string
    }
}

extension LoopbackRegistry {
    /// Puts manifests into its storage, without asking it.
    @discardableResult
    public func store(_ manifests: [ManifestContent], as repository: String) async throws -> [StoredManifest] {
        try await ManifestContent.store(manifests, as: repository, in: storage)
    }
}

extension ManifestContent.Layer {
    fileprivate var json: JSONValue { ["size": .integer(size), "seed": .integer(seed)] }
}

extension JSONValue {
    fileprivate static func texts(_ texts: [String: String]) -> JSONValue {
        var json = JSONObject()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) { json[name] = .string(text) }
        return .object(json)
    }
}
