public import POSIX

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
    /// - Parameters:
    ///   - options: What is asked for.
    ///   - environment: The job's variables.
    ///   - read: Reads a file that a variable names; `nil` where that cannot be done.
    /// - Throws: `CIEnvError` where a system was named that this is not, or that does not exist, or where a login names
    ///   variables that are not set.
    public init(
        _ options: CIEnvOptions, environment: Environment, reading read: (String) -> [UInt8]?
    ) throws(CIEnvError) {
        system = try Self.system(options.system, in: environment)
        facts = system.facts(in: environment)
        var set = LoginSet()
        var requests = options.logins
        if options.logsInToRegistry {
            set = system.logins(in: environment, besides: options.oidc, reading: read)
            let neutral = try LoginRequest.neutral(in: environment)
            if let neutral, !options.oidc.contains(where: { $0.isFor(neutral.registry) }) {
                requests.insert(neutral, at: 0)
            }
        }
        for request in requests {
            try set.add(request, in: environment, excuse: system.excuse(in: environment, reading: read))
        }
        logins = set.logins
        notes = set.notes
    }

    private static func system(_ name: String?, in environment: Environment) throws(CIEnvError) -> CISystem {
        guard let name else { return CISystem.detect(in: environment) }
        let system = try CISystem.chosen(name)
        if let missing = system.firstMissingVariable(in: environment) {
            throw CIEnvError(
                .badConfiguration, "this is no job of \(system.title): \(missing) is not set",
                hint: "without a name berth finds out which CI system it is")
        }
        return system
    }

    /// When the job's lease ends at the latest, if it begins at `start`.
    public func expiry(ttl: Int?, from start: Moment) -> Moment {
        let seconds = ttl ?? facts.timeoutSeconds ?? LeaseDuration.standard
        return Moment(wall: start.wall + seconds, sinceBoot: start.sinceBoot + seconds)
    }
}
