public import CIEnv
public import Registry

/// All exchanges; the first that fits a request is its.
public enum ExchangeTable {
    static let all: [any KeyedExchange.Type] = [
        AWSExchange.self, AzureExchange.self, GoogleExchange.self, DockerHubExchange.self, QuayExchange.self,
        JFrogExchange.self, HarborExchange.self, GitLabExchange.self, GitHubExchange.self, TokenServiceExchange.self,
    ]

    /// The exchange that `request` asks for: the one that has one of its keys, else the one for its registry's host.
    ///
    /// - Parameters:
    ///   - request: What was asked for.
    ///   - jobName: What the job is called in the logs of who gives the credential.
    ///   - context: What sends requests and has variables.
    /// - Returns: The exchange; nobody has been asked yet.
    /// - Throws: `RegistryError` of the kind `badName` where there is none, or something is missing.
    public static func exchange(
        for request: IdentityRequest, jobName: String, _ context: CloudContext
    ) throws(RegistryError) -> any TokenExchange {
        guard let found = kind(of: request, context) else {
            throw RegistryError(
                .badName, "\(request.source): it is not known how \(request.registry) exchanges OIDC tokens",
                hint: "a key such as robot: or provider-name: says whose registry it is; token-url:https://… names a"
                    + " service that exchanges tokens by RFC 8693")
        }
        return try found.init(request, jobName: jobName, context)
    }

    /// The kind of exchange that `request` asks for; `nil` where there is none.
    static func kind(of request: IdentityRequest, _ context: CloudContext) -> (any KeyedExchange.Type)? {
        all.first { $0.isNamed(by: request) } ?? all.first { $0.fits(request, context) }
    }

    /// Whose key `key` is; `nil` for one that several exchanges use.
    static func owner(of key: IdentityRequest.Key) -> (any KeyedExchange.Type)? {
        all.first { $0.ownKeys.contains(key) }
    }
}
