internal import ArgumentParser
internal import CIEnv
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
            How to speak to the registry: auto or \(DistributionRegistry.name). [BERTH_REPO_IMPLEMENTATION, \
            WERF_REPO_IMPLEMENTATION, WERF_REPO_CONTAINER_REGISTRY]
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
    var parallel: Int?

    @Option(
        help: ArgumentHelp(
            """
            How long to go on with a request that a registry puts off or breaks off, such as 30s or 10m; 5m unless \
            said otherwise. [BERTH_TIMEOUT]
            """, valueName: "duration"))
    var timeout: String?

    static let standardParallel = 16
}

/// The settings that the options and the environment make.
extension RegistryOptions {
    /// What speaks to the registries of `hosts`.
    func settings(
        hosts: [RegistryHost], environment: Environment, reporter: Reporter
    ) throws(Failure) -> RegistrySettings {
        let home = environment["HOME"] ?? CurrentProcess.homeInUserDatabase
        let search = try credentialSearch(environment, home: home)
        var settings = RegistrySettings(client: try client(hosts, environment, home: home)) { key in
            let finding = search.credential(for: key)
            finding.warnings.forEach(reporter.warn)
            if let source = finding.source { reporter.debug("the login for \(key.host) is that of \(source)") }
            return finding.credential
        }
        settings.allowsPlainHTTP =
            insecureRegistry || ["BERTH_INSECURE_REGISTRY", "WERF_INSECURE_REGISTRY"].contains(where: environment.isTrue)
        settings.parallel = try parallel(environment)
        settings.patience = .seconds(try timeout(environment))
        return settings
    }

    /// Refuses an implementation that is not there.
    func requireImplementation(_ environment: Environment) throws(Failure) {
        guard let named = namedImplementation(environment), !["auto", DistributionRegistry.name].contains(named) else { return }
        throw Failure(
            .usage, "--repo-implementation: there is no \"\(named.prefix(50))\" yet",
            hint: "without the option, berth speaks the distribution protocol, which every registry knows")
    }

    /// The implementation that was asked for.
    func namedImplementation(_ environment: Environment) -> String? {
        repoImplementation
            ?? environment.first(
                "BERTH_REPO_IMPLEMENTATION", "WERF_REPO_IMPLEMENTATION", "WERF_REPO_CONTAINER_REGISTRY")?.value
    }

    private func client(
        _ hosts: [RegistryHost], _ environment: Environment, home: String?
    ) throws(Failure) -> CurlClient {
        let file = try caFile.asPath(of: "--ca-file") ?? environment.first("BERTH_CA_FILE", "SSL_CERT_FILE")?.value
        let trust = TrustStore.locate(file: file, directory: environment["SSL_CERT_DIR"])
        var options = CurlClient.Options(userAgent: "berth/\(Version.text)", trust: trust)
        options.verifiesCertificates = !(skipTLSVerifyRegistry
            || ["BERTH_SKIP_TLS_VERIFY_REGISTRY", "WERF_SKIP_TLS_VERIFY_REGISTRY"].contains(where: environment.isTrue))
        options.connectionsPerHost = try parallel(environment)
        let directories = CertificateDirectories(environment, home: home)
        for host in hosts { options.hosts[host.authority] = directories.settings(for: host, besides: trust) }
        return CurlClient(options)
    }

    /// Where logins are looked for, in this order: the job's config or that of docker, podman's files.
    private func credentialSearch(_ environment: Environment, home: String?) throws(Failure) -> CredentialSearch {
        do throws(DockerConfigError) {
            let named = try namedDirectory(environment)
            if let named { return CredentialSearch([try DockerConfigFile.load("\(named)/config.json")]) }
            var files: [DockerConfigFile] = []
            if let text = environment["DOCKER_AUTH_CONFIG"] {
                files.append(try DockerConfigFile.variable(text, named: "DOCKER_AUTH_CONFIG"))
            }
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
            return CredentialSearch(files)
        } catch {
            throw Failure(error)
        }
    }

    private func namedDirectory(_ environment: Environment) throws(DockerConfigError) -> String? {
        guard dockerConfig != "" else { throw DockerConfigError(.badConfiguration, "--docker-config: no path") }
        return dockerConfig ?? environment.first("BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG")?.value
    }

    private func parallel(_ environment: Environment) throws(Failure) -> Int {
        guard let text = parallel.map(String.init) ?? environment["BERTH_PARALLEL"] else {
            return Self.standardParallel
        }
        guard let number = Int(text), (1...256).contains(number) else {
            throw Failure(.usage, "--parallel: not a number from 1 to 256")
        }
        return number
    }

    private func timeout(_ environment: Environment) throws(Failure) -> Int {
        guard let text = timeout ?? environment["BERTH_TIMEOUT"] else { return 300 }
        guard let seconds = LeaseDuration.seconds(text) else {
            throw Failure(.usage, "--timeout: not a duration, such as 30s or 10m")
        }
        return seconds
    }
}
