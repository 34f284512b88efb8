import DockerConfig
@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

/// A vendor's server whose lists all have another shape.
private struct ReshapingClient: HTTPClient {
    let stage: VendorStage
    /// What the addresses of the vendor's lists have in them.
    let part: String
    let body: String

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let response = try await stage.send(request)
        guard response.status == 200, request.url.text.contains(part) else { return response }
        return HTTPResponse(status: 200, headers: response.headers, body: Array(body.utf8), url: response.url)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        HTTPStream(try await send(request), inPartsOf: 1000)
    }
}

/// A vendor with what its lists' addresses have in them.
private struct ListingVendor: CustomTestStringConvertible {
    let fake: any FakeVendor.Type
    let part: String

    static let all = [
        ListingVendor(fake: FakeGitLab.self, part: "/gitlab/v1/"),
        ListingVendor(fake: FakeHarbor.self, part: "/artifacts?"),
        ListingVendor(fake: FakeQuay.self, part: "/api/v1/"),
        ListingVendor(fake: FakeNexus.self, part: "/v1/search"),
        ListingVendor(fake: FakeJFrog.self, part: "/search/aql"),
        ListingVendor(fake: FakeSelectel.self, part: "/images"),
        ListingVendor(fake: FakeSelectel.self, part: "/registries"),
        ListingVendor(fake: FakeDigitalOcean.self, part: "/digests"),
        ListingVendor(fake: FakeGitea.self, part: "/api/v1/packages"),
    ]

    var testDescription: String { "\(fake.name) \(part)" }
}

@Suite("An answer of another shape")
struct VendorShapesTests {
    @Test(
        "is an error, and no list without entries: nothing is deleted by it", arguments: ListingVendor.all,
        [#"{"message":"we have moved"}"#, "{}", #"{"tags":{},"items":{},"results":{},"manifests":{}}"#])
    fileprivate func reshaped(vendor: ListingVendor, body: String) async throws {
        let stage = try VendorStage(vendor.fake)
        let image = stage.image(1, ["a", "b"])
        var settings = stage.settings
        settings.client = ReshapingClient(stage: stage, part: vendor.part, body: body)
        let repository = try await ManagedRepository.open(try Repository(vendor.fake.repository), settings)
        let targets = [DeletionTarget(.digest(image)), DeletionTarget(.tag(try Tag("a")))]
        do {
            let report = try await repository.delete(targets, force: false) { _, _ in }
            let error = report.failed.first { $0.reference == .digest(image) }?.error
            #expect(error?.kind == .protocolViolation)
        } catch {
            // Where nothing can be deleted without a list.
            #expect(error.kind == .protocolViolation)
        }
        #expect(stage.has(image))
        #expect(stage.tags["b"] == image)
    }

    @Test("is none where a vendor writes an empty list as null")
    func null() async throws {
        let stage = try VendorStage(FakeDigitalOcean.self)
        var settings = stage.settings
        settings.client = ReshapingClient(stage: stage, part: "/tags", body: #"{"tags":null,"meta":{"total":0}}"#)
        let repository = try await ManagedRepository.open(try Repository(FakeDigitalOcean.repository), settings)
        #expect(try await repository.tags(.all) { _, _ in }.isEmpty)
    }
}
