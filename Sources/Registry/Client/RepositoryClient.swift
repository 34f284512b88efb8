internal import DockerConfig
internal import HTTP

/// One repository at its registry: what the distribution specification lets a client do there.
///
/// Each call is one step of the protocol; what takes several of them (copying, deleting with care) is built on it.
public struct RepositoryClient: Sendable {
    /// The repository.
    public let repository: Repository
    let session: RegistrySession
    /// Whether a page of tags with as many as were asked for may have others behind it that no link leads to.
    var readsBehindFullPages = false

    /// Asks the repository's registry how to log in.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - actions: What will be done there: a token for more than is needed may be refused.
    ///   - settings: How registries are spoken to.
    /// - Returns: The repository's client.
    /// - Throws: `RegistryError` where no registry answers there.
    public static func connect(
        to repository: Repository, for actions: Set<AuthScope.Action>, _ settings: RegistrySettings
    ) async throws(RegistryError) -> RepositoryClient {
        RepositoryClient(
            repository: repository, session: try await RegistrySession.open(repository, for: actions, settings))
    }

    /// The longest manifest that is read: what the distribution specification has all registries take, in bytes.
    static let manifestLimit = 4 << 20

    /// `r.example/app:tag`, or `r.example/app@sha256:…`.
    func name(_ reference: Reference) -> String { repository.name(reference) }
}
