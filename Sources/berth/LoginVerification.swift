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
    /// - Returns: The signal that ended it, if one did.
    /// - Throws: `Failure` with the first, in their order, that its registry does not take.
    func verify(_ logins: [(registry: RegistryKey, credential: Credential)]) throws(Failure) -> Signal? {
        let (failures, signal) = try failures(of: logins)
        if signal == nil, let first = failures.min(by: { $0.key < $1.key }) { throw Failure(first.value) }
        return signal
    }

    /// Tries all of `logins` at once.
    ///
    /// - Returns: Why registries do not take theirs, by the logins' places, and the signal that ended it, if one did.
    /// - Throws: `Failure` where none can be tried.
    func failures(
        of logins: [(registry: RegistryKey, credential: Credential)]
    ) throws(Failure) -> (failures: [Int: RegistryError], signal: Signal?) {
        let attempts = logins.enumerated().compactMap { index, login in
            // An access token goes to the registry as it is, and cannot be tried by a login.
            login.credential.helperAnswer.map {
                (index: index, registry: login.registry, username: $0.username, secret: $0.secret)
            }
        }
        guard !attempts.isEmpty else { return ([:], nil) }
        let network = try NetworkSettings(environment)
        let hosts = attempts.compactMap { try? RegistryHost($0.registry.host) }
        let client = network.client(for: hosts, connectionsPerHost: attempts.count)
        // The job's watcher, or its command, is forked next.
        defer { client.close() }
        let (failures, signal) = Interruption.run {
            let check = LoginCheck(client: client, allowsPlainHTTP: network.allowsPlainHTTP)
            return await Self.failures(of: attempts.map { ($0.index, $0) }) { attempt throws(RegistryError) in
                try await check.verify(
                    host: RegistryHost(attempt.registry.host), username: attempt.username, password: attempt.secret)
            }
        }
        return (failures, signal)
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
        let client = network.client(for: sources.hosts, connectionsPerHost: 4)
        let exchanging = network.client(exchangingTokensFor: sources.hosts)
        // The job's watcher is forked next.
        defer {
            client.close()
            exchanging.close()
        }
        let mint = CredentialMint(
            sources, environment: environment, cache: CredentialCache(job: job)
        ) { () throws(RegistryError) in
            CredentialMint.Means(
                sources, environment: environment,
                context: JobCredentials.context(environment, network, client: exchanging), run: JobCredentials.ask)
        }
        let (failures, signal) = Interruption.run {
            let check = LoginCheck(client: client, allowsPlainHTTP: network.allowsPlainHTTP)
            let requests = sources.requests.enumerated().map { ($0, $1) }
            return await Self.failures(of: requests) { request throws(RegistryError) in
                guard let key = RegistryKey(request.registry),
                    let answer = try await mint.credential(for: key)?.credential.helperAnswer
                else { return }
                try await check.verify(
                    host: RegistryHost(key.host), username: answer.username, password: answer.secret)
            }
        }
        if signal == nil, let first = failures.min(by: { $0.key < $1.key }) { throw Self.failure(first.value) }
        return signal
    }

    /// What stood on the command line has been checked by now: an address that is no good is a variable's.
    private static func failure(_ error: RegistryError) -> Failure {
        error.kind == .badName ? Failure(.badConfiguration, error.text, hint: error.hint) : Failure(error)
    }

    /// Does `work` for all of `items` at once.
    ///
    /// - Returns: What went wrong, by the items' places.
    private static func failures<Item: Sendable>(
        of items: [(place: Int, item: Item)], _ work: @escaping @Sendable (Item) async throws(RegistryError) -> Void
    ) async -> [Int: RegistryError] {
        await withTaskGroup(of: (Int, RegistryError?).self) { group in
            for (place, item) in items {
                group.addTask {
                    do throws(RegistryError) {
                        try await work(item)
                        return (place, nil)
                    } catch {
                        return (place, error)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
