@testable import Registry
@testable import RegistryTestSupport
import Testing
import TestSupport

/// What every vendor must do, however it does it.
enum ConformanceCase: String, CaseIterable, Sendable {
    case listing = "2,500 tags with times"
    case sibling = "one of two sibling tags"
    case manifest = "a manifest"
    case missing = "a missing tag"
    case denied = "a denied one"
    case protected = "a protected one"
    case limit = "a rate limit"
    case partly = "a partial failure"
    case moved = "a moved tag"
    case requests = "requests for 1,000 tags"
    case rights = "rights"
}

@Suite("Every vendor", .serialized)
struct ConformanceTests {
    @Test("does what is expected of all", arguments: Vendor.all, ConformanceCase.allCases)
    func conforms(vendor: Vendor, test: ConformanceCase) async throws {
        let stage = try VendorStage(vendor.fake), suite = Conformance(stage: stage, ways: vendor.fake.ways)
        var isThere = true
        switch test {
        case .listing: try await suite.listing()
        case .sibling: try await suite.sibling()
        case .manifest: try await suite.manifest()
        case .missing: try await suite.missing()
        case .denied: try await suite.denied()
        case .protected where !vendor.fake.ways.protects: isThere = false
        case .protected: try await suite.protected()
        case .limit: try await suite.limit()
        case .partly: try await suite.partly()
        case .moved: try await suite.moved()
        case .requests: try await suite.requests()
        case .rights: try await suite.rights()
        }
        try ConformanceMatrix.note(vendor.fake.name, test, isThere ? "ok" : "-")
    }
}
