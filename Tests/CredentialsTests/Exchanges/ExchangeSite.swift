internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

/// A job with variables, and services that give the nth request the nth answer.
struct ExchangeSite {
    var variables: [String: String] = [:]
    let client: ScriptedClient
    let clock = StillClock()

    /// The time of day at first, in seconds since 1970.
    static let start = 1_700_000_000

    init(_ variables: [String: String] = [:], _ answers: [ScriptedClient.Answer] = []) {
        self.variables = variables
        client = ScriptedClient(answers)
    }

    var context: CloudContext {
        let variables = variables
        var context = CloudContext(client: client, pacing: clock.pacing(unixTime: Self.start))
        context.variable = { variables[$0] }
        return context
    }

    func exchange(_ request: IdentityRequest) throws -> any TokenExchange {
        try ExchangeTable.exchange(for: request, jobName: "berth-github-1.2", context)
    }

    func credential(_ request: IdentityRequest) async throws -> MintedCredential {
        try await exchange(request).credential(for: JobToken.token)
    }
}

/// The OIDC token of a job.
enum JobToken {
    static let issuer = "https://token.actions.githubusercontent.com"
    static let subject = "repo:acme/app:ref:refs/heads/main"
    static let text = text(
        #"{"iss":"\#(issuer)","sub":"\#(subject)","aud":"sts.amazonaws.com","exp":\#(ExchangeSite.start + 600)}"#)
    static let token = token(text)

    /// A token with these claims.
    static func text(_ claims: String) -> String {
        "eyJhbGciOiJSUzI1NiJ9.\(Base64.encodeURL(Array(claims.utf8))).c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
    }

    static func token(_ text: String) -> IDToken { IDToken(Secret(text), from: "GitHub's token service") }
}

extension IdentityRequest {
    /// What `--oidc` asks for.
    static func oidc(_ registry: String, _ values: [Key: String] = [:]) -> IdentityRequest {
        IdentityRequest(registry: registry, values, from: "--oidc")
    }
}

/// An exchange that goes well.
struct ExchangeCase: CustomTestStringConvertible, Sendable {
    let name: String
    let request: IdentityRequest
    var variables: [String: String] = [:]
    let answers: [ScriptedClient.Answer]
    /// What is asked, signatures left out.
    let asked: [String]
    let username: String
    let secret: String
    /// How many seconds from now on it is good.
    let life: Int

    var testDescription: String { name }

    static let form = " | Content-Type: application/x-www-form-urlencoded | "
    static let json = " | Content-Type: application/json | "
}

/// A request's text without what AWS's signature changes.
func unsigned(_ line: String) -> String {
    line.split(separator: " | ").filter { !$0.hasPrefix("Authorization: AWS4") && !$0.hasPrefix("X-Amz-Date") }
        .joined(separator: " | ")
}
