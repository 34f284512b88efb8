internal import CIEnv
internal import DockerConfig
internal import HTTP
internal import Registry

/// Tries logins against their registries.
struct LoginVerification {
    private let check: LoginCheck

    init(environment: Environment) {
        let trust = TrustStore.locate(file: environment["SSL_CERT_FILE"], directory: environment["SSL_CERT_DIR"])
        check = LoginCheck(client: CurlClient(.init(userAgent: "berth/\(Version.text)", trust: trust)))
    }

    /// Tries each of `logins`.
    ///
    /// - Throws: `Failure` with the first that its registry does not take.
    func verify(_ logins: [JobConfig.Login]) throws(Failure) {
        for login in logins { try verify(login.registry, login.credential) }
    }

    /// Tries one credential.
    func verify(_ registry: RegistryKey, _ credential: Credential) throws(Failure) {
        // An access token goes to the registry as it is, and cannot be tried by a login.
        guard let (username, secret) = credential.helperAnswer else { return }
        do throws(RegistryError) {
            try check.verify(host: RegistryHost(registry.host), username: username, password: secret)
        } catch {
            throw Failure(error)
        }
    }
}
