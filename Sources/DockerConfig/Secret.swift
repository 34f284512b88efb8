/// A password, token or any other text that must not reach a person's eyes, a log or an error.
///
/// Whatever prints it (`print`, string interpolation, `dump`, a debugger's mirror, a log's metadata) shows `***`.
/// The text is reached in one way only, ``withValue(_:)``, so that a search for that name finds every place where a
/// secret is used.
public struct Secret: Hashable, Sendable {
    private let value: String

    /// Wraps `value`.
    public init(_ value: String) {
        self.value = value
    }

    /// Whether there is no secret at all.
    public var isEmpty: Bool { value.isEmpty }

    /// Lends the secret's text to `body` and returns what that returns.
    public func withValue<Result, Failure>(_ body: (String) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(value)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `***`.
    public var description: String { "***" }

    /// Always `***`.
    public var debugDescription: String { "***" }

    /// A mirror without children: `dump` and everything else that is built on reflection would print them.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
