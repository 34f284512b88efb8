/// A repository's name within its registry, such as `library/ubuntu`.
///
/// The grammar is distribution's: parts between slashes, each of lower-case letters and digits with single separators
/// (`.`, `_`, `__` or any number of `-`) inside.
public struct RepositoryName: Hashable, Sendable {
    /// The name.
    public let text: String

    /// The most bytes of a name, together with the registry's host.
    static let limit = 255

    /// Reads a name.
    ///
    /// - Throws: `RegistryError` of the kind `badName`.
    public init(_ text: String) throws(RegistryError) {
        guard text.utf8.count <= Self.limit else {
            throw RegistryError(.badName, "\(Excerpt.quoted(text)) is longer than the \(Self.limit) bytes of a name")
        }
        guard text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(Self.isPart)
        else {
            let isLowercase = !text.utf8.contains { $0.isLetter && !$0.isLowercaseLetter }
            throw RegistryError(
                .badName, "\(Excerpt.quoted(text)) is not a repository's name",
                hint: isLowercase ? nil : "names of repositories are in lower case")
        }
        self.text = text
    }

    private static func isPart(_ part: Substring.UTF8View) -> Bool {
        var separator: [UInt8] = []
        var isEmpty = true
        for byte in part {
            guard byte.isLowercaseLetter || byte.isDigit else {
                separator.append(byte)
                continue
            }
            guard separator.isEmpty || (!isEmpty && isSeparator(separator)) else { return false }
            separator = []
            isEmpty = false
        }
        return !isEmpty && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        bytes.elementsEqual(".".utf8) || bytes.elementsEqual("_".utf8) || bytes.elementsEqual("__".utf8)
            || bytes.allSatisfy { $0 == UInt8(ascii: "-") }
    }
}

extension RepositoryName: CustomStringConvertible {
    /// The name.
    public var description: String { text }
}
