internal import CIEnv
internal import DockerConfig
internal import JSON
internal import TestSupport
internal import Testing

/// `--oidc` and `BERTH_OIDC`.
@Suite("A credential that is asked for")
struct IdentityRequestTests {
    /// What is written, and what it means.
    struct Reading: CustomTestStringConvertible {
        let text: String
        let request: IdentityRequest
        var testDescription: String { text }

        init(_ text: String, _ registry: String, _ values: [IdentityRequest.Key: String] = [:]) {
            self.text = text
            request = IdentityRequest(registry: registry, values, from: "--oidc")
        }

        static let all: [Reading] = [
            Reading("ghcr.io", "ghcr.io"),
            Reading("Registry.Example.com:5000", "registry.example.com:5000"),
            Reading("[::1]:5000", "[::1]:5000"),
            Reading("quay.io=robot:team+ci", "quay.io", [.robot: "team+ci"]),
            Reading(
                "1.dkr.ecr.eu-west-1.amazonaws.com=role:arn:aws:iam::123456789012:role/ci",
                "1.dkr.ecr.eu-west-1.amazonaws.com", [.role: "arn:aws:iam::123456789012:role/ci"]),
            Reading(
                "a.example=role:arn:aws:iam::1:role/a,b=c,d@e,region:eu-west-1", "a.example",
                [.role: "arn:aws:iam::1:role/a,b=c,d@e", .region: "eu-west-1"]),
            Reading(
                "r.azurecr.io=tenant:contoso.com,client:00000000-0000-0000-0000-000000000001", "r.azurecr.io",
                [.tenant: "contoso.com", .client: "00000000-0000-0000-0000-000000000001"]),
            Reading(
                "a.example=token-url:https://sts.example.com:8443/token?x=1,scope:pull push,user:me", "a.example",
                [.tokenURL: "https://sts.example.com:8443/token?x=1", .scope: "pull push", .user: "me"]),
            Reading("a.example=scope:repository:app:pull,push", "a.example", [.scope: "repository:app:pull,push"]),
            Reading(
                "a.example=token-file:/run/tokens/a b,audience:https://a.example/", "a.example",
                [.tokenFile: "/run/tokens/a b", .audience: "https://a.example/"]),
            Reading("a.example=token-var:ID_TOKEN_1", "a.example", [.tokenVariable: "ID_TOKEN_1"]),
            Reading(
                "pkg.dev=provider:projects/1/locations/global/workloadIdentityPools/p/providers/x,"
                    + "service-account:ci@p.iam.gserviceaccount.com", "pkg.dev",
                [
                    .provider: "projects/1/locations/global/workloadIdentityPools/p/providers/x",
                    .serviceAccount: "ci@p.iam.gserviceaccount.com",
                ]),
            Reading("docker.io=connection:1-2,provider-name:é", "docker.io", [.connection: "1-2", .providerName: "é"]),
        ]
    }

    @Test("names a host, and what its exchange needs", arguments: Reading.all)
    func reading(reading: Reading) throws {
        #expect(try IdentityRequest.arguments([reading.text]) == [reading.request])
    }

    /// What is written wrongly, and what is said of it.
    static let mistakes: [(text: String, says: String)] = [
        ("", "not of the form HOST=KEY:VALUE,…"), ("=role:x", "not of the form HOST=KEY:VALUE,…"),
        ("me:hunter2@a.example", "not of the form HOST=KEY:VALUE,…"),
        ("https://a.example", "a registry is named by its host, without https://"),
        ("a.example/app", "a.example has a path behind it"),
        ("a.example/app=role:hunter2", "a.example has a path behind it"),
        ("a.example=", "a.example: not of the form HOST=KEY:VALUE,…"),
        ("a.example=hunter2", "a.example: not of the form HOST=KEY:VALUE,…"),
        ("a.example=,role:hunter2", "a.example: not of the form HOST=KEY:VALUE,…"),
        ("a.example=role:hunter2,region=hunter2", "a.example: region has = behind it in the place of a colon"),
        (
            "a.example=token-url:https://a.example/hunter2,audience=hunter2",
            "a.example: audience has = behind it in the place of a colon"
        ),
        ("a.example=role:hunter2,", "a.example: not of the form HOST=KEY:VALUE,…"),
        ("a.example=role:hunter2,,region:x", "a.example: not of the form HOST=KEY:VALUE,…"),
        ("a.example=token-url:https://a.example/,hunter2", "a.example: not of the form HOST=KEY:VALUE,…"),
        ("a.example=rolle:hunter2", "a.example: there is no key rolle"),
        ("a.example=Role:hunter2", "a.example: there is no key Role"),
        ("a.example=role:hunter2,x-y:hunter2", "a.example: there is no key x-y"),
        ("a.example=role:hunter2,role:hunter2", "a.example: role stands there twice"),
        ("a.example=role:", "a.example: role has no value"),
        ("a.example=role:hunter2,region:", "a.example: region has no value"),
        ("a.example=audience:hunter2\n", "a.example: audience has a control character in it"),
        ("a.example=token-var:eyJhbGciOi.hunter2.x", "a.example: token-var is no variable's name"),
        ("a.example=token-file:hunter2", "a.example: token-file is no absolute path"),
        ("a.example=token-file:/x,token-var:X", "a.example: token-file and token-var exclude each other"),
        ("a.example=token-url:hunter2", "a.example: token-url is no address of a service"),
        ("a.example=token-url:ftp://hunter2", "a.example: token-url is no address of a service"),
        ("a.example=token-url:https://me:hunter2@a.example/", "a.example: token-url is no address of a service"),
    ]

    @Test("that is written wrongly is refused, without a word of what may be a secret", arguments: mistakes)
    func mistake(text: String, says: String) throws {
        let usage = try #require(throws: CIEnvError.self) { try IdentityRequest.arguments(["b.example", text]) }
        #expect(usage.kind == .usage)
        #expect(usage.text == "--oidc: \(says)")
        #expect(usage.hint?.isEmpty == false)
        #expect(!"\(usage.text) \(usage.hint ?? "")".contains("hunter2"))
        // Blanks separate there, and nothing is nothing.
        guard !text.isEmpty, !text.contains("\n") else { return }
        let bad = try #require(throws: CIEnvError.self) { try IdentityRequest.list("b.example \(text)") }
        #expect(bad.kind == .badConfiguration)
        #expect(bad.text == "BERTH_OIDC: number 2: \(says)")
    }

    @Test("in BERTH_OIDC stands between blanks and newlines")
    func list() throws {
        let requests = try IdentityRequest.list(" a.example=role:x\n\n\tb.example \r\n")
        #expect(requests.map(\.registry) == ["a.example", "b.example"])
        #expect(requests.map(\.source) == ["BERTH_OIDC", "BERTH_OIDC"])
        #expect(try IdentityRequest.list(" \n").isEmpty)
    }

    @Test(
        "for a host that has one already is refused, by whatever name it goes",
        arguments: [["a.example", "A.example=role:x"], ["docker.io", "index.docker.io"]])
    func twice(texts: [String]) throws {
        let error = try #require(throws: CIEnvError.self) { try IdentityRequest.arguments(texts) }
        #expect(error.kind == .usage)
        #expect(error.text == "--oidc: \(texts[1].lowercased().split(separator: "=")[0]) stands there twice")
    }

    @Test("on the command line comes instead of those of BERTH_OIDC")
    func precedence() throws {
        let environment = Environment(["BERTH_OIDC": "a.example b.example"])
        var arguments = CIEnvArguments()
        #expect(
            try CIEnvOptions(arguments, environment: environment, home: nil).oidc.map(\.registry)
                == ["a.example", "b.example"])
        arguments.oidc = ["c.example"]
        #expect(
            try CIEnvOptions(arguments, environment: environment, home: nil).oidc
                == [IdentityRequest(registry: "c.example", from: "--oidc")])
    }

    @Test("for a host that there is a --login to is refused", arguments: ["a.example=U,P", "A.EXAMPLE/group=U,P"])
    func besidesLogin(login: String) throws {
        var arguments = CIEnvArguments()
        (arguments.logins, arguments.oidc) = ([login], ["a.example"])
        let error = try #require(throws: CIEnvError.self) {
            try CIEnvOptions(arguments, environment: Environment([:]), home: nil)
        }
        #expect(error == CIEnvError(.usage, "--oidc: there is a --login to a.example, too", hint: error.hint))
    }

    @Test("comes instead of what the CI system gives for the host")
    func besidesOwnLogin() throws {
        let environment = Environment([
            "GITLAB_CI": "true", "CI_REGISTRY": "r.example", "CI_JOB_TOKEN": "t",
            "CI_DEPENDENCY_PROXY_SERVER": "p.example:443", "CI_DEPENDENCY_PROXY_USER": "u",
            "CI_DEPENDENCY_PROXY_PASSWORD": "p",
        ])
        var arguments = CIEnvArguments()
        arguments.oidc = ["R.example=token-url:https://sts.example.com/"]
        let options = try CIEnvOptions(arguments, environment: environment, home: nil)
        let job = try CIJob(options, environment: environment, reading: { _ in nil })
        #expect(job.logins.map(\.registry) == ["p.example:443", "p.example"])
        #expect(job.notes == [])
    }

    @Test("reads back from the job's directory as it was, whatever it holds", arguments: 0..<50)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var requests: [IdentityRequest] = []
        for number in 0..<Int.random(in: 0...4, using: &generator) {
            var values: [IdentityRequest.Key: String] = [:]
            for key in IdentityRequest.Key.allCases where Bool.random(using: &generator) {
                values[key] = Self.text(using: &generator)
            }
            var request = IdentityRequest(registry: "r\(number).example", values, from: "--oidc")
            if Bool.random(using: &generator) { request.system = "gitlab" }
            requests.append(request)
        }
        var sources = CredentialSources(system: "gitlab", jobKey: Self.text(using: &generator), requests: requests)
        if Bool.random(using: &generator) { sources.store = .init(program: "x", inheritance: .all) }
        #expect(CredentialSources(Array(sources.json.text(indented: true).utf8)) == sources)
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        let pieces = ["a", "Z", "0", ":", ",", "=", "\"", "\\", " ", "/", "é", "𝄞", "{", "\u{7f}", "arn:aws:iam::1"]
        return (0...Int.random(in: 0...12, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
        }.joined()
    }
}
