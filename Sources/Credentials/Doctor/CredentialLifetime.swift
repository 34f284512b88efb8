internal import CIEnv
internal import DockerConfig
internal import JSON

/// What a credential itself tells of how long it is good.
struct CredentialLifetime {
    private let environment: Environment

    init(_ environment: Environment) {
        self.environment = environment
    }

    /// How long `credential` is good.
    func lifetime(of credential: Credential) -> RegistryLogin.Lifetime {
        let secrets = [credential.registryToken, credential.identityToken, credential.password].compactMap(\.self)
        guard let secret = secrets.first(where: { !$0.isEmpty }) else { return .unknown }
        return secret.withValue { text in
            if let end = IDTokenClaims(secret)?.expiry ?? Self.endOfECRPassword(text) { return .until(end) }
            if let byPrefix = Self.lifetime(ofToken: text) { return byPrefix }
            if Self.ofJobs.contains(where: { environment[$0] == text }) { return .job }
            switch credential.username {
            case "oauth2accesstoken": return .short
            case "_json_key", "_json_key_base64": return .unlimited
            default: return .unknown
            }
        }
    }

    /// The variables of tokens that CI systems take back when the job ends.
    private static let ofJobs = [
        "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD", "GITHUB_TOKEN", "GITEA_TOKEN",
        "FORGEJO_TOKEN",
    ]

    /// What vendors begin their tokens with, so that leaked ones are found.
    private static let prefixes: [(prefix: String, lifetime: RegistryLogin.Lifetime)] = [
        ("ghs_", .job), ("glcbt-", .job),
        ("ghp_", .unlimited), ("github_pat_", .unlimited), ("gho_", .unlimited), ("glpat-", .unlimited),
        ("gldt-", .unlimited), ("glft-", .unlimited), ("dckr_pat_", .unlimited), ("dckr_oat_", .unlimited),
        ("dop_v1_", .unlimited), ("AKCp", .unlimited), ("ya29.", .short),
    ]

    private static func lifetime(ofToken text: String) -> RegistryLogin.Lifetime? {
        prefixes.first { text.hasPrefix($0.prefix) }?.lifetime
    }

    /// The end that stands in what ECR calls a password: Base64 of JSON, with `expiration` in seconds.
    private static func endOfECRPassword(_ text: String) -> Int? {
        guard text.utf8.count > 100, let bytes = Base64.decode(text), bytes.first == UInt8(ascii: "{"),
            let object = try? JSONValue(parsing: bytes).object, let end = object["expiration"]?.integer, end > 0
        else { return nil }
        return end
    }
}
