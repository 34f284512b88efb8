/// What is known of a tag.
public struct TagDetails: Sendable {
    /// The tag.
    public let tag: Tag
    /// What is known of its manifest; `nil` where only the name is known.
    public let facts: ManifestFacts?
}

/// What is known of a manifest and what it consists of.
public struct ManifestFacts: Hashable, Sendable {
    /// The manifest's digest.
    public var digest: Digest
    /// What the manifest is.
    public var mediaType: MediaType
    /// When the image was made, as it says itself.
    public var created: Timestamp?
    /// When it came to the registry, where the registry tells.
    public var pushed: Timestamp?
    /// The bytes of the manifest and all that it consists of; what several images of an index share counts for each.
    public var size: Int?
    /// The machines that it is for.
    public var platforms: [Platform]
}

/// The tags of a repository with what is known of them, in the registry's order.
///
/// Made for repositories of a million tags: some hundred bytes each, whatever their names, and no objects of their own.
public struct TagTable: Sendable {
    private struct Row: Sendable {
        var digest: Digest
        var created: Timestamp?
        var pushed: Timestamp?
        var size: Int?
        /// Places in the lists of what few of them differ in.
        var mediaType: UInt32
        var platforms: UInt32
    }

    private var names: [UInt8] = []
    /// Where each name ends.
    private var ends: [UInt32] = []
    private var rows: [Row?] = []
    private var mediaTypes = Interned<MediaType>()
    private var platforms = Interned<[Platform]>()
    /// The rows by the first bytes of their digests.
    private var rowsByDigest: [UInt64: UInt32] = [:]

    /// No tags.
    public init() {}

    /// The most tags that are kept: what claims to have more never ends.
    private static let limit = 10_000_000

    /// The tags of `tags`, with nothing known of them.
    public init(_ tags: TagSequence) async throws(RegistryError) {
        for try await tag in tags {
            append(tag)
            guard ends.count <= Self.limit else {
                throw RegistryError(.protocolViolation, "the registry's list of tags has more than \(Self.limit)")
            }
        }
        rows = Array(repeating: nil, count: ends.count)
    }

    private mutating func append(_ tag: Tag) {
        names += tag.text.utf8
        ends.append(UInt32(names.count))
    }

    /// The tag at `index`.
    func tag(at index: Int) -> Tag {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        return Tag(unchecked: String(decoding: names[start..<Int(ends[index])], as: UTF8.self))
    }

    /// Notes what is known of the tag at `index`.
    mutating func set(_ facts: ManifestFacts, at index: Int) {
        if rowsByDigest.isEmpty { rowsByDigest.reserveCapacity(rows.count) }
        rows[index] = Row(
            digest: facts.digest, created: facts.created, pushed: facts.pushed, size: facts.size,
            mediaType: mediaTypes.place(of: facts.mediaType), platforms: platforms.place(of: facts.platforms))
        rowsByDigest[facts.digest.prefix] = UInt32(index)
    }

    /// What is known of a manifest by some tag.
    func facts(of digest: Digest) -> ManifestFacts? {
        guard let index = rowsByDigest[digest.prefix], let facts = facts(at: Int(index)), facts.digest == digest else {
            return nil
        }
        return facts
    }

    private func facts(at index: Int) -> ManifestFacts? {
        guard let row = rows[index] else { return nil }
        return ManifestFacts(
            digest: row.digest, mediaType: mediaTypes[row.mediaType], created: row.created, pushed: row.pushed,
            size: row.size, platforms: platforms[row.platforms])
    }
}

/// Values of which there are few different ones, each kept once.
private struct Interned<Value: Hashable & Sendable>: Sendable {
    private var values: [Value] = []
    private var places: [Value: UInt32] = [:]

    subscript(place: UInt32) -> Value { values[Int(place)] }

    mutating func place(of value: Value) -> UInt32 {
        if let place = places[value] { return place }
        let place = UInt32(values.count)
        values.append(value)
        places[value] = place
        return place
    }
}

extension TagTable: RandomAccessCollection {
    /// Zero.
    public var startIndex: Int { 0 }
    /// The number of tags.
    public var endIndex: Int { ends.count }

    /// The tag at a place, with what is known of it.
    public subscript(index: Int) -> TagDetails { TagDetails(tag: tag(at: index), facts: facts(at: index)) }
}
