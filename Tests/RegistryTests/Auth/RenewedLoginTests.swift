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

    private static let first = Credential(username: "me", password: Secret("pw1"))
    private static let second = Credential(username: "me", password: Secret("pw2"))

    /// What lets requests in that are answered with `challenge`, whose login `renewal` finds anew.
    private func authenticator(
        _ challenge: String, _ client: any HTTPClient, _ renewal: @escaping Authenticator.Renewal
    ) throws -> (Authenticator, refusal: HTTPResponse) {
        let root = try #require(URLParts("https://r.example/v2/"))
        let headers = HTTPFields([.init("WWW-Authenticate", challenge)])
        let authenticator = try Authenticator(
            RegistryPing.Answer(
                root: root, challenges: AuthChallenge.parse([challenge]), isOpen: false, headers: headers),
            of: try RegistryHost("r.example"), credential: Self.first, renewal: renewal, allowsPlainHTTP: false,
            client: client, pacing: StillClock().pacing())
        return (authenticator, HTTPResponse(status: 401, headers: headers, body: [], url: root))
    }

    @Test("is found anew for each of two requests that are refused at once")
    func basicAtOnce() async throws {
        let gate = Gate()
        let (authenticator, refusal) = try authenticator("Basic realm=\"r\"", ScriptedClient([])) { _ in
            await gate.pass()
            return Self.second
        }
        let scopes = ScopeSet([]), refused = try await authenticator.authorization(for: scopes)
        let retries = (0..<2).map { _ in
            Task.immediate { try await authenticator.authorization(after: refusal, to: refused, for: scopes) }
        }
        gate.open()
        let expected = try BasicCredentials(username: "me", password: Secret("pw2")).header()
        for retry in retries { #expect(try await retry.value == expected) }
    }

    /// A token service that refuses the first password, and gives a token for the second.
    private struct Service: HTTPClient {
        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let isFirst = request.headers.contains { header in
                guard case .secret(let secret) = header.value else { return false }
                return secret.withValue { $0 == "Basic bWU6cHcx" }
            }
            return HTTPResponse(
                status: isFirst ? 401 : 200, headers: HTTPFields([]), body: Array(#"{"token":"t"}"#.utf8),
                url: request.url)
        }

        func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
            HTTPStream(try await send(request), inPartsOf: 7)
        }
    }

    @Test("is found anew for each of two tokens that it is refused at once")
    func tokensAtOnce() async throws {
        let gate = Gate(), challenge = #"Bearer realm="https://auth.example/token",service="s""#
        let (authenticator, _) = try authenticator(challenge, Service()) { _ in
            await gate.pass()
            return Self.second
        }
        let tokens = try ["a", "b"].map { name in
            let scopes = ScopeSet([try #require(AuthScope("repository:\(name):pull"))])
            return Task.immediate { try await authenticator.authorization(for: scopes) }
        }
        gate.open()
        for token in tokens { #expect(try await token.value == .bearer(Secret("t"))) }
    }

    @Test("is asked for where renewed ones are, with the one that was refused")
    func renewal() async throws {
        let client = ScriptedClient([Self.refused, Self.refused, .status(200)])
        let asked = Mutex<[Credential?]>([])
        var settings = RegistrySettings(client: client) { _ in Self.first }
        settings.renewal = { _, refused in
            asked.withLock { $0.append(refused) }
            return Self.second
        }
        settings.pacing = StillClock().pacing()
        let session = try await RegistrySession.open(try Repository("r.example/app"), for: [.pull], settings)
        #expect(try await session.read().status == 200)
        #expect(asked.withLock { $0 } == [Self.first])
    }
}
