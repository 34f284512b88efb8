public import DockerConfig
public import POSIX
public import Registry

/// Asks a credential helper for a registry's credential, as clients do, and tells why it has none.
public struct HelperTrial: Sendable {
    /// Runs a program with a verb and its input, and keeps what it complains of from the terminal.
    public typealias Ask =
        @Sendable (_ program: String, _ verb: String, _ input: [UInt8]) throws(SystemError) -> HelperProgram.Answer

    private let ask: Ask

    /// A trial of programs that `ask` runs.
    public init(ask: @escaping Ask) {
        self.ask = ask
    }

    /// The credential that a helper has.
    ///
    /// - Parameters:
    ///   - key: The registry.
    ///   - name: The helper's name, without `docker-credential-`.
    /// - Returns: The credential.
    /// - Throws: `RegistryError` of the kind `denied` where there is none to be had. Of what the program said there is one
    ///   line, without what may be a secret.
    public func credential(for key: RegistryKey, by name: String) throws(RegistryError) -> Credential {
        let program = HelperName.program(name)
        guard HelperName.isValid(name) else { throw RegistryError(.denied, "\(key): \(program) cannot be asked") }
        let complaints = Locked<[UInt8]>([])
        let store = ProgramCredentialStore(program: program) { (verb, input) throws(SystemError) in
            let answer = try ask(program, verb, input)
            complaints.withLock { $0 = answer.errors }
            return answer
        }
        let found = store.credentials(of: [key.configKey])
        if let credential = found.credentials.first?.credential { return credential }
        let said = Self.line(complaints.withLock { $0 }).map { "; it says: \($0)" } ?? ""
        throw RegistryError(
            .denied, "\(found.warnings.first ?? "\(program) has no credential for \(key)")\(said)",
            hint: "run it by hand: echo \(key.configKey) | \(program) get")
    }

    /// What a program complained of, in one line; words that look like a token are left out.
    private static func line(_ bytes: [UInt8]) -> String? {
        let words = bytes.prefix(1000).split { $0 <= 0x20 }.map { word in
            looksLikeToken(word) ? "***" : String(decoding: word, as: UTF8.self)
        }
        return CloudWords.line(words.joined(separator: " "), limit: 200)
    }

    /// Whether there are 16 letters and digits on end, some of each: addresses and names of errors have no such part.
    private static func looksLikeToken(_ word: ArraySlice<UInt8>) -> Bool {
        let parts = word.split { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "+"):
                false
            default: true
            }
        }
        return parts.contains { part in
            let digits = part.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return part.count >= 16 && digits > 0 && digits < part.count
        }
    }
}
