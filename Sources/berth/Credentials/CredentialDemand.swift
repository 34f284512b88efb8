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
    private let reporter: Reporter

    /// What `options` ask for, and what the job asked for whose config is inherited.
    ///
    /// Nobody is asked on the network.
    ///
    /// - Throws: `Failure` where something is wrong with a request, or the job has no token for it.
    init(_ options: CIEnvOptions, _ job: CIJob, environment: Environment, reporter: Reporter) throws(Failure) {
        self.reporter = reporter
        sources = CredentialSources(system: job.system.name, jobKey: job.facts.jobKey)
        outer = options.usesDockerAuthConfig ? nil : try options.dockerConfig.flatMap(Self.outerSources)
        let inherited = outer?.requests.filter { Self.isInherited($0, options, job) } ?? []
        guard !options.oidc.isEmpty || !inherited.isEmpty else { return }

        let check = RequestCheck(
            system: job.system, jobName: sources.jobName, environment: environment,
            allowsPlainHTTP: try NetworkSettings(environment).allowsPlainHTTP)
        let own = try orFail { () throws(CIEnvError) in
            try check.check(
                options.oidc,
                isFork: job.system.isFork(in: environment) { path in
                    try? FileDescriptor(reading: path).readAll(limit: 16 << 20)
                })
        }
        own.notes.forEach(reporter.note)
        sources.refused = own.refused
        // What nobody asked for now is no reason to fail.
        let others = inherited.compactMap { try? check.check([$0], isFork: false).approved.first }
        add(own.approved + others)
        guard helpers.isEmpty || CurrentProcess.executable != nil else {
            throw Failure(
                .badConfiguration, "no credential helper: the path of this program cannot be found out",
                hint: "is /proc mounted?")
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

    /// Adds what the credential store of the config has, since the job cannot be given the store itself, where a login
    /// would land.
    ///
    /// A store that makes its credentials, or does not tell what it has, is asked by clients through berth.
    mutating func addStore(to inputs: inout JobConfig.Inputs) {
        guard var name = inputs.file.credsStore else { return }
        var inheritance = inputs.inheritance
        if name == Self.program, let outer {
            guard let store = outer.store else { return }
            (name, inheritance) = (store.program, inheritance.and(store.inheritance))
        }
        guard let store = ProgramCredentialStore(name: name) else {
            return reporter.warn("\(inputs.file.name): credsStore is no name of a program")
        }
        let findings = store.credentials(besides: servers(inputs.file), allowedBy: inheritance)
        findings.warnings.forEach(reporter.warn)
        inputs.stored = findings.credentials
        guard findings.mayHaveMore, CurrentProcess.executable != nil else { return }
        // podman and its likes ask a program for a host only where they find its name.
        inputs.helpers += findings.registries.filter { Self.isFree($0, inputs) }.map {
            JobConfig.Helper($0, program: Self.program, from: "\(store.program) of \(inputs.file.name)")
        }
        inputs.store = Self.program
        sources.store = CredentialSources.InheritedStore(program: name, inheritance: inheritance)
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
            inputs.logins.map(\.registry.host) + inputs.helpers.map(\.registry.host)
            + programs.compactMap { RegistryKey($0)?.host }
        return !others.contains(host.host) && !files.contains { $0.credential(for: host) != nil }
    }

    // MARK: a job in a job

    private static func outerSources(_ config: String) throws(Failure) -> CredentialSources? {
        guard let job = JobCredentials.job(ofConfig: config) else { return nil }
        do {
            return try JobCredentials(job: job, environment: Environment([:])).sources()
        } catch {
            throw Failure(error)
        }
    }

    /// Whether what the outer job asked for is this job's to ask for as well.
    private static func isInherited(_ request: IdentityRequest, _ options: CIEnvOptions, _ job: CIJob) -> Bool {
        guard let key = RegistryKey(request.registry), options.inheritance.allows(key) else { return false }
        let own = options.oidc.map(\.registry) + job.logins.map(\.registry)
        return !own.contains { isSame($0, request.registry) }
    }
}
