internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import JSON
internal import POSIX

/// The credentials that a job will be given when a client asks for them, as far as that is known before it begins.
struct CredentialDemand {
    /// What the credential helper will read.
    private(set) var sources: CredentialSources
    /// For whose registries clients are to ask it.
    private(set) var helpers: [JobConfig.Helper] = []

    private static let program = "berth"
    /// What the job was given whose config is inherited, if it is one of berth's.
    private let outer: CredentialSources?
    /// Who has logged in there.
    private let outerLogins: HelperLogins?
    private let reporter: Reporter

    /// What `options` ask for, and what the job asked for whose config is inherited.
    ///
    /// Nobody is asked on the network.
    ///
    /// - Throws: `Failure` where something is wrong with a request, or the job has no token for it.
    init(_ options: CIEnvOptions, _ job: CIJob, environment: Environment, reporter: Reporter) throws(Failure) {
        self.reporter = reporter
        sources = CredentialSources(system: job.system.name, jobKey: job.facts.jobKey)
        let config = options.usesDockerAuthConfig ? nil : options.dockerConfig
        (outer, outerLogins) = try Self.outerJob(config)
        let inherited = (outer?.requests ?? []).filter { isInherited($0, options, job) }.map { request in
            var request = request
            // The token is the outer job's, whatever this one is taken for.
            request.system = request.system ?? outer?.system
            if request.system == job.system.name { request.system = nil }
            return request
        }
        sources.refused = outer?.refused ?? []
        guard !options.oidc.isEmpty || !inherited.isEmpty else { return }

        let check = RequestCheck(
            system: job.system, jobName: sources.jobName, environment: environment,
            allowsPlainHTTP: try NetworkSettings(environment).servicesMayDoWithoutTLS, readFile: CredentialFile.read)
        var own = try orFail { () throws(CIEnvError) in
            try check.check(
                options.oidc,
                excuse: job.system.excuse(in: environment) { path in
                    try? FileDescriptor(reading: path).readAll(limit: 16 << 20)
                })
        }
        own.notes.forEach(reporter.note)
        // Its user's own logins are meant for it, and what a machine of the CI system has is not here.
        if LocalJob.isReproduced(in: environment) {
            own.refused = []
            own.approved.removeAll { $0.tokens == .googleMetadata }
        }
        own.warnings.forEach(reporter.warn)
        sources.refused.removeAll { refusal in options.oidc.contains { Self.isSame($0.registry, refusal.registry) } }
        sources.refused += own.refused
        add(own.approved + approved(inherited, by: check))
        guard helpers.isEmpty || CurrentProcess.executable != nil else {
            throw Failure(
                .badConfiguration, "no credential helper: the path of this program cannot be found out",
                hint: "is /proc mounted?")
        }
    }

    /// Those of the outer job's requests that this one can try; what nobody asked for now is no reason to fail.
    private func approved(_ requests: [IdentityRequest], by check: RequestCheck) -> [RequestCheck.Approved] {
        requests.compactMap { request in
            do throws(CIEnvError) {
                return try check.check([request], excuse: nil).approved.first
            } catch {
                reporter.note("the credential for \(request.registry) is not the inner job's: \(error.text)")
                return nil
            }
        }
    }

    private mutating func add(_ approved: [RequestCheck.Approved]) {
        sources.requests = approved.map(\.request)
        for (request, tokens) in approved.map({ ($0.request, $0.tokens) }) {
            guard let key = RegistryKey(request.registry) else { continue }
            let origin = "\(request.source), in exchange for \(tokens)"
            helpers.append(JobConfig.Helper(key, program: Self.program, from: origin))
        }
    }

    /// Adds what the job inherits besides the config's entries, and says what it does not inherit.
    mutating func addInherited(to inputs: inout JobConfig.Inputs) {
        inputs.barred = sources.refused.compactMap { RegistryKey($0.registry) }
        // Clients were given these before the store's, and before what was made.
        inputs.stored = outerLogins?.kept ?? []
        addStore(to: &inputs)
    }

    /// Adds what the credential store of the config has, since the job cannot be given the store itself, where a login
    /// would land.
    ///
    /// A store that makes its credentials, or does not tell what it has, is asked by clients through berth.
    private mutating func addStore(to inputs: inout JobConfig.Inputs) {
        guard var name = inputs.file.credsStore else { return }
        var inheritance = inputs.inheritance
        if name == Self.program {
            guard let outer else {
                // It would answer for whatever job it is run in, with that job's secrets.
                return reporter.warn("\(inputs.file.name): credsStore is berth itself, and is left out")
            }
            guard let store = outer.store else { return }
            (name, inheritance) = (store.program, inheritance.and(store.inheritance))
        }
        guard let store = ProgramCredentialStore(name: name) else {
            return reporter.warn("\(inputs.file.name): credsStore is no name of a program")
        }
        let findings = store.credentials(besides: servers(inputs.file), allowedBy: inheritance)
        findings.warnings.forEach(reporter.warn)
        inputs.stored += findings.credentials
        guard findings.mayHaveMore, CurrentProcess.executable != nil else { return }
        // podman and its likes ask a program for a host only where they find its name.
        inputs.helpers += findings.registries.filter { Self.isFree($0, inputs) }.map {
            JobConfig.Helper($0, program: Self.program, from: "\(store.program) of \(inputs.file.name)")
        }
        inputs.store = Self.program
        sources.store = CredentialSources.Store(program: name, inheritance: inheritance)
    }

    /// What the store may have besides what it lists: docker leaves an empty entry for it, and an outer job its helper.
    private func servers(_ file: DockerConfigFile) -> [String] {
        let outer = file.credHelpers.filter { server, program in
            program == Self.program && self.outer?.requests.contains { Self.isSame($0.registry, server) } == false
        }
        return file.auths.keys.filter { $0 != JobConfig.placeholderKey } + outer.map(\.server)
    }

    private static func isSame(_ name: String, _ other: String) -> Bool {
        RegistryKey(name).map { $0.host == RegistryKey(other)?.host } ?? false
    }

    /// Whether nothing else than the store has the host's credential.
    private static func isFree(_ host: RegistryKey, _ inputs: JobConfig.Inputs) -> Bool {
        let files = [inputs.file, inputs.variable].compactMap { $0 }
        let programs = files.flatMap(\.credHelpers).filter { $0.program != program }.map(\.server)
        let others =
            inputs.logins.map(\.registry.host) + inputs.helpers.map(\.registry.host) + inputs.barred.map(\.host)
            + inputs.stored.compactMap { RegistryKey($0.server)?.host }
            + programs.compactMap { RegistryKey($0)?.host }
        return !others.contains(host.host) && !files.contains { $0.credential(for: host) != nil }
    }

    // MARK: a job in a job

    private static func outerJob(_ config: String?) throws(Failure) -> (CredentialSources?, HelperLogins?) {
        guard let config, let job = JobCredentials.job(ofConfig: config) else { return (nil, nil) }
        do {
            let sources = try JobCredentials(job: job, environment: Environment([:])).sources()
            return (sources, try HelperLogins("\(config)/config.json"))
        } catch {
            throw Failure(error)
        }
    }

    /// Whether what the outer job asked for is this job's to ask for as well: what has been logged in to since counts
    /// there, and so here.
    private func isInherited(_ request: IdentityRequest, _ options: CIEnvOptions, _ job: CIJob) -> Bool {
        guard let key = RegistryKey(request.registry), options.inheritance.allows(key),
            outerLogins?.has(key) != true
        else { return false }
        let own = options.oidc.map(\.registry) + job.logins.map(\.registry)
        return !own.contains { Self.isSame($0, request.registry) }
    }
}
