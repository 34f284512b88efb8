/// Any registry that speaks the distribution protocol: nothing but that is used.
public struct DistributionRegistry: RegistryImplementation {
    /// `default`.
    public static let name = "default"

    private let repository: Repository
    private let settings: RegistrySettings

    /// `repository` at its registry.
    public init(_ repository: Repository, _ settings: RegistrySettings) {
        self.repository = repository
        self.settings = settings
    }

    /// All tags with what is known of them, by reading each manifest and config once.
    public func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
    ) async throws(RegistryError) -> TagTable {
        let client = try await RepositoryClient.connect(to: repository, for: [.pull], settings)
        if wanted.isEmpty { return try await TagTable(client.tags) }
        return try await ManifestReader(client, wanted: wanted).tags(progress: progress)
    }

    /// Deletes exactly what is named, with the care that ``DistributionDeletion`` takes.
    public func delete(
        _ targets: [Reference], force: Bool, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
    ) async throws(RegistryError) -> DeletionReport {
        let client = try await RepositoryClient.connect(to: repository, for: [.pull, .push, .delete], settings)
        return try await DistributionDeletion(targets, client: client, force: force, progress: progress).run()
    }

    /// What this client may do, found out by one harmless request for each right.
    public func rights() async throws(RegistryError) -> AccessRights {
        try await RightsProbe(repository, settings).run()
    }
}
