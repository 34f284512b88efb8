public import CIEnv
public import Registry

/// All exchanges; the first that fits a request is its.
public enum ExchangeTable {
    static let all: [any TokenExchange.Type] = []

    /// The exchange that `request` asks for.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where there is none, or something is missing.
    public static func exchange(
        for request: IdentityRequest, jobName: String, _ context: CloudContext
    ) throws(RegistryError) -> any TokenExchange {
        guard let exchange = all.first(where: { $0.fits(request, context) }) else {
            throw RegistryError(
                .badName, "\(request.source): it is not known how \(request.registry) exchanges OIDC tokens",
                hint: "token-url:https://… names a service that does, by RFC 8693")
        }
        return try exchange.init(request, jobName: jobName, context)
    }
}
