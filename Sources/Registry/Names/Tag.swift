/// A name that a repository gives to one of its manifests: a letter, digit or `_`, then up to 127 of these, `.` and `-`.
public struct Tag: Hashable, Sendable {
    /// The name.
    public let text: String

    /// The most bytes of a tag.
    static let limit = 128

    /// What docker means where no tag is named.
    public static let latest = Tag(unchecked: "latest")

    /// Reads a tag.
    ///
    /// - Throws: `RegistryError` of the kind `badName`.
    public init(_ text: String) throws(RegistryError) {
        guard Self.isTag(text.utf8) else { throw RegistryError(.badName, "\(Excerpt.quoted(text)) is not a tag") }
        self.text = text
    }

    /// Reads a tag from a list of many.
    init?(bytes: ArraySlice<UInt8>) {
        guard Self.isTag(bytes) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// A tag that was read before.
    init(unchecked text: String) {
        self.text = text
    }

    @inline(__always)
    private static func isTag(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-"), bytes.count <= limit
        else { return false }
        return bytes.allSatisfy { byte in
            byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
        }
    }
}

extension Tag: Comparable {
    /// The order of bytes, which is that of registries' lists.
    public static func < (first: Tag, second: Tag) -> Bool { first.text < second.text }
}

extension Tag: CustomStringConvertible {
    /// The name.
    public var description: String { text }
}
