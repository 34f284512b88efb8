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
        let (failures, signal) = Interruption.run {
            let check = LoginCheck(client: client, allowsPlainHTTP: network.allowsPlainHTTP)
            return await withTaskGroup(of: (Int, RegistryError?).self) { group in
                for (index, attempt) in attempts.enumerated() {
                    group.addTask {
                        do throws(RegistryError) {
                            try await check.verify(
                                host: RegistryHost(attempt.registry.host), username: attempt.username,
                                password: attempt.secret)
                            return (index, nil)
                        } catch {
                            return (index, error)
                        }
                    }
                }
                return await group.reduce(into: [Int: RegistryError]()) { $0[$1.0] = $1.1 }
            }
        }
        if let signal { CurrentProcess.die(of: signal) }
        if let first = failures.min(by: { $0.key < $1.key }) { throw Failure(first.value) }
    }
}
