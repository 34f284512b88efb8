internal import CIEnv
internal import DockerConfig
internal import POSIX
internal import Registry

/// What the checks look at: all of it read once, before the first of them.
struct Scene {
    /// The job's directory, as `BERTH_JOB` names it.
    enum Job {
        /// None is named.
        case none
        /// What is named is no job's directory that could be used, and why.
        case unusable(String, hint: String)
        /// The directory, and its lease.
        case present(Lease)
    }

    /// What the job's variables ask for.
    struct Demands {
        /// The credentials that it brings.
        let logins: [Login]
        /// What is said of those that are missing.
        let notes: [String]
        /// What is to be exchanged.
        let requests: [IdentityRequest]
    }

    let inputs: Examination.Inputs
    /// The variables that should hold a path and do not; all else is seen as if they were not set.
    let withoutPath: [String]
    let system: CISystem
    let facts: JobFacts
    /// Whether the job runs code from a fork.
    let isFork: Bool
    /// What the job asks for by its variables; ci-env may have been told otherwise.
    let logins: Result<Demands, CIEnvError>
    /// The path that `BERTH_JOB` names, else that of the job whose config docker reads.
    let jobPath: String?
    let job: Job
    /// docker's first.
    let configs: [ClientConfig]
    /// What the job's docker config was made from, as far as variables tell; `nil` where there is no job.
    let inherited: DockerConfigFile?
    /// What `DOCKER_AUTH_CONFIG` holds, where it holds anything.
    let variable: Result<DockerConfigFile, DockerConfigError>?
    /// What clients gave berth to keep.
    let store: ClientConfig?
    /// Where the job's other credentials come from; `nil` where the job has no such file, or it cannot be relied on.
    let sources: CredentialSources?
    /// Whether the job has such a file that cannot be relied on.
    let hasBrokenSources: Bool

    init(_ original: Examination.Inputs) {
        let withoutPath = PathVariable.withoutPath(original.environment)
        var inputs = original
        inputs.environment = Environment { withoutPath.contains($0) ? nil : original.environment[$0] }
        inputs.home = original.home.flatMap { PathVariable.isPath($0) ? $0 : nil }
        let environment = inputs.environment, files = inputs.files
        self.inputs = inputs
        self.withoutPath = withoutPath
        system = environment["BERTH_CI"].flatMap(CISystem.named) ?? CISystem.detect(in: environment)
        facts = system.facts(in: environment)
        let read: @Sendable (String) -> [UInt8]? = { try? files.read($0) }
        isFork = system.isFork(in: environment, reading: read)
        logins = Self.logins(inputs, reading: read)
        jobPath = environment["BERTH_JOB"] ?? Self.job(aroundDockersConfig: environment["DOCKER_CONFIG"], files)
        job =
            withoutPath.contains("BERTH_JOB")
            ? .unusable("BERTH_JOB holds no path that begins with /, and so no job's directory", hint: Self.again)
            : jobPath.map { [inputs] in Self.job($0, inputs) } ?? .none
        let user = inputs.host.user
        configs = ClientConfig.all(
            environment, home: inputs.home, job: jobPath, user: user, without: withoutPath, in: files)
        inherited = jobPath.flatMap { Self.inherited(by: $0, inputs) }
        variable = environment["DOCKER_AUTH_CONFIG"].map { Self.variable($0, files) }
        store = jobPath.map { ClientConfig("berth", path: "\($0)/docker/berth-store.json", in: files) }
        let sourcesText = jobPath.flatMap { read("\($0)/\(CredentialSources.fileName)") }
        sources = sourcesText.flatMap { CredentialSources($0) }
        hasBrokenSources = sourcesText != nil && sources == nil
    }

    var environment: Environment { inputs.environment }
    var files: FileView { inputs.files }
    var now: Int { inputs.host.now.wall }
    var docker: ClientConfig? { configs.first(where: \.isDockers) }

    /// The system that gives the job its OIDC tokens.
    var tokenSystem: CISystem { sources.flatMap { CISystem.named($0.system) } ?? system }

    /// Whether the job has a directory of its own, be it in order or not.
    var hasJob: Bool { if case .none = job { false } else { true } }

    /// The repository that somebody chose for the job's images, at another host than the CI system's own.
    ///
    /// ci-env exports the system's own by the same variables.
    var chosenRepository: RegistryKey? {
        let names = ["BERTH_REPO", "WERF_REPO"]
        let others = Environment { names.contains($0) ? nil : environment[$0] }
        let own = system.facts(in: others).repository.flatMap { RegistryKey($0.value) }
        return names.lazy.compactMap { environment[$0].flatMap { RegistryKey($0) } }.first { $0.host != own?.host }
    }

    /// Where the job's images go.
    var repository: RegistryKey? { chosenRepository ?? facts.repository.flatMap { RegistryKey($0.value) } }

    /// The host of the images that the job is to make.
    var ownRegistry: RegistryKey? { repository?.hostKey }

    /// The job's own login, by its variables, that `credential` is of.
    func ownLogin(_ credential: Credential, for key: RegistryKey) -> Login? {
        guard case .success(let demands) = logins else { return nil }
        return demands.logins.last {
            RegistryKey($0.registry)?.host == key.host && $0.password == credential.password
        }
    }

    /// The moment at which the CI system ends the job, where that is known.
    var jobEnd: Int? {
        guard case .present(let lease) = job, let timeout = facts.timeoutSeconds else { return nil }
        return lease.started.map { $0.wall + timeout } ?? lease.expires.wall
    }

    /// What was got for `request` and is still good.
    func minted(_ request: IdentityRequest) -> CachedCredential? {
        inputs.record(request).minted.flatMap { $0.credential.end > now ? $0 : nil }
    }

    /// What docker's config says has the credentials of `key`, without `docker-credential-`.
    func program(for key: RegistryKey, in file: DockerConfigFile) -> String? {
        let program = file.credHelpers.last { RegistryKey($0.server)?.host == key.host }?.program
        return (program ?? file.credsStore).flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Scene {
    private static func logins(
        _ inputs: Examination.Inputs, reading read: (String) -> [UInt8]?
    ) -> Result<Demands, CIEnvError> {
        do throws(CIEnvError) {
            let options = try CIEnvOptions(
                CIEnvArguments(), environment: inputs.environment, home: inputs.home, readsOutput: false)
            let job = try CIJob(options, environment: inputs.environment, reading: read)
            return .success(Demands(logins: job.logins, notes: job.notes, requests: options.oidc))
        } catch {
            return .failure(error)
        }
    }

    private static func variable(_ value: String, _ files: FileView) -> Result<DockerConfigFile, DockerConfigError> {
        let name = "DOCKER_AUTH_CONFIG"
        do throws(DockerConfigError) {
            // GitLab's documentation has it hold a file's path.
            if value.hasPrefix("/"), let text = try? files.read(value) {
                return .success(try DockerConfigFile.parse(text, named: "the file that \(name) names"))
            }
            return .success(try DockerConfigFile.parse(Array(value.utf8), named: name))
        } catch {
            return .failure(error)
        }
    }

    private static func inherited(by job: String, _ inputs: Examination.Inputs) -> DockerConfigFile? {
        // ci-env leads the latter to what it has made.
        let chosen = ["BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG"].compactMap { inputs.environment[$0] }
        let paths = (chosen + [inputs.home.map { "\($0)/.docker" }].compactMap(\.self))
            .filter(PathVariable.isPath).map { "\($0)/config.json" }
        let path = paths.first { !inputs.files.leadToTheSame($0, "\(job)/docker/config.json") }
        guard let path, let text = try? inputs.files.read(path) else { return nil }
        return try? DockerConfigFile.parse(text, named: path)
    }

    private static func job(aroundDockersConfig config: String?, _ files: FileView) -> String? {
        guard let config, FilePath.lastComponent(config) == "docker" else { return nil }
        let job = FilePath.parent(config)
        return files.facts("\(job)/\(Lease.fileName)") == nil ? nil : job
    }

    private static let again = #"evaluate berth's output again: eval "$(berth ci-env || echo exit 1)""#

    private static func job(_ path: String, _ inputs: Examination.Inputs) -> Job {
        guard let facts = inputs.files.facts(path) else {
            do throws(SystemError) {
                _ = try inputs.files.read(path)
            } catch {
                if error.code == .denied {
                    return .unusable(
                        "\(path), the job's directory, belongs to another user: this process is user \(inputs.host.user)",
                        hint: "run clients as the job's user, without sudo or su")
                }
            }
            return .unusable(
                "\(path), the job's directory, is not there: it was released, or the job is another", hint: again)
        }
        guard facts.kind == .directory else {
            return .unusable("\(path), which BERTH_JOB names, is not a directory", hint: again)
        }
        guard facts.owner == inputs.host.user else {
            return .unusable("\(path) belongs to user \(facts.owner), not to this one", hint: again)
        }
        guard facts.permissions == 0o700 else {
            let mode = String(facts.permissions, radix: 8)
            return .unusable("\(path) has the mode 0\(mode), not 0700", hint: "chmod 700, and see who changed it")
        }
        guard let text = try? inputs.files.read("\(path)/\(Lease.fileName)"), let lease = Lease(text) else {
            return .unusable("\(path) has no lease that can be read: the next berth gc may remove it", hint: again)
        }
        guard !lease.hasEnded(seenFrom: inputs.host) else {
            return .unusable("the lease of \(path) has ended: the next berth gc removes it", hint: again)
        }
        return .present(lease)
    }
}
