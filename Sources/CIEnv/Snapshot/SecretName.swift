internal import POSIX

/// What a variable's name says of its value.
enum SecretName {
    /// Whether the name is that of a secret, such as `DB_PASSWORD`, `NPM_TOKEN`, `SSH_PRIVATE_KEY` or `basicAuth`.
    ///
    /// In doubt it is one.
    static func isTelling(_ name: some StringProtocol) -> Bool {
        let words = words(of: name)
        guard !isWorkingDirectory(words), !isHarmless(words) else { return false }
        let joined = zip(words, words.dropFirst()).map { $0 + $1 }
        return joined.contains { word in parts.contains { word.contains($0) } } || isOfBundler(words, name)
            || words.last.map(lasts.contains) ?? false
            || words.indices.contains { index in
                isTelling(words[index]) || isKey(words[index]) && !isPublic(words[..<index])
            }
    }

    /// Whether `name`, which stands inside of a value, is that of a secret.
    ///
    /// Stricter, since there `key` is any key, and `label key=value` none.
    static func isTelling(insideOfValue name: some StringProtocol) -> Bool {
        let words = words(of: name)
        return words.indices.contains { index in
            isTelling(words[index]) || words[index] == "SIG"
                || isKey(words[index]) && (isKindOfKey(words[index]) || words[..<index].contains(where: isKindOfKey))
        }
    }

    /// Whether the variable names where a secret is, by its own name or, as GitLab's variables of the type file do, by
    /// the file's.
    static func isPlace(_ name: String, value: String) -> Bool {
        guard value.hasPrefix("/"), value.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
        let file = FilePath.lastComponent(value)
        // Base64 has no dot.
        return file == name || file.utf8.contains(UInt8(ascii: "."))
            || words(of: name).last.map(places.contains) ?? false
    }

    /// Whether `value` is too little to be a secret unless somebody knows that it is one.
    static func isTrivial(_ value: String) -> Bool {
        value.utf8.count < 3 || isAnswer(value) || value.utf8.count == 3 && value.utf8.allSatisfy(\.isASCIIDigit)
    }

    /// Whether `value` is no secret, whatever its variable is called: yes and no in all their forms, and what CI systems
    /// put in the place of a secret.
    static func isAnswer(_ value: String) -> Bool {
        answers.contains(value.lowercased()) || value.utf8.allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static let answers: Set<String> = [
        "", "0", "1", "true", "false", "yes", "no", "y", "n", "on", "off", "none", "null", "nil", "auto", "always",
        "never",
        "default", "enabled", "disabled", "[masked]", "[secure]", "[filtered]",
    ]

    private static let places: Set<String> = ["FILE", "PATH", "DIR", "DIRECTORY", "SOCK", "SOCKET"]

    private static let parts = [
        "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "CREDENTIAL", "COOKIE", "SIGNATURE", "BEARER", "APIKEY",
        "CONNECTIONSTRING", "WEBHOOKURL", "PASSCODE", "MNEMONIC", "NETRC", "NPMRC", "SESSIONID",
    ]

    private static let wholes: Set<String> = [
        "AUTH", "AUTHN", "AUTHZ", "OAUTH", "AUTHORIZATION", "DSN", "JWT", "PAT", "PRIVATE", "PW", "SAS",
        "CRED", "CREDS", "TOTP", "PSK", "HMAC", "PFX",
    ]

    private static let ends = ["PASS", "PWD", "AUTH", "PSW", "PSWD"]

    /// What is a secret's name only where nothing follows: `OTP_VERSION` is Erlang's.
    private static let lasts: Set<String> = ["OTP", "PIN", "SALT", "PEM"]

    /// What is called like a secret, and is the name of a setting, of a cache's entry, of a project or of a program.
    private static func isHarmless(_ words: [String]) -> Bool {
        words.starts(with: ["GIT", "CONFIG", "KEY"]) || words.last?.hasSuffix("ASKPASS") ?? false
            || [["PROJECT", "KEY"], ["CACHE", "KEY"]].contains { words.suffix(2).elementsEqual($0) }
            || words == ["XDG", "SESSION", "ID"]
    }

    /// Bundler has the logins to `gems.example.com` in `BUNDLE_GEMS__EXAMPLE__COM`.
    private static func isOfBundler(_ words: [String], _ name: some StringProtocol) -> Bool {
        guard words.first == "BUNDLE", words.count > 2 else { return false }
        return zip(name.utf8, name.utf8.dropFirst()).contains { $0 == UInt8(ascii: "_") && $1 == UInt8(ascii: "_") }
            && !["BUILD", "MIRROR", "LOCAL"].contains(words[1])
    }

    private static func words(of name: some StringProtocol) -> [String] {
        // A number at a word's end counts several: `SSH_KEY2`.
        name.utf8.split { !$0.isASCIIAlphanumeric() }.map { word in
            let end = word.reversed().prefix(while: \.isASCIIDigit).count
            return String(decoding: end < word.count ? word.dropLast(end) : word, as: UTF8.self).uppercased()
        }
    }

    private static func isTelling(_ word: String) -> Bool {
        wholes.contains(word) || ends.contains { word.hasSuffix($0) } || parts.contains { word.contains($0) }
    }

    private static func isKey(_ word: String) -> Bool {
        ["PUBKEY", "PUBLICKEY"].contains(word) ? false : word.hasSuffix("KEY") || word.hasSuffix("KEYS")
    }

    private static func isPublic(_ words: ArraySlice<String>) -> Bool {
        words.contains("PUBLIC") || words.contains("PUB")
    }

    private static func isKindOfKey(_ word: String) -> Bool {
        [
            "API", "ACCESS", "ACCOUNT", "PRIVATE", "SIGNING", "ENCRYPTION", "DEPLOY", "SSH", "CLIENT", "MASTER",
            "LICENSE",
        ].contains { word.hasPrefix($0) }
    }

    /// The shell's own `PWD` and `OLDPWD`.
    private static func isWorkingDirectory(_ words: [String]) -> Bool { words == ["PWD"] || words == ["OLDPWD"] }
}
