internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import POSIX
internal import Registry

/// What the credential helper gives besides what the config has: first what is minted for the job, then what the
/// machine's store has.
struct JobCredentialProvider: CredentialProvider {
    private let job: String
    private let environment: Environment

    /// That of the job directory `job`.
    init(job: String, environment: Environment) {
        self.job = job
        self.environment = environment
    }

    func credential(for registry: RegistryKey) throws(DockerConfigError) -> Credential? {
        guard let sources = try credentials.sources() else { return nil }
        if sources.request(for: registry) != nil {
            let mint = credentials.mint(sources, warn: warn)
            // Who is given what is there starts no thread.
            if let minted = mint.cached(for: registry) { return minted.credential }
            return try minted(mint, registry)?.credential
        }
        return sources.refuses(registry) ? nil : try store(sources)?.credential(for: registry)
    }

    func accounts() throws(DockerConfigError) -> [(registry: RegistryKey, username: String)] {
        guard let sources = try credentials.sources() else { return [] }
        let minted = credentials.mint(sources, warn: warn).accounts()
        return minted
            + (try store(sources)?.accounts() ?? []).filter {
                sources.request(for: $0.registry) == nil && !sources.refuses($0.registry)
            }
    }

    func forget(_ registry: RegistryKey) throws(DockerConfigError) {
        guard let sources = try credentials.sources() else { return }
        do {
            try credentials.mint(sources, warn: warn).forget(registry)
        } catch {
            throw DockerConfigError(.failed, error.description)
        }
    }

    private var credentials: JobCredentials { JobCredentials(job: job, environment: environment) }

    private var warn: @Sendable (String) -> Void {
        let environment = environment
        return { Reporter(environment).warn($0) }
    }

    private func store(_ sources: CredentialSources) -> InheritedStore? {
        sources.store.flatMap { InheritedStore(program: $0.program, inheritance: $0.inheritance, warn: warn) }
    }

    /// Has a credential minted; a signal ends that, and then this process.
    ///
    /// Some clients go on without a word where their helper fails, so that the reason is said on standard error too.
    private func minted(_ mint: CredentialMint, _ registry: RegistryKey) throws(DockerConfigError) -> MintedCredential?
    {
        let (result, signal) = Interruption.run { () async -> Result<MintedCredential?, RegistryError> in
            do throws(RegistryError) {
                return .success(try await mint.credential(for: registry))
            } catch {
                return .failure(error)
            }
        }
        if let signal { CurrentProcess.die(of: signal) }
        switch result {
        case .success(let minted): return minted
        case .failure(let error):
            Reporter(environment).report(Failure(error))
            throw DockerConfigError(.failed, error.text, hint: error.hint)
        }
    }
}
