internal import DockerConfig
internal import JSON

/// What a registry's token says of itself, where it is one that can be read (distribution's token specification: a JSON
/// Web Token with the claim `access`).
///
/// Nothing is verified: it is the registry's to believe it, and only good for telling early what it will refuse.
struct TokenClaims {
    private let claims: JSONNode

    /// The longest token that is looked into, in bytes.
    private static let limit = 1 << 20

    /// Reads the token of an `Authorization: Bearer …` header; `nil` where it is of another form.
    init?(authorization text: String) {
        guard text.utf8.count <= Self.limit, text.hasPrefix("Bearer ") else { return nil }
        let parts = text.dropFirst("Bearer ".count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decodeURL(parts[1]), let claims = try? JSONNode(parsing: bytes)
        else { return nil }
        self.claims = claims
    }

    /// Whom the token is for (RFC 7519 §4.1.2).
    var subject: String? { claims.text("sub") }

    /// What the token allows to be done to the repository `name`; `nil` where it does not tell.
    func actions(on name: RepositoryName) -> Set<String>? {
        guard let access = claims.member("access"), access.isArray || access.isNull else { return nil }
        var actions: Set<String> = []
        access.forEachElement { entry in
            guard entry.text("type") == "repository", entry.text("name") == name.text else { return }
            entry.member("actions")?.forEachElement { if let action = $0.string { actions.insert(action) } }
        }
        return actions
    }
}
