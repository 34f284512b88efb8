/// A range of versions: `>=1.0.0 <2`, `^1.2`, `~1.2.3`, `1.x || 2.x`, `1.2 - 1.4`.
///
/// The grammar and its meaning are npm's; a comma does the same as a blank: both must hold. A prerelease is in a range
/// only where the range names a prerelease of the same three numbers: `>=1.2.0-rc.1` has `1.2.0-rc.2`, and `1.3.0-rc.1`
/// is not in it.
public struct SemanticRange: Hashable, Sendable {
    /// One condition.
    struct Comparator: Hashable, Sendable {
        enum Relation: Hashable, Sendable {
            case less, lessOrEqual, equal, greaterOrEqual, greater
        }

        let relation: Relation
        let version: SemanticVersion

        func contains(_ other: SemanticVersion) -> Bool {
            switch relation {
            case .less: other < version
            case .lessOrEqual: other <= version
            case .equal: other == version
            case .greaterOrEqual: other >= version
            case .greater: other > version
            }
        }
    }

    /// The range as it was written.
    public let text: String
    /// What is in any of these: what all comparators of one have.
    private let alternatives: [[Comparator]]

    /// Reads a range.
    ///
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(_ text: String) throws(CleanupError) {
        self.text = text
        var reader = SemanticRangeReader(text)
        guard let alternatives = reader.alternatives() else {
            throw CleanupError(
                .badData, "\(text) is no range of versions: not understood at byte \(reader.place + 1)",
                hint: "such as \">=1.0.0 <2\", \"^1.2\", \"~1.2.3\", \"1.x || 2.x\" or \"*\"")
        }
        self.alternatives = alternatives
    }

    /// Whether `version` is in it.
    public func contains(_ version: SemanticVersion) -> Bool {
        for comparators in alternatives where comparators.allSatisfy({ $0.contains(version) }) {
            if !version.isPrerelease { return true }
            for comparator in comparators where comparator.version.isPrerelease {
                let named = comparator.version
                if (named.major, named.minor, named.patch) == (version.major, version.minor, version.patch) {
                    return true
                }
            }
        }
        return false
    }
}

/// Reads a range of versions.
struct SemanticRangeReader {
    private typealias Comparator = SemanticRange.Comparator

    /// A version of which the last parts may be left open.
    private struct Partial {
        var major: Int?, minor: Int?, patch: Int?
        var prerelease: [UInt8] = []

        var lowest: SemanticVersion {
            SemanticVersion(major ?? 0, minor ?? 0, patch ?? 0, prerelease: prerelease)
        }

        /// What is beyond all that it may be; `nil` where it may be anything.
        var end: SemanticVersion? {
            guard let major else { return nil }
            guard let minor else { return .beginning(major + 1) }
            guard let patch else { return .beginning(major, minor + 1) }
            return .beginning(major, minor, patch + 1)
        }
    }

    private let bytes: [UInt8]
    private var scanner = VersionScanner()
    private static let lengthLimit = 256

    /// The next byte.
    var place: Int { scanner.place }

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The alternatives; `nil` where it cannot be read on.
    mutating func alternatives() -> [[SemanticRange.Comparator]]? {
        guard bytes.count <= Self.lengthLimit else { return nil }
        var alternatives: [[Comparator]] = []
        repeat {
            guard let comparators = comparators() else { return nil }
            alternatives.append(comparators)
        } while skip("|") && skip("|")
        return place == bytes.count ? alternatives : nil
    }

    private mutating func comparators() -> [Comparator]? {
        var comparators: [Comparator] = []
        var isEmpty = true
        while true {
            skipBlanks()
            guard place < bytes.count, bytes[place] != UInt8(ascii: "|") else { return isEmpty ? nil : comparators }
            if !isEmpty, skip(",") { skipBlanks() }
            guard let next = comparator() else { return nil }
            comparators += next
            isEmpty = false
        }
    }

    /// What one word, or two with a hyphen between them, mean.
    private mutating func comparator() -> [Comparator]? {
        let sign = sign()
        skipBlanks()
        guard let first = partial() else { return nil }
        if sign.isEmpty, let second = upperEnd() {
            return second.map { Self.hyphen(first, $0) }
        }
        return switch sign {
        case "", "=": Self.equal(first)
        case "~", "~>": Self.tilde(first)
        case "^": Self.caret(first)
        default: Self.relation(sign, first)
        }
    }

    /// The version behind ` - `; an empty optional inside where there should be one, none where there is no hyphen.
    private mutating func upperEnd() -> Partial?? {
        let before = scanner
        skipBlanks()
        guard place > before.place, skip("-"), place < bytes.count, bytes[place].isBlank else {
            scanner = before
            return nil
        }
        skipBlanks()
        return .some(partial())
    }

    private mutating func sign() -> String {
        for sign in ["<=", ">=", "~>", "<", ">", "=", "~", "^"] where bytes[place...].starts(with: sign.utf8) {
            scanner.place += sign.utf8.count
            return sign
        }
        return ""
    }

    private mutating func partial() -> Partial? {
        // A copy, as the scanner changes while it reads.
        let bytes = bytes
        scanner.skipLetter(in: bytes.span)
        var partial = Partial()
        guard let major = part() else { return nil }
        partial.major = major
        if skip(".") {
            guard let minor = part(), major != nil || minor == nil else { return nil }
            partial.minor = minor
            if skip(".") {
                guard let patch = part(), minor != nil || patch == nil else { return nil }
                partial.patch = patch
            }
        }
        guard let prerelease = scanner.prerelease(in: bytes.span), scanner.skipBuild(in: bytes.span),
            prerelease.isEmpty || partial.patch != nil
        else { return nil }
        partial.prerelease = prerelease
        return isAtWordEnd ? partial : nil
    }

    private var isAtWordEnd: Bool {
        place == bytes.count || bytes[place].isBlank || ",|<>=~^".utf8.contains(bytes[place])
    }

    /// A number, an open part as an empty optional, or none.
    private mutating func part() -> Int?? {
        if skip("*") || skip("x") || skip("X") { return .some(nil) }
        let bytes = bytes
        guard let number = scanner.number(in: bytes.span) else { return nil }
        return .some(number)
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        let bytes = bytes
        return scanner.skip(character, in: bytes.span)
    }

    private mutating func skipBlanks() {
        while place < bytes.count, bytes[place].isBlank { scanner.place += 1 }
    }
}

// What the forms of a range mean.
extension SemanticRangeReader {
    private static func equal(_ partial: Partial) -> [Comparator] {
        if partial.patch != nil { return [Comparator(relation: .equal, version: partial.lowest)] }
        return between(partial.lowest, partial.end)
    }

    private static func between(_ low: SemanticVersion, _ end: SemanticVersion?) -> [Comparator] {
        [Comparator(relation: .greaterOrEqual, version: low)]
            + (end.map { [Comparator(relation: .less, version: $0)] } ?? [])
    }

    private static func tilde(_ partial: Partial) -> [Comparator] {
        var upper = partial
        upper.patch = nil
        return between(partial.lowest, upper.end)
    }

    /// Up to the next change of the first number that is not 0.
    private static func caret(_ partial: Partial) -> [Comparator] {
        var upper = partial
        if partial.major != 0 || partial.minor == nil {
            upper.minor = nil
            upper.patch = nil
        } else if partial.minor != 0 || partial.patch == nil {
            upper.patch = nil
        }
        return between(partial.lowest, upper.end)
    }

    private static func hyphen(_ first: Partial, _ second: Partial) -> [Comparator] {
        guard second.patch == nil else {
            return between(first.lowest, nil) + [Comparator(relation: .lessOrEqual, version: second.lowest)]
        }
        return between(first.lowest, second.end)
    }

    private static func relation(_ sign: String, _ partial: Partial) -> [Comparator] {
        let isOpen = partial.patch == nil
        let nothing = Comparator(relation: .less, version: .beginning(0))
        switch sign {
        case ">=": return between(partial.lowest, nil)
        case "<":
            let version = isOpen ? SemanticVersion.beginning(of: partial.lowest) : partial.lowest
            return [Comparator(relation: .less, version: version)]
        case "<=" where isOpen:
            return partial.end.map { [Comparator(relation: .less, version: $0)] } ?? between(partial.lowest, nil)
        case ">" where isOpen:
            guard let end = partial.end else { return [nothing] }
            return between(SemanticVersion(end.major, end.minor, end.patch), nil)
        default:
            return [Comparator(relation: sign == "<=" ? .lessOrEqual : .greater, version: partial.lowest)]
        }
    }
}

extension SemanticVersion {
    /// What comes before all prereleases of a version.
    fileprivate static func beginning(_ major: Int, _ minor: Int = 0, _ patch: Int = 0) -> SemanticVersion {
        SemanticVersion(major, minor, patch, prerelease: [UInt8(ascii: "0")])
    }

    fileprivate static func beginning(of version: SemanticVersion) -> SemanticVersion {
        beginning(version.major, version.minor, version.patch)
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
