internal import DockerConfig
internal import JSON

/// What a token service answers where it lets somebody in.
struct TokenResponse {
    /// The token to show the registry.
    let token: Secret

    /// Reads `{"token": …}`, or `{"access_token": …}` as OAuth 2 names it; `nil` where there is no token in it.
    init?(_ body: [UInt8]) {
        let object = (try? JSONValue(parsing: body))?.object
        let tokens = ["token", "access_token"].compactMap { object?[$0]?.string }
        guard let token = tokens.first(where: { !$0.isEmpty }) else { return nil }
        self.token = Secret(token)
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
