/// A version by semver.org's rules, as tags have them: `1.2.3`, `v1.2.3-rc.1`, `1.2`.
public struct SemanticVersion: Hashable, Comparable, Sendable {
    /// The numbers.
    public let major: Int, minor: Int, patch: Int

    /// Reads a tag; `nil` where it is no version.
    public init?(_ name: Span<UInt8>) {
        return nil
    }

    /// The order of precedence.
    public static func < (first: SemanticVersion, second: SemanticVersion) -> Bool {
        (first.major, first.minor, first.patch) < (second.major, second.minor, second.patch)
    }
}

/// A range of versions: `>=1.0.0 <2`, `^1.2`, `~1.2.3`, `1.x || 2.x`.
public struct SemanticRange: Hashable, Sendable {
    /// The range as it was written.
    public let text: String

    /// Reads a range.
    ///
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(_ text: String) throws(CleanupError) {
        self.text = text
    }

    /// Whether `version` is in it.
    public func contains(_ version: SemanticVersion) -> Bool { false }
}
