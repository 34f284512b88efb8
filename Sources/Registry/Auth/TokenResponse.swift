internal import DockerConfig
internal import JSON

/// What a token service answers.
struct TokenResponse {
    /// The token to show the registry.
    let token: Secret

    /// Reads `{"token": …}`, or `{"access_token": …}` as OAuth 2 names it; `nil` where there is no token in it.
    init?(_ body: [UInt8]) {
        guard let answer = try? JSONValue(parsing: body).object,
            let token = Self.text("token", of: answer) ?? Self.text("access_token", of: answer)
        else { return nil }
        self.token = Secret(token)
    }

    /// A member's text; an empty one is as good as none.
    private static func text(_ name: String, of answer: JSONObject) -> String? {
        answer[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
}
