internal import HTTP
internal import JSON
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("What AWS says against a request")
struct AWSFailureTests {
    private func failure(
        _ status: Int, _ body: String, headers: HTTPFields = []
    ) throws -> AWSFailure {
        let url = try #require(URLParts("https://api.ecr.eu-central-1.amazonaws.com/"))
        return AWSFailure(HTTPResponse(status: status, headers: headers, body: Array(body.utf8), url: url))
    }

    @Test(
        "is read in each form that it comes in",
        arguments: [
            (
                #"{"__type":"RepositoryNotFoundException","message":"not there"}"#, "RepositoryNotFoundException",
                "not there"
            ),
            (#"{"__type":"com.amazonaws.ecr#ServerException","Message":"m"}"#, "ServerException", "m"),
            (#"{"__type":"X:http://internal.amazon.com/coral/"}"#, "X", ""),
            (#"{"Error":{"Code":"ExpiredToken","Message":"late"},"RequestId":"1"}"#, "ExpiredToken", "late"),
            (#"{"code":"AccessDenied","message":"no"}"#, "AccessDenied", "no"),
            (
                "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>a &lt;b&gt; &#99;"
                    + "\n&#x64; &amp;amp; &bad;</Message></Error></ErrorResponse>", "AccessDenied",
                "a <b> c d &amp; &bad;"
            ),
            ("<Code>A<b/></Code><Message>m</Message>", "", "m"), ("<Code>a b</Code>", "", ""), ("<Code>", "", ""),
            ("<html>502</html>", "", ""), ("", "", ""), ("{", "", ""), ("[]", "", ""), ("<", "", ""),
            (#"{"__type":"a\nb","message":"x\u001b[2Jy\nz"}"#, "", "x [2Jy z"),
        ])
    func reading(body: String, code: String, message: String) throws {
        let failure = try failure(400, body)
        #expect(failure.code == code)
        #expect(failure.message == message)
    }

    @Test("has its name in a header too")
    func header() throws {
        let headers: HTTPFields = [.init("x-amzn-errortype", "ThrottlingException:http://x/")]
        #expect(try failure(400, "{}", headers: headers).isThrottle)
        #expect(
            try failure(400, String(repeating: "x", count: 100_000), headers: headers).code == "ThrottlingException")
    }

    @Test("of any bytes is shown in visible characters, and does no harm")
    func rubbish() throws {
        var generator = SeededGenerator(seed: 8)
        let parts = [
            "<Code>", "</Code>", "<Message>", "</Message>", "&#x1b;", "&lt", ";", "<", "&", "é", "\u{1B}[2J", "A",
            "\u{0}",
        ]
        var shown = 0
        for _ in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                bytes += parts[Int.random(in: 0..<parts.count, using: &generator)].utf8
                if Int.random(in: 0..<8, using: &generator) == 0 {
                    bytes.append(.random(in: 0...255, using: &generator))
                }
            }
            let failure = try failure(400, String(decoding: bytes, as: UTF8.self))
            #expect(!failure.message.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
            #expect(failure.code.utf8.allSatisfy { (0x2E...0x7A).contains($0) })
            shown += failure.code.isEmpty && failure.message.isEmpty ? 0 : 1
        }
        #expect(shown > 50)
    }

    @Test("is shown in one line of some length, whatever its length")
    func length() throws {
        let body = #"{"__type":"X","message":"\#(String(repeating: "long ", count: 1000))"}"#
        #expect(try failure(400, body).message.utf8.count < 400)
    }

    @Test(
        "means something for people and scripts",
        arguments: [
            (400, "RepositoryNotFoundException", .notFound, nil), (400, "ImageNotFoundException", .notFound, nil),
            (400, "AccessDeniedException", .denied, "ecr:BatchDeleteImage"),
            (403, "AccessDenied", .denied, "permission"),
            (400, "UnrecognizedClientException", .denied, "AWS_ACCESS_KEY_ID"),
            (403, "InvalidClientTokenId", .denied, "AWS_ACCESS_KEY_ID"),
            (400, "ExpiredTokenException", .denied, "expired"),
            (400, "InvalidSignatureException", .denied, "AWS_SECRET_ACCESS_KEY"),
            (403, "SignatureDoesNotMatch", .denied, "AWS_SECRET_ACCESS_KEY"), (403, "", .denied, nil),
            (401, "", .denied, nil),
            (403, "RequestTimeTooSkewed", .denied, "clock"), (400, "ThrottlingException", .tryLater, "fewer"),
            (400, "ThrottleException", .tryLater, "fewer"), (400, "TooManyRequestsException", .tryLater, "fewer"),
            (429, "", .tryLater, "fewer"), (500, "ServerException", .tryLater, nil), (503, "", .tryLater, nil),
            (400, "IDPCommunicationError", .tryLater, "OIDC"), (403, "InvalidIdentityToken", .denied, "OIDC"),
            (403, "RegionDisabledException", .denied, "AWS_REGION"),
            (400, "ValidationException", .protocolViolation, nil),
            (400, "InvalidParameterException", .protocolViolation, nil), (404, "", .protocolViolation, nil),
            (400, "RepositoryNotEmptyException", .held, "images"), (400, "LimitExceededException", .denied, "quota"),
            (400, "UnknownOperationException", .unsupported, nil), (301, "", .protocolViolation, nil),
        ] as [(Int, String, RegistryError.Kind, String?)])
    func meaning(status: Int, code: String, kind: RegistryError.Kind, hint: String?) throws {
        let url = try #require(URLParts("https://api.ecr.eu-central-1.amazonaws.com/"))
        let error = AWSFailure(status: status, code: code, message: "").error(of: "ecr:BatchDeleteImage", at: url)
        #expect(error.kind == kind)
        #expect(error.text.hasPrefix("ecr:BatchDeleteImage at api.ecr.eu-central-1.amazonaws.com: "))
        #expect(error.text.hasSuffix(code.isEmpty ? "status \(status)" : code))
        if let hint { #expect(error.hint?.contains(hint) == true) }
    }

    @Test("of a wrong clock is told from one of a wrong key")
    func skew() {
        let failure = AWSFailure(
            status: 400, code: "InvalidSignatureException",
            message: "Signature expired: 20150830T123600Z is now earlier")
        #expect(failure.isClockSkew)
        #expect(!failure.isExpiry)
    }

    @Test(
        "has times as numbers of any form",
        arguments: [
            ("1700000000", 1_700_000_000, 0), ("1.7E9", 1_700_000_000, 0),
            ("1700000000.25", 1_700_000_000, 250_000_000),
            ("1.700000000123E9", 1_700_000_000, 123_000_000), ("-0.5", -1, 500_000_000), ("1e300", nil, 0),
            ("9223372036854775807", 253_402_300_799, 0), (#""1""#, nil, 0), ("null", nil, 0),
        ] as [(String, Int?, Int)])
    func times(text: String, seconds: Int?, nanoseconds: Int) throws {
        let node = try JSONNode(parsing: Array("[\(text)]".utf8)).element(0)
        let expected = seconds.map { Timestamp(secondsSince1970: $0, nanoseconds: nanoseconds) }
        #expect(node?.awsTime == expected)
    }
}
