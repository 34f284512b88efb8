internal import DockerConfig
internal import JSON

/// What a value says of itself, whatever its variable is called.
enum SecretValue {
    /// Whether there is a secret in `value`: a key, a token, a login, or what is too random to be anything else.
    ///
    /// In doubt there is.
    static func isTelling(_ value: String) -> Bool {
        let text = Array(value.utf8)
        return RandomWord.stands(in: text) || Readings.all(of: text, depth: 2).contains(where: holdsSecret)
    }

    private static func holdsSecret(_ text: [UInt8]) -> Bool {
        holdsKey(text) || words(of: text).contains(where: isToken) || !SecretLogin.passwords(in: text).isEmpty
            || !SecretAssignment.values(in: text).isEmpty || text.holds(Array(#""auths""#.utf8))
    }

    /// The secrets that stand in `value` in a place that is made for them, so that others than itself may have them:
    /// passwords of URLs, and logins of a docker config.
    static func parts(of value: String) -> [[UInt8]] {
        let text = Array(value.utf8)
        return SecretLogin.passwords(in: text) + logins(inConfig: text)
    }

    /// The logins of the docker config that `text` is.
    private static func logins(inConfig text: [UInt8]) -> [[UInt8]] {
        guard text.holds(Array(#""auths""#.utf8)), let config = try? DockerConfigFile.parse(text, named: "") else {
            return []
        }
        return Credential.secrets(of: config.auths).map { $0.withValue { Array($0.utf8) } }
    }

    // MARK: keys and tokens

    private static func holdsKey(_ text: [UInt8]) -> Bool {
        text.holds(Array("PRIVATE KEY".utf8)) || text.holds(Array("PuTTY-User-Key-File".utf8))
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
        "dapi", "sntrys_", "figd_", "cio_", "xoxd-", "s.", "NRAK-", "EAAC", "sq0csp-", "HRKU-", "xkeysib-",
    ].map { Array($0.utf8) }

    private static func isToken(_ word: ArraySlice<UInt8>) -> Bool {
        isAmazonKey(word) || isWebToken(word)
            || marks.contains {
                word.starts(with: $0) && word.count >= $0.count + 10
                    && ("_-".utf8.contains($0.last ?? 0) && $0.count > 3 || word.contains(where: \.isASCIIDigit))
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
}
