internal import DockerConfig
internal import HTTP
internal import JSON
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("A request to AWS")
struct AWSSignatureTests {
    /// A request of AWS's signing test suite (version 4, signed in the header) and its signature.
    struct Vector: CustomTestStringConvertible, Sendable {
        var name: String
        var method = HTTPRequest.Method.get
        var path = "/"
        var headers: [HTTPHeader] = []
        var body = HTTPRequest.Body.none
        var token: String?
        var signature: String

        var testDescription: String { name }
    }

    private static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    private static let form: [HTTPHeader] = [
        HTTPHeader("Content-Length", "13"),
        HTTPHeader("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"),
    ]

    static let vectors = [
        Vector(
            name: "get-vanilla-with-session-token",
            token: "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
            signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"),
        Vector(
            name: "get-utf8", path: "/ሴ",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Vector(
            name: "get-unreserved", path: "/\(unreserved)",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Vector(
            name: "get-vanilla-empty-query-key", path: "/?Param1=value1",
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        Vector(
            name: "get-vanilla-query-order-key-case", path: "/?Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            name: "get-vanilla-query-order-encoded", path: "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
            signature: "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"),
        Vector(
            name: "get-vanilla-query-unreserved", path: "/?\(unreserved)=\(unreserved)",
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        Vector(
            name: "get-vanilla-utf8-query", path: "/?ሴ=bar",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(
            name: "get-header-value-trim",
            headers: [HTTPHeader("My-Header1", " value1"), HTTPHeader("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            name: "post-vanilla", method: .post,
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            name: "post-vanilla-query", method: .post, path: "/?Param1=value1",
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        Vector(
            name: "post-header-key-sort", method: .post, headers: [HTTPHeader("My-Header1", "value1")],
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        Vector(
            name: "post-x-www-form-urlencoded", method: .post,
            headers: form + [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
            body: .bytes(Array("Param1=value1".utf8)),
            signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"),
        Vector(
            name: "post-x-www-form-urlencoded-parameters", method: .post,
            headers: form + [HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: .secret(Secret("Param1=value1")),
            signature: "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"),
    ]

    private static let time = 1_440_938_160

    private func credentials(_ token: String? = nil) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            sessionToken: token.map { Secret($0) })
    }

    @Test("is signed as AWS's own test suite has it", arguments: vectors)
    func published(vector: Vector) throws {
        let url = try #require(URLParts("https://example.amazonaws.com\(vector.path)"))
        let request = HTTPRequest(vector.method, url, headers: vector.headers, body: vector.body)
        let signed = AWSSignature.sign(
            request, service: "service", region: "us-east-1", credentials: credentials(vector.token),
            unixTime: Self.time)
        let authorization = try #require(FakeRegistry.authorization(of: signed))
        #expect(authorization.hasSuffix(", Signature=\(vector.signature)"))
        #expect(
            authorization.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="))
    }

    @Test("that is signed once more has one signature, one date and one token")
    func again() throws {
        let request = HTTPRequest(.post, try #require(URLParts("http://127.0.0.1:5000/")), body: .bytes([1]))
        func sign(_ request: HTTPRequest, _ token: String?, _ time: Int) -> HTTPRequest {
            AWSSignature.sign(
                request, service: "ecr", region: "eu-central-1", credentials: credentials(token), unixTime: time)
        }
        let twice = sign(sign(request, "first", 1), nil, Self.time)
        #expect(twice.headers == sign(request, nil, Self.time).headers)
        #expect(twice.headers.map(\.name) == ["X-Amz-Date", "Authorization"])
    }

    @Test("shows neither key nor token where it is printed")
    func secrets() throws {
        let request = HTTPRequest(.get, try #require(URLParts("https://example.amazonaws.com/")))
        let signed = AWSSignature.sign(
            request, service: "ecr", region: "eu-central-1", credentials: credentials("t0ken"), unixTime: Self.time)
        let text = "\(signed) \(credentials("t0ken"))"
        #expect(!text.contains("t0ken"))
        #expect(!text.contains("wJalr"))
        #expect(!text.contains("Signature="))
    }

    // MARK: against botocore

    /// Reads a request a line, and writes a signature a line.
    private static let script = """
        import datetime, json, sys
        from unittest import mock
        import botocore.auth, botocore.awsrequest, botocore.credentials
        for line in sys.stdin:
            a = json.loads(line)
            now = datetime.datetime.fromtimestamp(a["time"], datetime.timezone.utc)
            request = botocore.awsrequest.AWSRequest(a["method"], a["url"], dict(a["headers"]), a["body"].encode())
            keys = botocore.credentials.Credentials(a["id"], a["secret"], a["token"] or None)
            signer = botocore.auth.SigV4Auth(keys, a["service"], a["region"])
            with mock.patch.object(botocore.auth, "get_current_datetime", lambda: now):
                signer.add_auth(request)
            print(request.headers["Authorization"])
        """

    @Test(
        "is signed as botocore does it, whatever it is",
        .enabled(if: Beside.pythonObstacle == nil, "\(Beside.pythonObstacle ?? "")"))
    func botocore() async throws {
        var generator = SeededGenerator(seed: 4)
        var lines = "", expected: [String] = []
        for _ in 0..<200 {
            let sample = try #require(Sample(&generator))
            lines += sample.json.text(indented: false)
            let signed = AWSSignature.sign(
                sample.request, service: sample.service, region: "eu-central-1", credentials: sample.credentials,
                unixTime: sample.time)
            expected.append(try #require(FakeRegistry.authorization(of: signed)))
        }
        var command = Command(Beside.python, ["-c", Self.script])
        command.input = Array(lines.utf8)
        #expect(try await command.succeed().lines == expected)
    }
}

/// A random request, for berth and for botocore.
private struct Sample {
    let request: HTTPRequest
    let credentials: AWSCredentials
    let service: String
    let time: Int
    let json: JSONValue

    init?(_ generator: inout SeededGenerator) {
        func pick<Element>(_ choices: [Element], _ generator: inout SeededGenerator) -> Element {
            choices[Int.random(in: 0..<choices.count, using: &generator)]
        }
        func text(_ length: Int, _ generator: inout SeededGenerator) -> String {
            let letters = Array("abcXYZ019-_.~ +/%é&=")
            return String((0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
        }
        let origin = pick(
            ["https://api.ecr.eu-central-1.amazonaws.com", "http://127.0.0.1:4566", "https://ecr.test:443"],
            &generator)
        let path = pick(["/", "", "/a/b/", "/a%20b", "//x//y", "/a/./b/../c"], &generator)
        let count = Int.random(in: 0...3, using: &generator)
        let query = (0..<count).map { _ in (name: "k" + text(3, &generator), value: text(4, &generator)) }
        guard let url = URLParts(origin + path)?.appending(query: query) else { return nil }
        let method = pick([HTTPRequest.Method.get, .post, .put, .delete], &generator)
        let body = pick(["", "{}", #"{"repositoryName": "é"}"#, text(2000, &generator)], &generator)
        let headers = pick(
            [[], [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "A.B")], [("x-a", "  a   b ")]],
            &generator)
        let token = pick(["", text(200, &generator)], &generator)
        let secret = text(40, &generator)
        service = pick(["ecr", "sts", "ecr-public"], &generator)
        time = Int.random(in: 0..<4_000_000_000, using: &generator)
        credentials = AWSCredentials(
            accessKeyID: "AKIA", secretAccessKey: Secret(secret), sessionToken: token.isEmpty ? nil : Secret(token))
        request = HTTPRequest(
            method, url, headers: headers.map { HTTPHeader($0, $1) },
            body: body.isEmpty ? .none : pick([.bytes(Array(body.utf8)), .secret(Secret(body))], &generator))
        json = [
            "method": .string(method.rawValue), "url": .string(url.text), "body": .string(body), "id": "AKIA",
            "headers": .array(headers.map { .array([.string($0), .string($1)]) }), "secret": .string(secret),
            "token": .string(token), "service": .string(service), "region": "eu-central-1", "time": .integer(time),
        ]
    }
}
