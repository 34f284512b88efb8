internal import DockerConfig

/// What a token service answers.
struct TokenResponse {
    /// The token to show the registry.
    let token: Secret

    /// Reads `{"token": …}`, or `{"access_token": …}` as OAuth 2 names it; `nil` where there is no token in it.
    init?(_ body: [UInt8]) {
        // replaced when JSON lands
        guard let token = Self.member("token", of: body) ?? Self.member("access_token", of: body) else { return nil }
        self.token = Secret(token)
    }

    /// The string after `"name":`, without escapes: tokens have none.
    ///
    /// Not a JSON parser; replaced when JSON lands.
    private static func member(_ name: String, of body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let key = text.firstRange(of: "\"\(name)\"") else { return nil }
        let rest = text[key.upperBound...].drop(while: \.isWhitespace)
        guard rest.first == ":" else { return nil }
        let value = rest.dropFirst().drop(while: \.isWhitespace)
        guard value.first == "\"", let end = value.dropFirst().firstIndex(of: "\"") else { return nil }
        let token = value.dropFirst()[..<end]
        return token.isEmpty || token.contains("\\") ? nil : String(token)
    }
}
