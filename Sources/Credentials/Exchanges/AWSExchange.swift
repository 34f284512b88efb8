internal import CIEnv
internal import Registry

/// Amazon's registries: STS gives a role's temporary credentials, and ECR an authorization token for these.
///
/// It ends when ECR says, twelve hours after it was asked for: AWS documents that time for every authorization token,
/// those of roles' sessions too, though these end after an hour themselves.
struct AWSExchange: KeyedExchange {
    static let title = "AWS"
    static let ownKeys: [IdentityRequest.Key] = [.role, .region]
    static let vendors = ["ecr", "ecr-public"]
    static let podTokenVariable: String? = "AWS_WEB_IDENTITY_TOKEN_FILE"

    let audience: String?
    let username: String? = "AWS"
    /// The role's name in full.
    let role: String
    /// The region, where somebody named it.
    let region: String?
    private let login: AWSRegistryLogin
    private let jobName: String
    private let context: CloudContext

    init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
        let words = try ExchangeWords(request, for: Self.self, context)
        role = try words.required(.role, or: "AWS_ROLE_ARN", example: "arn:aws:iam::123456789012:role/NAME")
        region = words.optional(.region)
        let context = words.naming([.role: "AWS_ROLE_ARN"])
        login = try AWSRegistryLogin(as: role, at: words.host, region: region, context)
        audience = words.optional(.audience) ?? "sts.amazonaws.com"
        self.jobName = jobName
        self.context = context
    }

    func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
        do {
            let (username, password) = try await login.credential(for: token.text, sessionName: jobName)
            return MintedCredential(username: username, secret: password.token, end: password.end)
        } catch {
            // What the role may not do is not for the token to say.
            guard error.text.hasPrefix("sts:") else { throw error }
            throw error.showing(token, context)
        }
    }
}
