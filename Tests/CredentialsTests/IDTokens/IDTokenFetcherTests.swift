internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import Registry
@testable internal import RegistryTestSupport
internal import Testing

@Suite("A job's OIDC token")
struct IDTokenFetcherTests {
    private func text(_ token: IDToken) -> String { token.text.withValue { $0 } }

    private static func json(_ field: String, _ token: String = JobToken.text) -> String {
        #"{"count":1,"\#(field)":"\#(token)"}"#
    }

    // MARK: GitHub's service

    @Test("is asked of GitHub's service, for the audience, with what lets the job in")
    func gitHub() async throws {
        let job = try TokenJob.gitHub(.status(200, [:], Self.json("value")))
        let token = try await job.token(audience: "sts.amazonaws.com")
        #expect(text(token) == JobToken.text)
        #expect(token.source == "ACTIONS_ID_TOKEN_REQUEST_URL")
        #expect(
            job.client.asked == ["GET \(TokenJob.url)&audience=sts.amazonaws.com | Authorization: bearer hunter2"])
    }

    static let addresses: [(url: String, audience: String?, asked: String)] = [
        ("https://r.example/t", "a b&c=d", "https://r.example/t?audience=a%20b%26c%3Dd"),
        ("https://r.example/t?", "x", "https://r.example/t?audience=x"),
        ("https://r.example/t?a=b&", "https://a.b/c", "https://r.example/t?a=b&audience=https%3A%2F%2Fa.b%2Fc"),
        ("http://127.0.0.1:1234/t?a=b", nil, "http://127.0.0.1:1234/t?a=b"),
    ]

    @Test("is asked for at the address that there is, whatever its query", arguments: addresses)
    func address(url: String, audience: String?, asked: String) async throws {
        let token = JobToken.text(#"{"aud":\#(audience.map { "\"\($0)\"" } ?? "[]")}"#)
        let job = try TokenJob.gitHub(.status(200, [:], Self.json("value", token)), url: url)
        _ = try await job.token(audience: audience)
        #expect(job.client.asked == ["GET \(asked) | Authorization: bearer hunter2"])
    }

    @Test(
        "is not asked for where what lets the job in would be seen, or at no address",
        arguments: ["http://run.example.com/t", "ftp://r.example/", "r.example", "https://"])
    func unsafe(url: String) async throws {
        let job = try TokenJob.gitHub(url: url)
        let error = try await job.failure()
        #expect(error.kind == .badName)
        #expect(error.text.contains("ACTIONS_ID_TOKEN_REQUEST_URL"))
        #expect(job.client.asked == [])
    }

    @Test("is asked for again where the service is busy", arguments: [429, 500, 502, 503])
    func patience(status: Int) async throws {
        let job = try TokenJob.gitHub(.status(status), .failure(.interrupted), .status(200, [:], Self.json("value")))
        #expect(text(try await job.token()) == JobToken.text)
        #expect(job.client.asked.count == 3)
    }

    @Test("is not asked for elsewhere")
    func redirect() async throws {
        let job = try TokenJob.gitHub(.status(302, ["Location": "https://elsewhere.example/"]))
        let error = try await job.failure()
        #expect(error.text == "no OIDC token: GET https://run.example.com/token?…: status 302")
        #expect(job.client.asked.count == 1)
    }

    @Test("is refused with the service's words, but without what it was asked with")
    func refused() async throws {
        let job = try TokenJob.gitHub(.status(403, [:], #"{"message":"no hunter2 for this\njob eyJhbGciOi"}"#))
        let error = try await job.failure()
        #expect(error.kind == .denied)
        #expect(
            error.text
                == "no OIDC token: GET https://run.example.com/token?…: status 403, no *** for this job ***")
        #expect(error.hint?.contains("id-token: write") == true)
    }

    // MARK: the other sources

    @Test("is asked of Azure Pipelines' service", arguments: [nil, "1-2"])
    func azure(connection: String?) async throws {
        var job = try TokenJob(
            "azure-pipelines",
            ["SYSTEM_OIDCREQUESTURI": "https://dev.azure.com/a/oidctoken", "SYSTEM_ACCESSTOKEN": "hunter2"],
            [.status(200, [:], Self.json("oidcToken"))])
        job.variables["AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"] = connection
        #expect(text(try await job.token()) == JobToken.text)
        let query = "api-version=7.1" + (connection.map { "&serviceConnectionId=\($0)" } ?? "")
        #expect(
            job.client.asked == [
                "POST https://dev.azure.com/a/oidctoken?\(query) | Authorization: Bearer hunter2"
                    + " | Content-Type: application/json | X-TFS-FedAuthRedirect: Suppress | "
            ])
    }

    @Test("is what the CI system's program prints")
    func program() async throws {
        var job = try TokenJob("buildkite", ["BUILDKITE_AGENT_ACCESS_TOKEN": "hunter2"])
        job.prints = .success("\(JobToken.text)\n")
        let token = try await job.token()
        #expect(text(token) == JobToken.text)
        #expect(token.source == "buildkite-agent oidc request-token")
        #expect(job.runs.all == [["buildkite-agent", "oidc", "request-token", "--audience", "sts.amazonaws.com"]])
    }

    @Test("is not there where the program fails, which says why")
    func failingProgram() async throws {
        var job = try TokenJob("circleci", ["CIRCLE_OIDC_TOKEN": JobToken.text])
        job.prints = .failure(RegistryError(.denied, "circleci failed"))
        #expect(try await job.failure() == RegistryError(.denied, "circleci failed"))
        #expect(job.runs.all == [["circleci", "run", "oidc", "get", "--claims", #"{"aud":"sts.amazonaws.com"}"#]])
    }

    @Test("is what a variable holds, without the white space around it")
    func variable() async throws {
        let job = try TokenJob("gitlab", ["STS_AMAZONAWS_COM_ID_TOKEN": " \(JobToken.text)\r\n"])
        let token = try await job.token()
        #expect(text(token) == JobToken.text)
        #expect(token.source == "STS_AMAZONAWS_COM_ID_TOKEN")
    }

    @Test("is what a file holds at the moment", arguments: [true, false])
    func file(isNamedByVariable: Bool) async throws {
        var job = try TokenJob("tekton", ["BERTH_ID_TOKEN_FILE": "/run/token"])
        if !isNamedByVariable { job.keys = [.tokenFile: "/run/token"] }
        let missing = try await job.failure()
        let file = isNamedByVariable ? "the file of BERTH_ID_TOKEN_FILE is not there" : "there is no /run/token"
        #expect(missing.text == "no OIDC token: \(file)")
        job.files["/run/token"] = Array("\(JobToken.text)\n".utf8)
        #expect(text(try await job.token()) == JobToken.text)
        let fresh = JobToken.text(#"{"aud":"sts.amazonaws.com","jti":"2"}"#)
        job.files["/run/token"] = Array(fresh.utf8)
        #expect(text(try await job.token()) == fresh)
    }

    @Test(
        "is not shown where it stands in a variable for its file's path",
        arguments: [
            ("BERTH_ID_TOKEN_FILE", "hunter2.hunter2.x", "BERTH_ID_TOKEN_FILE holds no path that begins with /"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "hunter2", "AWS_WEB_IDENTITY_TOKEN_FILE holds no path that begins with /"),
            ("BERTH_ID_TOKEN_FILE", "/hunter2", "the file of BERTH_ID_TOKEN_FILE is not there"),
            ("BERTH_ID_TOKEN_FILE", "/hunter2/", "the file of BERTH_ID_TOKEN_FILE cannot be read"),
        ])
    func tokenForPath(variable: String, value: String, why: String) async throws {
        var job = try TokenJob("tekton", [variable: value])
        job.keys = [.role: "r"]
        let text = try await job.failure().text
        #expect(text.hasPrefix("no OIDC token") && text.hasSuffix(why), "\(text)")
        #expect(!text.contains("hunter2"))
    }

    @Test("is asked of the metadata server of Google's machines")
    func google() async throws {
        let job = try TokenJob("cloudbuild", [:], [.status(200, ["Metadata-Flavor": "Google"], JobToken.text)])
        #expect(text(try await job.token()) == JobToken.text)
        let page = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/identity"
        #expect(
            job.client.asked == ["GET \(page)?audience=sts.amazonaws.com&format=full | Metadata-Flavor: Google"])
    }

    @Test("is none where something else is at the address of Google's metadata server")
    func notGoogle() async throws {
        let job = try TokenJob("cloudbuild", [:], [.status(200, [:], JobToken.text)])
        #expect(try await job.failure().kind == .protocolViolation)
    }

    @Test("is none where the job is given none, and the advice is passed on")
    func none() async throws {
        let error = try await TokenJob("github").failure()
        #expect(error.kind == .denied)
        #expect(error.text == "no OIDC token for r.example: ACTIONS_ID_TOKEN_REQUEST_URL is not set")
        #expect(error.hint == "let the job have it: permissions: {id-token: write}")
    }

    // MARK: what is no token

    static let junk = [
        "", "\n", "hunter2", "hunter2.hunter2", "a.hunter2.b", "..", JobToken.text + " hunter2", JobToken.text + ".x",
        "Bearer \(JobToken.text)", JobToken.text("[1]"), JobToken.text(#""hunter2""#), JobToken.text + "=",
        JobToken.text + String(repeating: "x", count: 1 << 16),
    ]

    @Test("is not taken from a variable that holds something else, which is not shown", arguments: junk)
    func junkVariable(value: String) async throws {
        let job = try TokenJob("bitbucket", ["BITBUCKET_STEP_OIDC_TOKEN": value])
        let error = try await job.failure()
        #expect(error.kind == .denied)
        if !value.isEmpty {
            #expect(
                error.text == "no OIDC token: what BITBUCKET_STEP_OIDC_TOKEN gives is no JSON Web Token")
        }
    }

    @Test(
        "is not taken from an answer without one",
        arguments: ["", "[]", "{}", #"{"value":7}"#, #"{"value":"hunter2"}"#, #"{"value":null}"#, "<html>"])
    func junkAnswer(body: String) async throws {
        let error = try await TokenJob.gitHub(.status(200, [:], body)).failure()
        #expect(error.text == "no OIDC token: what ACTIONS_ID_TOKEN_REQUEST_URL gives is no JSON Web Token")
    }

    @Test("is not taken from a file that is no text")
    func junkFile() async throws {
        var job = try TokenJob("tekton", [:])
        job.keys = [.tokenFile: "/run/token"]
        job.files["/run/token"] = [0xFF, 0xFE]
        #expect(try await job.failure().text == "no OIDC token: what /run/token gives is no JSON Web Token")
    }

    // MARK: whom it is for, and until when

    @Test(
        "for somebody else is not shown to anybody, and the error says both",
        arguments: [
            (#""https://a.example""#, #""https://a.example""#), (#"["a","b"]"#, #""a", "b""#),
            (#""a\u001b[2J""#, #""a [2J""#), ("[]", "nobody"),
        ])
    func audience(claim: String, shown: String) async throws {
        let job = try TokenJob("gitlab", ["ID_TOKEN": JobToken.text(#"{"aud":\#(claim)}"#)])
        let error = try await job.failure()
        #expect(error.kind == .denied)
        #expect(error.text == #"the OIDC token of ID_TOKEN is for \#(shown) and not for "sts.amazonaws.com""#)
    }

    static let vendorsOwn = [
        #""sts.amazonaws.com""#, #""api://AzureADTokenExchange""#, #""api://AzureADTokenExchangeUSGov""#,
        #"["x","https://identity.docker.com"]"#, #""https://iam.googleapis.com/projects/1/locations/global""#,
    ]

    @Test("for a cloud is not shown to others, who could be let in there with it", arguments: vendorsOwn)
    func vendors(claim: String) async throws {
        let token = JobToken.text(#"{"aud":\#(claim)}"#)
        let error = try await TokenJob("gitlab", ["ID_TOKEN": token]).failure(audience: nil)
        #expect(error.kind == .denied)
        #expect(error.text.hasPrefix("the OIDC token of ID_TOKEN is for \""))
        #expect(error.hint?.contains("audience:") == true)
        // Nobody can know better than who names this very token.
        var named = try TokenJob("gitlab", ["MINE": token])
        named.keys = [.tokenVariable: "MINE"]
        #expect(text(try await named.token(audience: nil)) == token)
    }

    @Test("for anybody else, or nobody, is shown where the registry has no audience", arguments: [#""x""#, "[]"])
    func anyAudience(claim: String) async throws {
        let token = JobToken.text(#"{"aud":\#(claim)}"#)
        #expect(text(try await TokenJob("gitlab", ["ID_TOKEN": token]).token(audience: nil)) == token)
    }

    @Test("for several is good for each of them")
    func several() async throws {
        let token = JobToken.text(#"{"aud":["x","sts.amazonaws.com"]}"#)
        #expect(text(try await TokenJob("gitlab", ["ID_TOKEN": token]).token()) == token)
    }

    @Test(
        "that has ended is not shown to anybody, and the error says since when",
        arguments: [(0, "0 s"), (119, "119 s"), (150, "2 minutes"), (7300, "2 hours"), (200_000, "2 days")])
    func ended(seconds: Int, shown: String) async throws {
        let token = JobToken.text(#"{"aud":"sts.amazonaws.com","exp":\#(ExchangeSite.start - seconds)}"#)
        let error = try await TokenJob("gitlab", ["ID_TOKEN": token]).failure()
        #expect(error.kind == .denied)
        #expect(error.text == "the OIDC token of ID_TOKEN ended \(shown) ago")
        #expect(error.hint?.contains("does not renew it") == true)
    }

    @Test("that was made just now and has ended tells of a wrong clock")
    func clock() async throws {
        let token = JobToken.text(#"{"aud":"sts.amazonaws.com","exp":\#(ExchangeSite.start - 7300)}"#)
        let error = try await TokenJob.gitHub(.status(200, [:], Self.json("value", token))).failure()
        #expect(error.hint == "it was made just now: is this machine's clock right?")
    }
}
