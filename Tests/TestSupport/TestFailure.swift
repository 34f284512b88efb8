/// Why a test's surroundings could not be made: the message says what to do about it.
public struct TestFailure: Error, CustomStringConvertible {
    /// The message.
    public let description: String

    /// A failure that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}
