public import CIEnv
public import DockerConfig

/// Where clients find a registry's credential, and how long it is good.
public struct RegistryLogin: Equatable, Sendable {
    /// What has the credential.
    public enum Origin: Equatable, Sendable {
        /// It stands in a file or a variable.
        case entry(Credential)
        /// A program gives it, `docker-credential-` left out of its name.
        case program(String)
        /// It is got in exchange for the job's OIDC token.
        case identity(IdentityRequest)
    }

    /// How long a credential is good.
    public enum Lifetime: Equatable, Sendable {
        /// Until this moment, in seconds since 1970.
        case until(Int)
        /// It is renewed before it ends; the end of the one that is there now, if any.
        case renewed(Int?)
        /// As long as the job runs.
        case job
        /// Until somebody revokes it.
        case unlimited
        /// A short time, of which the credential does not tell the end.
        case short
        /// The credential does not tell.
        case unknown
    }

    /// The registry, `host[:port]`, or a part of it.
    public let registry: RegistryKey
    /// Where it comes from, for people.
    public let source: String
    /// What has it.
    public let origin: Origin
    /// How long it is good.
    public let lifetime: Lifetime
    /// Who alone finds it, for people; `nil` where docker does, and with it most clients.
    public let clients: String?

    /// The config that it was taken from; `nil` where it is the job's own, or nothing tells.
    public let inheritedFrom: String?

    /// Whether a login tells if the registry takes it: an access token clients send as it is, whatever stands beside it.
    public var isTriable: Bool {
        guard case .entry(let credential) = origin else { return true }
        return credential.registryToken == nil && credential.helperAnswer != nil
    }

    /// The moment from which it is good no more, in seconds since 1970, where that is known.
    public var end: Int? {
        switch lifetime {
        case .until(let end): end
        case .renewed(let end): end
        case .job, .unlimited, .short, .unknown: nil
        }
    }

    /// A login.
    public init(
        _ registry: RegistryKey, from source: String, _ origin: Origin, _ lifetime: Lifetime,
        only clients: String? = nil, inheritedFrom: String? = nil
    ) {
        self.inheritedFrom = inheritedFrom
        self.clients = clients
        self.registry = registry
        self.source = source
        self.origin = origin
        self.lifetime = lifetime
    }
}
