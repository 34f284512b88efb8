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
    /// Who has the token.
    public let token: Token

    /// A role.
    public init(role: String, region: String? = nil, sessionName: String, token: @escaping Token) {
        self.role = role
        self.region = region
        self.sessionName = sessionName
        self.token = token
    }
}

extension AWSCredentialChain {
    /// The credentials of a role that is taken on with a token, anew whenever they are about to end.
    convenience init(_ identity: AWSWebIdentity, _ context: CloudContext) {
        self.init(now: context.pacing.unixTime) { () async throws(RegistryError) in
            try await AWSSTS(context).assumeRole(
                webIdentityToken: try await identity.token(), role: identity.role, sessionName: identity.sessionName,
                region: identity.region)
        }
    }
}
