public import JSON

/// What a registry's login consists of.
public struct Credential: Equatable, Sendable {
    /// The user; may be empty where there is a token.
    public let username: String
    /// The password; empty where there is a token instead.
    public let password: Secret
    /// A refresh token (OAuth2), which clients trade for access tokens.
    public let identityToken: Secret?
    /// An access token, which clients send as it is.
    public let registryToken: Secret?

    /// A user and a password, with tokens where there are any.
    public init(username: String, password: Secret, identityToken: Secret? = nil, registryToken: Secret? = nil) {
        self.username = username
        self.password = password
        self.identityToken = identityToken
        self.registryToken = registryToken
    }

    /// The user name by which credential helpers say that the secret is an identity token.
    static let tokenUsername = "<token>"

    /// What a credential helper calls user name and secret.
    public init(helperUsername: String, secret: Secret) {
        if helperUsername == Self.tokenUsername {
            self.init(username: "", password: Secret(""), identityToken: secret)
        } else {
            self.init(username: helperUsername, password: secret)
        }
    }

    /// User name and secret as a credential helper gives them; `nil` for an access token, which it cannot give.
    public var helperAnswer: (username: String, secret: Secret)? {
        if let identityToken { return (Self.tokenUsername, identityToken) }
        return username.isEmpty ? nil : (username, password)
    }
}

/// Why an entry of `auths` is no credential, in words that fit behind "is left out: " and hold nothing of it.
public struct EntryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The words.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Credential {
    /// Reads an entry of `auths`; `nil` for an empty one, which docker leaves where a credential store has the rest.
    ///
    /// Where `auth` stands beside `username` and `password` it counts, as it does for docker.
    public init?(entry: JSONValue) throws(EntryError) {
        if entry == .null { return nil }
        guard let object = entry.object else { throw EntryError("it is not an object") }
        let auth = try object.field("auth")
        let tokens = (identity: try object.token("identitytoken"), registry: try object.token("registrytoken"))
        let hasToken = tokens.identity != nil || tokens.registry != nil
        var (username, password) = (try object.field("username"), try object.field("password"))
        if !auth.isEmpty { (username, password) = try Self.split(auth) }
        if username.isEmpty && !hasToken {
            guard auth.isEmpty, password.isEmpty else { throw EntryError("it has no user name") }
            return nil
        }
        guard !username.utf8.contains(UInt8(ascii: ":")) else { throw EntryError("its user name has a colon in it") }
        self.init(
            username: username, password: Secret(password), identityToken: tokens.identity,
            registryToken: tokens.registry)
    }

    /// User and password of an `auth`: the password may have colons in it, and docker cuts NULs off its end.
    private static func split(_ auth: String) throws(EntryError) -> (String, String) {
        guard let bytes = Base64.decode(auth) else { throw EntryError("its auth is not Base64") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw EntryError("its auth is not UTF-8") }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw EntryError("its auth has no colon in it")
        }
        var password = text[text.utf8.index(after: colon)...].unicodeScalars
        while password.last == "\0" { password.removeLast() }
        return (String(text[..<colon]), String(password))
    }

    /// The entry of `auths` that all clients understand: user and password in `auth` and nowhere else, and an `auth`
    /// with a user and a colon beside every token.
    ///
    /// - Throws: `EntryError` where the form cannot carry the user name.
    public func portableEntry() throws(EntryError) -> JSONValue {
        guard !username.utf8.contains(UInt8(ascii: ":")) else { throw EntryError("its user name has a colon in it") }
        let hasToken = identityToken != nil || registryToken != nil
        // podman needs an `auth` beside a token, and docker refuses a whole file for one without a user.
        let username = username.isEmpty && hasToken ? Self.tokenUsername : username
        guard !username.isEmpty else { throw EntryError("it has no user name") }
        var entry = JSONObject()
        entry["auth"] = .string(password.withValue { Base64.encode(Array("\(username):\($0)".utf8)) })
        entry["identitytoken"] = identityToken?.withValue { .string($0) }
        entry["registrytoken"] = registryToken?.withValue { .string($0) }
        return .object(entry)
    }
}

extension JSONObject {
    /// The value named `name` in any case, as Go's decoder and so every client finds it; the last of several.
    func value(ignoringCase name: String) -> JSONValue? {
        members.last { ASCII.matches($0.key.utf8, name.utf8) }?.value
    }

    fileprivate func field(_ name: String) throws(EntryError) -> String {
        switch value(ignoringCase: name) {
        case nil, .null: return ""
        case .string(let text): return text
        default: throw EntryError("its \(name) is not text")
        }
    }

    fileprivate func token(_ name: String) throws(EntryError) -> Secret? {
        let text = try field(name)
        return text.isEmpty ? nil : Secret(text)
    }
}
