internal import DockerConfig
internal import HTTP
internal import JSON

/// The endpoint that a container gets its role's credentials from: that of ECS tasks, and EKS pod identities (AWS SDKs
/// and Tools Reference Guide, "Container credential provider").
struct AWSContainerCredentials: Sendable {
    private let context: CloudContext

    /// Where the ECS agent answers.
    private static let agent = "http://169.254.170.2"
    /// The addresses that may be asked over plain HTTP besides loopback ones: the ECS agent and the EKS agent.
    private static let agents = Set(["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].compactMap { IPAddress($0) })

    /// What the context's variables name.
    init(_ context: CloudContext) {
        self.context = context
    }

    /// The credentials; `nil` where no variable names an endpoint.
    ///
    /// - Throws: `RegistryError` where one does, and it must not be asked or has none.
    func credentials() async throws(RegistryError) -> AWSCredentials? {
        guard let url = try url() else { return nil }
        let sender = AWSSender(context: context, tries: 3, patience: .seconds(20))
        let response = try await sender.send(HTTPRequest(.get, url, bodyLimit: 1 << 16, timeout: .seconds(5))) {
            request throws(RegistryError) in
            // As it is by then: its file is written anew from time to time.
            guard let token = try token() else { return request }
            var request = request
            request.headers.append(HTTPHeader("Authorization", secret: token))
            return request
        }
        guard response.status == 200 else {
            throw AWSFailure(response).error(of: "the container's credentials", at: url)
        }
        guard let root = try? JSONNode(parsing: response.body), let found = AWSCredentials(root, tokenName: "Token")
        else { throw RegistryError(.protocolViolation, "\(url): the answer holds no AWS credentials") }
        return found
    }

    private func url() throws(RegistryError) -> URLParts? {
        if let path = context.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/"), let url = URLParts(Self.agent + path), url.origin == "\(Self.agent):80" else {
                throw RegistryError(.badName, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path")
            }
            return url
        }
        guard let text = context.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        guard let url = URLParts(text) else {
            throw RegistryError(.badName, "AWS_CONTAINER_CREDENTIALS_FULL_URI is not an address")
        }
        guard url.isSecure || url.isLoopback || url.address.map(Self.agents.contains) == true else {
            throw RegistryError(
                .unreachable,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI names \(url.origin), which must not be asked for "
                    + "credentials unencrypted", hint: "use https, or the address of the container agent")
        }
        return url
    }

    /// What the endpoint wants to be shown, as the header's whole value.
    private func token() throws(RegistryError) -> Secret? {
        if let path = try context.tokenPath("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            return try context.token(in: path)
        }
        guard let token = context.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN") else { return nil }
        guard !token.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw RegistryError(.denied, "AWS_CONTAINER_AUTHORIZATION_TOKEN cannot be sent in a header")
        }
        return Secret(token)
    }
}
