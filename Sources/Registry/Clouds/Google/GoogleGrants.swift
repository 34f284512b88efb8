internal import DockerConfig
internal import HTTP
internal import Hashing
internal import JSON

/// Gets tokens by what credential files say.
struct GoogleGrants: Sendable {
    let context: CloudContext
    private let service: CloudService
    private let endpoints: GoogleEndpoints
    private let sts: GoogleSTS

    init(_ context: CloudContext) {
        self.context = context
        service = CloudService(context)
        endpoints = GoogleEndpoints(context: context)
        sts = GoogleSTS(context)
    }

    /// Asks for a token by the file that is at `place`.
    ///
    /// - Throws: `RegistryError`, of the kind `denied` where it is refused.
    func token(by file: GoogleCredentialFile, at place: String) async throws(RegistryError) -> ShortLivedToken {
        switch file {
        case .serviceAccount(let key): return try await token(by: key, at: place)
        case .authorizedUser(let login): return try await token(by: login, at: place)
        case .externalAccount(let account):
            let subject = try await subjectToken(of: account, at: place)
            let token = try await sts.exchange(
                subjectToken: subject, audience: account.audience, subjectTokenType: account.subjectTokenType,
                scope: nil, at: try endpoints.sts(account.tokenURL, from: place))
            guard let impersonation = account.impersonation else { return token }
            return try await sts.impersonate(impersonation, with: token.token, from: place)
        case .impersonation(let account, let source):
            let token = try await token(by: source, at: place)
            return try await sts.impersonate(account, with: token.token, from: place)
        }
    }

    /// A service account's word that it wants a token, signed with its key (RFC 7523 §2.1).
    private func token(by key: GoogleServiceAccountKey, at place: String) async throws(RegistryError) -> ShortLivedToken
    {
        let url = try endpoints.oauth(key.tokenURL, from: place)
        let assertion = try assertion(by: key, at: place)
        let grant = (name: "grant_type", value: "urn:ietf:params:oauth:grant-type:jwt-bearer")
        let request = assertion.withValue { CloudService.form(url, [grant, ("assertion", $0)]) }
        return try await redeem(
            request, showing: "the key of \(Excerpt.line(key.email))", [assertion, key.privateKey],
            hint: "has the key been deleted or the account disabled? Is this machine's clock right?")
    }

    private func assertion(by key: GoogleServiceAccountKey, at place: String) throws(RegistryError) -> Secret {
        let now = context.pacing.unixTime()
        var header = JSONObject()
        header["alg"] = "RS256"
        header["typ"] = "JWT"
        header["kid"] = key.keyID.map { .string($0) }
        let claims: JSONValue = [
            "iss": .string(key.email), "scope": .string(GoogleEndpoints.cloudPlatform),
            "aud": .string(key.tokenURL ?? GoogleEndpoints.oauthURL), "iat": .integer(now), "exp": .integer(now + 3600),
        ]
        let parts = [JSONValue.object(header), claims].map { value in
            Base64.encodeURL(Array(value.text(indented: false).utf8.dropLast()))
        }
        let message = parts.joined(separator: ".")
        do {
            let signature = try key.privateKey.withValue { pem throws(RSASignature.Failure) in
                try RSASignature.sign(Array(message.utf8), privateKey: Array(pem.utf8))
            }
            return Secret("\(message).\(Base64.encodeURL(signature))")
        } catch {
            throw RegistryError(
                .denied, "\(place): its private_key \(error)",
                hint: "make a new key: gcloud iam service-accounts keys create")
        }
    }

    private func token(by login: GoogleUserLogin, at place: String) async throws(RegistryError) -> ShortLivedToken {
        let url = try endpoints.oauth(login.tokenURL, from: place)
        let request = login.clientSecret.withValue { secret in
            login.refreshToken.withValue { token in
                CloudService.form(
                    url,
                    [
                        ("grant_type", "refresh_token"), ("client_id", login.clientID), ("client_secret", secret),
                        ("refresh_token", token),
                    ])
            }
        }
        return try await redeem(
            request, showing: "the login in \(place)", [login.clientSecret, login.refreshToken],
            hint: "log in anew: gcloud auth application-default login")
    }

    private func redeem(
        _ request: HTTPRequest, showing what: String, _ secrets: [Secret], hint: String
    ) async throws(RegistryError) -> ShortLivedToken {
        let start = context.pacing.unixTime()
        let response = try await service.send(request)
        guard response.status == 200 else {
            throw RegistryError(google: response, to: request, showing: what, secrets, hint: hint)
        }
        guard let token = ShortLivedToken(oauth: response.body, start: start, life: 300) else {
            throw RegistryError(.protocolViolation, "\(request.summary): the answer holds no token")
        }
        return token
    }
}

/// The token that a workload identity pool is shown.
extension GoogleGrants {
    /// Reads it anew: whoever writes it replaces it before it ends.
    private func subjectToken(of account: GoogleExternalAccount, at place: String) async throws(RegistryError) -> Secret
    {
        switch account.source {
        case .file(let path):
            guard let bytes = try context.readFile(path) else {
                throw RegistryError(
                    .denied, "\(place): there is no \(Excerpt.line(path)), where the token to exchange should be",
                    hint: "is the token mounted or written before this step of the job?")
            }
            return try token(in: bytes, of: account, from: Excerpt.line(path))
        case .url(let text, let headers):
            let url = try CloudEndpoint.url(
                text, from: "\(place): its credential_source", context, plainHTTP: .thisLink)
            let request = HTTPRequest(.get, url, headers: headers.map { HTTPHeader($0.name, secret: $0.value) })
            let response = try await service.send(request)
            guard response.status == 200 else {
                throw RegistryError(
                    google: response, subjectOf: request, hint: "has the job the right to ask for its identity token?")
            }
            return try token(in: response.body, of: account, from: request.summary)
        }
    }

    private func token(
        in bytes: [UInt8], of account: GoogleExternalAccount, from place: String
    ) throws(RegistryError) -> Secret {
        var text: String?
        if let field = account.field {
            text = (try? JSONValue(parsing: bytes))?.object?[field]?.string
        } else {
            text = CloudToken.text(bytes)
        }
        guard let token = ShortLivedToken.token(text) else {
            throw RegistryError(
                .denied, "\(place): there is no token to exchange in it",
                hint: account.field.map { "it should be JSON with the token as \(Excerpt.quoted($0))" }
                    ?? "it should hold the token and nothing else")
        }
        return token
    }
}

extension RegistryError {
    /// What it means that there is no token to exchange at the address that a credential file names.
    fileprivate init(google response: HTTPResponse, subjectOf request: HTTPRequest, hint: String) {
        self.init(
            Kind(tokenService: response.status),
            "\(request.summary), where the token to exchange should be: status \(response.status)", hint: hint)
    }
}
