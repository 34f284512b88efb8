/// What stood on the command line of `ci-env` or `exec`, before the environment is asked for the rest.
///
/// `nil` means "not said". Two parsers make it, a fast one for the start of a job and the full one for everything else;
/// a test holds them to the same results.
public struct CIEnvArguments: Equatable, Sendable {
    /// `SYSTEM`.
    public var system: String?
    /// `--shell`.
    public var shell: String?
    /// `--as-file`.
    public var writesFile = false
    /// `--as-env-file`.
    public var writesEnvFile = false
    /// `--output-file-path`.
    public var outputFilePath: String?
    /// `--docker-config`.
    public var dockerConfig: String?
    /// `--use-docker-auth-config`.
    public var usesDockerAuthConfig = false
    /// `--inherit`.
    public var inherit: String?
    /// `--login-to-registry`, `--no-login-to-registry`.
    public var logsInToRegistry: Bool?
    /// Each `--login`.
    public var logins: [String] = []
    /// Each `--oidc`.
    public var oidc: [String] = []
    /// `--verify`, `--no-verify`.
    public var verifies: Bool?
    /// `--tmp-dir`.
    public var temporaryDirectory: String?
    /// `--ttl`.
    public var ttl: String?
    /// `--watch`.
    public var watch: String?
    /// `--explain`.
    public var explains = false

    /// A command line that says nothing.
    public init() {}
}
