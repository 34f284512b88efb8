internal import DockerConfig

/// The credentials that a job brings, and what a person should know of them.
public struct LoginSet: Equatable, Sendable {
    /// The credentials; of several for one registry the last counts.
    public private(set) var logins: [Login] = []

    /// Such as that a job from a fork has no credentials; one line each, without secrets.
    public private(set) var notes: [String] = []

    /// No credentials.
    public init() {}

    /// Adds what `request` asks for.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where a variable is not set. A job from a fork is given no
    ///   secrets: there that is only noted.
    public mutating func add(
        _ request: LoginRequest, in environment: Environment, isFork: Bool
    ) throws(CIEnvError) {
        do {
            logins.append(try request.resolve(in: environment))
        } catch {
            guard isFork else { throw error }
            notes.append("\(error.text); \(Self.forkRemark)")
        }
    }

    /// Adds the first of `pairs` whose variables are both set; where there is none, that is noted.
    mutating func add(_ registry: String, firstOf pairs: [Credentials], in environment: Environment, isFork: Bool) {
        for pair in pairs {
            guard let username = pair.user(in: environment), let password = environment[pair.password] else { continue }
            logins.append(
                Login(
                    registry: registry, username: username.value, password: Secret(password),
                    source: "\(username.source), \(pair.password)"))
            return
        }
        let missing = pairs.compactMap { $0.firstMissing(in: environment) }
        let which = missing.count > 1 ? "none of \(missing.joined(separator: ", "))" : missing.joined()
        note("no login to \(registry): \(which) is \(missing.count > 1 ? "" : "not ")set", isFork)
    }

    /// Adds what `BERTH_REGISTRY` names, with `BERTH_REGISTRY_USER` and `BERTH_REGISTRY_PASSWORD`.
    mutating func addNeutral(in environment: Environment, isFork: Bool) {
        guard let registry = environment["BERTH_REGISTRY"] else { return }
        guard LoginAddress.isValid(registry) else {
            notes.append("no login: BERTH_REGISTRY holds no registry's address, which is host[:port]")
            return
        }
        add(
            registry, firstOf: [Credentials("BERTH_REGISTRY_USER", "BERTH_REGISTRY_PASSWORD")], in: environment,
            isFork: isFork)
    }

    private mutating func note(_ text: String, _ isFork: Bool) {
        notes.append(isFork ? "\(text); \(Self.forkRemark)" : text)
    }

    private static let forkRemark = "the job is from a fork, which is given no secrets"
}

/// The variables that hold a user and a password.
struct Credentials: Sendable {
    private let userVariable: String?
    private let fixedUser: String
    let password: String

    init(_ user: String, _ password: String) {
        userVariable = user
        fixedUser = ""
        self.password = password
    }

    /// A password whose user is always the same.
    init(user: String, _ password: String) {
        userVariable = nil
        fixedUser = user
        self.password = password
    }

    func user(in environment: Environment) -> Sourced? {
        guard let userVariable else { return Sourced(fixedUser, from: fixedUser) }
        return environment[userVariable].map { Sourced($0, from: userVariable) }
    }

    /// The password's variable if that is not set, else the user's.
    func firstMissing(in environment: Environment) -> String? {
        if environment[password] == nil { return password }
        return userVariable.flatMap { environment[$0] == nil ? $0 : nil }
    }
}
