internal import CIEnv
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
        if let first = try failures(of: logins).min(by: { $0.key < $1.key }) { throw Failure(first.value) }
    }

    /// Tries all of `logins` at once.
    ///
    /// - Returns: Why registries do not take theirs, by the logins' places.
    /// - Throws: `Failure` where none can be tried.
    func failures(
        of logins: [(registry: RegistryKey, credential: Credential)]
    ) throws(Failure) -> [Int: RegistryError] {
        let attempts = logins.enumerated().compactMap { index, login in
            // An access token goes to the registry as it is, and cannot be tried by a login.
            login.credential.helperAnswer.map {
                (index: index, registry: login.registry, username: $0.username, secret: $0.secret)
            }
        }
        guard !attempts.isEmpty else { return [:] }
        let network = try NetworkSettings(environment)
        let hosts = attempts.compactMap { try? RegistryHost($0.registry.host) }
        let client = network.client(for: hosts, connectionsPerHost: attempts.count)
        // The job's watcher, or its command, is forked next.
        defer { client.close() }
        let (failures, signal) = Interruption.run {
            let check = LoginCheck(client: client, allowsPlainHTTP: network.allowsPlainHTTP)
            return await withTaskGroup(of: (Int, RegistryError?).self) { group in
                for attempt in attempts {
                    group.addTask {
                        do throws(RegistryError) {
                            try await check.verify(
                                host: RegistryHost(attempt.registry.host), username: attempt.username,
                                password: attempt.secret)
                            return (attempt.index, nil)
                        } catch {
                            return (attempt.index, error)
                        }
                    }
                }
                return await group.reduce(into: [Int: RegistryError]()) { $0[$1.0] = $1.1 }
            }
        }
        if let signal { CurrentProcess.die(of: signal) }
        return failures
    }
}
