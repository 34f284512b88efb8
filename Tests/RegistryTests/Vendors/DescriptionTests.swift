@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing
import TestSupport

/// One of a vendor's descriptions, as the name of a test shows it.
struct DescribedVendor: CustomTestStringConvertible {
    let vendor: Vendor
    let description: VendorDescription

    /// All vendors, and those of their ways that only some of their registries need.
    static let all = (Vendor.all + [Vendor(fake: OldGitLab.self), Vendor(fake: PlainGitLab.self)]).flatMap { vendor in
        vendor.fake.descriptions.map { DescribedVendor(vendor: vendor, description: $0) }
    }

    var testDescription: String { "\(vendor.testDescription): \(description.file)" }
}

@Suite(
    "Every call of a vendor's API", .serialized, .enabled(if: SpecMock.obstacle == nil, "\(SpecMock.obstacle ?? "")"))
struct DescriptionTests {
    @Test("is one of the vendor's own description", arguments: DescribedVendor.all)
    func agrees(described: DescribedVendor) async throws {
        let (vendor, description) = (described.vendor, described.description)
        let server = try await SpecMock(description.file, config: description.config)
        let stage = try VendorStage(vendor.fake)
        let image = stage.image(1, ["a", "b"]), other = stage.image(2, ["c"])
        stage.delegate(
            description.describes, to: DescribedClient(address: server.address, components: description.components))
        // What the server answers is made from the description alone: whether it can be used does not matter here.
        let repository = try await stage.open()
        _ = try? await repository.tags(.all) { _, _ in }
        for force in [false, true] {
            for target in [DeletionTarget(.tag(try Tag("a"))), .init(.digest(other)), .init(.digest(image))] {
                _ = try? await repository.delete([target], force: force) { _, _ in }
            }
        }
        _ = try? await repository.rights()
        let report = try await server.report()
        #expect(report.violations == [])
        #expect(Set(description.operations).subtracting(report.operations) == [])
    }
}
