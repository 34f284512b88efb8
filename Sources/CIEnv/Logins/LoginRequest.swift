/// A login that somebody asked for: a registry, and the names of the variables that hold the user and the password.
///
/// Whoever writes a secret where its variable's name belongs does not find it in an error: what was written is only
/// shown where it cannot be one.
public struct LoginRequest: Equatable, Sendable {
    /// The registry, `host[:port]` or `host[:port]/path`.
    public let registry: String
    /// The name of the variable that holds the user.
    public let userVariable: String
    /// The name of the variable that holds the password.
    public let passwordVariable: String

    /// Reads `HOST=USERVAR,PASSWORDVAR`.
    ///
    /// - Parameters:
    ///   - text: What was written.
    ///   - source: Where, such as `--login`.
    /// - Throws: `CIEnvError` of the kind `usage`.
    public init(_ text: String, from source: String) throws(CIEnvError) {
        guard let request = LoginRequest(text) else {
            throw CIEnvError(.usage, "\(source): not of the form HOST=USERVAR,PASSWORDVAR", hint: Self.hint)
        }
        self = request
    }

    /// Reads `BERTH_LOGIN`: requests with blanks or newlines between them.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration`.
    public static func list(_ text: String) throws(CIEnvError) -> [LoginRequest] {
        var requests: [LoginRequest] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            guard let request = LoginRequest(String(word)) else {
                let number = requests.count + 1
                throw CIEnvError(
                    .badConfiguration, "BERTH_LOGIN: number \(number) is not of the form HOST=USERVAR,PASSWORDVAR",
                    hint: hint)
            }
            requests.append(request)
        }
        return requests
    }

    /// What `BERTH_REGISTRY`, `BERTH_REGISTRY_USER` and `BERTH_REGISTRY_PASSWORD` ask for on every system.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where the first holds no registry.
    static func neutral(in environment: Environment) throws(CIEnvError) -> LoginRequest? {
        guard let registry = environment["BERTH_REGISTRY"] else { return nil }
        guard LoginAddress.isValid(registry) else {
            throw CIEnvError(
                .badConfiguration, "BERTH_REGISTRY: no registry's name", hint: "such as registry.example.com")
        }
        return LoginRequest(registry, "BERTH_REGISTRY_USER", "BERTH_REGISTRY_PASSWORD")
    }

    private init(_ registry: String, _ userVariable: String, _ passwordVariable: String) {
        self.registry = registry
        self.userVariable = userVariable
        self.passwordVariable = passwordVariable
    }

    private init?(_ text: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, LoginAddress.isValid(String(sides[0])) else { return nil }
        let names = sides[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.count == 2, names.allSatisfy(Export.isName) else { return nil }
        self.init(String(sides[0]), names[0], names[1])
    }

    /// The credentials that the variables hold.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where one of them is not set.
    public func resolve(in environment: Environment) throws(CIEnvError) -> Login {
        let credentials = Credentials(userVariable, passwordVariable)
        if let login = credentials.login(to: registry, in: environment) { return login }
        let missing = credentials.firstMissing(in: environment) ?? passwordVariable
        guard Export.isTelling(missing) else {
            let what = missing == passwordVariable ? "password" : "user"
            throw CIEnvError(
                .badConfiguration, "no login to \(registry): the variable that was named for the \(what) is not set",
                hint: Self.hint)
        }
        throw CIEnvError(
            .badConfiguration, "no login to \(registry): \(missing) is not set",
            hint: "is it kept from this job, as protected variables are, or given to other environments only?")
    }

    private static let hint =
        "such as registry.example.com=REGISTRY_USER,REGISTRY_PASSWORD: names of variables, no secrets"
}
