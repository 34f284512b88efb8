internal import DockerConfig

extension IdentityRequest {
    /// The option that asks for a credential.
    public static let option = "--oidc"
    /// The variable that does, where the option is not there.
    public static let variable = "BERTH_OIDC"

    /// Whether it was asked for on the command line.
    public var isArgument: Bool { source == Self.option }

    /// Reads what each `--oidc` says, `HOST[=KEY:VALUE,…]`.
    ///
    /// - Throws: `CIEnvError` of the kind `usage`. Values are not repeated: one may be a secret in the wrong place.
    public static func arguments(_ texts: [String]) throws(CIEnvError) -> [IdentityRequest] {
        try requests(texts, from: option) { why, hint, _ in CIEnvError(.usage, "\(option): \(why)", hint: hint) }
    }

    /// Reads `BERTH_OIDC`: the same with blanks or newlines between them.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration`.
    public static func list(_ text: String) throws(CIEnvError) -> [IdentityRequest] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        return try requests(words, from: variable) { why, hint, number in
            CIEnvError(.badConfiguration, "\(variable): number \(number): \(why)", hint: hint)
        }
    }

    private static func requests(
        _ texts: [String], from source: String, error: (_ why: String, _ hint: String, _ number: Int) -> CIEnvError
    ) throws(CIEnvError) -> [IdentityRequest] {
        var requests: [IdentityRequest] = []
        for (index, text) in texts.enumerated() {
            let request: IdentityRequest
            do throws(Mistake) {
                request = try IdentityRequest(parsing: text, from: source)
            } catch let mistake {
                throw error(mistake.why, mistake.hint, index + 1)
            }
            guard !requests.contains(where: { $0.isFor(request.registry) }) else {
                throw error("\(request.registry) stands there twice", "a host has one credential", index + 1)
            }
            requests.append(request)
        }
        return requests
    }

    /// Whether it is for the host of `registry`, by whatever name.
    func isFor(_ registry: String) -> Bool {
        RegistryKey(registry).map { RegistryKey(self.registry)?.host == $0.host } ?? false
    }
}

/// What is wrong with a request, without a word of its values.
private struct Mistake: Error {
    let why: String
    let hint: String

    init(_ why: String, hint: String = Mistake.form) {
        self.why = why
        self.hint = hint
    }

    static let form = "such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com=role:arn:aws:iam::123456789012:role/ci"
}

extension IdentityRequest {
    private init(parsing text: String, from source: String) throws(Mistake) {
        let equals = text.firstIndex(of: "=") ?? text.endIndex
        let registry = text[..<equals]
        guard LoginAddress.isHost(registry) else { throw Self.mistake(inRegistry: registry) }
        let pairs = equals == text.endIndex ? [] : try Self.pairs(text[equals...].dropFirst(), of: registry)
        var values: [Key: String] = [:]
        for (key, value) in pairs {
            guard let what = Self.reject(value, of: key) else {
                values[key] = value
                continue
            }
            throw Mistake("\(registry): \(key.rawValue) \(what.why)", hint: what.hint)
        }
        guard values[.tokenFile] == nil || values[.tokenVariable] == nil else {
            throw Mistake("\(registry): token-file and token-var exclude each other")
        }
        self.init(registry: registry.lowercased(), values, from: source)
    }

    /// What `KEY:VALUE,…` says.
    private static func pairs(
        _ text: Substring, of registry: Substring
    ) throws(Mistake) -> [(key: Key, value: String)] {
        var pairs: [(key: Key, value: String)] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let (name, value) = pair(piece) {
                guard let key = Key(rawValue: String(name)) else {
                    throw Mistake("\(registry): there is no key \(name)", hint: keys)
                }
                guard !pairs.contains(where: { $0.key == key }) else {
                    throw Mistake("\(registry): \(key.rawValue) stands there twice")
                }
                pairs.append((key, String(value)))
            } else if let key = Key.allCases.first(where: { piece.hasPrefix("\($0.rawValue)=") }) {
                throw Mistake("\(registry): \(key.rawValue) has = behind it in the place of a colon", hint: keys)
            } else if !piece.isEmpty, let last = pairs.indices.last, pairs[last].key.mayHaveCommas {
                pairs[last].value += ",\(piece)"
            } else {
                throw Mistake("\(registry): not of the form HOST=KEY:VALUE,…", hint: keys)
            }
        }
        return pairs
    }

    private static var keys: String {
        "keys are \(Key.allCases.map(\.rawValue).joined(separator: ", ")), each with a colon and its value"
    }

    private static func mistake(inRegistry text: Substring) -> Mistake {
        // What stands before a slash is only shown where it can be no secret.
        if let slash = text.firstIndex(of: "/"), LoginAddress.isHost(text[..<slash]) {
            return Mistake("\(text[..<slash]) has a path behind it", hint: "a credential is for the whole host")
        }
        if text.contains("://") { return Mistake("a registry is named by its host, without https://") }
        return Mistake("not of the form HOST=KEY:VALUE,…")
    }

    /// The key and the value of `KEY:VALUE`; `nil` for what does not begin as a key does.
    private static func pair(_ text: Substring) -> (name: Substring, value: Substring)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = text[..<colon]
        let isKey = (2...20).contains(name.utf8.count) && name.utf8.allSatisfy { $0.isASCIILetter || $0 == hyphen }
        return isKey ? (name, text[colon...].dropFirst()) : nil
    }

    private static let hyphen = UInt8(ascii: "-")

    /// What is wrong with the value of `key`; `nil` where it will do.
    private static func reject(_ value: String, of key: Key) -> Mistake? {
        if value.isEmpty { return Mistake("has no value") }
        // They go into requests' headers and addresses, too.
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return Mistake("has a control character in it")
        }
        switch key {
        case .tokenVariable where !Export.isName(value):
            return Mistake("is no variable's name", hint: "name the variable that holds the token, not the token")
        case .tokenFile where !value.hasPrefix("/"):
            return Mistake("is no absolute path", hint: "it is read in other directories, too, whenever a client asks")
        case .tokenURL where !isWebAddress(value):
            return Mistake("is no address of a service", hint: "such as https://sts.example.com/token")
        default: return nil
        }
    }

    private static func isWebAddress(_ text: String) -> Bool {
        ["https://", "http://"].contains(where: text.hasPrefix) && LoginAddress.host(of: text) != nil
    }
}

extension IdentityRequest.Key {
    /// Whether a value may have commas in it: names of AWS's roles do, and scopes of registries (`repository:app:pull,push`).
    fileprivate var mayHaveCommas: Bool { self == .role || self == .scope }
}
