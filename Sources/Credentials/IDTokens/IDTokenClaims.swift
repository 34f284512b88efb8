public import DockerConfig
internal import JSON
internal import Registry

/// What a job's OIDC token says of itself (RFC 7519 §4.1): whom it is from, about and for, and when it is good.
///
/// Nothing is verified: it tells people why others do not trust the token, and when to ask for another one.
public struct IDTokenClaims: Equatable, Sendable {
    /// Who has made the token (`iss`).
    public let issuer: String?
    /// Which job, branch or project it is about (`sub`).
    public let subject: String?
    /// Whom it is for (`aud`).
    public let audiences: [String]
    /// The moment from which it is good no more (`exp`), in seconds since 1970.
    public let expiry: Int?
    /// The moment at which it was made (`iat`), in seconds since 1970.
    public let issuedAt: Int?
    /// The moment before which it is not good yet (`nbf`), in seconds since 1970.
    public let notBefore: Int?

    /// The longest token that is looked into, in bytes: AWS takes 20,000.
    private static let sizeLimit = 1 << 16
    /// More audiences than any token has.
    private static let audienceLimit = 16

    /// Reads `token`; `nil` where it is not of a JSON Web Token's form.
    public init?(_ token: Secret) {
        let payload = token.withValue { text -> [UInt8]? in
            guard text.utf8.count <= Self.sizeLimit else { return nil }
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 3 ? Base64.decodeURL(parts[1]) : nil
        }
        guard let payload, let claims = try? JSONNode(parsing: payload), claims.isObject else { return nil }
        issuer = claims.text("iss")
        subject = claims.text("sub")
        expiry = claims.time("exp")
        issuedAt = claims.time("iat")
        notBefore = claims.time("nbf")
        var audiences: [String] = []
        let audience = claims.member("aud")
        if let only = audience?.string { audiences.append(only) }
        audience?.forEachElement { element in
            if audiences.count < Self.audienceLimit, let text = element.string { audiences.append(text) }
        }
        self.audiences = audiences
    }

    /// Issuer, subject and audiences in one line for people, fit to be shown; `nil` where it names none of them.
    public var summary: String? {
        func shown(_ text: String) -> String { "\"\(Excerpt.line(text))\"" }
        let parts = [
            issuer.map { "issuer \(shown($0))" }, subject.map { "subject \(shown($0))" },
            audiences.isEmpty ? nil : "audience \(audiences.prefix(4).map(shown).joined(separator: ", "))",
        ]
        let line = parts.compactMap(\.self).joined(separator: ", ")
        return line.isEmpty ? nil : line
    }
}

extension JSONNode {
    /// The text of the member `name`.
    fileprivate func text(_ name: String) -> String? { member(name)?.string }

    /// The time that the member `name` is, which may have a fraction (RFC 7519 §2, NumericDate).
    fileprivate func time(_ name: String) -> Int? {
        // No more than a double tells exactly: to add and subtract such times cannot go wrong.
        member(name)?.number.flatMap { abs($0) < 1e15 ? Int($0.rounded(.down)) : nil }
    }
}
