internal import DockerConfig
internal import HTTP
internal import POSIX

/// What a command has found out about registries and need not ask again.
///
/// A command opens several sessions with one registry, with tokens for less or more; all of them share what the
/// registry said of itself, the vendor's login, and how many requests it takes at once.
final class RegistryMemory: Sendable {
    private struct State {
        var pings: [RegistryHost: RegistryPing.Answer] = [:]
        var logins: [String: Credential?] = [:]
        var limiters: HostLimiters?
        var awsCredentials: AWSCredentialChain?
        var awsRoles: [RegistryHost: AWSCredentialChain] = [:]
        var tokens: TokenCache<String>?
    }

    private let state = Locked(State())
    private let pingFlights = SingleFlight<RegistryHost, RegistryPing.Answer>()
    private let loginFlights = SingleFlight<String, Credential?>()

    /// Nothing known yet.
    init() {}

    /// The limiters of all hosts; the first who asks says how many requests they begin with.
    func limiters(most: Int) -> HostLimiters { kept(\.limiters) { HostLimiters(most: most) } }

    /// Who has the credentials for AWS at the context's registry: a role of the job's own, else what the AWS tools would
    /// find, which all of a command's repositories share.
    func awsCredentials(_ context: VendorContext) -> AWSCredentialChain {
        let host = context.repository.host
        guard let identity = context.settings.awsWebIdentity(host) else {
            return kept(\.awsCredentials) { AWSCredentialChain(context.cloud) }
        }
        return state.withLock { state in
            let chain = state.awsRoles[host] ?? AWSCredentialChain(identity)
            state.awsRoles[host] = chain
            return chain
        }
    }

    /// The tokens of vendors' own APIs, which are for all repositories alike; the first who asks says by which clock.
    func tokens(_ pacing: Pacing) -> TokenCache<String> { kept(\.tokens) { TokenCache(pacing: pacing) } }

    /// What is made when it is asked for first, and kept.
    private func kept<Value: Sendable>(
        _ place: any WritableKeyPath<State, Value?> & Sendable, _ make: () -> Value
    ) -> Value {
        state.withLock { state in
            let value = state[keyPath: place] ?? make()
            state[keyPath: place] = value
            return value
        }
    }

    /// What the registry `host` says of itself.
    func ping(
        _ host: RegistryHost, _ settings: RegistrySettings
    ) async throws(RegistryError) -> RegistryPing.Answer {
        if let answer = state.withLock({ $0.pings[host] }) { return answer }
        return try await pingFlights.value(for: host) { () async throws(RegistryError) in
            if let answer = state.withLock({ $0.pings[host] }) { return answer }
            let answer = try await RegistryPing(
                client: settings.retryingClient(), host: host, allowsPlainHTTP: settings.allowsPlainHTTP
            ).ask()
            state.withLock { $0.pings[host] = answer }
            return answer
        }
    }

    /// The login named `key`, found by `find` the first time.
    func login(
        _ key: String, _ find: @escaping @Sendable () async throws(RegistryError) -> Credential?
    ) async throws(RegistryError) -> Credential? {
        if let login = state.withLock({ $0.logins[key] }) { return login }
        return try await loginFlights.value(for: key) { () async throws(RegistryError) in
            if let login = state.withLock({ $0.logins[key] }) { return login }
            let login = try await find()
            state.withLock { $0.logins[key] = .some(login) }
            return login
        }
    }
}

extension RegistrySettings {
    /// A client that repeats what may be repeated, as patient as the settings say.
    func retryingClient(_ policy: RetryPolicy = RetryPolicy(tries: 8)) -> RetryingClient {
        RetryingClient(
            client: client, policy: policy, pacing: pacing, patience: .each(patience),
            limiters: memory.limiters(most: parallel))
    }
}
