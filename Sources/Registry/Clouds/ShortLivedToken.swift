public import DockerConfig
internal import JSON

/// A token that a cloud has given out, and when it ends.
public struct ShortLivedToken: Equatable, Sendable {
    /// The token.
    public let token: Secret
    /// The moment from which it is good no more, in seconds since 1970.
    public let end: Int

    /// A token that is good until `end`.
    public init(_ token: Secret, end: Int) {
        self.token = token
        self.end = end
    }
}

extension ShortLivedToken {
    /// The longest life that is believed: a week, in seconds.
    package static let longestLife = 7 * 86_400
    /// More bytes than the longest token has: Google's limit is 12 KiB.
    private static let lengthLimit = 1 << 16

    /// `text` as a token, or `nil` where it cannot stand in a header: tokens are printable ASCII without spaces.
    package static func token(_ text: String?) -> Secret? {
        guard let text, (1...lengthLimit).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return Secret(text)
    }

    /// Reads an answer of OAuth 2 (RFC 6749 §5.1); `nil` where there is no token in it.
    ///
    /// - Parameters:
    ///   - answer: The body.
    ///   - start: When it was asked for, in seconds since 1970: its life is counted from there.
    ///   - life: How long it lives where the answer does not say, in seconds.
    package init?(oauth answer: [UInt8], start: Int, life: Int) {
        let object = (try? JSONValue(parsing: answer))?.object
        guard let token = Self.token(object?["access_token"]?.string) else { return nil }
        func number(_ name: String) -> Int? {
            // Azure's metadata service writes its numbers as text.
            let field = object?[name]
            return field?.integer ?? field?.string.flatMap { Int($0) }
        }
        // The endpoint of Azure's apps tells the end alone.
        let left = number("expires_on").map { $0.subtractingReportingOverflow(start) }
        let told = number("expires_in") ?? left.map { $0.overflow ? 0 : $0.partialValue } ?? 0
        self.init(token, end: start + (told > 0 ? min(told, Self.longestLife) : life))
    }
}
