package import DockerConfig
internal import JSON

/// Reads tokens that others have written.
package enum CloudToken {
    /// The text of a file that holds a token, without the white space around it; `nil` where it is no UTF-8.
    static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count <= 1 << 20 else { return nil }
        let start = bytes.drop { $0 <= 0x20 }
        guard let last = start.lastIndex(where: { $0 > 0x20 }) else { return nil }
        return String(validating: start[...last], as: UTF8.self)
    }

    /// When a JSON Web Token ends, in seconds since 1970, as it says itself (RFC 7519 §4.1.4); `nil` where it does not.
    ///
    /// Nobody has checked its signature: it tells when to ask for another one, and nothing else.
    package static func end(ofJSONWebToken token: Secret) -> Int? {
        let claims = token.withValue { text -> [UInt8]? in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 3 ? Base64.decodeURL(parts[1]) : nil
        }
        return claims.flatMap { try? JSONValue(parsing: $0) }?.object?["exp"]?.integer
    }
}
