internal import PCRE

/// A pattern for names: a glob, or a regular expression between slashes.
///
/// A glob is the whole name: `*` is any text, `?` any byte, `[a-z]` one of these, `[!a-z]` one of the others, `{a,b}`
/// either; a backslash takes the meaning from what follows. A regular expression is found anywhere in the name unless it
/// says `^` and `$` itself, as everywhere else.
///
/// Two patterns are equal where they are written the same.
public struct TextPattern: Sendable {
    /// What names are made of.
    public enum Names: Hashable, Sendable {
        /// One text, in which a slash means nothing: git's branches, values of labels.
        case text
        /// The tags of images: a glob that asks for what no tag has in it would be a rule that does nothing.
        case tags
        /// Parts between slashes, which only `**` goes beyond: repositories.
        case paths
    }

    private enum Form: Sendable {
        case glob([Glob])
        case expression(RegularExpression)
    }

    /// The pattern as it was written.
    public let text: String
    private let names: Names
    private let form: Form

    /// Reads a pattern.
    ///
    /// - Parameters:
    ///   - text: The pattern.
    ///   - names: What it is for.
    /// - Throws: `CleanupError` of the kind `badData`.
    public init(_ text: String, for names: Names = .text) throws(CleanupError) {
        self.text = text
        self.names = names
        if text.utf8.first == UInt8(ascii: "/") {
            form = .expression(try Self.expression(text))
        } else if names == .paths, text == "*" {
            // Every repository's name has a slash, so that this would fit none, which nobody means.
            form = .glob(try Glob.alternatives(of: "**", for: .paths))
        } else {
            form = .glob(try Glob.alternatives(of: text, for: names))
        }
    }

    private static func expression(_ text: String) throws(CleanupError) -> RegularExpression {
        guard text.utf8.count > 1, text.utf8.last == UInt8(ascii: "/") else {
            throw CleanupError(
                .badData, "pattern \(text): the slash at its beginning has none at its end",
                hint: "a regular expression stands between slashes, with nothing behind; (?i) in front ignores case")
        }
        let pattern = String(text.dropFirst().dropLast())
        guard !pattern.isEmpty else { throw CleanupError(.badData, "pattern \(text): the expression is empty") }
        do throws(RegularExpressionError) {
            return try RegularExpression(pattern)
        } catch {
            // Counted as people do, with the slash that was taken off.
            let place = error.offset.map { ", at byte \($0 + 2)" } ?? ""
            throw CleanupError(.badData, "pattern \(text)\(place): \(error.reason)")
        }
    }

    /// Whether `name` fits.
    ///
    /// - Parameter name: The name, in UTF-8.
    /// - Returns: Whether it fits: all of it a glob, any part of it an expression.
    /// - Throws: `CleanupError` where an expression takes too long to find that out.
    public func matches(_ name: Span<UInt8>) throws(CleanupError) -> Bool {
        switch form {
        case .glob(let alternatives):
            for alternative in alternatives where alternative.matches(name) { return true }
            return false
        case .expression(let expression):
            do throws(RegularExpressionError) {
                return try expression.isFound(in: name)
            } catch {
                throw CleanupError(
                    .badData, "pattern \(text): \(error.reason)",
                    hint: "write it without repetitions of repetitions, such as (a+)+")
            }
        }
    }

    /// Whether `name` fits.
    ///
    /// - Parameter name: The name.
    /// - Returns: Whether it fits.
    /// - Throws: `CleanupError` where an expression takes too long to find that out.
    public func matches(_ name: String) throws(CleanupError) -> Bool {
        try matches(Array(name.utf8).span)
    }
}

extension TextPattern: Hashable {
    /// Whether both are written the same, for the same kind of names.
    public static func == (first: TextPattern, second: TextPattern) -> Bool {
        first.text == second.text && first.names == second.names
    }

    /// Adds what the comparison looks at.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
        hasher.combine(names)
    }
}

extension TextPattern: CustomStringConvertible {
    /// The pattern as it was written.
    public var description: String { text }
}

extension [TextPattern] {
    /// Whether `name` fits one of these.
    func hasMatch(_ name: Span<UInt8>) throws(CleanupError) -> Bool {
        for pattern in self where try pattern.matches(name) { return true }
        return false
    }
}
