internal import JSON
package import POSIX

/// A credential store that a program `docker-credential-…` keeps, such as the desktop's keychain.
///
/// It is only read: all jobs of a machine share it.
public struct ProgramCredentialStore: Sendable {
    /// The program's name.
    public let program: String
    private let run: Run

    /// Runs the program with a verb and its input.
    package typealias Run = @Sendable (_ verb: String, _ input: [UInt8]) throws(SystemError) -> HelperProgram.Answer

    /// The longest time that one question may take before a job begins, in seconds; a keychain that waits for a person
    /// never answers.
    public static let briefPatience = 10

    /// The store that a config's `credsStore` or `credHelpers` names; `nil` where that is no name of a program: with a
    /// slash it would be a path.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - seconds: The longest time that one question may take.
    public init?(name: String, seconds: Int = briefPatience) {
        guard !name.isEmpty, name.utf8.count <= 100,
            name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && $0 != "/" })
        else { return nil }
        let program = "docker-credential-\(name)"
        self.init(program: program) { (verb, input) throws(SystemError) in
            try HelperProgram.run(program, [verb], input: input, outputLimit: 1 << 20, seconds: seconds)
        }
    }

    package init(program: String, run: @escaping Run) {
        self.program = program
        self.run = run
    }

    /// Whether the program makes what it gives at the moment when it is asked, as clouds' own helpers do.
    ///
    /// A copy of that would end in the middle of a job.
    public var makesCredentials: Bool { Self.makers.contains { program == "docker-credential-\($0)" } }

    /// Amazon's, Google's, Azure's, Chainguard's and Yandex's.
    private static let makers = ["ecr-login", "gcr", "gcloud", "acr-env", "acr-login", "cgr", "yc"]

    /// What was found in a store.
    public struct Findings: Equatable, Sendable {
        /// The credentials.
        public var credentials: [StoredCredential] = []
        /// Hosts that it has, or may have, credentials for, where it was not asked for these.
        public var registries: [RegistryKey] = []
        /// Whether it may have more than was found: the program answers, but does not tell what it has.
        public var mayHaveMore = false
        /// Whether the program did not answer in time, so that nobody knows what it has.
        public var hasTimedOut = false
        /// What could not be read, one line each, without a word of what the program said.
        public var warnings: [String] = []

        /// Nothing.
        public init() {}
    }

    /// Reads the credentials that a job may see; of a program that ``makesCredentials`` only whose it may have.
    ///
    /// - Parameters:
    ///   - servers: Registries that the store may have besides those that it lists, as docker leaves them in `auths`
    ///     without a credential. Not every program can list.
    ///   - inheritance: Which registries the job may see; the program is not asked about others.
    /// - Returns: What was found.
    public func credentials(besides servers: [String] = [], allowedBy inheritance: Inheritance) -> Findings {
        var named: [RegistryKey] = []
        switch inheritance {
        case .none: return Findings()
        case .all: break
        case .only(let keys): named = keys
        }
        var findings = Findings()
        var candidates: [(server: String, registry: RegistryKey)] = []
        for server in list(&findings) + servers + named.map(\.configKey) {
            guard let registry = RegistryKey(server), inheritance.allows(registry), Self.isRegistry(server, registry),
                !candidates.contains(where: { $0.server == server })
            else { continue }
            candidates.append((server, registry))
        }
        if makesCredentials {
            var seen: Set<RegistryKey> = []
            findings.registries = candidates.map(\.registry.hostKey).filter { seen.insert($0).inserted }
            findings.mayHaveMore = true
        } else {
            read(candidates.map(\.server), into: &findings)
        }
        return findings
    }

    /// Reads the credentials of exactly these registries.
    public func credentials(of servers: [String]) -> Findings {
        var findings = Findings()
        read(servers, into: &findings)
        return findings
    }

    /// The registries that the store lists and a job may see, with their users; no secret is asked for.
    func accounts(
        allowedBy inheritance: Inheritance
    ) -> (accounts: [(registry: RegistryKey, username: String)], warnings: [String]) {
        var findings = Findings()
        var accounts: [(registry: RegistryKey, username: String)] = []
        for (server, username) in inheritance == .none ? [] : listed(&findings) {
            guard let registry = RegistryKey(server), inheritance.allows(registry), Self.isRegistry(server, registry)
            else { continue }
            accounts.append((registry, username))
        }
        return (accounts, findings.warnings)
    }

    /// Whether a store's name is a registry's: Docker Desktop keeps tokens of its own below Docker Hub's URL.
    private static func isRegistry(_ server: String, _ registry: RegistryKey) -> Bool {
        registry.path.isEmpty || !["https://", "http://"].contains(where: server.lowercased().hasPrefix)
    }

    private func read(_ servers: [String], into findings: inout Findings) {
        for server in servers {
            do throws(SystemError) {
                guard let credential = try get(server, &findings) else { continue }
                findings.credentials.append(StoredCredential(server: server, credential, from: program))
            } catch {
                findings.hasTimedOut = error.code == .timedOut
                findings.warnings.append("\(program) is not asked any more: \(error)")
                return
            }
        }
    }

    // MARK: the protocol

    private func list(_ findings: inout Findings) -> [String] { listed(&findings).map(\.server) }

    private func listed(_ findings: inout Findings) -> [(server: String, username: String)] {
        do {
            let answer = try run("list", Array("unused".utf8))
            if let object = object(answer) { return object.members.map { ($0.key, $0.value.string ?? "") } }
            // What programs without any credential answer that are written in Go.
            if answer.code == 0, Self.text(answer) == "null" { return [] }
            findings.mayHaveMore = true
            findings.warnings.append("\(program) list: \(Self.failure(answer))")
        } catch {
            findings.warnings.append("\(program) list: \(error)")
        }
        return []
    }

    /// - Throws: `SystemError` where the program cannot be run or does not answer, and so will not the next time.
    private func get(_ server: String, _ findings: inout Findings) throws(SystemError) -> Credential? {
        let answer = try run("get", Array(server.utf8))
        guard let object = object(answer), let username = object.value(ignoringCase: "Username")?.string,
            let secret = object.value(ignoringCase: "Secret")?.string
        else {
            if !Self.isNothing(answer) {
                let name = RegistryKey(server)?.description ?? "a registry"
                findings.warnings.append("\(program) get \(name): \(Self.failure(answer))")
            }
            return nil
        }
        return username.isEmpty ? nil : Credential(helperUsername: username, secret: Secret(secret))
    }

    private func object(_ answer: HelperProgram.Answer) -> JSONObject? {
        answer.code == 0 ? try? JSONValue(parsing: answer.output).object : nil
    }

    /// Whether the program has said that it has no such credential, in the protocol's words.
    private static func isNothing(_ answer: HelperProgram.Answer) -> Bool {
        answer.code != 0 && HelperText.nothing.contains(text(answer))
    }

    private static func text(_ answer: HelperProgram.Answer) -> String {
        String(decoding: answer.output, as: UTF8.self).withoutMargins
    }

    private static func failure(_ answer: HelperProgram.Answer) -> String {
        answer.code == 0 ? "the answer is not what the protocol says" : "exit code \(answer.code)"
    }
}

/// The protocol's words for what went wrong, which clients compare to the letter.
enum HelperText {
    static let notFound = "credentials not found in native keychain"
    static let noServer = "no credentials server URL"
    static let noUsername = "no credentials username"

    /// What clients take for "no credential" and not for a failure.
    static let nothing = [notFound, noServer, noUsername]
}
