internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@Suite("A login by a token service")
struct TokenServiceTests {
    private func verify(_ username: String, _ password: String) async throws -> (LoginCheck.Verdict?, asked: [String]) {
        let server = try CannedServer(answer: answer)
        let check = LoginCheck(client: CurlClient(.init(userAgent: "berth/test", trust: .builtIn)))
        let host = try RegistryHost("127.0.0.1:\(server.port)")
        var verdict: LoginCheck.Verdict?
        do throws(RegistryError) {
            verdict = try await check.verify(host: host, username: username, password: Secret(password))
        } catch {
            #expect(error.kind == .denied)
        }
        return (verdict, server.finish())
    }

    @Test("is accepted with the right user name and password, or identity token", arguments: ["me", "<token>"])
    func accepted(username: String) async throws {
        let (verdict, asked) = try await verify(username, "right")
        #expect(verdict == .accepted)
        #expect(asked.count == 3)
    }

    @Test(
        "is denied otherwise",
        arguments: [("me", "wrong"), ("you", "right"), ("<token>", "wrong"), ("me", ""), ("", "right")])
    func denied(username: String, password: String) async throws {
        let (verdict, asked) = try await verify(username, password)
        #expect(verdict == nil)
        #expect(asked.count == 2)
    }
}

/// A registry with a token service, both on one port, which check each request to the letter.
private func answer(to request: String, port: Int) -> CannedServer.Answer? {
    let lines = request.split(separator: "\r\n", omittingEmptySubsequences: false)
    let authorization = lines.first { $0.lowercased().hasPrefix("authorization:") }
    let isPlain = lines.contains("Host: 127.0.0.1:\(port)") && lines.contains("User-Agent: berth/test")
    switch (lines.first, authorization) {
    case ("GET /v2/ HTTP/1.1", nil) where isPlain:
        let realm = "http://127.0.0.1:\(port)/auth/token?tenant=a%2Fb"
        return .text(
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"\(realm)\",service=\"my registry\"\r\n\r\n")
    case (
        "GET /auth/token?tenant=a%2Fb&client_id=berth&service=my%20registry&account=me HTTP/1.1",
        "Authorization: Basic bWU6cmlnaHQ="
    ) where isPlain:
        return .text("HTTP/1.1 200 OK\r\n\r\n{\"expires_in\": 300, \"token\": \"a.b-c_d\"}")
    case ("POST /auth/token?tenant=a%2Fb HTTP/1.1", nil)
    where isPlain && lines.contains("Content-Type: application/x-www-form-urlencoded")
        && lines.last == "client_id=berth&service=my%20registry&grant_type=refresh_token&refresh_token=right":
        return .text("HTTP/1.1 200 OK\r\n\r\n{\"access_token\": \"a.b-c_d\"}")
    case ("GET /v2/ HTTP/1.1", "Authorization: Bearer a.b-c_d") where isPlain:
        return .text("HTTP/1.1 200 OK\r\n\r\n{}")
    default:
        return .text("HTTP/1.1 401 Unauthorized\r\n\r\n{\"errors\": []}")
    }
}
