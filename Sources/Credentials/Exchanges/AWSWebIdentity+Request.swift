public import CIEnv
public import Registry

extension AWSWebIdentity {
    /// The role that `request` names for a registry of AWS's, by which AWS's own API can be asked too.
    ///
    /// - Parameters:
    ///   - request: What was asked for; for a registry of somebody else's it makes `nil`.
    ///   - jobName: What the job is called in AWS's logs.
    ///   - context: What has variables.
    ///   - fetcher: Who gets the job's tokens.
    public init?(
        _ request: IdentityRequest, jobName: String, _ context: CloudContext, fetcher: IDTokenFetcher
    ) {
        guard let exchange = try? ExchangeTable.exchange(for: request, jobName: jobName, context) as? AWSExchange
        else { return nil }
        let audience = exchange.audience
        self.init(role: exchange.role, region: exchange.region, sessionName: jobName) {
            () async throws(RegistryError) in
            try await fetcher.token(for: request, audience: audience).text
        }
    }
}
