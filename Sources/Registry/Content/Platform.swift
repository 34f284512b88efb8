internal import JSON

/// The machines that an image is for.
public struct Platform: Hashable, Sendable {
    /// The operating system by Go's name, such as `linux`.
    public let os: String
    /// The processor by Go's name, such as `arm64`.
    public let architecture: String
    /// The processor's variant, such as `v8`.
    public let variant: String?
    /// The operating system's version, which tells Windows images apart.
    public let osVersion: String?

    /// A platform.
    public init(os: String, architecture: String, variant: String? = nil, osVersion: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
        self.osVersion = osVersion
    }

    /// Whether it is what buildx gives the attestations that it puts into an index beside the images.
    public var isUnknown: Bool { os == "unknown" && architecture == "unknown" }
}

extension Platform: CustomStringConvertible {
    /// The platform as people write it: `linux/arm64/v8`.
    public var description: String {
        // The parts are a server's words.
        Excerpt.line([os, architecture, variant].compactMap(\.self).joined(separator: "/"), limit: 100)
    }
}

extension JSONNode {
    /// The platform that the members of an index's entry or of an image's config name.
    var platform: Platform? {
        guard let os = text("os"), let architecture = text("architecture") else { return nil }
        return Platform(os: os, architecture: architecture, variant: text("variant"), osVersion: text("os.version"))
    }

    /// The text of the member `name`, where there is some.
    func text(_ name: String) -> String? {
        member(name)?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The members of the member `name` that are text, such as annotations or labels.
    func texts(_ name: String) -> [String: String] {
        var texts: [String: String] = [:]
        member(name)?.forEachMember { key, value in texts[key] = value.string }
        return texts
    }
}
