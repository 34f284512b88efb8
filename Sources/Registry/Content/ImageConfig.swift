internal import JSON

/// What an image's config tells about the image, as far as anybody asks.
///
/// Whatever is not an image (a chart, a signature) has a config too, in a form of its own: nothing is then known.
public struct ImageConfig: Sendable {
    /// When the image was made.
    public let created: Timestamp?
    /// The machines that the image is for.
    public let platform: Platform?
    /// The image's labels.
    public let labels: [String: String]

    /// Where an image stands in for another, whose tag was to be taken from it when somebody was interrupted: that one.
    public var original: Digest? { labels[Self.originalLabel].flatMap { Digest($0) } }

    /// The label that says so.
    static let originalLabel = "berth.stand-in.for"

    /// Reads the bytes of a config.
    ///
    /// - Throws: `RegistryError` of the kind `badData` where they are not JSON.
    public init(parsing bytes: [UInt8]) throws(RegistryError) {
        let root: JSONNode
        do {
            root = try JSONNode(parsing: bytes)
        } catch {
            throw RegistryError(.badData, "the config is \(error)")
        }
        created = root.text("created").flatMap { Timestamp($0) }
        platform = root.platform
        labels = root.member("config")?.texts("Labels") ?? [:]
    }
}
