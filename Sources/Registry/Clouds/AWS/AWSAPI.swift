internal import HTTP
internal import JSON

/// A service of AWS that takes and gives JSON (protocol `awsJson1_1`): ECR and ECR Public.
struct AWSAPI: Sendable {
    /// The service.
    let service: AWSService
    /// The region that requests are signed for.
    let region: String
    /// Where the requests go.
    let url: URLParts

    private let chain: AWSCredentialChain
    private let sender: AWSSender
    private let context: CloudContext

    /// The most bytes of an answer: a page of a thousand images with their tags has less than one mebibyte, a hundred
    /// manifests have more.
    private static let bodyLimit = 64 << 20

    /// A service at `url`; `chain`, which has the credentials, is to be shared by all who use the same ones.
    init(_ service: AWSService, region: String, url: URLParts, chain: AWSCredentialChain, sender: AWSSender) {
        self.service = service
        self.region = region
        self.url = url
        self.chain = chain
        self.sender = sender
        context = sender.context
    }

    /// The service behind the registry `host`, over IPv6 too and by the FIPS standard where the host is.
    ///
    /// - Throws: `RegistryError` where a variable names an endpoint that must not be asked.
    init(_ host: ECRHost, _ context: CloudContext, chain: AWSCredentialChain) throws(RegistryError) {
        let url = try AWSEndpoints(context).url(
            of: .ecr, region: host.region, isFIPS: host.isFIPS, isDualStack: host.isDualStack)
        self.init(.ecr, region: host.region, url: url, chain: chain, sender: AWSSender(context: context))
    }

    /// The service behind the public registry.
    ///
    /// - Throws: `RegistryError` where a variable names an endpoint that must not be asked.
    init(publicDualStack: Bool, _ context: CloudContext, chain: AWSCredentialChain) throws(RegistryError) {
        let url = try AWSEndpoints(context).url(
            of: .ecrPublic, region: ECRPublicHost.region, isDualStack: publicDualStack)
        self.init(
            .ecrPublic, region: ECRPublicHost.region, url: url, chain: chain, sender: AWSSender(context: context))
    }

    /// The answer to `operation`, such as `DescribeImages`.
    ///
    /// - Throws: `RegistryError`: `notFound` where there is no such repository or image, `denied` with the permission
    ///   that is missing, `tryLater` where AWS is asked too often.
    func call(_ operation: String, _ body: JSONValue) async throws(RegistryError) -> JSONNode {
        switch try await attempt(operation, body) {
        case .success(let answer): return answer
        case .failure(let failure): throw error(failure, of: operation)
        }
    }

    /// The answer to `operation`, or why there is none in AWS's own words, for who can do something about it.
    ///
    /// - Throws: `RegistryError` where AWS does not answer, or as no service of AWS does.
    func attempt(
        _ operation: String, _ body: JSONValue
    ) async throws(RegistryError) -> Result<JSONNode, AWSFailure> {
        let text = Array(body.text(indented: false).utf8)
        var expired: AWSCredentials?
        while true {
            let credentials = try await chain.credentials()
            let response = try await sender.send(request(operation, text)) { request in
                AWSSignature.sign(
                    request, service: service.signingName, region: region, credentials: credentials,
                    unixTime: context.pacing.unixTime())
            }
            guard response.status != 200 else { return .success(try read(response, of: operation)) }
            let failure = AWSFailure(response)
            // Once: who has credentials that are renewed elsewhere may have older ones than AWS takes.
            guard failure.isExpiry, expired == nil else { return .failure(failure) }
            expired = credentials
            chain.forget(credentials)
            guard try await chain.credentials() != credentials else { return .failure(failure) }
        }
    }

    /// What `failure` of `operation` means to people.
    func error(_ failure: AWSFailure, of operation: String) -> RegistryError {
        failure.error(of: "\(service.signingName):\(operation)", at: url, context)
    }

    private func request(_ operation: String, _ body: [UInt8]) -> HTTPRequest {
        var request = HTTPRequest(
            .post, url,
            headers: [
                HTTPHeader("Content-Type", "application/x-amz-json-1.1"),
                HTTPHeader("X-Amz-Target", "\(service.targetPrefix).\(operation)"),
            ], body: .bytes(body), bodyLimit: Self.bodyLimit)
        request.isRepeatable = Self.isReading(operation)
        return request
    }

    /// Whether an operation changes nothing, and may be repeated where nobody knows if it was done.
    static func isReading(_ operation: String) -> Bool {
        ["BatchCheck", "BatchGet", "Describe", "Get", "List"].contains(where: operation.hasPrefix)
    }

    private func read(_ response: HTTPResponse, of operation: String) throws(RegistryError) -> JSONNode {
        guard let root = try? JSONNode(parsing: response.body), root.isObject else {
            throw RegistryError(
                .protocolViolation, "\(service.signingName):\(operation) at \(url.host): the answer is no JSON object",
                hint: "is this an endpoint of AWS?")
        }
        return root
    }
}

extension AWSService {
    /// What an operation's name in the header `X-Amz-Target` begins with (the services' `service-2.json`).
    fileprivate var targetPrefix: String {
        switch self {
        case .ecr: "AmazonEC2ContainerRegistry_V20150921"
        case .ecrPublic: "SpencerFrontendService"
        case .sts: "AWSSecurityTokenServiceV20110615"
        }
    }
}
