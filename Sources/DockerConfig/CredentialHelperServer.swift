internal import JSON
public import POSIX

/// docker's protocol for credential helpers, on the helper's side, over a job's config.
///
/// One word says what is wanted, standard input holds the rest, and every answer goes to standard output, errors too:
/// clients compare these to the letter (`docker-credential-helpers`, `credentials/error.go`).
public struct CredentialHelperServer: Sendable {
    /// What the client is told.
    public struct Reply: Equatable, Sendable {
        /// What goes to standard output.
        public let output: Secret
        /// The exit code.
        public let exitCode: Int32
    }

    private static let name = "docker-credential-berth"

    private let editor: ConfigEditor
    private let version: String
    private let provider: (any CredentialProvider)?
    private let isReadOnly: Bool

    /// A helper that keeps credentials beside `editor`'s config.
    ///
    /// - Parameters:
    ///   - editor: The config.
    ///   - version: The program's version.
    ///   - provider: Who has the credentials that the config does not have.
    ///   - isReadOnly: Whether the config is no job's, and so not for the helper to change.
    public init(
        editor: ConfigEditor, version: String, provider: (any CredentialProvider)? = nil, isReadOnly: Bool = false
    ) {
        self.editor = editor
        self.version = version
        self.provider = provider
        self.isReadOnly = isReadOnly
    }

    /// Answers a client.
    ///
    /// - Parameters:
    ///   - arguments: The words after the program's name.
    ///   - input: Reads standard input, where the verb takes any.
    /// - Returns: What the client is to be told.
    public func respond(_ arguments: [String], input: () throws(SystemError) -> [UInt8]) -> Reply {
        do throws(Refusal) {
            return Reply(output: try answer(arguments, input), exitCode: 0)
        } catch {
            return Reply(output: Secret("\(error.text)\n"), exitCode: 1)
        }
    }

    private func answer(_ arguments: [String], _ input: () throws(SystemError) -> [UInt8]) throws(Refusal) -> Secret {
        let usage = "Usage: \(Self.name) <store|get|erase|list|version>"
        guard arguments.count == 1, let verb = arguments.first else { throw Refusal(usage) }
        switch verb {
        case "get": return try get(try server(input))
        case "store": return try store(try read(input))
        case "erase":
            let server = try server(input)
            try requireJob()
            return try erase(server)
        case "list": return try list()
        case "version", "--version", "-v": return Secret("\(Self.name) (berth) \(version)\n")
        case "--help", "-h": return Secret("\(usage)\n")
        default: throw Refusal("\(Self.name): unknown action: \(verb)")
        }
    }

    // MARK: verbs

    private func get(_ server: String) throws(Refusal) -> Secret {
        guard let registry = RegistryKey(server) else { throw .notFound }
        let credential = try attempt { () throws(DockerConfigError) -> Credential? in
            let own = try editor.credentials()
            // docker's own tokens are no login at a registry: they are had under their very names, or not at all.
            if registry.isDockersOwn, !own.accounts.contains(where: { $0.registry == registry }) { return nil }
            if let credential = own.credential(for: registry) { return credential }
            return try provider?.credential(for: registry)
        }
        guard let (username, secret) = credential?.helperAnswer else { throw .notFound }
        var answer = JSONObject()
        answer["ServerURL"] = .string(server)
        answer["Username"] = .string(username)
        answer["Secret"] = secret.withValue { .string($0) }
        return Self.text(answer)
    }

    private func store(_ input: [UInt8]) throws(Refusal) -> Secret {
        let object: JSONObject
        do {
            object = try JSONValue(parsing: input).object ?? JSONObject()
        } catch {
            throw Refusal(error.description)
        }
        func field(_ name: String) -> String { object.value(ignoringCase: name)?.string ?? "" }
        guard !field("ServerURL").isEmpty else { throw .noServer }
        guard !field("Username").isEmpty else { throw .noUsername }
        guard let registry = RegistryKey(field("ServerURL")) else { throw Refusal("the server URL has no host in it") }
        try requireJob()
        let credential = Credential(helperUsername: field("Username"), secret: Secret(field("Secret")))
        try attempt { () throws(DockerConfigError) in try editor.store(registry, credential) }
        return Secret("")
    }

    /// Outside of a job a password would land in plain text in the config of a person, or of all jobs.
    private func requireJob() throws(Refusal) {
        guard isReadOnly else { return }
        throw Refusal("\(Self.name): only a job's logins are changed, and this is no job; begin one with berth ci-env")
    }

    private func erase(_ server: String) throws(Refusal) -> Secret {
        // What is not there needs no erasing: docker erases every spelling that it knows of a registry's name.
        guard let registry = RegistryKey(server) else { return Secret("") }
        try attempt { () throws(DockerConfigError) in
            try editor.erase(registry)
            if !registry.isDockersOwn { try provider?.forget(registry) }
        }
        return Secret("")
    }

    private func list() throws(Refusal) -> Secret {
        var answer = JSONObject()
        let accounts = try attempt { () throws(DockerConfigError) in
            try editor.credentials().accounts + (provider?.accounts() ?? [])
        }
        // Of several the first counts, as it does for `get`.
        for account in accounts where answer[account.registry.configKey] == nil {
            answer[account.registry.configKey] = .string(account.username)
        }
        return Self.text(answer)
    }

    /// `answer` as the protocol's own library writes it, byte for byte: what HTML could take for its own is escaped.
    private static func text(_ answer: JSONObject) -> Secret {
        var text = ""
        for scalar in JSONValue.object(answer).text(indented: false).unicodeScalars {
            switch scalar {
            case "<": text += #"\u003c"#
            case ">": text += #"\u003e"#
            case "&": text += #"\u0026"#
            case "\u{2028}": text += #"\u2028"#
            case "\u{2029}": text += #"\u2029"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return Secret(text)
    }

    // MARK: input

    private func read(_ input: () throws(SystemError) -> [UInt8]) throws(Refusal) -> [UInt8] {
        do {
            return try input()
        } catch {
            throw Refusal(error.description)
        }
    }

    /// The server's name, its lines joined and its margins cut, as the protocol's own library reads it.
    private func server(_ input: () throws(SystemError) -> [UInt8]) throws(Refusal) -> String {
        let text = String(decoding: try read(input), as: UTF8.self).filter { $0 != "\n" && $0 != "\r\n" }
        let server = text.withoutMargins
        guard !server.isEmpty else { throw .noServer }
        return server
    }

    private func attempt<Result>(_ body: () throws(DockerConfigError) -> Result) throws(Refusal) -> Result {
        do {
            return try body()
        } catch {
            throw Refusal([error.text, error.hint.map { "hint: \($0)" }].compactMap { $0 }.joined(separator: "; "))
        }
    }
}

/// What makes a helper exit with 1, and the text that says why.
private struct Refusal: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static let notFound = Refusal(HelperText.notFound)
    static let noServer = Refusal(HelperText.noServer)
    static let noUsername = Refusal(HelperText.noUsername)
}
