internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("A token service")
struct RealmPolicyTests {
    /// Who asks for the credentials to be sent where.
    struct Case: Sendable, CustomTestStringConvertible {
        let registry: String
        let realm: String
        var allowsPlainHTTP = false

        var testDescription: String { "\(registry) → \(realm)\(allowsPlainHTTP ? " (plain HTTP allowed)" : "")" }
    }

    static let trusted = [
        Case(registry: "https://r.example/v2/", realm: "https://r.example/token"),
        Case(registry: "https://r.example/v2/", realm: "https://r.example:8443/token"),
        Case(registry: "https://registry-1.docker.io/v2/", realm: "https://auth.docker.io/token"),
        Case(registry: "https://r.example/v2/", realm: "https://8.8.8.8/token"),
        Case(registry: "https://10.0.0.1/v2/", realm: "https://10.0.0.2/token"),
        Case(registry: "https://localhost/v2/", realm: "https://127.0.0.1:5001/token"),
        Case(registry: "http://localhost:5000/v2/", realm: "http://localhost:5001/token"),
        Case(registry: "http://localhost:5000/v2/", realm: "http://127.0.0.1:5001/token"),
        Case(registry: "http://localhost:5000/v2/", realm: "https://auth.example/token"),
        Case(registry: "http://10.0.0.1/v2/", realm: "http://10.0.0.1:81/token", allowsPlainHTTP: true),
        Case(registry: "http://10.0.0.1/v2/", realm: "http://auth.example/token", allowsPlainHTTP: true),
    ]

    static let distrusted = [
        // Over TLS the registry is known; what it says to send in the clear can be read by everybody.
        Case(registry: "https://r.example/v2/", realm: "http://r.example/token"),
        Case(registry: "https://r.example/v2/", realm: "http://r.example/token", allowsPlainHTTP: true),
        Case(registry: "https://localhost/v2/", realm: "http://localhost/token"),
        Case(registry: "http://localhost:5000/v2/", realm: "http://auth.example/token"),
        Case(registry: "http://localhost:5000/v2/", realm: "http://10.0.0.1/token"),
        Case(registry: "http://localhost:5000/v2/", realm: "http://localhost.evil.example/token"),
        // A registry out there has no business with services in here.
        Case(registry: "https://r.example/v2/", realm: "https://localhost/token"),
        Case(registry: "https://r.example/v2/", realm: "https://127.0.0.1/token"),
        Case(registry: "https://r.example/v2/", realm: "https://[::1]/token"),
        Case(registry: "https://r.example/v2/", realm: "https://169.254.169.254/token"),
        Case(registry: "https://r.example/v2/", realm: "https://[::ffff:169.254.169.254]/token"),
        Case(registry: "https://r.example/v2/", realm: "https://192.168.1.1/token"),
        Case(registry: "https://r.example/v2/", realm: "https://a.localhost/token"),
        Case(registry: "https://r.example/v2/", realm: "https://localhost./token"),
        Case(registry: "http://8.8.8.8/v2/", realm: "http://127.0.0.1/token", allowsPlainHTTP: true),
    ]

    private func refusal(_ sample: Case) throws -> String? {
        let url = try #require(URLParts(sample.registry)), realm = try #require(URLParts(sample.realm))
        let host = try RegistryHost(serverAddress: sample.registry)
        let policy = RealmPolicy(registry: host, registryURL: url, allowsPlainHTTP: sample.allowsPlainHTTP)
        return policy.refusal(of: realm)
    }

    @Test("is given the credentials", arguments: trusted)
    func allows(_ sample: Case) throws {
        #expect(try refusal(sample) == nil)
    }

    @Test("is not given the credentials", arguments: distrusted)
    func refuses(_ sample: Case) throws {
        #expect(try refusal(sample) != nil)
    }
}
