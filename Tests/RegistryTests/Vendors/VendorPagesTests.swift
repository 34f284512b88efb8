@testable import HTTP
@testable import Registry
@testable import RegistryTestSupport
import Testing

@Suite("A vendor's list in pages")
struct VendorPagesTests {
    private func client(_ answers: [ScriptedClient.Answer]) throws -> VendorClient {
        var settings = RegistrySettings(client: ScriptedClient(answers)) { _ in nil }
        settings.pacing = StillClock().pacing()
        return VendorClient("The vendor", at: try #require(URLParts("https://api.example")), .none, settings)
    }

    private func read(_ answers: [ScriptedClient.Answer]) async throws -> RegistryError? {
        let client = try client(answers), url = try client.url("/tags")
        do throws(RegistryError) {
            try await client.eachPage(from: url, "cannot list")
            return nil
        } catch {
            return error
        }
    }

    private let next = ["Link": "</tags?page=2>; rel=\"next\""]

    @Test("is not there where its first page is not")
    func missing() async throws {
        #expect(try await read([.status(404)])?.kind == .notFound)
    }

    @Test("is not whole where a later page is not there, and is not taken for one that is missing")
    func hole() async throws {
        #expect(try await read([.status(200, next, "[]"), .status(200, [:], "[]")]) == nil)
        #expect(try await read([.status(200, next, "[]"), .status(404)])?.kind == .protocolViolation)
    }

    @Test("is an error where it leads in a circle, or to another host")
    func astray() async throws {
        #expect(try await read([.status(200, next, "[]"), .status(200, next, "[]")])?.kind == .protocolViolation)
        let elsewhere = ["Link": "<https://evil.example/tags>; rel=\"next\""]
        #expect(try await read([.status(200, elsewhere, "[]")])?.kind == .protocolViolation)
    }
}
