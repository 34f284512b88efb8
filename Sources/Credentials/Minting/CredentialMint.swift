public import CIEnv
public import DockerConfig
public import HTTP
public import POSIX
public import Registry

/// Gets the credentials that a job has in exchange for its OIDC token, and keeps them for as long as they are good.
public struct CredentialMint: Sendable {
    /// Whom it asks.
    public struct Means: Sendable {
        /// How the registry of a request exchanges tokens.
        public var exchange: @Sendable (IdentityRequest) throws(RegistryError) -> any TokenExchange
        /// The job's OIDC token for an audience.
        public var token: @Sendable (IdentityRequest, _ audience: String?) async throws(RegistryError) -> IDToken

        /// These means.
        public init(
            exchange: @escaping @Sendable (IdentityRequest) throws(RegistryError) -> any TokenExchange,
            token: @escaping @Sendable (IdentityRequest, _ audience: String?) async throws(RegistryError) -> IDToken
        ) {
            self.exchange = exchange
            self.token = token
        }

        /// The CI system of `sources`, and all exchanges.
        public init(
            _ sources: CredentialSources, environment: Environment, context: CloudContext,
            run: @escaping IDTokenFetcher.Run
        ) {
            let jobName = sources.jobName
            let fetcher = IDTokenFetcher(
                system: CISystem.named(sources.system) ?? .generic, environment: environment, cloud: context, run: run)
            self.init(
                exchange: { request throws(RegistryError) in
                    try ExchangeTable.exchange(for: request, jobName: jobName, context)
                },
                token: { request, audience async throws(RegistryError) in
                    try await fetcher.token(for: request, audience: audience)
                })
        }
    }

    /// What it is asked for.
    public let sources: CredentialSources
    private let environment: Environment
    private let cache: CredentialCache
    private let means: @Sendable () throws(RegistryError) -> Means
    private let pacing: Pacing

    /// How much the clocks of two machines may differ, in seconds.
    private static let skew = 30
    /// The longest time for all that one credential takes.
    private static let patience: Duration = .seconds(60)
    /// The same where the one before is still good: the client that asks is not to wait for a service that is out of
    /// order.
    private static let briefPatience: Duration = .seconds(5)

    /// A mint for a job.
    ///
    /// - Parameters:
    ///   - sources: What the job asks for.
    ///   - environment: The job's variables.
    ///   - cache: Where credentials are kept.
    ///   - pacing: The clock by which it loses its patience.
    ///   - means: Whom it asks; called once for each credential that has to be asked for, so that who is given one that
    ///     is there starts no thread and reads no settings.
    public init(
        _ sources: CredentialSources, environment: Environment, cache: CredentialCache, pacing: Pacing = .system,
        means: @escaping @Sendable () throws(RegistryError) -> Means
    ) {
        self.sources = sources
        self.environment = environment
        self.cache = cache
        self.pacing = pacing
        self.means = means
    }

    /// The registry's credential where there is one that is good for a while; nobody is asked.
    public func cached(for key: RegistryKey) -> MintedCredential? {
        sources.request(for: key).flatMap { cache.credential(for: $0, with: variables(of: $0)) }
    }

    /// The registry's credential, a new one where there is none or it ends soon.
    ///
    /// - Returns: `nil` where it is not one that is got here.
    /// - Throws: `RegistryError`, of the kind `denied` where the job is refused one.
    public func credential(for key: RegistryKey) async throws(RegistryError) -> MintedCredential? {
        guard let request = sources.request(for: key) else { return nil }
        return try await cache.credential(for: request, with: variables(of: request)) {
            isUrgent async throws(RegistryError) in
            try await inTime(request, isUrgent ? Self.patience : Self.briefPatience)
        }
    }

    /// The registries whose credentials are got here, as far as the user is known without asking anybody.
    public func accounts() -> [(registry: RegistryKey, username: String)] {
        let context = CloudContext(offline: environment)
        return sources.requests.compactMap { request in
            guard let key = RegistryKey(request.registry) else { return nil }
            if let entry = cache.entry(for: request, with: variables(of: request)) {
                return (key, entry.credential.username)
            }
            let exchange = try? ExchangeTable.exchange(for: request, jobName: sources.jobName, context)
            return exchange?.username.map { (key, $0) }
        }
    }

    /// Forgets what was got for the registry.
    ///
    /// - Throws: `SystemError` where it cannot be removed.
    public func forget(_ key: RegistryKey) throws(SystemError) {
        if let request = sources.request(for: key) { try cache.forget(request) }
    }

    // MARK: asking

    private func variables(of request: IdentityRequest) -> [String: String] {
        ExchangeTable.variables(of: request, jobName: sources.jobName, environment)
    }

    /// Gets a new credential, or loses its patience.
    private func inTime(
        _ request: IdentityRequest, _ patience: Duration
    ) async throws(RegistryError) -> MintedCredential {
        let result = await withTaskGroup(of: Result<MintedCredential, RegistryError>?.self) { group in
            group.addTask {
                do throws(RegistryError) {
                    return .success(try await make(request))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await pacing.sleep(patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let result { return try result.get() }
        guard !Task.isCancelled else { throw RegistryError(.cancelled, "interrupted") }
        throw RegistryError(
            .tryLater, "no credential for \(request.registry) within \(patience.components.seconds) s")
    }

    private func make(_ request: IdentityRequest) async throws(RegistryError) -> MintedCredential {
        let means = try means()
        let exchange = try means.exchange(request)
        let token = try await means.token(request, exchange.audience)
        do {
            return try await exchange.credential(for: token)
        } catch  where error.kind == .denied && (isOver(token) || error.tellsExpiry) {
            // A variable has the same one again, and that is not worth asking.
            guard let fresh = try? await means.token(request, exchange.audience), fresh.text != token.text else {
                throw error
            }
            return try await exchange.credential(for: fresh)
        }
    }

    /// Whether `token` has ended on the way, or does so within what clocks differ by.
    private func isOver(_ token: IDToken) -> Bool {
        guard let end = IDTokenClaims(token.text)?.expiry else { return false }
        return end <= pacing.unixTime() + Self.skew
    }
}

extension RegistryError {
    /// Whether it says, in one of the vendors' ways, that what was shown has ended.
    fileprivate var tellsExpiry: Bool {
        let words = text.lowercased()
        // AWS's ExpiredTokenException, "ID Token … is stale to sign-in" of Google's, and AADSTS700024 of Azure's.
        return ["expired", "is stale", "aadsts700024"].contains(where: words.contains)
    }
}
