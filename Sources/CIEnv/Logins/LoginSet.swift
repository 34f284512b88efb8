internal import DockerConfig

/// The credentials that a job brings, and what a person should know of them.
public struct LoginSet: Equatable, Sendable {
    /// The credentials; of several for one registry the last counts.
    public private(set) var logins: [Login] = []
    /// Such as that a job from a fork has no credentials; one line each.
    public internal(set) var notes: [String] = []

    /// No credentials.
    public init() {}

    /// Two variables that hold a user and a password, or a user that is always the same.
    struct Pair {
        private enum User {
            case variable(String)
            case fixed(String)
        }

        private let user: User
        private let passwordVariable: String

        init(_ userVariable: String, _ passwordVariable: String) {
            user = .variable(userVariable)
            self.passwordVariable = passwordVariable
        }

        init(user: String, _ passwordVariable: String) {
            self.user = .fixed(user)
            self.passwordVariable = passwordVariable
        }

        /// The login at `registry`, where both are there.
        func login(at registry: String, in environment: Environment) -> Login? {
            guard let password = environment[passwordVariable] else { return nil }
            switch user {
            case .fixed(let name):
                return Login(registry: registry, username: name, password: Secret(password), source: passwordVariable)
            case .variable(let variable):
                guard let name = environment[variable] else { return nil }
                return Login(
                    registry: registry, username: name, password: Secret(password),
                    source: "\(variable), \(passwordVariable)")
            }
        }
    }

    /// Adds the login at `registry` by the first of `pairs` that is there.
    mutating func addFirst(for registry: String, of pairs: [Pair], in environment: Environment) {
        for pair in pairs {
            guard let login = pair.login(at: registry, in: environment) else { continue }
            logins.append(login)
            return
        }
    }

    /// Adds what `request` asks for.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where a variable is not set; for a job from a fork, which
    ///   is given no secrets, that is only noted.
    public mutating func add(
        _ request: LoginRequest, in environment: Environment, isFork: @autoclosure () -> Bool
    ) throws(CIEnvError) {
        do {
            logins.append(try request.resolve(in: environment))
        } catch where isFork() {
            notes.append("this job is of a fork and has no credentials for \(request.registry)")
        }
    }
}
