internal import CIEnv
internal import DockerConfig
internal import Registry

/// Whether what a source gave is a token that is worth showing to anybody.
struct IDTokenCheck {
    let source: IDTokenSource
    /// Whom the token must be for, where that is known.
    let audience: String?
    /// The time, in seconds since 1970; `nil` where a token that has ended will do.
    let now: Int?
    /// Whether the request names the source itself, and so says that this token is meant.
    let isNamed: Bool

    /// The longest token, in bytes.
    private static let sizeLimit = 1 << 16

    /// The token in `text`, without the white space around it.
    ///
    /// - Throws: `RegistryError` of the kind `denied` where it is no JSON Web Token, is for others only, or has ended.
    ///   Nothing of it is shown but whom it is for.
    func token(_ text: Secret?) throws(RegistryError) -> Secret {
        try read(text).token
    }

    /// The same with what the token says of itself.
    func read(_ text: Secret?) throws(RegistryError) -> (token: Secret, claims: IDTokenClaims) {
        guard let text, let token = Self.trimmed(text), let claims = IDTokenClaims(token) else {
            throw RegistryError(
                .denied, "no OIDC token: what \(source) gives is no JSON Web Token",
                hint: "it should be three parts in Base64URL with dots between them, and nothing else")
        }
        try checkAudience(claims.audiences)
        if let now, let end = claims.expiry, end <= now { throw ended(for: now - end) }
        return (token, claims)
    }

    private func checkAudience(_ actual: [String]) throws(RegistryError) {
        let shown = actual.prefix(4).map { "\"\(Excerpt.line($0))\"" }.joined(separator: ", ")
        if let audience {
            guard !actual.contains(audience) else { return }
            throw RegistryError(
                .denied,
                "the OIDC token of \(source) is for \(actual.isEmpty ? "nobody" : shown) and not for"
                    + " \"\(Excerpt.line(audience))\"",
                hint: "have the CI system make one for that audience, or name another by audience:, if it is trusted")
        }
        // Who is shown a token can show it on, and be let in there in the job's place.
        guard !isNamed, actual.contains(where: Self.isVendors) else { return }
        throw RegistryError(
            .denied, "the OIDC token of \(source) is for \(shown), and nobody says that this registry is to have it",
            hint: "say whom the token is to be for with audience:, or name the token's variable or file with token-var:"
                + " or token-file:")
    }

    /// Whether `audience` is the one by which a cloud or Docker Hub knows the tokens that let a job in there.
    private static func isVendors(_ audience: String) -> Bool {
        ["sts.amazonaws.com", "https://identity.docker.com"].contains(audience)
            || ["api://AzureADTokenExchange", "https://iam.googleapis.com/", "//iam.googleapis.com/"]
                .contains(where: audience.hasPrefix)
    }

    private func ended(for seconds: Int) -> RegistryError {
        let hint: String
        if !source.isRenewable {
            hint =
                "the CI system makes it once for the job, and does not renew it: give it a longer life, or take the"
                + " token nearer to where it is needed"
        } else if case .file = source {
            hint = "whoever writes the file does not renew it in time"
        } else if case .fileNamed = source {
            hint = "whoever writes the file does not renew it in time"
        } else {
            hint = "it was made just now: is this machine's clock right?"
        }
        return RegistryError(.denied, "the OIDC token of \(source) ended \(Self.length(seconds)) ago", hint: hint)
    }

    private static func length(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) minutes"
        case ..<172_800: "\(seconds / 3600) hours"
        default: "\(seconds / 86_400) days"
        }
    }

    /// A token as it may stand in a header; `nil` for anything else.
    private static func trimmed(_ text: Secret) -> Secret? {
        text.withValue { text in
            guard text.utf8.count <= sizeLimit + 64 else { return nil }
            let start = text.utf8.drop { $0 <= 0x20 }
            guard let last = start.lastIndex(where: { $0 > 0x20 }) else { return nil }
            let token = Substring(start[...last])
            let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let isToken = parts.count == 3 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(Self.isBase64URL) }
            return isToken && token.utf8.count <= sizeLimit ? Secret(String(token)) : nil
        }
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
