internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import JSON
internal import Registry
@testable internal import RegistryTestSupport
internal import Synchronization
internal import TestSupport
internal import Testing

/// A client that shows the requests to one host to a description's server, and gives them the scripted answers.
private struct ShowingClient: HTTPClient {
    let scripted: ScriptedClient
    let described: DescribedClient
    let host: String

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        // What the server answers is made from the description alone, and cannot always be used.
        if request.url.host == host { _ = try await described.send(request) }
        return try await scripted.send(request)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream { try await scripted.stream(request) }
}

@Suite(
    "Every call of an exchange", .serialized, .enabled(if: SpecMock.obstacle == nil, "\(SpecMock.obstacle ?? "")"))
struct DescribedExchangeTests {
    static let described: [(name: String, file: String, host: String, operation: String)] = [
        ("Azure: an application", "acr/acr-cli-swagger.json", "app.azurecr.io", "POST /oauth2/exchange"),
        ("Google: a service account", "gcp/sts.v1.discovery.json", "sts.googleapis.com", "POST /v1/token"),
        (
            "Google: a service account", "gcp/iamcredentials.v1.discovery.json", "iamcredentials.googleapis.com",
            "POST /v1/projects/{projectsId}/serviceAccounts/{serviceAccountsId}:generateAccessToken"
        ),
        ("Quay: a robot", "quay/quay.openapi.json", "quay.example.com", "GET /oauth2/federation/robot/token"),
        ("JFrog: a user", "jfrog/jfrog.openapi.json", "acme.jfrog.io", "POST /access/api/v1/oidc/token"),
        ("Harbor: the CLI", "harbor/swagger.json", "demo.goharbor.io", "GET /users/current"),
    ]

    @Test("is one of the vendor's own description", arguments: described)
    func agrees(name: String, file: String, host: String, operation: String) async throws {
        let server = try await SpecMock(file)
        let example = try #require(ExchangeCase.all.first { $0.name.hasPrefix(name) })
        let client = ShowingClient(
            scripted: ScriptedClient(example.answers), described: DescribedClient(address: server.address), host: host)
        let variables = example.variables
        var context = CloudContext(client: client)
        context.variable = { variables[$0] }
        let exchange = try ExchangeTable.exchange(for: example.request, jobName: "job", context)
        _ = try? await exchange.credential(for: JobToken.token)
        let report = try await server.report()
        #expect(report.violations == [])
        #expect(report.operations == [operation])
    }
}

/// The two requests of AWS's exchange, shown to AWS's own models of these services.
@Suite("AWS's exchange", .enabled(if: Beside.pythonObstacle == nil, "\(Beside.pythonObstacle ?? "")"))
struct AWSExchangeModelTests {
    /// Reads the form by the model of STS, and the target and document by those of both registries; writes what is wrong.
    private static let program = """
        import json, sys, urllib.parse
        import botocore.loaders, botocore.model, botocore.validate
        def check(name, operation, body):
            model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"))
            shape = model.operation_model(operation).input_shape
            report = botocore.validate.ParamValidator().validate(body, shape)
            if report.has_errors(): print(name, report.generate_report())
            unknown = set(body) - set(shape.members)
            if unknown: print(name, "there is no", unknown)
            return model.metadata
        call = json.load(open(sys.argv[1]))
        form = dict(urllib.parse.parse_qsl(call["form"], strict_parsing=True))
        action, version = form.pop("Action"), form.pop("Version")
        if check("sts", action, form)["apiVersion"] != version: print("sts: another version")
        prefix, operation = call["target"].split(".")
        metadata = check(call["service"], operation, json.loads(call["body"]))
        if metadata["targetPrefix"] != prefix: print("another target")
        """

    @Test(
        "asks for nothing that the models do not have",
        arguments: [("AWS: a role", "ecr"), ("AWS: the public registry", "ecr-public")])
    func models(name: String, service: String) async throws {
        let example = try #require(ExchangeCase.all.first { $0.name.hasPrefix(name) })
        let site = ExchangeSite(example.variables, example.answers)
        _ = try await site.credential(example.request)
        let parts = site.client.asked.map { unsigned($0).split(separator: " | ").map(String.init) }
        let form = try #require(parts.first?.last)
        let target = try #require(parts.last?.first { $0.hasPrefix("X-Amz-Target: ") }).dropFirst(14)
        let call: JSONValue = [
            "form": .string(form), "target": .string(String(target)), "service": .string(service),
            "body": .string(try #require(parts.last?.last)),
        ]
        let scratch = try ScratchDirectory()
        try Files.write(call.text(indented: false), to: "\(scratch.path)/call.json")
        let outcome = try await Command(
            Beside.python, ["-B", "-c", Self.program, "\(scratch.path)/call.json"]
        ).succeed()
        #expect(outcome.text == "")
    }
}

/// Requests that moto judges, over a real network.
@Suite(
    "AWS's exchange, at a service that answers as AWS does",
    .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"), .timeLimit(.minutes(2)))
struct RealExchangeTests {
    @Test("gives the user AWS and the registry's password")
    func exchanged() async throws {
        let moto = try await MotoServer()
        let variables = ["AWS_ENDPOINT_URL": "http://\(moto.address)"]
        var context = CloudContext(client: CurlClient(.init(userAgent: "berth/test", trust: .builtIn)))
        context.variable = { variables[$0] }
        let request = IdentityRequest.oidc(ExchangeCase.ecrHost, [.role: ExchangeCase.role])
        let exchange = try ExchangeTable.exchange(for: request, jobName: "berth-github-1.2", context)
        let credential = try await exchange.credential(for: JobToken.token)
        #expect(credential.username == "AWS")
        #expect(!credential.secret.isEmpty)
        let now = context.pacing.unixTime()
        #expect((now + 60...now + 43_200).contains(credential.end))
    }
}
