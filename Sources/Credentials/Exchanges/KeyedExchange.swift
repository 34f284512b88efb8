internal import CIEnv
internal import Registry

/// An exchange that is chosen by keys that only it has, whatever the registry's host, else by the host.
protocol KeyedExchange: TokenExchange {
    /// The keys that no other exchange has.
    static var ownKeys: [IdentityRequest.Key] { get }
    /// The keys that it uses besides: not those that tell where the token comes from and whom it is for.
    static var sharedKeys: [IdentityRequest.Key] { get }
    /// The vendors whose registries it is for, by the names that `--repo-implementation` has for them.
    static var vendors: [String] { get }

    /// The variable by which its cloud's own Kubernetes tells a pod of the file with a token for it, where there is one.
    static var podTokenVariable: String? { get }

    /// Whether `host` is known to be one of its registries.
    static func isHome(_ host: RegistryHost, _ context: CloudContext) -> Bool
}

extension KeyedExchange {
    static var sharedKeys: [IdentityRequest.Key] { [] }

    static var podTokenVariable: String? { nil }

    static func isHome(_ host: RegistryHost, _ context: CloudContext) -> Bool { isVendors(host, context) }

    /// Whether the registry at `host` is by its name one of its vendors'.
    ///
    /// What a job says of its registry does not count: it was said of no host, and what clouds give is good for more than
    /// one registry.
    static func isVendors(_ host: RegistryHost, _ context: CloudContext) -> Bool {
        host.knownVendor(variable: context.variable).map(vendors.contains) == true
    }

    /// Whether `request` has one of its own keys.
    static func isNamed(by request: IdentityRequest) -> Bool {
        ownKeys.contains { request[$0] != nil }
    }

    static func fits(_ request: IdentityRequest, _ context: CloudContext) -> Bool {
        if isNamed(by: request) { return true }
        guard let host = try? RegistryHost(serverAddress: request.registry) else { return false }
        return isHome(host, context)
    }
}
