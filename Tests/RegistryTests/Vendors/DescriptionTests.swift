@testable import HTTP
@testable import Registry
import Testing
import TestSupport

/// Sends what is meant for a vendor's API to a server on this machine.
struct DescribedClient: Sendable {
    let address: String
    /// What is one component of a path for the description, and has slashes in it.
    let components: [String]
    private let client = CurlClient(.init(userAgent: "berth/test", trust: .builtIn))

    init(address: String, components: [String] = []) {
        self.address = address
        self.components = components
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var local = request
        var path = request.url.pathAndQuery
        for name in components {
            let encoded = name.split(separator: "/").joined(separator: "%2F")
            if let range = path.firstRange(of: "/\(name)/") { path.replaceSubrange(range, with: "/\(encoded)/") }
        }
        guard let url = URLParts("http://\(address)\(path)") else {
            throw HTTPError(.invalidRequest, of: request, reason: "no such address")
        }
        local.url = url
        let answer = try await client.send(local)
        return HTTPResponse(status: answer.status, headers: answer.headers, body: answer.body, url: request.url)
    }
}

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
