/// A login that somebody asked for: a registry, and the names of the variables that hold the user and the password.
public struct LoginRequest: Equatable, Sendable {
    /// The registry.
    public let registry: String

    /// The name of the variable that holds the user.
    public let userVariable: String

    /// The name of the variable that holds the password.
    public let passwordVariable: String

    /// Reads `HOST=USERVAR,PASSWORDVAR`.
    ///
    /// - Parameter source: Where the text comes from, such as `--login`.
    /// - Throws: `CIEnvError` of the kind `usage`.
    public init(_ text: String, from source: String) throws(CIEnvError) {
        throw CIEnvError(.usage, "\(source): not written yet")
    }

    /// Reads `BERTH_LOGIN`: requests with blanks or newlines between them.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration`.
    public static func list(_ text: String) throws(CIEnvError) -> [LoginRequest] { [] }

    /// The credentials that the variables hold.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where one of them is not set.
    public func resolve(in environment: Environment) throws(CIEnvError) -> Login {
        throw CIEnvError(.badConfiguration, "not written yet")
    }
}
