internal import DockerConfig
internal import JSON

/// What a token service answers where it lets somebody in.
struct TokenResponse {
    /// The token to show the registry.
    let token: Secret
    /// How long the token is good; a minute where the service does not say (distribution's token specification), or says
    /// zero, as a program writes it that does not know.
    let lifetime: Duration
    /// A refresh token that takes the place of the one that was shown (RFC 6749 §6).
    let refreshToken: Secret?

    /// Reads `{"token": …}`, or `{"access_token": …}` as OAuth 2 names it; `nil` where there is no token in it.
    init?(_ body: [UInt8]) {
        let object = (try? JSONValue(parsing: body))?.object
        let tokens = ["token", "access_token"].compactMap { object?[$0]?.string }
        guard let token = tokens.first(where: { !$0.isEmpty }) else { return nil }
        self.token = Secret(token)
        let seconds = object?["expires_in"]?.integer ?? 0
        lifetime = .seconds(seconds > 0 ? min(seconds, 86_400) : 60)
        refreshToken = object?["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : Secret($0) }
    }
}

/// What a token service answers where it does not, as OAuth 2 has it (RFC 6749 §5.2).
struct TokenError {
    /// The error's name, such as `invalid_grant`.
    let code: String

    /// Reads `{"error": …}`; `nil` where there is no error's name in it.
    init?(_ body: [UInt8]) {
        guard let code = (try? JSONValue(parsing: body))?.object?["error"]?.string else { return nil }
        self.code = code
    }
}
