internal import CIEnv
internal import HTTP
internal import POSIX
internal import Registry

/// How registries are reached, as options and the environment say.
struct NetworkSettings {
    /// Whether a registry may be spoken to over plain HTTP where it does not speak TLS.
    let allowsPlainHTTP: Bool
    /// Whether a service that exchanges tokens may be: what was said of werf's registries does not hold for it.
    let servicesMayDoWithoutTLS: Bool
    private let verifiesCertificates: Bool
    private let trust: TrustStore
    private let directories: CertificateDirectories

    /// What `environment` says, unless an option does.
    init(
        _ environment: Environment, caFile: String? = nil, allowsPlainHTTP: Bool? = nil, skipsVerification: Bool? = nil
    ) throws(Failure) {
        (self.allowsPlainHTTP, servicesMayDoWithoutTLS, verifiesCertificates, trust) = try orFail {
            () throws(CIEnvError) in
            (
                try Setting.flag(
                    allowsPlainHTTP, or: ("BERTH_INSECURE_REGISTRY", "WERF_INSECURE_REGISTRY"), default: false,
                    in: environment),
                try Setting.flag(
                    nil, or: ("BERTH_INSECURE_REGISTRY", "BERTH_INSECURE_REGISTRY"), default: false, in: environment),
                try !Setting.flag(
                    skipsVerification, or: ("BERTH_SKIP_TLS_VERIFY_REGISTRY", "WERF_SKIP_TLS_VERIFY_REGISTRY"),
                    default: false, in: environment),
                TrustStore.locate(
                    file: try Self.authorities(caFile, environment), directory: environment["SSL_CERT_DIR"])
            )
        }
        directories = CertificateDirectories(
            environment, home: environment["HOME"] ?? CurrentProcess.homeInUserDatabase)
    }

    /// The file of authorities that was named; one that is not there is no reason to trust others.
    private static func authorities(_ option: String?, _ environment: Environment) throws(CIEnvError) -> String? {
        guard let setting = Setting(option, "--ca-file", or: "BERTH_CA_FILE", "SSL_CERT_FILE", in: environment) else {
            return nil
        }
        let path = try setting.path()
        do { _ = try FileDescriptor(reading: path) } catch { throw setting.error(error.description) }
        return path
    }

    /// A client for these hosts and whomever they lead to.
    func client(for hosts: [RegistryHost], connectionsPerHost: Int) -> CurlClient {
        var options = options(for: hosts, connectionsPerHost: connectionsPerHost)
        options.verifiesCertificates = verifiesCertificates
        return CurlClient(options)
    }

    /// A client for the services that exchange tokens for credentials of `registries`.
    ///
    /// Who is shown a job's token is always looked at. To do without that is said of registries, and holds for these
    /// alone, some of which exchange tokens themselves.
    func client(exchangingTokensFor registries: [RegistryHost]) -> CurlClient {
        var options = options(for: registries, connectionsPerHost: 4)
        if !verifiesCertificates {
            for registry in registries {
                options.hosts[registry.authority, default: .init()].verifiesCertificate = false
            }
        }
        return CurlClient(options)
    }

    private func options(for hosts: [RegistryHost], connectionsPerHost: Int) -> CurlClient.Options {
        var options = CurlClient.Options(userAgent: "berth/\(Version.text)", trust: trust)
        options.connectionsPerHost = connectionsPerHost
        for host in hosts { options.hosts[host.authority] = directories.settings(for: host, besides: trust) }
        return options
    }
}
