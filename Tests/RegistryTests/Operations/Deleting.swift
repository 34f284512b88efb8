internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

/// What became of a deletion, as people name things.
struct DeletionOutcome: Equatable {
    var deleted: Set<String> = []
    var failed: [String: RegistryError.Kind] = [:]

    init(deleted: Set<String> = [], failed: [String: RegistryError.Kind] = [:]) {
        self.deleted = deleted
        self.failed = failed
    }

    init(_ report: DeletionReport) {
        deleted = Set(report.deleted.map(\.reference.text))
        for failed in report.failed { self.failed[failed.reference.text] = failed.error.kind }
        // Everything that was named is reported, and once.
        if deleted.count + failed.count != report.deleted.count + report.failed.count {
            Issue.record("something is reported twice: \(report)")
        }
    }
}

extension FakeRegistry {
    /// Deletes what has these names: tags and digests.
    func delete(_ names: [String], force: Bool = false, parallel: Int = 16) async throws -> DeletionOutcome {
        DeletionOutcome(try await deletion(names, force: force, parallel: parallel))
    }

    func deletion(_ names: [String], force: Bool = false, parallel: Int = 16) async throws -> DeletionReport {
        let targets = try names.map { name in
            DeletionTarget(try Digest(name).map { .digest($0) } ?? .tag(try Tag(name)))
        }
        return try await ManagedRepository.open(repository(), settings(parallel: parallel)).delete(
            targets, force: force, progress: { _, _ in })
    }
}

/// Requests that change what is in a registry.
let writes = ["PUT app/manifests", "POST app/blobs", "PUT app/blobs", "PATCH app/blobs"]

extension FakeRegistry {
    /// The requests that wrote something.
    var written: [String] { asked.map(\.line).filter { line in writes.contains(where: line.hasPrefix) } }
}
