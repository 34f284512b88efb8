internal import DockerConfig
internal import JSON

/// What a value says of itself, whatever its variable is called.
enum SecretValue {
    /// Whether there is a secret in `value`: a key, a token, a login, or what is too random to be anything else.
    ///
    /// In doubt there is.
    static func isTelling(_ value: String) -> Bool {
        let text = Array(value.utf8)
        return holdsKey(text) || Self.words(of: text).contains(where: isToken)
            || !passwords(inURLsOf: text).isEmpty || holdsAssignment(text) || text.holds(Array(#""auths""#.utf8))
            || RandomWord.stands(in: text)
    }

    /// The secrets that stand in `value` in a place that is made for them, so that others than itself may have them:
    /// passwords of URLs, and logins of a docker config.
    static func parts(of value: String) -> [[UInt8]] {
        let text = Array(value.utf8)
        return passwords(inURLsOf: text) + logins(inConfig: text)
    }

    /// The logins of the docker config that `text` is.
    private static func logins(inConfig text: [UInt8]) -> [[UInt8]] {
        guard text.holds(Array(#""auths""#.utf8)), let config = try? DockerConfigFile.parse(text, named: "") else {
            return []
        }
        let credentials = config.auths.members.compactMap { (try? Credential(entry: $0.value)) ?? nil }
        return credentials.flatMap(\.secrets).map { $0.withValue { Array($0.utf8) } }
    }

    // MARK: keys and tokens

    private static func holdsKey(_ text: [UInt8]) -> Bool {
        text.holds(Array("PRIVATE KEY-----".utf8)) || text.holds(Array("PuTTY-User-Key-File".utf8))
            || text.holds(Array("AGE-SECRET-KEY-".utf8))
    }

    /// What the tokens of those begin with who mark theirs.
    private static let marks = [
        // GitHub.
        "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
        // GitLab.
        "glpat-", "glcbt-", "gldt-", "glrt-", "glrtr-", "glptt-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-",
        "glwt-", "gloas-", "GR1348941",
        // Docker Hub, Slack, Atlassian, Buildkite, CircleCI.
        "dckr_pat_", "dckr_oat_", "xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-", "ATATT3", "ATBB",
        "ATCTT3",
        "bkua_", "bkct_", "bkaj_", "CCIPAT_", "CCIPRJ_",
        // Google, Vault, npm, PyPI, RubyGems, Stripe, SendGrid, DigitalOcean, and others.
        "AIza", "ya29.", "hvs.", "hvb.", "hvr.", "npm_", "pypi-", "rubygems_", "sk_live_", "rk_live_", "sk_test_",
        "sk-",
        "SG.", "dop_v1_", "doo_v1_", "dor_v1_", "shpat_", "shpss_", "pul-", "hf_", "glsa_", "lin_api_", "tskey-",
        "PMAK-",
        "dapi", "sntrys_", "figd_", "cio_",
    ].map { Array($0.utf8) }

    private static func isToken(_ word: ArraySlice<UInt8>) -> Bool {
        isAmazonKey(word) || isWebToken(word)
            || marks.contains {
                word.starts(with: $0) && word.count >= $0.count + 10 && word.contains(where: \.isASCIIDigit)
            }
    }

    /// Amazon's access key ids, whose secrets are seldom far away.
    private static func isAmazonKey(_ word: ArraySlice<UInt8>) -> Bool {
        word.count == 20 && ["AKIA", "ASIA"].contains { word.starts(with: $0.utf8) }
            && word.allSatisfy { $0.isASCIICapital || $0.isASCIIDigit }
    }

    /// A JSON Web Token: `eyJ` is how an object begins in Base64.
    private static func isWebToken(_ word: ArraySlice<UInt8>) -> Bool {
        word.starts(with: "eyJ".utf8) && word.count > 20 && word.contains(UInt8(ascii: "."))
    }

    private static func words(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split { !$0.isASCIIAlphanumeric(or: "-_.") }
    }

    // MARK: logins

    /// The passwords of the URLs in `text`, as they are written there and with percent-encoding undone.
    private static func passwords(inURLsOf text: [UInt8]) -> [[UInt8]] {
        var passwords: [[UInt8]] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: Array("://".utf8)) {
            rest = rest[(start + 3)...]
            let authority = rest.prefix { $0 > 0x20 && !"/?#\"'`<>\\".utf8.contains($0) }
            guard let end = authority.lastIndex(of: UInt8(ascii: "@")),
                let colon = authority[..<end].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            let password = Array(authority[(colon + 1)..<end])
            guard !SecretName.isTrivial(String(decoding: password, as: UTF8.self)), !isReference(password[...]) else {
                continue
            }
            passwords += [password, Readings.percentDecoded(password)]
        }
        return passwords
    }

    /// Whether something in `text` that is called a secret is given a value: `password=…`, `"token": "…"`,
    /// `--api-key …`, `Authorization: …`, `Bearer …`.
    private static func holdsAssignment(_ text: [UInt8]) -> Bool {
        var place = 0
        while place < text.count {
            let name = text[place...].prefix { $0.isASCIIAlphanumeric(or: "-_.") }
            guard !name.isEmpty else {
                place += 1
                continue
            }
            place = name.endIndex
            let rest = text[place...]
            if isScheme(name), isLongWord(rest.drop { $0 == 0x20 }) && rest.first == 0x20 { return true }
            guard SecretName.isTelling(insideOfValue: String(decoding: name, as: UTF8.self)) else { continue }
            if isGivenValue(name, rest) { return true }
        }
        return false
    }

    private static func isScheme(_ name: ArraySlice<UInt8>) -> Bool {
        ["bearer", "basic"].contains(String(decoding: name, as: UTF8.self).lowercased())
    }

    private static func isLongWord(_ text: ArraySlice<UInt8>) -> Bool {
        text.prefix { $0.isASCIIAlphanumeric(or: "-_.~+/=") }.count >= 16
    }

    /// Whether what follows the name `name` of a secret is a value for it.
    private static func isGivenValue(_ name: ArraySlice<UInt8>, _ rest: ArraySlice<UInt8>) -> Bool {
        let isOption = name.starts(with: "--".utf8)
        let isQuoted = rest.first.map { quotes.contains($0) } ?? false
        let sign = rest.dropFirst(isQuoted ? 1 : 0).drop { $0 == 0x20 }
        var value = sign.dropFirst()
        switch sign.first {
        case UInt8(ascii: "="): break
        case UInt8(ascii: ":"):
            // What goes on after a word is a sentence: "auth: log in again".
            if !isQuoted, value.first == 0x20, isSentence(value) { return false }
        case _ where isOption && rest.first == 0x20: value = sign
        default: return false
        }
        value = value.drop { $0 == 0x20 || quotes.contains($0) }
        let word = value.prefix { $0 > 0x20 && !quotes.contains($0) && !",;&".utf8.contains($0) }
        return !SecretName.isTrivial(String(decoding: word, as: UTF8.self)) && !isReference(word)
            && !(isOption && word.first == UInt8(ascii: "-"))
    }

    private static func isSentence(_ text: ArraySlice<UInt8>) -> Bool {
        let line = text.drop { $0 == 0x20 }.prefix { $0 != 0x0A && $0 != 0x0D }
        return line.first.map { !quotes.contains($0) } ?? true && line.split(separator: 0x20).count > 1
    }

    private static let quotes = "\"'".utf8

    /// Whether `text` only says where the secret is: a shell's variable, a template's, or what has been put in its place.
    private static func isReference(_ text: ArraySlice<UInt8>) -> Bool {
        ["$", "%", "{{", "***", "<"].contains { text.starts(with: $0.utf8) }
    }
}
