/// What a tag in a repository of werf's is, by its name.
///
/// Names are taken at their word only where they are exactly what werf writes: all others are somebody else's.
enum WerfTag: Hashable, Sendable {
    /// An image, or a stage of one, by the hash of what it is made of and the time when it was: `<56 digits>-<13 digits>`.
    case stage(madeAt: Int)
    /// The stages of an image for several platforms, together: `<56 digits>`.
    case platforms
    /// Says that a stage is broken.
    case rejected(stage: String)
    /// Says that an image was built from a commit: `meta-<image>_<commit>_<stage>`.
    case metadata(image: String, commit: GitObject, stage: String)
    /// Says which stage a tag of the user's own choice is; by its labels.
    case customTagRecord
    /// Says what was imported from a stage; by its labels.
    case importRecord
    /// A record of the project, and of no stage: names of images, who shares the repository, the last cleanup.
    case projectRecord

    /// Reads a tag; `nil` where it is none of werf's.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        if let stage = Self.stage(bytes[...]) {
            self = stage
        } else if name.hasSuffix("-rejected"), case .stage? = Self.stage(bytes.dropLast(9)) {
            self = .rejected(stage: String(name.dropLast(9)))
        } else if name.hasPrefix("meta-"), let record = Self.metadata(bytes.dropFirst(5)) {
            self = record
        } else if Self.hasMore(name, behind: "custom-tag-meta-") {
            self = .customTagRecord
        } else if Self.hasMore(name, behind: "import-metadata-") {
            self = .importRecord
        } else if Self.hasMore(name, behind: "managed-image-") || Self.hasMore(name, behind: "client-id-")
            || name == "sync-server" || name == "cleanup"
        {
            self = .projectRecord
        } else {
            return nil
        }
    }

    private static func hasMore(_ name: String, behind prefix: String) -> Bool {
        name.hasPrefix(prefix) && name.utf8.count > prefix.utf8.count
    }

    private static func stage(_ name: ArraySlice<UInt8>) -> WerfTag? {
        guard name.count == 56 || name.count == 70, isHash(name.prefix(56)) else { return nil }
        guard name.count == 70 else { return .platforms }
        let time = name.suffix(13)
        guard name[name.startIndex + 56] == UInt8(ascii: "-"), time.allSatisfy(\.isDigit),
            let milliseconds = Int(String(decoding: time, as: UTF8.self))
        else { return nil }
        return .stage(madeAt: milliseconds / 1000)
    }

    private static func metadata(_ name: ArraySlice<UInt8>) -> WerfTag? {
        let parts = name.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, let commit = GitObject(parts[1]), stage(parts[2]) != nil else {
            return nil
        }
        return .metadata(
            image: String(decoding: parts[0], as: UTF8.self), commit: commit,
            stage: String(decoding: parts[2], as: UTF8.self))
    }

    private static func isHash(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy { $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
}

/// The labels by which werf's images and records say what they belong to.
enum WerfLabel {
    /// The project, on all that werf makes.
    static let project = "werf"
    /// The stage that a stage was built on.
    static let parent = "werf.io/parent-stage-id"
    /// The beginnings of labels with the stages that a stage imported from, or depends on.
    static let sources = ["werf-import-source-stage-id-", "werf-dependency-stage-id-"]
    /// Of a custom tag's record: the stage and the tag.
    static let stage = "stage-id", tag = "tag"
    /// Of an import's record: the stage that it is from.
    static let importSource = "source-stage-id"

    /// Whether a label is one of these.
    static func isNeeded(_ key: String) -> Bool {
        [project, parent, stage, tag, importSource].contains(key) || sources.contains { key.hasPrefix($0) }
    }
}
