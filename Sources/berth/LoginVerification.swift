internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import POSIX
internal import Registry

/// Tries logins against their registries.
struct LoginVerification {
    private let environment: Environment

    init(environment: Environment) {
        self.environment = environment
    }

    /// Tries all of `logins` at once.
    ///
    /// - Throws: `Failure` with the first, in their order, that its registry does not take.
    func verify(_ logins: [(registry: RegistryKey, credential: Credential)]) throws(Failure) {
        let attempts = logins.compactMap { login in
            // An access token goes to the registry as it is, and cannot be tried by a login.
            login.credential.helperAnswer.map { (registry: login.registry, username: $0.username, secret: $0.secret) }
        }
        guard !attempts.isEmpty else { return }
        let network = try NetworkSettings(environment)
        let hosts = attempts.compactMap { try? RegistryHost($0.registry.host) }
        let client = network.client(for: hosts, connectionsPerHost: attempts.count)
        // The job's watcher, or its command, is forked next.
        defer { client.close() }
        let (failure, signal) = Interruption.run {
            let check = LoginCheck(client: client, allowsPlainHTTP: network.allowsPlainHTTP)
            return await Self.first(attempts) { attempt throws(RegistryError) in
                try await check.verify(
                    host: RegistryHost(attempt.registry.host), username: attempt.username, password: attempt.secret)
            }
        }
        if let signal { CurrentProcess.die(of: signal) }
        if let failure { throw Failure(failure) }
    }

    /// Has all credentials made that `sources` ask for, and tries them; they are kept for the job.
    ///
    /// - Parameters:
    ///   - sources: What the job asks for.
    ///   - job: The job's directory, which is there.
    /// - Returns: The signal that ended it, if one did.
    /// - Throws: `Failure` with the first, in their order, that is not given, or that its registry does not take.
    func verify(_ sources: CredentialSources, in job: String) throws(Failure) -> Signal? {
        guard !sources.requests.isEmpty else { return nil }
        let network = try NetworkSettings(environment), environment = environment
        let hosts = sources.requests.compactMap { try? RegistryHost($0.registry) }
        let client = network.client(for: hosts, connectionsPerHost: 4)
        // The job's watcher is forked next.
        defer { client.close() }
        let mint = CredentialMint(sources, cache: CredentialCache(job: job)) { () throws(RegistryError) in
            CredentialMint.Means(
                sources, environment: environment,
                context: JobCredentials.context(environment, network, client: client), run: JobCredentials.ask)
        }
        let (failure, signal) = Interruption.run {
            let check = LoginCheck(client: client, allowsPlainHTTP: network.allowsPlainHTTP)
            return await Self.first(sources.requests) { request throws(RegistryError) in
                guard let key = RegistryKey(request.registry),
                    let answer = try await mint.credential(for: key)?.credential.helperAnswer
                else { return }
                try await check.verify(
                    host: RegistryHost(key.host), username: answer.username, password: answer.secret)
            }
        }
        if signal == nil, let failure { throw Failure(failure) }
        return signal
    }

    /// Does `work` for all of `items` at once.
    ///
    /// - Returns: The first error, in the order of the items.
    private static func first<Item: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (Item) async throws(RegistryError) -> Void
    ) async -> RegistryError? {
        await withTaskGroup(of: (Int, RegistryError?).self) { group in
            for (index, item) in items.enumerated() {
                group.addTask {
                    do throws(RegistryError) {
                        try await work(item)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            let failures = await group.reduce(into: [Int: RegistryError]()) { $0[$1.0] = $1.1 }
            return failures.min { $0.key < $1.key }?.value
        }
    }
}
