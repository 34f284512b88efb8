/// The credential store of the machine, as far as a job may see it; it is only read, as all jobs share it.
public struct InheritedStore: CredentialProvider {
    private let store: ProgramCredentialStore
    private let inheritance: Inheritance
    private let warn: @Sendable (String) -> Void

    /// The longest time that the program may take, in seconds: a cloud's asks one or two services first.
    private static let patience = 60

    /// The store that `docker-credential-NAME` keeps.
    ///
    /// - Parameters:
    ///   - name: The program's name without `docker-credential-`. That of berth itself is none: it would ask itself for
    ///     ever.
    ///   - inheritance: Which registries' credentials the job may see; the program is not asked about others.
    ///   - warn: Is told that the program cannot answer.
    public init?(program name: String, inheritance: Inheritance, warn: @escaping @Sendable (String) -> Void) {
        guard name != HelperCredentials.helperName,
            let store = ProgramCredentialStore(name: name, seconds: Self.patience)
        else { return nil }
        self.init(store, inheritance: inheritance, warn: warn)
    }

    init(_ store: ProgramCredentialStore, inheritance: Inheritance, warn: @escaping @Sendable (String) -> Void) {
        self.store = store
        self.inheritance = inheritance
        self.warn = warn
    }

    /// What the program has for the registry; a program that fails has nothing, as most images are for everybody.
    ///
    /// - Throws: `DockerConfigError` where the program does not answer: without its credential, the client would be
    ///   refused what it may have, and nobody would know why.
    public func credential(for registry: RegistryKey) throws(DockerConfigError) -> Credential? {
        guard inheritance.allows(registry) else { return nil }
        let found = store.credentials(of: [registry.hostKey.configKey])
        guard !found.hasTimedOut else {
            throw DockerConfigError(
                .failed, "\(store.program) get \(registry.host): no answer within \(Self.patience) s",
                hint: "run it by hand: echo \(registry.hostKey.configKey) | \(store.program) get")
        }
        found.warnings.forEach(warn)
        return found.credentials.first?.credential
    }

    /// What the program lists and the job may see.
    public func accounts() throws(DockerConfigError) -> [(registry: RegistryKey, username: String)] {
        let found = store.accounts(allowedBy: inheritance)
        found.warnings.forEach(warn)
        return found.accounts
    }

    /// Nothing: it is not the job's own.
    public func forget(_ registry: RegistryKey) throws(DockerConfigError) {}
}
