public import DockerConfig

/// A credential that was got in exchange for a job's OIDC token.
public struct MintedCredential: Equatable, Sendable {
    /// The user.
    public let username: String
    /// The password or token.
    public let secret: Secret
    /// The moment from which it is good no more, in seconds since 1970.
    public let end: Int

    /// A credential that is good until `end`.
    public init(username: String, secret: Secret, end: Int) {
        self.username = username
        self.secret = secret
        self.end = end
    }

    /// The credential as clients are given it.
    public var credential: Credential { Credential(helperUsername: username, secret: secret) }
}
