public import CIEnv
public import Registry

extension AWSWebIdentity {
    /// The role that `request` names for a registry of AWS's, by which AWS's own API can be asked too.
    ///
    /// - Parameters:
    ///   - request: What was asked for; for a registry of somebody else's it makes `nil`.
    ///   - jobName: What the job is called in AWS's logs.
    ///   - context: What has variables, and sends the tokens.
    ///   - token: Who gets the job's tokens.
    public init?(
        _ request: IdentityRequest, jobName: String, _ context: CloudContext,
        token: @escaping @Sendable (IdentityRequest, _ audience: String?) async throws(RegistryError) -> IDToken
    ) {
        guard let exchange = try? ExchangeTable.exchange(for: request, jobName: jobName, context) as? AWSExchange
        else { return nil }
        let audience = exchange.audience
        self.init(role: exchange.role, region: exchange.region, sessionName: jobName, context) {
            () async throws(RegistryError) in
            try await token(request, audience).text
        }
    }
}
