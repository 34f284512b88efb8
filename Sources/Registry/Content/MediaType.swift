/// What a manifest is.
public enum MediaType: Hashable, Sendable {
    /// An OCI image index: the images of several platforms, or any other list.
    case ociIndex
    /// An OCI image manifest.
    case ociManifest
    /// Docker's manifest list, the index's ancestor.
    case dockerManifestList
    /// Docker's manifest of schema 2, the OCI manifest's ancestor.
    case dockerManifest
    /// Docker's manifest of schema 1, which no registry takes any more.
    case dockerSchema1
    /// The same with a signature inside.
    case dockerSchema1Signed
    /// Anything else, in lower case.
    case other(String)

    private static let known: [(type: MediaType, text: String)] = [
        (.ociIndex, "application/vnd.oci.image.index.v1+json"),
        (.ociManifest, "application/vnd.oci.image.manifest.v1+json"),
        (.dockerManifestList, "application/vnd.docker.distribution.manifest.list.v2+json"),
        (.dockerManifest, "application/vnd.docker.distribution.manifest.v2+json"),
        (.dockerSchema1, "application/vnd.docker.distribution.manifest.v1+json"),
        (.dockerSchema1Signed, "application/vnd.docker.distribution.manifest.v1+prettyjws"),
    ]

    /// The `Accept` header with which a registry gives every manifest as it is stored.
    ///
    /// Without the right one in it, docker's registry converts a manifest to schema 1, and the digest is another.
    public static let accepted = known.prefix(4).map(\.text).joined(separator: ", ")

    /// Reads a media type; its case does not matter, and parameters such as `charset=utf-8` are dropped.
    public init(_ text: String) {
        if let known = Self.known.first(where: { $0.text == text }) {
            self = known.type
            return
        }
        let bare = text.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        self = Self.known.first { $0.text == bare }?.type ?? .other(bare)
    }

    /// The media type as headers and documents have it.
    public var text: String {
        if case .other(let text) = self { return text }
        return Self.known.first { $0.type == self }?.text ?? ""
    }

    /// Whether it is a list of other manifests.
    public var isIndex: Bool { self == .ociIndex || self == .dockerManifestList }

    /// Whether it is one image, or whatever else has a config and layers.
    public var isManifest: Bool { self == .ociManifest || self == .dockerManifest }

    /// Whether it is one of the forms that docker had before 2016.
    var isSchema1: Bool { self == .dockerSchema1 || self == .dockerSchema1Signed }
}

extension MediaType: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}
