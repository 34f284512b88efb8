public import JSON

extension Credential {
    /// All texts of it that a log must not show: passwords and tokens, and `auth`, which is as good as the password.
    public var secrets: [Secret] {
        let auth = (try? portableEntry())?.object?["auth"]?.string.map { Secret($0) }
        return [password, identityToken, registryToken, auth].compactMap { $0 }.filter { !$0.isEmpty }
    }

    /// Those of a docker config's `auths`; an entry that cannot be read has none.
    public static func secrets(of auths: JSONObject) -> [Secret] {
        auths.members.flatMap { (try? Credential(entry: $0.value))??.secrets ?? [] }
    }
}
