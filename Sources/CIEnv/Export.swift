/// One variable for the job's shell.
public struct Export: Equatable, Sendable {
    /// What the variable is set to.
    public enum Value: Equatable, Sendable {
        /// This text, byte for byte.
        case text(String)

        /// Whatever the named variable holds in the evaluating shell. A secret is handed on this way, so that it stands
        /// in no output.
        case reference(String)
    }

    /// The variable's name: `[A-Za-z_][A-Za-z0-9_]*`.
    public let name: String

    /// The variable's value.
    public let value: Value

    /// What the value came from, for people: a variable's name or a few words.
    public let source: String

    /// Sets `name` to the text `value`.
    public init(_ name: String, _ value: String, from source: String) {
        self.name = name
        self.value = .text(value)
        self.source = source
    }

    /// Sets `name` to what `variable` holds where the output is evaluated.
    public init(_ name: String, referringTo variable: String) {
        self.name = name
        self.value = .reference(variable)
        self.source = variable
    }
}

extension Export {
    /// Whether `text` is `[A-Za-z_][A-Za-z0-9_]*`, which is a variable's name to every shell; anything else could be
    /// code to one of them.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !first.isASCIIDigit else { return false }
        return text.utf8.allSatisfy { $0.isASCIIAlphanumeric(or: "_") }
    }

    /// Whether `name` looks like a variable's name and not like a secret in its place: capitals, and digits only beside
    /// an underscore.
    static func isTelling(_ name: String) -> Bool {
        let words = name.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        return words.joined().allSatisfy { $0.isASCIICapital || ($0.isASCIIDigit && words.count > 1) }
    }
}
