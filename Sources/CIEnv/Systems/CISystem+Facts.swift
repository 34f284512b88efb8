extension CISystem {
    /// What is known of the job.
    ///
    /// Values are the system's own, and as hostile as whoever pushes a branch likes: they are text for people and for
    /// quoting, never part of a path or a command.
    public func facts(in environment: Environment) -> JobFacts {
        var facts = JobFacts(system: name)
        facts.jobKey = key.compactMap { environment[$0] }.joined(separator: "-").nonEmpty
        facts.repository = environment.first(repository)
        facts.commit = environment.first(commit, as: RefName.commit)
        facts.tag = environment.first(tag, as: RefName.tag) ?? environment.first(ref) { RefName($0)?.tag }
        facts.branch = environment.first(branch, as: RefName.branch) ?? environment.first(ref) { RefName($0)?.branch }
        facts.change = environment.first(change, as: RefName.change) ?? environment.first(ref) { RefName($0)?.change }
        facts.environment = environment.first(self.environment)
        facts.projectURL =
            URLTemplate.first(of: projectURL, in: environment) ?? environment.first(remote, as: GitRemote.page)
        facts.jobURL = URLTemplate.first(of: jobURL, in: environment)
        facts.pipelineURL = URLTemplate.first(of: pipelineURL, in: environment)
        facts.timeoutSeconds = timeout?.seconds(in: environment)
        facts.temporaryDirectory = environment.first(temporaryDirectory) { $0.hasPrefix("/") ? $0 : nil }
        refine(&facts, environment)

        // Several systems name the tag as the branch too.
        if facts.tag != nil { facts.branch = nil }
        // Only the user knows a repository that is not the system's own.
        if let repository = environment.first("BERTH_REPO") { facts.repository = repository }
        return facts
    }

    /// Whether the job runs code from a fork, and so may lack credentials that other jobs have.
    ///
    /// - Parameters:
    ///   - environment: The job's variables.
    ///   - read: Reads a file that one of them names; `nil` where that cannot be done.
    /// - Returns: Whether it does; where nothing tells, it does not.
    public func isFork(in environment: Environment, reading read: (String) -> [UInt8]?) -> Bool {
        fork.contains { $0.stands(in: environment, reading: read) }
    }

    /// Why the job may lack credentials; `nil` where it should have those that its variables are called for.
    ///
    /// Asks `read` for a file that one of the variables of `environment` names.
    public func excuse(in environment: Environment, reading read: (String) -> [UInt8]?) -> String? {
        if LocalJob.isReproduced(in: environment) { return "a job that is reproduced has its user's own logins" }
        return isFork(in: environment, reading: read) ? "the job is from a fork, which is given no secrets" : nil
    }

    /// The credentials that the system itself gives the job.
    ///
    /// - Parameters:
    ///   - environment: The job's variables.
    ///   - requests: Credentials that were asked for besides: their hosts are theirs alone.
    ///   - read: Reads a file that one of them names; asked only where credentials are missing.
    /// - Returns: Them, and notes of what is missing.
    public func logins(
        in environment: Environment, besides requests: [IdentityRequest] = [],
        reading read: (String) -> [UInt8]? = { _ in nil }
    ) -> LoginSet {
        var logins = LoginSet()
        for login in ownLogins(environment) where !requests.contains(where: { $0.isFor(login.registry) }) {
            logins.add(login, in: environment, excuse: excuse(in: environment, reading: read))
        }
        return logins
    }
}
