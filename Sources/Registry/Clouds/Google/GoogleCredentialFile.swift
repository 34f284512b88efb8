internal import DockerConfig
internal import JSON

/// What a credential file of Google's says (Application Default Credentials): how to get a token.
indirect enum GoogleCredentialFile: Equatable, Sendable {
    /// By a key of a service account.
    case serviceAccount(GoogleServiceAccountKey)
    /// By a person's login.
    case authorizedUser(GoogleUserLogin)
    /// By a token of somebody else, whom a workload identity pool trusts.
    case externalAccount(GoogleExternalAccount)
    /// As a service account, by what another credential may.
    case impersonation(GoogleImpersonation, from: GoogleCredentialFile)
}

/// A key of a service account.
struct GoogleServiceAccountKey: Equatable, Sendable {
    let email: String
    /// The key's number.
    let keyID: String?
    /// The key in PEM.
    let privateKey: Secret
    /// Where its signature is redeemed.
    let tokenURL: String?
}

/// A person's login, as `gcloud auth application-default login` leaves it.
struct GoogleUserLogin: Equatable, Sendable {
    let clientID: String
    let clientSecret: Secret
    let refreshToken: Secret
    /// Where it is redeemed.
    let tokenURL: String?
}

/// A configuration of Workload Identity Federation.
struct GoogleExternalAccount: Equatable, Sendable {
    /// Where the token to exchange is.
    enum Source: Equatable, Sendable {
        case file(String)
        case url(String, headers: [Header])
    }

    /// One header of the request for the token.
    struct Header: Equatable, Sendable {
        let name: String
        let value: Secret
    }

    /// The provider's full name.
    let audience: String
    let subjectTokenType: String
    let tokenURL: String?
    let source: Source
    /// The member that holds the token, where its source is JSON; else all of the source is the token.
    let field: String?
    /// Whom to act as.
    let impersonation: GoogleImpersonation?
}

/// A service account to act as.
struct GoogleImpersonation: Equatable, Sendable {
    /// Its e-mail address.
    let account: String
    /// The address that the file gives for it, whose host is asked.
    let url: String?
    let delegates: [String]
    /// In seconds.
    let lifetime: Int

    init(account: String, url: String?, delegates: [String] = [], lifetime: Int = GoogleSTS.lifetime) {
        self.account = account
        self.url = url
        self.delegates = delegates
        self.lifetime = lifetime
    }

    /// Reads `https://…/serviceAccounts/NAME@PROJECT…:generateAccessToken`.
    init?(url: String, delegates: [String] = [], lifetime: Int = GoogleSTS.lifetime) {
        let verb = ":generateAccessToken"
        guard url.hasSuffix(verb), let name = url.dropLast(verb.utf8.count).split(separator: "/").last,
            Self.isAccount(name)
        else { return nil }
        self.init(account: String(name), url: url, delegates: delegates, lifetime: lifetime)
    }

    /// Whether `name` can be a service account's: an e-mail address, or its number, which fits into an address as it is.
    static func isAccount(_ name: some StringProtocol) -> Bool {
        (1...320).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isLetter || $0.isDigit || "-._@".utf8.contains($0) }
            && name.utf8.contains { $0.isLetter || $0.isDigit }
    }
}

extension GoogleCredentialFile {
    /// Reads a credential file.
    ///
    /// - Parameters:
    ///   - bytes: What is in it.
    ///   - place: Where it is, for people.
    /// - Throws: `RegistryError` where it is none, or of a kind that cannot be used.
    init(_ bytes: [UInt8], at place: String) throws(RegistryError) {
        guard bytes.count <= 1 << 20, let root = try? JSONValue(parsing: bytes), let object = root.object else {
            throw RegistryError(
                .denied, "\(place) is no JSON document",
                hint: "a credential file of Google's is expected, such as a service account's key")
        }
        self = try GoogleFileReader(place: place).read(object, depth: 0)
    }

    /// Whose credential it is, for people.
    var description: String {
        switch self {
        case .serviceAccount(let key): "the key of \(Excerpt.line(key.email))"
        case .authorizedUser: "a person's login"
        case .externalAccount(let account):
            "workload identity federation"
                + (account.impersonation.map { " as \(Excerpt.line($0.account))" } ?? "")
        case .impersonation(let account, let source): "\(source.description), as \(Excerpt.line(account.account))"
        }
    }
}

/// Reads credential files, and says where one is wrong without telling what is in it.
private struct GoogleFileReader {
    let place: String

    /// How many files may stand one in the other: a service account that is acted as, and who acts.
    private static let depthLimit = 3

    func read(_ object: JSONObject, depth: Int) throws(RegistryError) -> GoogleCredentialFile {
        switch object["type"]?.string {
        case "service_account":
            return .serviceAccount(
                GoogleServiceAccountKey(
                    email: try text("client_email", object), keyID: object["private_key_id"]?.string,
                    privateKey: Secret(try text("private_key", object)), tokenURL: object["token_uri"]?.string))
        case "authorized_user":
            return .authorizedUser(
                GoogleUserLogin(
                    clientID: try text("client_id", object), clientSecret: Secret(try text("client_secret", object)),
                    refreshToken: Secret(try text("refresh_token", object)), tokenURL: object["token_uri"]?.string))
        case "external_account": return .externalAccount(try externalAccount(object))
        case "impersonated_service_account":
            guard depth < Self.depthLimit, let source = object["source_credentials"]?.object else {
                throw bad("its source_credentials are missing, or nested too deep")
            }
            let account = try impersonation(object, delegates: object["delegates"]?.array ?? [])
            return .impersonation(account, from: try read(source, depth: depth + 1))
        case let type:
            throw RegistryError(
                .unsupported, "\(place): its type is \(type.map { Excerpt.quoted($0) } ?? "missing")",
                hint: "berth knows service_account, authorized_user, external_account, impersonated_service_account")
        }
    }

    private func externalAccount(_ object: JSONObject) throws(RegistryError) -> GoogleExternalAccount {
        guard let source = object["credential_source"]?.object else { throw bad("it has no credential_source") }
        return GoogleExternalAccount(
            audience: try text("audience", object), subjectTokenType: try text("subject_token_type", object),
            tokenURL: object["token_url"]?.string, source: try self.source(source), field: try field(source),
            impersonation: object["service_account_impersonation_url"] == nil ? nil : try impersonation(object))
    }

    private func source(_ source: JSONObject) throws(RegistryError) -> GoogleExternalAccount.Source {
        if let path = source["file"]?.string, !path.isEmpty { return .file(path) }
        if source["environment_id"] == nil, let url = source["url"]?.string {
            var headers: [GoogleExternalAccount.Header] = []
            for member in source["headers"]?.object?.members ?? [] {
                guard let value = member.value.string else { throw bad("a header of its credential_source is no text") }
                headers.append(.init(name: member.key, value: Secret(value)))
            }
            return .url(url, headers: headers)
        }
        let reason =
            source["executable"] != nil
            ? "is a program to run, and berth runs none that a file names"
            : source["environment_id"] != nil ? "is AWS, which berth cannot show to Google" : "is neither file nor url"
        throw RegistryError(
            .unsupported, "\(place): its credential_source \(reason)",
            hint: "have the token written to a file, and name that: \"credential_source\": {\"file\": …}")
    }

    private func field(_ source: JSONObject) throws(RegistryError) -> String? {
        let format = source["format"]?.object
        switch format?["type"]?.string {
        case nil, "text": return nil
        case "json": return try text("subject_token_field_name", format ?? JSONObject())
        default: throw bad("the format of its credential_source is neither text nor json")
        }
    }

    private func impersonation(
        _ object: JSONObject, delegates: [JSONValue] = []
    ) throws(RegistryError) -> GoogleImpersonation {
        let names = delegates.compactMap(\.string)
        let life = object["service_account_impersonation"]?.object?["token_lifetime_seconds"]?.integer
        guard names.count == delegates.count,
            let account = GoogleImpersonation(
                url: try text("service_account_impersonation_url", object), delegates: names,
                lifetime: life ?? GoogleSTS.lifetime)
        else { throw bad("its service_account_impersonation_url or delegates name no service account") }
        return account
    }

    private func text(_ name: String, _ object: JSONObject) throws(RegistryError) -> String {
        guard let text = object[name]?.string, !text.isEmpty else { throw bad("it has no \(name)") }
        return text
    }

    private func bad(_ reason: String) -> RegistryError {
        RegistryError(
            .denied, "\(place) is no credential file of Google's that can be used: \(reason)",
            hint: "make it anew with gcloud iam or gcloud auth application-default login")
    }
}
