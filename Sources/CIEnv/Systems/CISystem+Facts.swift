internal import POSIX

extension CISystem {
    /// What is known of the job.
    ///
    /// Values are the system's own, and as hostile as whoever pushes a branch likes: they are text for people and for
    /// quoting, never part of a path or a command.
    public func facts(in environment: Environment) -> JobFacts {
        facts(in: environment) { path in
            // The largest file that is read, GitHub's event, is at most 25 MB.
            guard let file = try? FileDescriptor(reading: path) else { return nil }
            return try? file.readAll(limit: 32 << 20)
        }
    }

    /// What is known of the job, with `reader` for the files that its variables name.
    func facts(in environment: Environment, reader: FileReader) -> JobFacts {
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
        facts.isFork = fork.contains { $0.stands(in: environment) }
        facts.timeoutSeconds = timeout.flatMap { seconds($0.variable, unit: $0.unit, in: environment) }
        facts.temporaryDirectory = environment.first(temporaryDirectory) { $0.hasPrefix("/") ? $0 : nil }
        refine(&facts, environment, reader)

        // Several systems name the tag as the branch too.
        if facts.tag != nil { facts.branch = nil }
        // Only the user knows a repository that is not the system's own.
        if let repository = environment.first("BERTH_REPO") { facts.repository = repository }
        return facts
    }

    /// The credentials that the system gives the job, and those of `BERTH_REGISTRY`.
    public func logins(in environment: Environment) -> LoginSet {
        logins(in: environment, facts: facts(in: environment))
    }

    /// The same for a job of which `facts` are known already.
    public func logins(in environment: Environment, facts: JobFacts) -> LoginSet {
        var logins = LoginSet()
        findLogins(&logins, environment, facts)
        logins.addNeutral(in: environment, isFork: facts.isFork)
        return logins
    }

    private func seconds(_ variable: String, unit: Int, in environment: Environment) -> Int? {
        guard let number = environment[variable].flatMap({ Int($0) }), number > 0 else { return nil }
        let (seconds, overflows) = number.multipliedReportingOverflow(by: unit)
        return overflows ? nil : seconds
    }
}
