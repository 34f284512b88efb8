internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

/// The password of all scripted logins, and as Basic sends it.
private let password = "s3cr3t/+"
private let basic = "Basic bWU6czNjcjN0Lys="

private func verify(
    _ host: String, _ client: ScriptedClient, username: String = "me", allowsPlainHTTP: Bool = false
) async throws -> LoginCheck.Verdict {
    let check = LoginCheck(client: client, allowsPlainHTTP: allowsPlainHTTP, pacing: StillClock().pacing())
    return try await check.verify(host: RegistryHost(host), username: username, password: Secret(password))
}

private func challenge(_ text: String) -> ScriptedClient.Answer { .status(401, ["WWW-Authenticate": text]) }

private func bearer(_ realm: String) -> ScriptedClient.Answer { challenge("Bearer realm=\"\(realm)\",service=\"s\"") }

@Suite("A login")
struct LoginCheckTests {
    @Test("by Basic shows the user name and password to the registry, and only when it asks")
    func basicLogin() async throws {
        let client = ScriptedClient([challenge("Basic realm=x"), .status(200)])
        #expect(try await verify("r.example", client) == .accepted)
        #expect(
            client.asked == ["GET https://r.example/v2/", "GET https://r.example/v2/ | Authorization: \(basic)"])
    }

    @Test("by Bearer shows them to the token service, and the registry only the token")
    func bearerLogin() async throws {
        let client = ScriptedClient([
            bearer("https://auth.example/token?x=y"), .status(200, [:], #"{"token": "T", "access_token": "U"}"#),
            .status(200),
        ])
        #expect(try await verify("r.example", client) == .accepted)
        #expect(
            client.asked == [
                "GET https://r.example/v2/",
                "GET https://auth.example/token?x=y&client_id=berth&service=s&account=me | Authorization: \(basic)",
                "GET https://r.example/v2/ | Authorization: Bearer T",
            ])
    }

    @Test("by an identity token sends it in a form, as OAuth 2 has it")
    func identityToken() async throws {
        let client = ScriptedClient([
            bearer("https://auth.example/token"), .status(200, [:], #"{"access_token": "T"}"#), .status(200),
        ])
        #expect(try await verify("r.example", client, username: "<token>") == .accepted)
        #expect(
            client.asked == [
                "GET https://r.example/v2/",
                "POST https://auth.example/token | Content-Type: application/x-www-form-urlencoded | client_id=berth"
                    + "&service=s&grant_type=refresh_token&refresh_token=s3cr3t%2F%2B",
                "GET https://r.example/v2/ | Authorization: Bearer T",
            ])
    }

    @Test("to Docker Hub goes to the host that serves its API", arguments: ["docker.io", "index.docker.io"])
    func dockerHub(name: String) async throws {
        let client = ScriptedClient([
            bearer("https://auth.docker.io/token"), .status(200, [:], #"{"token": "T"}"#), .status(200),
        ])
        #expect(try await verify(name, client) == .accepted)
        #expect(client.asked.first == "GET https://registry-1.docker.io/v2/")
        #expect(client.asked.last == "GET https://registry-1.docker.io/v2/ | Authorization: Bearer T")
    }

    @Test("prefers Bearer where both are offered")
    func both() async throws {
        let client = ScriptedClient([
            challenge(#"Basic realm="x", bearer realm="https://r.example/token""#),
            .status(200, [:], #"{"token": "T"}"#), .status(200),
        ])
        #expect(try await verify("r.example", client) == .accepted)
        #expect(client.asked[1].hasPrefix("GET https://r.example/token?client_id=berth&account=me | "))
    }

    @Test("is not needed where the registry lets everybody in")
    func open() async throws {
        let client = ScriptedClient([.status(200)])
        #expect(try await verify("r.example", client) == .loginNotNeeded)
    }

    @Test(
        "at a registry of this machine does without TLS where that does not speak it",
        arguments: [
            HTTPError.Kind.tls, .unreachable, .timeout,
        ])
    func loopback(kind: HTTPError.Kind) async throws {
        let client = ScriptedClient([.failure(kind), challenge("Basic realm=x"), .status(200)])
        #expect(try await verify("localhost:5000", client) == .accepted)
        #expect(client.asked[1] == "GET http://localhost:5000/v2/")
    }

    @Test("at any other registry does without TLS where the user allows it")
    func allowed() async throws {
        let client = ScriptedClient([.failure(.tls), challenge("Basic realm=x"), .status(200)])
        #expect(try await verify("r.example", client, allowsPlainHTTP: true) == .accepted)
        #expect(client.asked.last == "GET http://r.example/v2/ | Authorization: \(basic)")
    }

    @Test("follows the registry from plain HTTP to TLS before it shows anything")
    func upgrade() async throws {
        let client = ScriptedClient([
            .failure(.tls), .status(301, ["Location": "https://localhost:5443/v2/"]), challenge("Basic realm=x"),
            .status(200),
        ])
        #expect(try await verify("localhost:5000", client) == .accepted)
        #expect(client.asked.last == "GET https://localhost:5443/v2/ | Authorization: \(basic)")
    }

    @Test("is tried again where the registry is busy")
    func busy() async throws {
        let client = ScriptedClient([.status(503), challenge("Basic realm=x"), .status(429), .status(200)])
        #expect(try await verify("r.example", client) == .accepted)
    }

    /// What a registry or its token service answers, and what kind of failure that is.
    struct Failing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: RegistryError.Kind
        let answers: [ScriptedClient.Answer]
        var username = "me"
    }

    private static let token = bearer("https://r.example/token")

    static let failing = [
        Failing(
            testDescription: "a wrong password", kind: .denied, answers: [challenge("Basic realm=x"), .status(401)]),
        Failing(
            testDescription: "a missing right", kind: .denied, answers: [challenge("Basic realm=x"), .status(403)]),
        Failing(
            testDescription: "a wrong password, says the token service", kind: .denied, answers: [token, .status(401)]),
        Failing(
            testDescription: "a missing right, says the token service", kind: .denied, answers: [token, .status(403)]),
        Failing(
            testDescription: "an identity token that is over", kind: .denied,
            answers: [token, .status(400, [:], #"{"error": "invalid_grant"}"#)], username: "<token>"),
        Failing(
            testDescription: "a form that the token service does not know", kind: .protocolViolation,
            answers: [token, .status(400, [:], #"{"error": "unsupported_grant_type"}"#)], username: "<token>"),
        Failing(
            testDescription: "a token that the registry does not take", kind: .denied,
            answers: [token, .status(200, [:], #"{"token": "T"}"#), .status(401)]),
        Failing(
            testDescription: "a user name that Basic cannot carry", kind: .denied,
            answers: [challenge("Basic realm=x")], username: "a:b"),
        Failing(testDescription: "nobody let in at all", kind: .denied, answers: [.status(403)]),
        Failing(testDescription: "no registry", kind: .protocolViolation, answers: [.status(404)]),
        Failing(testDescription: "no challenge", kind: .protocolViolation, answers: [.status(401)]),
        Failing(testDescription: "an unknown scheme", kind: .protocolViolation, answers: [challenge("Negotiate")]),
        Failing(testDescription: "no realm", kind: .protocolViolation, answers: [challenge("Bearer service=s")]),
        Failing(testDescription: "no token", kind: .protocolViolation, answers: [token, .status(200, [:], "{}")]),
        Failing(testDescription: "nothing", kind: .protocolViolation, answers: [token, .status(200)]),
        Failing(
            testDescription: "an empty token", kind: .protocolViolation,
            answers: [token, .status(200, [:], #"{"token": ""}"#)]),
        Failing(
            testDescription: "a token that is none", kind: .protocolViolation,
            answers: [token, .status(200, [:], #"{"token": 1}"#)]),
        Failing(testDescription: "rubbish", kind: .protocolViolation, answers: [token, .status(200, [:], "<html>")]),
        Failing(
            testDescription: "a rate limit", kind: .tryLater,
            answers: [challenge("Basic realm=x"), .status(429, ["Retry-After": "3600"])]),
        Failing(testDescription: "a fault", kind: .tryLater, answers: [.status(500), .status(500), .status(500)]),
        Failing(testDescription: "no time", kind: .tryLater, answers: [.failure(.timeout)]),
        Failing(testDescription: "nobody there", kind: .unreachable, answers: [.failure(.unreachable)]),
        Failing(testDescription: "no such host", kind: .unreachable, answers: [.failure(.unresolvedHost)]),
        Failing(testDescription: "no TLS", kind: .unreachable, answers: [.failure(.tls)]),
        Failing(testDescription: "a bad certificate", kind: .unreachable, answers: [.failure(.certificate)]),
    ]

    @Test("fails, and says how", arguments: failing)
    func fails(_ sample: Failing) async throws {
        let client = ScriptedClient(sample.answers)
        let error = await #expect(throws: RegistryError.self) {
            try await verify("r.example", client, username: sample.username)
        }
        #expect(error?.kind == sample.kind)
        #expect(client.asked.count == sample.answers.count)
        #expect(error.map { "\($0.text) \($0.hint ?? "")".contains("s3cr3t") } == false)
    }
}

@Suite("Credentials are not given to")
struct CredentialTheftTests {
    /// What somebody answers who wants to have them, or to have a wrong login pass for a good one.
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var host = "r.example"
        var username = "me"
        var allowsPlainHTTP = false
        var answers: [ScriptedClient.Answer]
        /// The requests that may carry the credentials.
        var honest: [String] = []
    }

    private static let token = bearer("https://r.example/token")
    private static let tokenRequest = "GET https://r.example/token?client_id=berth&service=s&account=me"

    static let attacks = [
        Attack(testDescription: "a token service over plain HTTP", answers: [bearer("http://r.example/token")]),
        Attack(testDescription: "a cloud's metadata service", answers: [bearer("https://169.254.169.254/latest/")]),
        Attack(testDescription: "a service of this machine", answers: [bearer("https://localhost:8443/")]),
        Attack(testDescription: "a host behind a user name", answers: [bearer("https://r.example@evil.example/")]),
        Attack(testDescription: "a file", answers: [bearer("file:///etc/passwd")]),
        Attack(testDescription: "another protocol", answers: [bearer("gopher://r.example:25/")]),
        Attack(testDescription: "an address with a line break", answers: [bearer("https://r.example/\r\nX: y")]),
        Attack(
            testDescription: "another host that the registry redirects to",
            answers: [.status(307, ["Location": "https://evil.example/v2/"]), challenge("Basic realm=x"), .status(200)]),
        Attack(
            testDescription: "another port that the registry redirects to",
            answers: [
                .status(307, ["Location": "https://r.example:8443/v2/"]), challenge("Basic realm=x"), .status(200),
            ]),
        Attack(
            testDescription: "the registry itself over plain HTTP",
            answers: [.status(307, ["Location": "http://r.example/v2/"]), challenge("Basic realm=x"), .status(200)]),
        Attack(
            testDescription: "another host that the registry redirects to when it has asked",
            answers: [
                challenge("Basic realm=x"), .status(307, ["Location": "https://evil.example/v2/"]), .status(200),
            ],
            honest: ["GET https://r.example/v2/"]),
        Attack(
            testDescription: "another host that the token service redirects to, where everybody gets a token",
            answers: [
                token, .status(307, ["Location": "https://evil.example/token"]), .status(200, [:], #"{"token": "T"}"#),
                .status(200),
            ],
            honest: [tokenRequest]),
        Attack(
            testDescription: "another host that the token service redirects a form to", username: "<token>",
            answers: [
                token, .status(307, ["Location": "https://evil.example/token"]), .status(200, [:], #"{"token": "T"}"#),
                .status(200),
            ],
            honest: ["POST https://r.example/token"]),
        Attack(
            testDescription: "who breaks the way to TLS",
            answers: [.failure(.tls), challenge("Basic realm=x"), .status(200)]),
        Attack(
            testDescription: "who has a certificate of their own, on this machine", host: "localhost:5000",
            answers: [.failure(.certificate), challenge("Basic realm=x"), .status(200)]),
        Attack(
            testDescription: "who has a certificate of their own, where plain HTTP is allowed", allowsPlainHTTP: true,
            answers: [.failure(.certificate), challenge("Basic realm=x"), .status(200)]),
        Attack(
            testDescription: "a host whose name begins like this machine's", host: "localhost.evil.example",
            answers: [.failure(.tls), challenge("Basic realm=x"), .status(200)]),
        Attack(
            testDescription: "a host in the network, over plain HTTP, for a registry of this machine",
            host: "localhost:5000",
            answers: [.failure(.tls), bearer("http://10.0.0.1/token"), .status(200, [:], #"{"token": "T"}"#)]),
    ]

    @Test("whoever is after them", arguments: attacks)
    func attack(_ attack: Attack) async throws {
        let client = ScriptedClient(attack.answers)
        await #expect(throws: RegistryError.self) {
            try await verify(
                attack.host, client, username: attack.username, allowsPlainHTTP: attack.allowsPlainHTTP)
        }
        let carriers = client.asked.filter { $0.contains("Authorization") || $0.contains("s3cr3t") }
        #expect(carriers.map { $0.prefix { $0 != "|" }.trimmingSpaces } == attack.honest)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(self.dropLast(last == " " ? 1 : 0)) }
}
