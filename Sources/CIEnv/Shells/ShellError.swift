/// A variable that a format cannot carry.
public struct ShellError: Error, Equatable, Sendable {
    /// What of the variable it is that cannot be written.
    public enum Kind: Error, Equatable, Sendable {
        /// The name is not `[A-Za-z_][A-Za-z0-9_]*`.
        case name
        /// A NUL byte, which no environment can hold.
        case nul
        /// A newline, or another character that ends the format's line.
        case newline
        /// A quotation mark.
        case quote
        /// A line beyond the format's longest.
        case length
    }

    /// What cannot be written.
    public let kind: Kind

    /// The variable's name.
    ///
    /// Its value is not kept: it may be a secret.
    public let variable: String

    /// The format.
    public let shell: Shell

    /// An error of `kind` in `variable` for `shell`.
    public init(_ kind: Kind, variable: String, shell: Shell) {
        self.kind = kind
        self.variable = variable
        self.shell = shell
    }
}

extension ShellError: CustomStringConvertible {
    /// One line, such as `CI_COMMIT_TAG: a newline cannot be written for cmd`.
    public var description: String {
        // A name that was refused may hold anything, a terminal's control characters too.
        let variable = variable.unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
        return "\(variable): \(kind) cannot be written for \(shell.rawValue)"
    }
}

extension ShellError.Kind: CustomStringConvertible {
    /// A few words, such as `a newline`.
    public var description: String {
        switch self {
        case .name: "such a name"
        case .nul: "a NUL byte"
        case .newline: "a newline"
        case .quote: "a quotation mark"
        case .length: "so long a value"
        }
    }
}
