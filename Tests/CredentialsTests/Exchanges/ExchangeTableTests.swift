internal import CIEnv
internal import Credentials
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("The table of exchanges")
struct ExchangeTableTests {
    @Test("knows none for a registry of nobody's, and says what helps")
    func unknown() {
        let request = IdentityRequest(registry: "registry.example.com", from: "--oidc")
        let error = #expect(throws: RegistryError.self) {
            _ = try ExchangeTable.exchange(
                for: request, jobName: "job", CloudContext(client: ScriptedClient([])))
        }
        #expect(error?.hint?.contains("token-url") == true)
    }
}
