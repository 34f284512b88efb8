/// What differs between one vendor's registry and another's; one file for each vendor.
///
/// Reading and writing images is the same everywhere and not in here: ``RepositoryClient`` does it.
public protocol RegistryImplementation: Sendable {
    /// The name by which `--repo-implementation` chooses it.
    static var name: String { get }

    /// All tags with what is known of them, by the cheapest way that the vendor has.
    func tags(
        _ wanted: ManifestReader.Wanted, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
    ) async throws(RegistryError) -> TagTable

    /// Deletes exactly what is named; what cannot be deleted without losing more stays and is told.
    func delete(
        _ targets: [Reference], force: Bool, progress: @escaping @Sendable (_ done: Int, _ count: Int) -> Void
    ) async throws(RegistryError) -> DeletionReport

    /// What this client may do, found out without leaving anything behind.
    func rights() async throws(RegistryError) -> AccessRights
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
