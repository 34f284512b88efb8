internal import DockerConfig

/// A registry to which the CI system itself lets its jobs log in.
struct OwnLogin: Equatable, Sendable {
    /// `host[:port]`.
    let registry: String
    /// Where the user and the password may be, in the order of preference.
    let credentials: [Credentials]
    /// What to do where they are not.
    var advice: String?
}

/// The variables that hold a user and a password.
struct Credentials: Equatable, Sendable {
    private enum User: Equatable {
        case variable(String)
        case fixed(String)
    }

    private let user: User
    /// The variable that holds the password.
    let password: String

    init(_ userVariable: String, _ passwordVariable: String) {
        user = .variable(userVariable)
        password = passwordVariable
    }

    /// A password whose user is always the same.
    init(user: String, _ passwordVariable: String) {
        self.user = .fixed(user)
        password = passwordVariable
    }

    /// The login to `registry`, where user and password are both there.
    func login(to registry: String, in environment: Environment) -> Login? {
        guard let secret = environment[password].map(Secret.init) else { return nil }
        switch user {
        case .fixed(let name):
            return Login(registry: registry, username: name, password: secret, source: password)
        case .variable(let variable):
            return environment[variable].map {
                Login(registry: registry, username: $0, password: secret, source: "\(variable), \(password)")
            }
        }
    }

    /// The password's variable if that is not set, else the user's.
    func firstMissing(in environment: Environment) -> String? {
        if environment[password] == nil { return password }
        if case .variable(let variable) = user, environment[variable] == nil { return variable }
        return nil
    }
}
