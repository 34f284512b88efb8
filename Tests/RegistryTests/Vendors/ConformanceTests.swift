@testable import Registry
import Testing
import TestSupport

/// All vendors' fakes: one line for each.
let fakeVendors: [any FakeVendor.Type] = [
    FakeDistribution.self,
    FakeECR.self,
    FakeECRPublic.self,
    FakeHarbor.self,
    FakeGitLab.self,
    FakeQuay.self,
    FakeNexus.self,
    FakeJFrog.self,
    FakeGitHub.self,
    FakeDockerHub.self,
    FakeDigitalOcean.self,
    FakeGitea.self,
    FakeSelectel.self,
    FakeAzure.self,
    FakeGoogle.self,
]

/// A vendor as the name of a test shows it.
struct Vendor: CustomTestStringConvertible {
    let fake: any FakeVendor.Type

    static let all = fakeVendors.map { Vendor(fake: $0) }

    var testDescription: String { fake.name }
}

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
