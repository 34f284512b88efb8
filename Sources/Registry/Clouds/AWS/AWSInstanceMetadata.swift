internal import DockerConfig
internal import HTTP
internal import JSON

/// The service that tells an EC2 instance about itself, by its version 2 alone (Amazon EC2 User Guide, "Use the Instance
/// Metadata Service").
///
/// Version 1 gives credentials to whoever can have a URL fetched on the instance, and AWS has new instances without it.
struct AWSInstanceMetadata: Sendable {
    private let context: CloudContext

    /// The longest time for an answer: elsewhere than on an instance nobody answers at all.
    private static let timeout: Duration = .seconds(1)
    private static let credentialsPath = "/latest/meta-data/iam/security-credentials/"
    /// The addresses that may be asked over plain HTTP besides loopback ones.
    private static let services = Set(["169.254.169.254", "fd00:ec2::254"].compactMap { IPAddress($0) })

    /// The service at its usual address, or where the context's variables have it.
    init(_ context: CloudContext) {
        self.context = context
    }

    /// The credentials of the instance's role; `nil` where there is no such service, no role or no wish to ask.
    ///
    /// - Throws: `RegistryError` where there is a role, and no credentials for it.
    func credentials() async throws(RegistryError) -> AWSCredentials? {
        guard context.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
        let base = try base()
        guard let token = try await token(base) else { return nil }
        let names = try await get(Self.credentialsPath, base, token)
        guard names.status == 200 else { return try absence(names, of: "the instance's role") }
        let name = String(decoding: names.body.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let isName =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isLetter || $0.isDigit || "_+=,.@-".utf8.contains($0) }
        guard isName else {
            throw RegistryError(.protocolViolation, "\(base.host): the instance's role has no right name")
        }
        let answer = try await get(Self.credentialsPath + PercentEncoding.component(name), base, token)
        guard answer.status == 200 else { return try absence(answer, of: "the credentials of the role \(name)") }
        guard let root = try? JSONNode(parsing: answer.body), root.text("Code").map({ $0 == "Success" }) ?? true,
            let found = AWSCredentials(root, tokenName: "Token")
        else {
            throw RegistryError(
                .denied, "\(base.host): no credentials for the instance's role \(name)",
                hint: "check the role and its trust policy: EC2 must be allowed to take it on")
        }
        return found
    }

    private func base() throws(RegistryError) -> URLParts {
        let isIPv6 = context.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6"
        let usual = isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
        guard let url = URLParts(context.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? usual) else {
            throw RegistryError(.badName, "AWS_EC2_METADATA_SERVICE_ENDPOINT is not an address")
        }
        guard
            url.isSecure || url.isLoopback || url.address.map(Self.services.contains) == true
                || context.allowsPlainHTTP
        else {
            throw RegistryError(
                .unreachable,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT names \(url.origin), which must not be asked for "
                    + "credentials unencrypted")
        }
        return url
    }

    /// What requests must show; `nil` where nobody gives one: this is no instance, or one without the service.
    private func token(_ base: URLParts) async throws(RegistryError) -> Secret? {
        guard let url = base.resolving("/latest/api/token") else { return nil }
        let request = HTTPRequest(
            .put, url, headers: [HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds", "300")], bodyLimit: 4096,
            timeout: Self.timeout, idleTimeout: Self.timeout)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await context.client.send(request)
        } catch {
            guard error.kind != .cancelled else { throw RegistryError(error) }
            return nil
        }
        guard response.status == 200, !response.body.isEmpty,
            response.body.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return Secret(String(decoding: response.body, as: UTF8.self))
    }

    private func get(_ path: String, _ base: URLParts, _ token: Secret) async throws(RegistryError) -> HTTPResponse {
        guard let url = base.resolving(path) else {
            throw RegistryError(.protocolViolation, "\(base.host): no address of the instance's role")
        }
        let sender = AWSSender(context: context, tries: 3, patience: .seconds(10))
        return try await sender.send(
            HTTPRequest(
                .get, url, headers: [HTTPHeader("X-aws-ec2-metadata-token", secret: token)], bodyLimit: 1 << 16,
                timeout: Self.timeout, idleTimeout: Self.timeout))
    }

    /// An instance without a role is no error; a service that does not work is.
    private func absence(_ response: HTTPResponse, of what: String) throws(RegistryError) -> AWSCredentials? {
        if response.status == 404 { return nil }
        throw AWSFailure(response).error(of: what, at: response.url)
    }
}
