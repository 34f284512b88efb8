/// How tags name branches and commits: `{branch}-{sha}`.
///
/// The places: `{branch}` and `{tag}` are names of git in the forms that CI systems give them in tags, `{sha}` is a
/// commit of 7 digits or more, `*` is anything.
public struct TagForm: Hashable, Sendable {
    /// A part of a form.
    enum Piece: Hashable, Sendable {
        case literal([UInt8])
        /// A branch's name, or that of a git tag.
        case name
        case commit
        case anything
    }

    /// The form as it was written.
    public let text: String
    let pieces: [Piece]
    /// Whether a place is for names of git's tags.
    let isAboutTags: Bool

    /// Whether it names a commit.
    var hasCommit: Bool { pieces.contains(.commit) }
    /// Whether it names a branch or git tag.
    var hasName: Bool { pieces.contains(.name) }

    /// More of them would match in too many ways.
    private static let mostStars = 3

    /// Reads a form.
    ///
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(_ text: String) throws(CleanupError) {
        func error(_ why: String, hint: String? = nil) -> CleanupError {
            CleanupError(.badData, "\(Shown.name(text)) is no form of tags: \(why)", hint: hint)
        }
        var pieces: [Piece] = [], literal: [UInt8] = [], isAboutTags = false
        var rest = Array(text.utf8)[...]
        func add(_ piece: Piece) {
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = []
            if piece != .anything || pieces.last != .anything { pieces.append(piece) }
        }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { throw error("a { is not closed") }
                let place = String(decoding: rest[..<end], as: UTF8.self)
                rest = rest[(end + 1)...]
                switch place {
                case "branch", "tag": add(.name)
                case "sha": add(.commit)
                default:
                    throw error(
                        "it has a place \(Shown.name(place))", hint: "the places are {branch}, {tag} and {sha}")
                }
                isAboutTags = isAboutTags || place == "tag"
            case UInt8(ascii: "*"): add(.anything)
            case _ where byte.isTagByte: literal.append(byte)
            default: throw error("no tag has \(Shown.name([byte])) in it")
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        guard pieces.contains(.name) || pieces.contains(.commit) else {
            throw error("it names neither a branch, nor a tag, nor a commit", hint: "such as {branch}-{sha}")
        }
        guard pieces.count(where: { $0 == .name }) <= 1, pieces.count(where: { $0 == .commit }) <= 1 else {
            throw error("a branch or tag, and a commit, can be named once")
        }
        guard pieces.count(where: { $0 == .anything }) <= Self.mostStars else {
            throw error("it has more than \(Self.mostStars) *")
        }
        self.text = text
        self.pieces = pieces
        self.isAboutTags = isAboutTags
    }
}
