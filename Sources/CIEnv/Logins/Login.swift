public import DockerConfig

/// Credentials that a job brings for one registry.
public struct Login: Equatable, Sendable {
    /// The registry as the CI system or the user wrote it: `host`, `host:port`, `host/path` or a URL.
    public let registry: String

    /// The user.
    public let username: String

    /// The password or token.
    public let password: Secret

    /// The names of the variables that the credentials came from, for people.
    public let source: String

    /// Credentials for `registry`.
    public init(registry: String, username: String, password: Secret, source: String) {
        self.registry = registry
        self.username = username
        self.password = password
        self.source = source
    }
}
