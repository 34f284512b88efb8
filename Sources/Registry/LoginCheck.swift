public import DockerConfig
public import HTTP

/// Tries credentials against a registry, as `docker login` does, and keeps nothing.
///
/// No scope is asked for: whether the registry takes the credentials is the question, not what they may do.
public struct LoginCheck: Sendable {
    /// What a registry that did not refuse has said.
    public enum Verdict: Equatable, Sendable {
        /// The credentials are good.
        case accepted
        /// The registry lets everybody in and looked at no credentials.
        case loginNotNeeded
    }

    /// The user name that stands for "the secret is an identity token", in docker's helpers and config alike.
    public static let identityTokenUsername = "<token>"

    private let client: any HTTPClient
    private let allowsPlainHTTP: Bool
    private let pacing: Pacing
    private let budget: Duration

    /// A check through `client`.
    ///
    /// - Parameters:
    ///   - client: What sends the requests.
    ///   - allowsPlainHTTP: Whether a registry may be spoken to over plain HTTP where it does not speak TLS. The machine
    ///     itself always may, as for docker.
    ///   - pacing: The clock.
    ///   - budget: The longest time for all requests and pauses together.
    public init(
        client: any HTTPClient, allowsPlainHTTP: Bool = false, pacing: Pacing = .system,
        budget: Duration = .seconds(30)
    ) {
        self.client = client
        self.allowsPlainHTTP = allowsPlainHTTP
        self.pacing = pacing
        self.budget = budget
    }

    /// Tries `username` and `password` against `host`.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where the registry refuses them.
    @discardableResult
    public func verify(host: RegistryHost, username: String, password: Secret) async throws(RegistryError) -> Verdict {
        let patient = RetryingClient(
            client: client, policy: RetryPolicy(), pacing: pacing, patience: .until(pacing.elapsed() + budget),
            limiters: HostLimiters(most: 1))
        let isToken = username == Self.identityTokenUsername
        let attempt = LoginAttempt(
            client: patient, host: host, allowsPlainHTTP: allowsPlainHTTP,
            identity: isToken
                ? .refreshToken(password) : .user(BasicCredentials(username: username, password: password)))
        return try await attempt.run()
    }
}
