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
    /// - Throws: `CIEnvError` of the kind `badConfiguration` where a variable is not set. Where the job has an excuse, that
    ///   is only noted.
    public mutating func add(
        _ request: LoginRequest, in environment: Environment, excuse: @autoclosure () -> String?
    ) throws(CIEnvError) {
        do {
            logins.append(try request.resolve(in: environment))
        } catch {
            guard let excuse = excuse() else { throw error }
            notes.append("\(error.text); \(excuse)")
        }
    }

    /// Adds what the CI system itself gives the job, or notes that it is not there.
    mutating func add(_ login: OwnLogin, in environment: Environment, excuse: @autoclosure () -> String?) {
        for credentials in login.credentials {
            guard let login = credentials.login(to: login.registry, in: environment) else { continue }
            logins.append(login)
            return
        }
        let missing = login.credentials.compactMap { $0.firstMissing(in: environment) }
        let names = missing.joined(separator: ", ")
        let note = "no login to \(login.registry): \(missing.count > 1 ? "none of \(names) is" : "\(names) is not") set"
        let remark = excuse() ?? login.advice
        notes.append([note, remark].compactMap { $0 }.joined(separator: "; "))
    }
}
