internal import Testing

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
