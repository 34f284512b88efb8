internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Synchronization
internal import Testing

@testable internal import Registry

/// A login whose password changes each time when it is looked up, up to `last`.
private final class Logins: Sendable {
    private let count = Mutex(0)
    let last: Int

    init(upTo last: Int) {
        self.last = last
    }

    func next() -> Credential {
        count.withLock { count in
            count = min(count + 1, last)
            return Credential(username: "me", password: Secret("pw\(count)"))
        }
    }
}

@Suite("A login that ends while a command lasts")
struct RenewedLoginTests {
    private static let refused = ScriptedClient.Answer.status(401, ["WWW-Authenticate": "Basic realm=\"r\""])
    private static let bearer = ScriptedClient.Answer.status(
        401, ["WWW-Authenticate": #"Bearer realm="https://auth.example/token",service="s""#])
    private static let noToken = ScriptedClient.Answer.status(401)

    private func session(_ client: ScriptedClient, _ logins: Logins) async throws -> RegistrySession {
        var settings = RegistrySettings(client: client) { _ in logins.next() }
        settings.pacing = StillClock().pacing()
        return try await RegistrySession.open(try Repository("r.example/app"), for: [.pull], settings)
    }

    @Test("is looked up again where the registry refuses its password")
    func basic() async throws {
        let client = ScriptedClient([Self.refused, .status(200), Self.refused, .status(200), .status(200)])
        let session = try await session(client, Logins(upTo: 2))
        for _ in 0..<3 { #expect(try await session.read().status == 200) }
        // me:pw1 and me:pw2
        let shown = client.asked.map { $0.contains("Basic bWU6cHcx") ? 1 : $0.contains("Basic bWU6cHcy") ? 2 : 0 }
        #expect(shown == [0, 1, 1, 2, 2])
    }

    @Test("is not shown twice where it is still the same")
    func same() async throws {
        let client = ScriptedClient([Self.refused, Self.refused])
        let session = try await session(client, Logins(upTo: 1))
        #expect(try await session.read().status == 401)
        #expect(client.asked.count == 2)
    }

    @Test("is looked up again where the token service refuses it")
    func token() async throws {
        let client = ScriptedClient([
            Self.bearer, Self.noToken, .status(200, [:], #"{"token":"t"}"#), .status(200),
        ])
        let session = try await session(client, Logins(upTo: 2))
        #expect(try await session.read().status == 200)
        #expect(client.asked.count == 4)
    }
}
