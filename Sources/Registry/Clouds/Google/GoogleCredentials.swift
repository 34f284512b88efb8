public import DockerConfig
internal import HTTP

/// Tokens for Google's APIs, by the credentials that Google's own programs would find: its Application Default
/// Credentials.
///
/// In this order: an access token in a variable, a credential file that a variable names, the file that gcloud leaves,
/// the machine's own service account.
public struct GoogleCredentials: Sendable {
    private let context: CloudContext
    private let grants: GoogleGrants
    private let cache: TokenCache<String>
    /// What a docker login holds, which is then used and nothing else.
    private let login: Source?

    /// The credentials that `context` leads to.
    public init(_ context: CloudContext) {
        self.init(context, login: nil)
    }

    /// The credentials in a docker login, as Google's registries take it; `nil` where it is none of theirs.
    ///
    /// `oauth2accesstoken` has an access token for its password, `_json_key` a service account's key, and
    /// `_json_key_base64` that in Base64.
    ///
    /// - Throws: `RegistryError` where the password is not what the user name says.
    public init?(_ credential: Credential, _ context: CloudContext) throws(RegistryError) {
        let place = "the password of \(credential.username)"
        let key: [UInt8]?
        switch credential.username {
        case "oauth2accesstoken":
            self.init(context, login: .token(try Self.token(credential.password, from: place), from: place))
            return
        case "_json_key": key = credential.password.withValue { Array($0.utf8) }
        case "_json_key_base64": key = credential.password.withValue { Base64.decode($0) }
        default: return nil
        }
        guard let key else {
            throw RegistryError(
                .denied, "\(place) is not Base64", hint: "use the key's text as it is with the user _json_key")
        }
        self.init(context, login: .file(try GoogleCredentialFile(key, at: place), at: place))
    }

    private init(_ context: CloudContext, login: Source?) {
        self.context = context
        self.login = login
        grants = GoogleGrants(context)
        cache = TokenCache(pacing: context.pacing)
    }

    /// An access token that is still good; many may ask at once.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where there are no credentials or Google refuses them.
    public func accessToken() async throws(RegistryError) -> Secret {
        // Nothing is known of its end, and nothing can renew it.
        if let given = try givenToken() { return given.token }
        return try await cache.token(for: "") { () async throws(RegistryError) in
            switch try find() {
            case .token(let token, _): return ShortLivedToken(token, end: context.pacing.unixTime())
            case .file(let file, let place): return try await grants.token(by: file, at: place)
            case .machine(let missing):
                if let token = try await GoogleMetadata(context).token() { return token }
                throw RegistryError(
                    .denied, "there are no Google credentials: \(missing), and no metadata server answers",
                    hint: "set GOOGLE_APPLICATION_CREDENTIALS to a credential file's path, or log in:"
                        + " gcloud auth application-default login")
            }
        }
    }

    /// Whether there are any that somebody named, and not only a machine that may have an account.
    var isNamed: Bool {
        if case .machine? = try? find() { return false }
        return true
    }

    /// What is used, for people: `GOOGLE_APPLICATION_CREDENTIALS (/k.json), the key of ci@p.iam.gserviceaccount.com`.
    public var source: String {
        do throws(RegistryError) {
            switch try find() {
            case .token(_, let place): return "an access token in \(place)"
            case .file(let file, let place): return "\(place), \(file.description)"
            case .machine: return "the machine's service account, by the metadata server"
            }
        } catch {
            return "nothing: \(error.text)"
        }
    }
}

extension GoogleCredentials {
    /// What there is.
    private enum Source: Sendable {
        case token(Secret, from: String)
        case file(GoogleCredentialFile, at: String)
        /// Nothing but, perhaps, the metadata server; with what was looked for before, for people.
        case machine(missing: String)
    }

    /// Variables with an access token: gcloud's, and that of the tools that came later.
    private static let tokenVariables = ["CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"]
    /// Variables with a credential file's path: the standard one, and those that GitHub's action and gcloud have.
    private static let fileVariables = [
        "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GHA_CREDS_PATH", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
    ]
    private static let fileName = "application_default_credentials.json"

    /// The access token that somebody has got elsewhere.
    private func givenToken() throws(RegistryError) -> (token: Secret, place: String)? {
        switch login {
        case .token(let token, let place): return (token, place)
        case .file, .machine: return nil
        case nil: break
        }
        for name in Self.tokenVariables {
            if let text = context.variable(name) { return (try Self.token(Secret(text), from: name), name) }
        }
        return nil
    }

    private func find() throws(RegistryError) -> Source {
        if let login { return login }
        if let given = try givenToken() { return .token(given.token, from: given.place) }
        for name in Self.fileVariables {
            guard let path = context.variable(name) else { continue }
            guard let bytes = try context.readFile(path) else {
                throw RegistryError(
                    .denied, "\(name) is \(Excerpt.line(path)), which is not there",
                    hint: "correct the path, or unset \(name)")
            }
            let place = "\(name) (\(Excerpt.line(path)))"
            return .file(try GoogleCredentialFile(bytes, at: place), at: place)
        }
        let variables = (Self.tokenVariables + Self.fileVariables).joined(separator: ", ")
        guard let path = standardPath else { return .machine(missing: "none of \(variables), HOME is set") }
        guard let bytes = try context.readFile(path) else {
            return .machine(missing: "none of \(variables) is set, there is no \(Excerpt.line(path))")
        }
        let place = Excerpt.line(path)
        return .file(try GoogleCredentialFile(bytes, at: place), at: place)
    }

    /// Where `gcloud auth application-default login` leaves its file.
    private var standardPath: String? {
        if let folder = context.variable("CLOUDSDK_CONFIG") { return "\(folder)/\(Self.fileName)" }
        return context.variable("HOME").map { "\($0)/.config/gcloud/\(Self.fileName)" }
    }

    private static func token(_ secret: Secret, from place: String) throws(RegistryError) -> Secret {
        guard let token = secret.withValue({ ShortLivedToken.token($0) }) else {
            throw RegistryError(
                .denied, "\(place) holds no access token: one has no spaces and no line breaks",
                hint: "gcloud auth print-access-token prints one")
        }
        return token
    }
}
