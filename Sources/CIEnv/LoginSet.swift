/// The credentials that a job brings, and what a person should know of them.
public struct LoginSet: Equatable, Sendable {
    /// The credentials.
    public private(set) var logins: [Login] = []

    /// Such as that a job from a fork has no credentials; one line each.
    public private(set) var notes: [String] = []

    /// No credentials.
    public init() {}

    /// Adds what `request` asks for.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where a variable is not set; for a job from a fork, which
    ///   is given no secrets, that is only noted.
    public mutating func add(
        _ request: LoginRequest, in environment: Environment, isFork: Bool
    ) throws(CIEnvError) {
    }
}
