internal import DockerConfig
internal import HTTP
internal import Hashing

/// Signature Version 4, in the header `Authorization` (AWS IAM User Guide, "AWS Signature Version 4 for API requests").
///
/// Signed are all headers that a request names, the host and the body. What libcurl adds by itself is not.
enum AWSSignature {
    private static let algorithm = "AWS4-HMAC-SHA256"

    /// The request with the headers that show who sends it; what it had of these before is replaced.
    ///
    /// The path is encoded once more than it is in the URL, as for all services but S3. A body that is made while it is
    /// sent cannot be signed, and is announced as unsigned, which S3 alone accepts.
    static func sign(
        _ request: HTTPRequest, service: String, region: String, credentials: AWSCredentials, unixTime: Int
    ) -> HTTPRequest {
        let time = compact(Timestamp(secondsSince1970: unixTime))
        let day = String(time.prefix(8))
        var signed = request
        signed.headers.removeAll { header in
            ["authorization", "x-amz-date", "x-amz-security-token"].contains(header.name.lowercased())
        }
        signed.headers.append(HTTPHeader("X-Amz-Date", time))
        if let token = credentials.sessionToken {
            signed.headers.append(HTTPHeader("X-Amz-Security-Token", secret: token))
        }

        let headers = canonicalHeaders(of: signed)
        let names = headers.map(\.name).joined(separator: ";")
        let canonical = [
            signed.method.rawValue, canonicalPath(signed.url), canonicalQuery(signed.url),
            headers.map { "\($0.name):\($0.value)\n" }.joined(), names, hash(of: signed.body),
        ].joined(separator: "\n")

        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let toSign = [algorithm, time, scope, hex(StreamHash.hash(Array(canonical.utf8), .sha256))]
        let key = key(credentials.secretAccessKey, day: day, region: region, service: service)
        let signature = hex(code(toSign.joined(separator: "\n"), key))
        let authorization = [
            "\(algorithm) Credential=\(credentials.accessKeyID)/\(scope)", "SignedHeaders=\(names)",
            "Signature=\(signature)",
        ].joined(separator: ", ")
        signed.headers.append(HTTPHeader("Authorization", secret: Secret(authorization)))
        return signed
    }

    // MARK: the key

    private static func key(_ secret: Secret, day: String, region: String, service: String) -> [UInt8] {
        let start = secret.withValue { Array("AWS4\($0)".utf8) }
        return [day, region, service, "aws4_request"].reduce(start) { key, part in code(part, key) }
    }

    private static func code(_ text: String, _ key: [UInt8]) -> [UInt8] {
        HMAC.code(of: Array(text.utf8), key: key, .sha256)
    }

    // MARK: the canonical request

    /// Names in lower case in their order, each once; of the values no white space at the ends, and one within.
    private static func canonicalHeaders(of request: HTTPRequest) -> [(name: String, value: String)] {
        var values: [String: [String]] = ["host": [request.url.authority]]
        for header in request.headers {
            let value: String
            switch header.value {
            case .plain(let text): value = text
            case .secret(let secret): value = secret.withValue { $0 }
            case .removed: continue
            }
            let words = value.split { $0 == " " || $0 == "\t" }
            values[header.name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.map { (name: $0.key, value: $0.value.joined(separator: ",")) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The path without empty parts, each part encoded as it stands in the URL.
    private static func canonicalPath(_ url: URLParts) -> String {
        let path = url.pathAndQuery.prefix { $0 != "?" }
        let parts = path.split(separator: "/")
        let end = path.hasSuffix("/") && !parts.isEmpty ? "/" : ""
        return "/" + PercentEncoding.encode(parts.joined(separator: "/"), keeping: "/") + end
    }

    /// The parameters in the order of their encoded names, and of their values where these are the same.
    private static func canonicalQuery(_ url: URLParts) -> String {
        let query = url.pathAndQuery.drop { $0 != "?" }.dropFirst()
        return query.split(separator: "&").map { parameter in
            let name = parameter.prefix { $0 != "=" }
            let value = parameter.dropFirst(name.count + 1)
            return (name: encodedAnew(name), value: encodedAnew(value))
        }
        .sorted { first, second in
            first.name == second.name
                ? first.value.utf8.lexicographicallyPrecedes(second.value.utf8)
                : first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
        }
        .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private static func encodedAnew(_ text: Substring) -> String {
        PercentEncoding.component(PercentEncoding.decode(String(text)))
    }

    private static func hash(of body: HTTPRequest.Body) -> String {
        switch body {
        case .none: hex(StreamHash.hash([], .sha256))
        case .bytes(let bytes): hex(StreamHash.hash(bytes, .sha256))
        case .secret(let secret): secret.withValue { hex(StreamHash.hash(Array($0.utf8), .sha256)) }
        case .stream: "UNSIGNED-PAYLOAD"
        }
    }

    // MARK: texts

    /// `20150830T123600Z`.
    private static func compact(_ time: Timestamp) -> String {
        String(time.description.filter { $0 != "-" && $0 != ":" })
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
