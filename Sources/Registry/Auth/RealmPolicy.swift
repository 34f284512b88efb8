public import HTTP

/// Which token services a registry may send its clients' credentials to.
///
/// The realm of a challenge is chosen by whoever answers for the registry, and credentials are sent there: without a
/// rule, a registry could have a client read them out over plain HTTP, or ask services inside the client's network.
public struct RealmPolicy: Sendable {
    private let registry: RegistryHost
    private let registryURL: URLParts
    private let allowsPlainHTTP: Bool

    /// The rule for `registry`, which answered at `registryURL`; `allowsPlainHTTP` where the user said so.
    public init(registry: RegistryHost, registryURL: URLParts, allowsPlainHTTP: Bool) {
        self.registry = registry
        self.registryURL = registryURL
        self.allowsPlainHTTP = allowsPlainHTTP
    }

    /// Why `realm` must not be given credentials, or `nil` where it may.
    public func refusal(of realm: URLParts) -> String? {
        let isSameHost = realm.host == registryURL.host
        if !realm.isSecure {
            guard !registryURL.isSecure else { return "which is not https while the registry is" }
            guard isSameHost || allowsPlainHTTP || NetworkReach.isLoopback(realm.host) else {
                return "another host over plain HTTP"
            }
        }
        if NetworkReach.isPrivate(realm.host), !isSameHost, !registry.isPrivate {
            return "an address inside this network"
        }
        return nil
    }
}
