/// A text that is no YAML document, or one that is refused.
public struct YAMLError: Error, Hashable, Sendable {
    /// What is wrong, without the text around it.
    public let reason: String
    /// The line, counted from 1.
    public let line: Int
    /// The column, counted from 1 in characters.
    public let column: Int

    init(_ reason: String, _ position: YAMLNode.Position) {
        self.reason = reason
        line = position.line
        column = position.column
    }
}

extension YAMLError: CustomStringConvertible {
    /// One line: `no YAML at line 3, column 5: did not find expected ',' or ']'`.
    public var description: String { "no YAML at line \(line), column \(column): \(reason)" }
}
