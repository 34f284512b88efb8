/// A pattern for names: a glob, or a regular expression between slashes.
public struct TextPattern: Hashable, Sendable {
    /// The pattern as it was written.
    public let text: String

    /// Reads a pattern.
    ///
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(_ text: String) throws(CleanupError) {
        self.text = text
    }

    /// Whether all of `name` fits.
    ///
    /// - Throws: `CleanupError` where an expression takes too long to find that out.
    public func matches(_ name: Span<UInt8>) throws(CleanupError) -> Bool {
        throw CleanupError(.badData, "not there yet")
    }
}
