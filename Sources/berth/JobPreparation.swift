internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON
internal import POSIX

/// What `ci-env` and `exec` do alike: all that is decided and read before anything is written for the job.
struct JobPreparation: ~Copyable {
    let options: CIEnvOptions
    let job: CIJob
    let plan: JobPlan
    let root: JobRoot
    let host: Host
    private let logins: [JobConfig.Login]
    private let config: JobConfig
    private let sources: CredentialSources
    private let reporter: Reporter

    /// Decides and reads everything for the job that `arguments` and `environment` describe, or for one that is
    /// reproduced: then `environment` only says what berth is to do.
    static func prepare(
        _ arguments: CIEnvArguments, environment settings: Environment, reporter: Reporter, readsOutput: Bool = true,
        reproducing reproduced: ReproducedJob? = nil
    ) throws(Failure) -> JobPreparation {
        let environment = reproduced?.environment ?? settings
        let home = environment["HOME"] ?? CurrentProcess.homeInUserDatabase
        let host = Host.current
        let options = try orFail { () throws(CIEnvError) in
            try CIEnvOptions(arguments, environment: settings, home: home, readsOutput: readsOutput)
        }
        let job = try orFail { () throws(CIEnvError) in
            try CIJob(options, environment: environment) { path in
                try? FileDescriptor(reading: path).readAll(limit: 16 << 20)
            }
        }
        reporter.debug("\(job.system.title), as \(options.system == nil ? "found" : "named")")
        // Without its CI system's secrets a reproduced job lacks them all, which is nothing to tell each time.
        job.notes.forEach { note in if reproduced == nil { reporter.note(note) } else { reporter.debug(note) } }

        let logins = try logins(job)
        var demand = try CredentialDemand(options, job, environment: environment, reporter: reporter)
        let original = options.dockerConfig.map { OriginalDirectory(path: $0) } ?? .empty
        let config = try config(options, logins, &demand, beside: original, environment: environment)
        config.warnings.forEach(reporter.warn)
        for origin in reproduced == nil ? [] : config.origins {
            reporter.debug("logged in to \(origin.registry), by \(origin.source)")
        }
        var surroundings = try surroundings(options, beside: original, environment: environment, home: home, host: host)
        surroundings.variables = reproduced?.exports ?? []
        surroundings.files = reproduced?.files ?? []
        surroundings.directories = reproduced?.directories ?? [:]

        let bases = JobBases(
            explicit: options.temporaryDirectory,
            ownDirectory: reproduced == nil ? job.facts.temporaryDirectory?.value : nil, environment: environment)
        let root = try orFail { () throws(CIEnvError) in try bases.openRoot(user: host.user) }
        root.warnings.forEach(reporter.warn)
        let report = bases.collect(by: JobCollector(observer: host))
        for path in report.removed { reporter.debug("removed \(path), whose job has ended") }
        for problem in report.problems { reporter.debug(problem) }

        let plan = JobPlan(
            job, environment: environment, config: Array(JSONValue.object(config.object).text().utf8),
            sources: demand.sources, surroundings: surroundings, project: werfProject(),
            directory: JobDirectory(system: job.system.name, jobKey: job.facts.jobKey, in: root))
        try reproduced?.checkGiven(against: plan.exports)
        return JobPreparation(
            options: options, job: job, plan: plan, root: root, host: host,
            logins: logins, config: config, sources: demand.sources, reporter: reporter)
    }

    /// What must not show in a log that the CI system can be told to mask: all that the job's config holds, and what has
    /// been minted for it.
    func secrets() -> [Secret] {
        let cache = CredentialCache(job: plan.directory.path)
        let minted = sources.requests.compactMap { cache.entry(for: $0)?.credential.secret }
        return minted + (config.object["auths"]?.object.map(Credential.secrets) ?? [])
    }

    /// The lease of the job, for these owners.
    func lease(owners: [ProcessTable.Identity]) -> Lease {
        Lease(
            system: job.system.name, jobKey: job.facts.jobKey, owners: owners, host: host.identity,
            expires: job.expiry(ttl: options.ttl, from: host.now), started: host.now)
    }

    /// Where logins are tried, tries those that the job brings, before anything is written for it.
    ///
    /// - Returns: The signal that ended it, if one did.
    /// - Throws: `Failure` with the first that its registry does not take.
    func verifyLogins(in environment: Environment) throws(Failure) -> Signal? {
        guard options.verifies else { return nil }
        let verification = LoginVerification(environment: environment)
        return try verification.verify(logins.map { ($0.registry, $0.credential) })
    }

    /// Where logins are tried, has what the job asks for made and tries it, now that there is a directory to keep it in.
    ///
    /// - Returns: The signal that ended it, if one did.
    /// - Throws: `Failure` where something is not given, or is not taken.
    func verifyDemand(in environment: Environment) throws(Failure) -> Signal? {
        guard options.verifies else { return nil }
        return try LoginVerification(environment: environment).verify(sources, in: plan.directory.path)
    }

    /// Leaves a process that removes the directory when its owners are gone, where that is wanted.
    ///
    /// A machine that cannot start one still has the collector, so this is no failure.
    func watch(_ lease: Lease, in environment: Environment) {
        guard JobWatcher.isWanted(options.watch, in: environment) else { return }
        guard !lease.owners.isEmpty else {
            let text = "nobody knows when this job ends: its directory stays until berth release, or its lease's end"
            return options.watch == .always ? reporter.warn(text) : reporter.debug(text)
        }
        do throws(CIEnvError) {
            try JobWatcher.start(plan.directory, lease: lease, host: host)
        } catch {
            reporter.warn("the job's end is not watched: \(error.text)")
        }
    }

    /// Removes the directory again.
    func discard() {
        plan.directory.discard(as: host.user)
    }

    /// What `--explain` tells: each variable and each registry, and where it came from.
    var explanation: String {
        let variables = plan.exports.map { export in
            switch export.value {
            case .text(let text) where !ReproducedJob.mayBeSecret(export):
                (export.name, Reporter.printable(text), export.source)
            case .text, .reference: (export.name, "***", export.source)
            }
        }
        let registries = config.origins.map { ($0.registry, "***", $0.source) }
        return Table.text(variables) + Table.text(registries)
    }
}

extension JobPreparation {
    private static func logins(_ job: CIJob) throws(Failure) -> [JobConfig.Login] {
        var logins: [JobConfig.Login] = []
        for login in job.logins {
            guard let key = RegistryKey(login.registry) else {
                throw Failure(.badConfiguration, "\(login.source): no registry's name")
            }
            let credential = Credential(helperUsername: login.username, secret: login.password)
            do {
                _ = try credential.portableEntry()
            } catch {
                throw Failure(.badData, "\(login.source): no login to \(key): \(error)")
            }
            logins.append(JobConfig.Login(key, credential, from: login.source))
        }
        return logins
    }

    private static func config(
        _ options: CIEnvOptions, _ logins: [JobConfig.Login], _ demand: inout CredentialDemand,
        beside original: OriginalDirectory, environment: Environment
    ) throws(Failure) -> JobConfig {
        do throws(DockerConfigError) {
            let variable = try environment["DOCKER_AUTH_CONFIG"].map { value throws(DockerConfigError) in
                try DockerConfigFile.variable(value, named: "DOCKER_AUTH_CONFIG")
            }
            guard !options.usesDockerAuthConfig || variable != nil else {
                throw DockerConfigError(
                    .badConfiguration, "there is nothing to inherit from: DOCKER_AUTH_CONFIG is not set",
                    hint: "without --use-docker-auth-config the job inherits from ~/.docker")
            }
            let directory = options.usesDockerAuthConfig ? nil : options.dockerConfig
            let file = try directory.map { path throws(DockerConfigError) in
                try DockerConfigFile.load("\(path)/config.json")
            }
            var inputs = JobConfig.Inputs(
                file: file ?? .empty(named: "no config"), variable: variable, inheritance: options.inheritance,
                logins: logins, helpers: demand.helpers, directory: original)
            demand.addInherited(to: &inputs)
            return JobConfig.build(inputs)
        } catch {
            throw Failure(error)
        }
    }

    private static func surroundings(
        _ options: CIEnvOptions, beside original: OriginalDirectory, environment: Environment, home: String?, host: Host
    ) throws(Failure) -> JobPlan.Surroundings {
        var surroundings = JobPlan.Surroundings()
        if let directory = options.dockerConfig {
            surroundings.links = original.links.map { .init($0.name, .link($0.target)) }
            // Builders are the machine's, and stay where they are or would be.
            let path =
                (try? FilePath.resolved(directory))
                ?? FilePath.absolute(directory, below: CurrentProcess.workingDirectory ?? "/")
            surroundings.buildxConfig = "\(path)/buildx"
        }
        surroundings.registriesConf = try orFail { () throws(CIEnvError) in
            try PodmanOverride.registriesConf(environment: environment, home: home, user: host.user)
        }
        surroundings.executable = CurrentProcess.executable
        surroundings.searchPath = environment["PATH"] ?? JobPlan.defaultSearchPath
        return surroundings
    }

    /// The project's name by the `werf.yaml` in the working directory.
    private static func werfProject() -> String? {
        for name in ["werf.yaml", "werf.yml"] {
            guard let text = try? FileDescriptor(reading: name).readAll(limit: 1 << 20) else { continue }
            return WerfProject.name(inWerfYAML: text)
        }
        return nil
    }
}
