internal import DockerConfig

/// A login that somebody asked for: a registry, and the names of the variables that hold the user and the password.
public struct LoginRequest: Equatable, Sendable {
    /// The registry.
    public let registry: String
    /// The name of the variable that holds the user.
    public let userVariable: String
    /// The name of the variable that holds the password.
    public let passwordVariable: String

    /// What the variables of every system are called, for systems that have no credentials of their own.
    static func neutral(in environment: Environment) -> LoginRequest? {
        environment["BERTH_REGISTRY"].map {
            LoginRequest(
                registry: $0, userVariable: "BERTH_REGISTRY_USER", passwordVariable: "BERTH_REGISTRY_PASSWORD")
        }
    }

    private init(registry: String, userVariable: String, passwordVariable: String) {
        self.registry = registry
        self.userVariable = userVariable
        self.passwordVariable = passwordVariable
    }

    /// Reads `HOST=USERVAR,PASSWORDVAR`.
    ///
    /// - Parameter source: Where the text comes from, such as `--login`. The text itself is in no error: somebody may
    ///   have put the password there.
    /// - Throws: `CIEnvError` of the kind `usage`.
    public init(_ text: String, from source: String) throws(CIEnvError) {
        let error = CIEnvError(
            .usage, "\(source): not HOST=USERVAR,PASSWORDVAR",
            hint: "give the names of two variables, such as ghcr.io=GHCR_USER,GHCR_TOKEN, and never a password")
        // A host has no equals sign, and names have none either.
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, RegistryKey(String(sides[0])) != nil else { throw error }
        let names = sides[1].split(separator: ",", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isName) else { throw error }
        self.init(registry: String(sides[0]), userVariable: String(names[0]), passwordVariable: String(names[1]))
    }

    /// Reads `BERTH_LOGIN`: requests with blanks or newlines between them.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration`.
    public static func list(_ text: String) throws(CIEnvError) -> [LoginRequest] {
        var requests: [LoginRequest] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            do {
                requests.append(try LoginRequest(String(word), from: "BERTH_LOGIN"))
            } catch {
                throw CIEnvError(.badConfiguration, error.text, hint: error.hint)
            }
        }
        return requests
    }

    /// The credentials that the variables hold.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where one of them is not set.
    public func resolve(in environment: Environment) throws(CIEnvError) -> Login {
        Login(
            registry: registry, username: try value(of: userVariable, in: environment),
            password: Secret(try value(of: passwordVariable, in: environment)),
            source: "\(userVariable), \(passwordVariable)")
    }

    private func value(of variable: String, in environment: Environment) throws(CIEnvError) -> String {
        if let value = environment[variable] { return value }
        // What does not look like a variable may be the password itself.
        let looksRight = variable.utf8.allSatisfy { Self.isUppercase($0) || Self.isDigit($0) || $0 == UInt8(ascii: "_") }
        let name = looksRight ? variable : "the variable that is named for it"
        throw CIEnvError(
            .badConfiguration, "no login to \(registry): \(name) is not set",
            hint: "is it protected or masked away from this job, or given to other environments only?")
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { byte in
            isUppercase(byte) || isDigit(byte) || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
    }

    private static func isUppercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
