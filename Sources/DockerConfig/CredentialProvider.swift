/// Where the credential helper finds credentials that the job's config does not have.
public protocol CredentialProvider: Sendable {
    /// The credential for the registry; `nil` where it has none.
    ///
    /// - Throws: `DockerConfigError` where it should have one and cannot give it.
    func credential(for registry: RegistryKey) throws(DockerConfigError) -> Credential?

    /// The registries that it has credentials for, with their users, as far as that is known.
    ///
    /// - Throws: `DockerConfigError` where it cannot tell.
    func accounts() throws(DockerConfigError) -> [(registry: RegistryKey, username: String)]

    /// Forgets the registry's credential, as far as it is the job's own.
    ///
    /// - Throws: `DockerConfigError` where it cannot be forgotten.
    func forget(_ registry: RegistryKey) throws(DockerConfigError)
}
