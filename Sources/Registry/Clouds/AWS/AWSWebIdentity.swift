public import DockerConfig
internal import HTTP

/// A role of AWS's that a job takes on with its OIDC token.
public struct AWSWebIdentity: Sendable {
    /// Gets a token for whom the role trusts; each is good for minutes, and asked for when it is needed.
    public typealias Token = @Sendable () async throws(RegistryError) -> Secret

    /// The role's name in full.
    public let role: String
    /// The region, where the registry's host does not tell it.
    public let region: String?
    /// What the session is called in AWS's logs.
    public let sessionName: String
    /// What sends the token.
    ///
    /// It may be another than what sends requests to registries: what is said of these, such as that nobody's certificate
    /// is looked at, does not hold for who is shown a token.
    public let context: CloudContext
    /// Who has the token.
    public let token: Token

    /// A role.
    public init(
        role: String, region: String? = nil, sessionName: String, _ context: CloudContext, token: @escaping Token
    ) {
        self.role = role
        self.region = region
        self.sessionName = sessionName
        self.context = context
        self.token = token
    }
}

extension AWSCredentialChain {
    /// The credentials of a role that is taken on with a token, anew whenever they are about to end.
    convenience init(_ identity: AWSWebIdentity) {
        self.init(now: identity.context.pacing.unixTime) { () async throws(RegistryError) in
            try await AWSSTS(identity.context).assumeRole(
                webIdentityToken: try await identity.token(), role: identity.role, sessionName: identity.sessionName,
                region: identity.region)
        }
    }
}
