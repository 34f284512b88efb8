internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Synchronization
internal import Testing

/// A job that asks for its OIDC token: its variables and files, a service that gives the nth request the nth answer,
/// and a program that prints.
struct TokenJob {
    let system: CISystem
    var variables: [String: String]
    var files: [String: [UInt8]] = [:]
    var keys: [IdentityRequest.Key: String] = [:]
    var prints: Result<String, RegistryError> = .failure(RegistryError(.denied, "no program is to be run"))
    let client: ScriptedClient
    let clock = StillClock()
    let runs = Runs()

    /// The programs that were run, with their arguments.
    final class Runs: Sendable {
        private let lines = Mutex<[[String]]>([])
        var all: [[String]] { lines.withLock { $0 } }
        func add(_ line: [String]) { lines.withLock { $0.append(line) } }
    }

    init(_ system: String, _ variables: [String: String] = [:], _ answers: [ScriptedClient.Answer] = []) throws {
        self.system = try #require(CISystem.named(system))
        self.variables = variables
        client = ScriptedClient(answers)
    }

    /// A job of GitHub's.
    static func gitHub(_ answers: ScriptedClient.Answer..., url: String = url) throws -> TokenJob {
        try TokenJob(
            "github", ["ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "hunter2"], answers)
    }

    static let url = "https://run.example.com/token?api-version=2.0"
    static let audience = "sts.amazonaws.com"

    func token(audience: String? = audience) async throws -> IDToken {
        let variables = variables, files = files, prints = prints, runs = runs
        var context = CloudContext(client: client, pacing: clock.pacing(unixTime: ExchangeSite.start))
        context.variable = { variables[$0] }
        context.readFile = { path throws(RegistryError) in
            if path.hasSuffix("/") { throw RegistryError(.denied, "\(path): is a directory") }
            return files[path]
        }
        let fetcher = IDTokenFetcher(system: system, environment: Environment(variables), cloud: context) {
            (program, arguments) throws(RegistryError) in
            runs.add([program] + arguments)
            return Array(try prints.get().utf8)
        }
        return try await fetcher.token(for: .oidc("r.example", keys), audience: audience)
    }

    /// What went wrong; nothing of it may hold a secret.
    func failure(audience: String? = audience) async throws -> RegistryError {
        let error = try await #require(throws: RegistryError.self) { try await token(audience: audience) }
        #expect(!"\(error.text) \(error.hint ?? "")".contains("hunter2"))
        return error
    }
}
