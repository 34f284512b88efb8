internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import POSIX
internal import Registry

/// The credentials that a job has besides those of its docker config: those that are minted for it, and those of the
/// machine's store.
struct JobCredentials {
    private let job: String
    private let environment: Environment

    /// Those of the job directory `job`.
    init(job: String, environment: Environment) {
        self.job = job
        self.environment = environment
    }

    /// The directory of the job that this process is part of; `nil` outside of one.
    ///
    /// `BERTH_JOB` names it. Who drops that variable mostly keeps `DOCKER_CONFIG`, which lies in it. Since what stands
    /// there has programs run and tokens sent, it must be a directory as berth alone makes it.
    static func job(_ environment: Environment) -> String? {
        if let named = environment["BERTH_JOB"], isJob(named) { return named }
        return environment["DOCKER_CONFIG"].flatMap(job(ofConfig:))
    }

    /// Whether `path` is a job's directory that nobody but its owner can have written into: this user or, for root, which
    /// a job becomes by `sudo -E`, whoever that is.
    static func isJob(_ path: String) -> Bool {
        guard let directory = try? FileStatus(ofLinkAt: path), directory.kind == .directory,
            directory.permissions & 0o077 == 0, [directory.owner, 0].contains(CurrentProcess.user),
            let lease = try? FileStatus(ofLinkAt: "\(path)/\(Lease.fileName)")
        else { return false }
        return lease.kind == .file
    }

    /// The directory of the job whose docker config's directory is `config`; `nil` where it is no job's.
    static func job(ofConfig config: String) -> String? {
        guard ["docker", "containers"].contains(FilePath.lastComponent(config)) else { return nil }
        let job = FilePath.parent(config), root = FilePath.parent(job)
        guard FilePath.lastComponent(root) == "berth-\(CurrentProcess.user)", isPrivate(root), isJob(job) else {
            return nil
        }
        return job
    }

    /// This program as the credential helper that the config at `path` names, wherever `PATH` leads.
    static func helper(namedBy path: String) -> ProgramCredentialStore? {
        guard let executable = CurrentProcess.executable else { return nil }
        let job = job(ofConfig: FilePath.parent(path)).map { [(name: "BERTH_JOB", value: $0)] } ?? []
        return ProgramCredentialStore(program: JobPlan.helperName) { (verb, input) throws(SystemError) in
            try HelperProgram.run(
                executable, [CredentialCommand.name, verb], input: input, overriding: job, outputLimit: 1 << 20,
                seconds: patience, isCancelled: { Task.isCancelled })
        }
    }

    /// More seconds than a helper waits for others and for its own exchange.
    private static let patience = 160

    private static func isPrivate(_ path: String) -> Bool {
        guard let status = try? FileStatus(ofLinkAt: path) else { return false }
        return status.kind == .directory && status.owner == CurrentProcess.user && status.permissions & 0o077 == 0
    }

    /// Where the credentials come from; `nil` where there is nothing but the config.
    ///
    /// - Throws: `DockerConfigError` where that cannot be read.
    func sources() throws(DockerConfigError) -> CredentialSources? {
        let path = "\(job)/\(CredentialSources.fileName)"
        let text: [UInt8]
        do throws(SystemError) {
            text = try FileDescriptor(reading: path).readAll(limit: 1 << 20)
        } catch {
            if error.code == .notFound { return nil }
            throw DockerConfigError(.badConfiguration, error.description)
        }
        guard let sources = CredentialSources(text) else {
            throw DockerConfigError(
                .badData, "\(path) is not what berth writes there", hint: "run berth ci-env again in this job")
        }
        return sources
    }

    /// What gets the credentials of `sources`; it reads settings and starts threads when there is one to get.
    func mint(_ sources: CredentialSources, warn: @escaping @Sendable (String) -> Void) -> CredentialMint {
        let environment = environment
        return CredentialMint(
            sources, environment: environment, cache: CredentialCache(job: job, warn: warn)
        ) { () throws(RegistryError) in
            CredentialMint.Means(
                sources, environment: environment, context: try Self.context(environment, sources.hosts), run: Self.ask)
        }
    }

    /// What asks CI systems and clouds, and the registries of `hosts` themselves, by the certificates that the machine has
    /// for these.
    static func context(_ environment: Environment, _ hosts: [RegistryHost]) throws(RegistryError) -> CloudContext {
        let network: NetworkSettings
        do {
            network = try NetworkSettings(environment)
        } catch {
            throw RegistryError(.badName, error.text, hint: error.hint)
        }
        return context(environment, network, client: network.client(exchangingTokensFor: hosts))
    }

    /// The same by a client that is there.
    static func context(
        _ environment: Environment, _ network: NetworkSettings, client: any HTTPClient
    ) -> CloudContext {
        var context = CloudContext(client: client)
        context.variable = { environment[$0] }
        context.readFile = CredentialFile.read
        context.allowsPlainHTTP = network.servicesMayDoWithoutTLS
        return context
    }

    /// Runs a CI system's program, which prints a token.
    @Sendable
    static func ask(_ program: String, _ arguments: [String]) throws(RegistryError) -> [UInt8] {
        let answer: HelperProgram.Answer
        do {
            answer = try HelperProgram.ask(
                program, arguments, outputLimit: 1 << 20, seconds: 30, isCancelled: { Task.isCancelled })
        } catch {
            let kind: RegistryError.Kind = error.code == .cancelled ? .cancelled : .denied
            throw RegistryError(kind, "no OIDC token: \(error)")
        }
        guard answer.code == 0 else {
            let said = CloudWords.line(String(decoding: answer.errors.prefix(1000), as: UTF8.self)).map { ": \($0)" }
            throw RegistryError(.denied, "no OIDC token: \(program) failed (exit code \(answer.code))\(said ?? "")")
        }
        return answer.output
    }
}

extension CredentialSources {
    /// The registries that credentials are asked for.
    var hosts: [RegistryHost] { requests.compactMap { try? RegistryHost($0.registry) } }
}
