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
    public var mediaType: MediaType?
    /// When the image was made, as it says itself.
    public var created: Timestamp?
    /// When it came to the registry, where the registry tells.
    public var pushed: Timestamp?
    /// The bytes of the manifest and all that it consists of; what several images of an index share counts for each.
    public var size: Int?
    /// The machines that it is for; `nil` where that is not known.
    public var platforms: [Platform]?

    /// What `digest` leads to, of which nothing else is known yet.
    public init(
        digest: Digest, mediaType: MediaType? = nil, created: Timestamp? = nil, pushed: Timestamp? = nil,
        size: Int? = nil, platforms: [Platform]? = nil
    ) {
        self.digest = digest
        self.mediaType = mediaType
        self.created = created
        self.pushed = pushed
        self.size = size
        self.platforms = platforms
    }
}

/// The tags of a repository with what is known of them, in the registry's order.
///
/// Made for repositories of a million tags: some hundred bytes each, whatever their names, and no objects of their own.
public struct TagTable: Sendable {
    /// What few tags differ in.
    private struct Kind: Hashable, Sendable {
        let mediaType: MediaType?
        let platforms: [Platform]?
    }

    private struct Row: Sendable {
        var digest: Digest.Packed
        /// The times in seconds; no image is of the first time that there is.
        var created = Int.min
        var pushed = Int.min
        /// -1 where it is not known.
        var size = -1
        /// What the times have besides their seconds.
        var createdNanoseconds: UInt32 = 0
        var pushedNanoseconds: UInt32 = 0
        /// The place of the ``Kind``; none for a row of which nothing is known.
        var kind = UInt32.max

        static func time(_ seconds: Int, _ nanoseconds: UInt32) -> Timestamp? {
            seconds == .min ? nil : Timestamp(secondsSince1970: seconds, nanoseconds: Int(nanoseconds))
        }
    }

    private var names: [UInt8] = []
    /// Where each name ends.
    private var ends: [UInt32] = []
    private var rows: [Row] = []
    private var kinds: [Kind] = []
    private var kindPlaces: [Kind: UInt32] = [:]
    /// Digests that do not fit into a row.
    private var longDigests: [Int: Digest] = [:]
    /// The rows by the first bytes of their digests.
    private var rowsByDigest: [UInt64: UInt32] = [:]

    /// No tags.
    public init() {}

    /// The most tags that are kept: what claims to have more never ends.
    private static let limit = 10_000_000

    /// The tags of `tags`, with nothing known of them.
    ///
    /// - Parameters:
    ///   - tags: The tags.
    ///   - isEmptyWhereUnknown: Whether a repository that the registry does not know is one without tags; where that is
    ///     said of a later page only, it is an error in any case.
    /// - Throws: `RegistryError` where the registry does not tell.
    public init(_ tags: TagSequence, isEmptyWhereUnknown: Bool = false) async throws(RegistryError) {
        do throws(RegistryError) {
            for try await tag in tags {
                append(tag)
                guard ends.count <= Self.limit else {
                    throw RegistryError(.protocolViolation, "the registry's list of tags has more than \(Self.limit)")
                }
            }
        } catch {
            guard isEmptyWhereUnknown, error.kind == .notFound, ends.isEmpty else { throw error }
        }
    }

    /// Adds a tag of which nothing else is known.
    mutating func append(_ tag: Tag) {
        names += tag.text.utf8
        ends.append(UInt32(names.count))
        if !rows.isEmpty { rows.append(Row(digest: .init())) }
    }

    /// Adds a tag with what is known of it.
    mutating func append(_ tag: Tag, _ facts: ManifestFacts) {
        append(tag)
        set(facts, at: ends.count - 1)
    }

    /// The tag at `index`.
    func tag(at index: Int) -> Tag {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        return Tag(unchecked: String(decoding: names[start..<Int(ends[index])], as: UTF8.self))
    }

    /// Notes what is known of the tag at `index`.
    mutating func set(_ facts: ManifestFacts, at index: Int) {
        if rows.isEmpty {
            rows = Array(repeating: Row(digest: .init()), count: ends.count)
            rowsByDigest.reserveCapacity(ends.count)
        }
        var row = Row(digest: .init())
        let packed = facts.digest.packed
        if let packed { row.digest = packed }
        longDigests[index] = packed == nil ? facts.digest : nil
        if let created = facts.created {
            (row.created, row.createdNanoseconds) = (created.secondsSince1970, UInt32(created.nanoseconds))
        }
        if let pushed = facts.pushed {
            (row.pushed, row.pushedNanoseconds) = (pushed.secondsSince1970, UInt32(pushed.nanoseconds))
        }
        row.size = facts.size ?? -1
        row.kind = place(of: Kind(mediaType: facts.mediaType, platforms: facts.platforms))
        rows[index] = row
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
        guard !rows.isEmpty, rows[index].kind != .max else { return nil }
        let row = rows[index], kind = kinds[Int(row.kind)]
        return ManifestFacts(
            digest: longDigests[index] ?? Digest(row.digest), mediaType: kind.mediaType,
            created: Row.time(row.created, row.createdNanoseconds),
            pushed: Row.time(row.pushed, row.pushedNanoseconds), size: row.size < 0 ? nil : row.size,
            platforms: kind.platforms)
    }

    private mutating func place(of kind: Kind) -> UInt32 {
        if let place = kindPlaces[kind] { return place }
        let place = UInt32(kinds.count)
        kinds.append(kind)
        kindPlaces[kind] = place
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
