/// A repository with what its vendor can do with it: list its tags, delete from it, say what a client may do.
///
/// Reading and writing images is the same everywhere and not in here: ``RepositoryClient`` does it.
public struct ManagedRepository: Sendable {
    let api: any VendorAPI
    /// The implementation's name.
    public let implementation: String
    /// Why this implementation was chosen, for people.
    public let rule: String

    /// Finds out whose registry `repository` is in; the registry is asked only where nothing else tells.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - settings: How registries are spoken to.
    ///   - readOnly: Whether nothing will be changed: no token is then asked for that would let it.
    /// - Returns: The repository with its vendor.
    /// - Throws: `RegistryError`, also where there is nothing to log in to the vendor's API with.
    public static func open(
        _ repository: Repository, _ settings: RegistrySettings, readOnly: Bool = false
    ) async throws(RegistryError) -> ManagedRepository {
        let context = VendorContext(repository, settings, isReadOnly: readOnly)
        let finding: VendorFinding
        if let known = VendorTable.known(repository.host, settings) {
            finding = known
        } else {
            finding = VendorTable.find(repository.host, settings, try await context.ping())
        }
        return ManagedRepository(
            api: try await finding.vendor.init(context), implementation: finding.vendor.name, rule: finding.rule)
    }

    /// All tags with what is known of them, by the cheapest way that the vendor has; where nothing is wanted, their
    /// names.
    public func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
    ) async throws(RegistryError) -> TagTable {
        try await api.tags(wanted, progress: progress)
    }

    /// Deletes exactly what is named; what cannot be deleted without losing more stays and is told.
    public func delete(
        _ targets: [DeletionTarget], force: Bool, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
    ) async throws(RegistryError) -> DeletionReport {
        let deletion = deletion()
        var report = try await deletion.delete(targets, force: force, progress: progress)
        report.failed += try await deletion.finish()
        return report
    }

    /// Makes the repository where it is not there yet, at vendors where it must be there before anything is pushed.
    public func create() async throws(RegistryError) {
        try await api.createRepository()
    }

    /// What this client may do, found out without leaving anything behind.
    public func rights() async throws(RegistryError) -> AccessRights {
        try await RightsProbe(api).run()
    }
}

/// What is to be deleted.
public struct DeletionTarget: Hashable, Sendable {
    /// A tag, or a manifest by its digest.
    public let reference: Reference
    /// Where a tag must still lead to be deleted; `nil` where that does not matter.
    public let expected: Digest?

    /// `reference`, where it leads to `expected`.
    public init(_ reference: Reference, expected: Digest? = nil) {
        self.reference = reference
        self.expected = expected
    }
}

/// What was deleted, and what was not and why.
public struct DeletionReport: Sendable {
    /// Something that is gone.
    public struct Deleted: Hashable, Sendable {
        /// What was named.
        public let reference: Reference
        /// The manifest that it led to.
        public let digest: Digest?

        /// Something that is gone.
        public init(_ reference: Reference, digest: Digest?) {
            self.reference = reference
            self.digest = digest
        }
    }

    /// Something that is still there, or was not there before.
    public struct Failed: Sendable {
        /// What was named.
        public let reference: Reference
        /// Why.
        public let error: RegistryError

        /// Something that was not deleted.
        public init(_ reference: Reference, _ error: RegistryError) {
            self.reference = reference
            self.error = error
        }
    }

    /// What is gone.
    public var deleted: [Deleted] = []
    /// What is not.
    public var failed: [Failed] = []

    /// Nothing yet.
    public init() {}
}

/// What a client may do with a repository; `nil` is what cannot be known.
public struct AccessRights: Equatable, Sendable {
    /// Read images.
    public var pull: Bool?
    /// Write images.
    public var push: Bool?
    /// List tags.
    public var list: Bool?
    /// Delete tags and manifests.
    public var delete: Bool?
    /// What is missing for what it may not do, by the vendor's names.
    public var missing: [String] = []

    /// Nothing known.
    public init() {}
}
