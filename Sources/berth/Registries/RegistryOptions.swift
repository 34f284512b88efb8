internal import ArgumentParser
internal import CIEnv
internal import Credentials
internal import DockerConfig
internal import HTTP
internal import POSIX
internal import Registry

/// The options of all commands that speak to a registry.
struct RegistryOptions: ParsableArguments {
    @Option(
        name: [.customLong("repo-implementation"), .customLong("repo-container-registry")],
        help: ArgumentHelp(
            """
            Whose registry it is: auto, \(NamedImplementation.all.joined(separator: ", ")). \
            [BERTH_REPO_IMPLEMENTATION, WERF_REPO_IMPLEMENTATION, WERF_REPO_CONTAINER_REGISTRY]
            """, valueName: "name"))
    var repoImplementation: String?

    @Flag(
        help: """
            Speak plain HTTP where the registry does not speak TLS; a registry on this machine always may. \
            [BERTH_INSECURE_REGISTRY, WERF_INSECURE_REGISTRY]
            """)
    var insecureRegistry = false

    @Flag(
        help: """
            Trust whatever certificate a server shows. [BERTH_SKIP_TLS_VERIFY_REGISTRY, WERF_SKIP_TLS_VERIFY_REGISTRY]
            """)
    var skipTLSVerifyRegistry = false

    @Option(
        help: ArgumentHelp(
            "The file of the authorities that sign the registries' certificates. [BERTH_CA_FILE, SSL_CERT_FILE]",
            valueName: "path"))
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            """
            The directory of the docker config with the logins, and nowhere else; unless it is given, podman's files \
            are looked into too. [BERTH_DOCKER_CONFIG, WERF_DOCKER_CONFIG, DOCKER_CONFIG]
            """, valueName: "dir"))
    var dockerConfig: String?

    @Option(help: ArgumentHelp("The most requests at once to one host, 1 to 256. [BERTH_PARALLEL]", valueName: "n"))
    var parallel: String?

    @Option(
        help: ArgumentHelp(
            """
            How long to go on with a request that a registry puts off or breaks off, such as 30s or 10m; 5m unless \
            said otherwise. [BERTH_TIMEOUT]
            """, valueName: "duration"))
    var timeout: String?

    @OptionGroup var vendors: VendorOptions

    static let standardParallel = 16
}

/// The settings that the options and the environment make.
extension RegistryOptions {
    /// What speaks to the registries of `hosts`.
    func settings(
        hosts: [RegistryHost], environment: Environment, reporter: Reporter
    ) throws(Failure) -> RegistrySettings {
        let network = try NetworkSettings(
            environment, caFile: caFile, allowsPlainHTTP: insecureRegistry ? true : nil,
            skipsVerification: skipTLSVerifyRegistry ? true : nil)
        let (parallel, seconds) = try orFail { () throws(CIEnvError) in
            (try requestsAtOnce(environment), try patience(environment))
        }
        let lookup = LoginLookup(try configs(environment), reporter)
        let client = network.client(for: hosts, connectionsPerHost: parallel)
        let traced = TracingClient(client: client, clock: .system, reporter: reporter)
        var settings = RegistrySettings(client: reporter.isVerbose ? traced : client) { key in
            lookup.credential(for: key)
        }
        settings.renewal = { lookup.credential(for: $0, insteadOf: $1) }
        settings.allowsPlainHTTP = network.allowsPlainHTTP
        settings.parallel = parallel
        settings.patience = .seconds(seconds)
        settings.implementation = try namedImplementation(environment)
        settings.hasSeveralHosts = Set(hosts).count > 1
        settings.secrets = vendors.secrets(environment)
        settings.variable = { environment[$0] }
        settings.readFile = CredentialFile.read
        if dockerConfig == nil { settings.awsWebIdentity = try awsWebIdentity(environment, network) }
        return settings
    }

    /// What has the job's roles at registries of AWS's, by which AWS's own API can be asked.
    private func awsWebIdentity(
        _ environment: Environment, _ network: NetworkSettings
    ) throws(Failure) -> @Sendable (RegistryHost) -> AWSWebIdentity? {
        let found: CredentialSources?
        do throws(DockerConfigError) {
            let job = JobCredentials.job(environment)
            found = try job.flatMap { path throws(DockerConfigError) in
                try JobCredentials(job: path, environment: environment).sources()
            }
        } catch {
            throw Failure(error)
        }
        guard let sources = found, !sources.requests.isEmpty else { return { _ in nil } }
        let context = JobCredentials.context(
            environment, network, client: network.client(exchangingTokensFor: sources.hosts))
        let means = CredentialMint.Means(sources, environment: environment, context: context, run: JobCredentials.ask)
        return { host in
            RegistryKey("\(host)").flatMap(sources.request).flatMap { request in
                AWSWebIdentity(request, jobName: sources.jobName, context, token: means.token)
            }
        }
    }

    /// The implementation that was asked for; `nil` for `auto`.
    ///
    /// werf's variables are meant for the job's own repository, and `ci-env` sets one of them: a host that is known to be
    /// another vendor's counts more.
    func namedImplementation(_ environment: Environment) throws(Failure) -> NamedImplementation? {
        let setting = Setting(
            repoImplementation, "--repo-implementation", or: "BERTH_REPO_IMPLEMENTATION", "WERF_REPO_IMPLEMENTATION",
            "WERF_REPO_CONTAINER_REGISTRY", in: environment)
        guard let setting, setting.value != "auto" else { return nil }
        guard
            let named = NamedImplementation(
                setting.value, source: setting.name, yieldsToHost: setting.name.hasPrefix("WERF_"))
        else {
            throw Failure(
                setting.error(
                    "there is no \"\(setting.value.prefix(50))\"",
                    hint: "there are: auto, \(NamedImplementation.all.joined(separator: ", "))"))
        }
        return named
    }

    /// Where logins are looked for, in this order: the job's config or that of docker, podman's files.
    private func configs(_ environment: Environment) throws(Failure) -> [DockerConfigFile] {
        let named = try orFail { () throws(CIEnvError) in
            try Setting(
                dockerConfig, "--docker-config", or: "BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG", in: environment)?
                .path()
        }
        do throws(DockerConfigError) {
            if let named { return [try DockerConfigFile.load("\(named)/config.json")] }
            var files: [DockerConfigFile] = []
            if let text = environment["DOCKER_AUTH_CONFIG"] {
                files.append(try DockerConfigFile.variable(text, named: "DOCKER_AUTH_CONFIG"))
            }
            let home = environment["HOME"] ?? CurrentProcess.homeInUserDatabase
            let docker = environment["DOCKER_CONFIG"] ?? home.map { "\($0)/.docker" }
            let config = environment["XDG_CONFIG_HOME"] ?? home.map { "\($0)/.config" }
            let paths = [
                docker.map { "\($0)/config.json" }, environment["REGISTRY_AUTH_FILE"],
                environment["XDG_RUNTIME_DIR"].map { "\($0)/containers/auth.json" },
                config.map { "\($0)/containers/auth.json" },
            ]
            for case let path? in paths where !files.contains(where: { $0.name == path }) {
                files.append(try DockerConfigFile.load(path))
            }
            return files
        } catch {
            throw Failure(error)
        }
    }

    private func requestsAtOnce(_ environment: Environment) throws(CIEnvError) -> Int {
        guard let setting = Setting(parallel, "--parallel", or: "BERTH_PARALLEL", in: environment) else {
            return Self.standardParallel
        }
        guard let number = Int(setting.value), (1...256).contains(number) else {
            throw setting.error("not a number from 1 to 256")
        }
        return number
    }

    private func patience(_ environment: Environment) throws(CIEnvError) -> Int {
        guard let setting = Setting(timeout, "--timeout", or: "BERTH_TIMEOUT", in: environment) else { return 300 }
        guard let seconds = DurationText.seconds(setting.value) else {
            throw setting.error("not a duration, such as 30s or 10m")
        }
        return seconds
    }
}
