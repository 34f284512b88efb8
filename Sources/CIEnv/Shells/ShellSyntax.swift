/// How one shell sets variables and fails.
///
/// Text is appended to one buffer of bytes: this is on the path of every job's start. ``Shell`` has checked names, and
/// that no value holds NUL, before it asks.
protocol ShellSyntax: Sendable {
    /// Names beside the one that ``Shell`` gives.
    var aliases: [String] { get }

    /// What the name of a file in this format ends with, without the dot.
    var fileExtension: String { get }

    /// Whether a shell executes the text.
    var evaluates: Bool { get }

    /// What stands before all variables.
    var opening: String { get }

    /// What stands after all variables.
    var closing: String { get }

    /// Appends what sets `name` to `value`, byte for byte.
    ///
    /// - Throws: What of the value cannot be written.
    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) throws(ShellError.Kind)

    /// Appends what sets `name` to the value that `variable` has where the text is evaluated, or to nothing where it
    /// has none.
    func appendReference(to variable: String, from name: String, output: inout [UInt8])

    /// Text which makes the evaluating shell fail; an interactive one stays open.
    func failure(exitCode: Int32, interactive: Bool) -> String
}

extension ShellSyntax {
    var aliases: [String] { [] }
    var evaluates: Bool { true }
    var opening: String { "" }
    var closing: String { "" }
}

/// A format that programs read and no shell evaluates.
///
/// It can neither fail nor refer to a variable: what a reference stands for is a secret, and is left out.
protocol DataFormat: ShellSyntax {}

extension DataFormat {
    var evaluates: Bool { false }
    func appendReference(to variable: String, from name: String, output: inout [UInt8]) {}
    func failure(exitCode: Int32, interactive: Bool) -> String { "" }
}
