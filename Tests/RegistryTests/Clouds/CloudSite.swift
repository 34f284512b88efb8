internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import TestSupport

/// What a cloud's credentials are found in: variables, files, and a server that gives the nth request the nth answer.
struct CloudSite {
    var variables: [String: String] = [:]
    var files: [String: String] = [:]
    var allowsPlainHTTP = false
    let client: ScriptedClient
    let clock = StillClock()

    /// The time of day at first, in seconds since 1970.
    static let start = 1_700_000_000

    init(
        _ variables: [String: String] = [:], files: [String: String] = [:], _ answers: [ScriptedClient.Answer] = []
    ) {
        self.variables = variables
        self.files = files
        client = ScriptedClient(answers)
    }

    var context: CloudContext {
        let (variables, files) = (variables, files)
        var context = CloudContext(client: client, pacing: clock.pacing(unixTime: Self.start))
        context.variable = { variables[$0] }
        context.readFile = { path throws(RegistryError) in files[path].map { Array($0.utf8) } }
        context.allowsPlainHTTP = allowsPlainHTTP
        return context
    }
}

extension Secret {
    /// The text, for a test to compare.
    var text: String { withValue { $0 } }
}

extension RegistryError {
    /// All that people read of it.
    var whole: String { "\(text) \(hint ?? "")" }
}

/// A key of 2048 bits, made once.
enum TestKey {
    private static let made = Task { try await Command.shell("openssl genrsa 2048").succeed().text }

    /// It in PEM.
    static var pem: String { get async throws { try await made.value } }

    /// A service account's key file with it.
    static func file(_ more: String = "") async throws -> String {
        let lines = try await pem.split(separator: "\n").joined(separator: "\\n")
        return #"{"type":"service_account","client_email":"ci@p.iam.gserviceaccount.com","private_key_id":"k1","#
            + #""private_key":"\#(lines)\n"\#(more)}"#
    }
}
