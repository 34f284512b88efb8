/// A version by semver.org's rules, as tags have them: `1.2.3`, `v1.2.3-rc.1`, `1.2`, `1.2.3_build.5`.
///
/// What is not said is 0. A number alone is a version only behind a `v`, and with fewer than seven digits there: builds,
/// pipelines, commits and dates are numbers, too. Build metadata stands behind `+`, or, as tags cannot have that, behind `_`, as Helm writes it; it counts for
/// nothing. Numbers with zeros in front, and those of 2^53 or more, make no version.
public struct SemanticVersion: Comparable, Sendable {
    /// The numbers.
    public let major: Int, minor: Int, patch: Int
    /// What stands behind the hyphen, without it; empty for a release.
    let prerelease: [UInt8]
    /// Whether fewer than three numbers are said, as in tags that move on to each new version: `1.2`, `v1`.
    public let isPartial: Bool

    init(_ major: Int, _ minor: Int, _ patch: Int, prerelease: [UInt8] = [], isPartial: Bool = false) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
        self.isPartial = isPartial
    }

    /// Reads a tag; `nil` where it is no version.
    public init?(_ name: Span<UInt8>) {
        var scanner = VersionScanner()
        scanner.skipLetter(in: name)
        let start = scanner.place
        guard let major = scanner.number(in: name) else { return nil }
        let digits = scanner.place - start
        var minor: Int?, patch: Int?
        if scanner.skip(".", in: name) {
            minor = scanner.number(in: name)
            if minor == nil { return nil }
            if scanner.skip(".", in: name) {
                patch = scanner.number(in: name)
                if patch == nil { return nil }
            }
        }
        guard minor != nil || start > 0 && digits < 7, let prerelease = scanner.prerelease(in: name),
            scanner.skipBuild(in: name),
            scanner.place == name.count
        else { return nil }
        self.init(major, minor ?? 0, patch ?? 0, prerelease: prerelease, isPartial: patch == nil)
    }

    /// Whether it is none that is meant for everybody.
    public var isPrerelease: Bool { !prerelease.isEmpty }

    /// The order of precedence.
    public static func < (first: SemanticVersion, second: SemanticVersion) -> Bool {
        let left = (first.major, first.minor, first.patch), right = (second.major, second.minor, second.patch)
        guard left == right else { return left < right }
        if first.prerelease.isEmpty || second.prerelease.isEmpty {
            return second.prerelease.isEmpty && first.isPrerelease
        }
        return precedes(first.prerelease, second.prerelease)
    }

    /// Whether, of two prereleases of one version, `first` is the earlier (§11.4).
    private static func precedes(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        let dot = UInt8(ascii: ".")
        var left = first[...], right = second[...]
        while !left.isEmpty, !right.isEmpty {
            let one = left.prefix { $0 != dot }, other = right.prefix { $0 != dot }
            left = left.dropFirst(one.count + 1)
            right = right.dropFirst(other.count + 1)
            guard one != other else { continue }
            switch (one.allSatisfy(\.isDigit), other.allSatisfy(\.isDigit)) {
            // Without zeros in front, the longer number is the greater.
            case (true, true) where one.count != other.count: return one.count < other.count
            case (true, false): return true
            case (false, true): return false
            default: return one.lexicographicallyPrecedes(other)
            }
        }
        return left.isEmpty && !right.isEmpty
    }
}

extension SemanticVersion: Hashable {
    /// Whether both have the same place in the order: `1.2` is the same as `1.2.0`.
    public static func == (first: SemanticVersion, second: SemanticVersion) -> Bool {
        (first.major, first.minor, first.patch) == (second.major, second.minor, second.patch)
            && first.prerelease == second.prerelease
    }

    /// Adds what the comparison looks at.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
        hasher.combine(prerelease)
    }
}

extension SemanticVersion: CustomStringConvertible {
    /// All three numbers, and the prerelease: `1.2.0-rc.1`.
    public var description: String {
        "\(major).\(minor).\(patch)" + (isPrerelease ? "-" + String(decoding: prerelease, as: UTF8.self) : "")
    }
}

/// Reads a version from its beginning on.
struct VersionScanner {
    /// The next byte.
    var place = 0

    /// As other implementations do, so that all agree on what is a version.
    static let numberLimit = 1 << 53

    mutating func skipLetter(in bytes: Span<UInt8>) {
        if !skip("v", in: bytes) { _ = skip("V", in: bytes) }
    }

    mutating func skip(_ character: Unicode.Scalar, in bytes: Span<UInt8>) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    /// A number without zeros in front.
    mutating func number(in bytes: Span<UInt8>) -> Int? {
        let start = place
        var value = 0
        while place < bytes.count, bytes[place].isDigit {
            value = value * 10 + Int(bytes[place] - UInt8(ascii: "0"))
            guard value < Self.numberLimit else { return nil }
            place += 1
        }
        guard place > start, place == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return value
    }

    /// What stands behind a hyphen, empty where there is none; `nil` where that is no prerelease.
    mutating func prerelease(in bytes: Span<UInt8>) -> [UInt8]? {
        guard skip("-", in: bytes) else { return [] }
        return identifiers(in: bytes, areNumbersStrict: true)
    }

    /// Passes over build metadata; `false` where it is none.
    mutating func skipBuild(in bytes: Span<UInt8>) -> Bool {
        guard skip("+", in: bytes) || skip("_", in: bytes) else { return true }
        return identifiers(in: bytes, areNumbersStrict: false) != nil
    }

    private mutating func identifiers(in bytes: Span<UInt8>, areNumbersStrict: Bool) -> [UInt8]? {
        var identifiers: [UInt8] = []
        var start = place, isNumber = true
        while true {
            let next = place < bytes.count ? bytes[place] : 0
            if next.isDigit || next.isASCIILetter || next == UInt8(ascii: "-") {
                isNumber = isNumber && next.isDigit
            } else {
                let hasZero = isNumber && place > start + 1 && bytes[start] == UInt8(ascii: "0")
                guard place > start, !(areNumbersStrict && hasZero) else { return nil }
                guard next == UInt8(ascii: ".") else { return identifiers }
                (start, isNumber) = (place + 1, true)
            }
            identifiers.append(next)
            place += 1
        }
    }
}
