public import DockerConfig

/// A job's OIDC token: a JSON Web Token (RFC 7519) by which the CI system tells others what job it is.
public struct IDToken: Equatable, Sendable {
    /// The token.
    public let text: Secret
    /// Where it comes from, for people, such as a variable's name.
    public let source: String

    /// A token that `source` gave.
    public init(_ text: Secret, from source: String) {
        self.text = text
        self.source = source
    }
}
