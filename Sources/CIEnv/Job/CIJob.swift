internal import POSIX

/// The job that berth runs in, as its variables tell.
public struct CIJob: Sendable {
    /// The CI system.
    public let system: CISystem
    /// What is known of the job.
    public let facts: JobFacts
    /// The credentials that it brings.
    public let logins: [Login]
    /// What a person should know, such as that a job from a fork has no credentials.
    public let notes: [String]

    /// Recognises the job.
    ///
    /// - Throws: `CIEnvError` where a system was named that this is not, or that does not exist, or where a login names
    ///   variables that are not set.
    public init(_ options: CIEnvOptions, environment: Environment) throws(CIEnvError) {
        system = try Self.system(options.system, in: environment)
        facts = system.facts(in: environment)
        var own = options.logsInToRegistry ? system.logins(in: environment) : LoginSet()
        for request in options.logins { try own.add(request, in: environment, isFork: facts.isFork) }
        logins = own.logins
        notes = own.notes
    }

    private static func system(_ name: String?, in environment: Environment) throws(CIEnvError) -> CISystem {
        guard let name else { return CISystem.detect(in: environment) }
        guard let system = CISystem.named(name) else {
            throw CIEnvError(
                .usage, "\(name): no such CI system", hint: "one of auto, \(CISystem.names.joined(separator: ", "))")
        }
        if let missing = system.firstMissingVariable(in: environment) {
            throw CIEnvError(
                .badConfiguration, "this is no job of \(system.title): \(missing) is not set",
                hint: "without a name berth finds out which CI system it is")
        }
        return system
    }

    /// When the job's lease ends at the latest, if it begins at `start`.
    func expiry(ttl: Int?, from start: Moment) -> Moment {
        let seconds = ttl ?? facts.timeoutSeconds ?? LeaseDuration.standard
        return Moment(wall: start.wall + seconds, sinceBoot: start.sinceBoot + seconds)
    }
}
