internal import POSIX

/// What a manifest is asked for by, within its repository.
public enum Reference: Hashable, Sendable {
    /// A name that may be moved to another manifest at any time.
    case tag(Tag)
    /// The one manifest with this hash.
    case digest(Digest)

    /// Whether it is a tag.
    public var isTag: Bool { if case .tag = self { true } else { false } }

    /// The tag or digest as it stands in a URL.
    public var text: String {
        switch self {
        case .tag(let tag): tag.text
        case .digest(let digest): digest.text
        }
    }
}

extension Reference: CustomStringConvertible {
    /// The same as ``text``.
    public var description: String { text }
}

/// An image as people name it: `[host/]name[:tag][@digest]`.
public struct ImageReference: Hashable, Sendable {
    /// Where the image is.
    public let repository: Repository
    /// The tag, where one is named.
    public let tag: Tag?
    /// The digest, where one is named; it then decides, and the tag is for people.
    public let digest: Digest?

    /// An image of `repository`.
    public init(repository: Repository, tag: Tag? = nil, digest: Digest? = nil) {
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Reads an image's name by docker's rules, which ``Repository`` tells.
    ///
    /// - Throws: `RegistryError` of the kind `badName`.
    public init(_ text: String) throws(RegistryError) {
        // The text may hold a password, so it is not shown.
        guard !text.holds("://") else {
            throw RegistryError(
                .badName, "an image's name has no scheme before it", hint: "write host/name without https://")
        }
        var rest = text[...]
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            let digestText = String(rest[rest.index(after: at)...])
            digest = Digest(digestText)
            guard digest != nil else {
                throw RegistryError(
                    .badName, "\(Excerpt.quoted(digestText)) is not a digest",
                    hint: "a digest is sha256: or sha512: and the hash in lower-case hexadecimal digits")
            }
            rest = rest[..<at]
        }
        var tag: Tag?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = try Tag(String(rest[rest.index(after: colon)...]))
            rest = rest[..<colon]
        }
        self.init(repository: try Repository(parsing: rest), tag: tag, digest: digest)
    }

    /// What to ask the registry for, where it is named: the digest before the tag.
    public var reference: Reference? { digest.map { .digest($0) } ?? tag.map { .tag($0) } }

    /// The same image, with the tag `latest` where neither tag nor digest is named.
    public func defaultingToLatest() -> ImageReference {
        reference == nil ? ImageReference(repository: repository, tag: .latest) : self
    }
}

extension ImageReference: CustomStringConvertible {
    /// `host/name[:tag][@digest]`.
    public var description: String {
        "\(repository)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")"
    }
}
