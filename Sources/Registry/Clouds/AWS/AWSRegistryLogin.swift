package import DockerConfig
internal import HTTP
internal import JSON

/// The login at one of Amazon's registries, by a role that is taken on with a token of somebody whom it trusts.
package struct AWSRegistryLogin: Sendable {
    private let host: RegistryHost
    private let role: String
    private let context: CloudContext
    private let service: AWSService
    private let region: String

    /// How long an authorization token is good whose answer does not say, in seconds: twelve hours, as AWS has it.
    private static let life = 43_200

    /// A login at `host` as `role`.
    ///
    /// - Parameters:
    ///   - role: The role's name in full.
    ///   - host: The registry; where its name is not one of Amazon's, the role's own account has it.
    ///   - region: The region, where the host does not tell it; else that of the AWS tools' settings.
    ///   - context: What sends the requests.
    /// - Throws: `RegistryError` of the kind `badName` where the role's name is none, or the region is not known, or not
    ///   the host's.
    package init(
        as role: String, at host: RegistryHost, region: String? = nil, _ context: CloudContext
    ) throws(RegistryError) {
        try AWSSTS.partition(ofRole: role)
        self.host = host
        self.role = role
        self.context = context
        let told: String?
        if ECRPublicHost.isDualStack(host) != nil {
            (service, told) = (.ecrPublic, ECRPublicHost.region)
        } else {
            (service, told) = (.ecr, ECRHost(host)?.region)
        }
        if let told, let region, region != told {
            throw RegistryError(
                .badName, "\(host) is in the region \(told), and not in \(Excerpt.quoted(region))",
                hint: "leave the region out: the host tells it")
        }
        let named = told == nil && region == nil ? try context.awsRegion() : nil
        guard let region = told ?? region ?? named else {
            throw RegistryError(
                .badName, "\(host) does not tell the region of its registry",
                hint: "say region:REGION, such as region:eu-central-1, or set AWS_REGION")
        }
        guard AWSPartition.isRegion(region) else {
            throw RegistryError(
                .badName, "\(Excerpt.quoted(region)) is not the name of an AWS region",
                hint: "it needs a form such as eu-central-1")
        }
        self.region = region
    }

    /// Takes on the role with a token, and asks the registry's service for a login as that role.
    ///
    /// - Parameters:
    ///   - token: The token.
    ///   - sessionName: What the session is called in AWS's logs.
    /// - Returns: User, password and their end. AWS counts it from the moment when they are asked for, and says that
    ///   they outlive the role's session, which is not used for anything else.
    /// - Throws: `RegistryError`, of the kind `denied` where the token is refused or the role lacks a permission.
    package func credential(
        for token: Secret, sessionName: String
    ) async throws(RegistryError) -> (username: String, password: ShortLivedToken) {
        let session = try await AWSSTS(context).assumeRole(
            webIdentityToken: token, role: role, sessionName: sessionName, region: region)
        let chain = AWSCredentialChain(now: context.pacing.unixTime) { () async throws(RegistryError) in session }
        let start = context.pacing.unixTime()
        let answer = try await api(chain).call("GetAuthorizationToken", [:])
        let data = answer.member("authorizationData")
        let entry = service == .ecrPublic ? data : data?.element(0)
        let credential = try ECRCalls.credential(entry, of: host)
        guard !credential.username.isEmpty, !credential.password.isEmpty else {
            throw RegistryError(.protocolViolation, "\(host): AWS's answer holds no authorization token")
        }
        let told = entry?.member("expiresAt").flatMap { $0.awsTime ?? $0.string.flatMap { Timestamp($0) } }
        let end = told.map(\.secondsSince1970) ?? 0
        let longest = start + Self.life
        return (
            credential.username, ShortLivedToken(credential.password, end: end > start ? min(end, longest) : longest)
        )
    }

    private func api(_ chain: AWSCredentialChain) throws(RegistryError) -> AWSAPI {
        if let isDualStack = ECRPublicHost.isDualStack(host) {
            return try AWSAPI(publicDualStack: isDualStack, context, chain: chain)
        }
        if let host = ECRHost(host) { return try AWSAPI(host, context, chain: chain) }
        let url = try AWSEndpoints(context).url(of: .ecr, region: region)
        return AWSAPI(.ecr, region: region, url: url, chain: chain, sender: AWSSender(context: context))
    }
}
