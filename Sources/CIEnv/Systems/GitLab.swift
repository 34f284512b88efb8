/// What GitLab's row in the table cannot say.
///
/// https://docs.gitlab.com/ci/variables/predefined_variables/
enum GitLab {
    static let logins: @Sendable (Environment) -> [OwnLogin] = { environment in
        let own = registry(environment)
        return [own].compactMap { $0 } + dependencyProxy(environment).filter { $0.registry != own?.registry }
    }

    /// The name that a variable with the OIDC token for `audience` has by a convention of others: sigstore's, PyPI's.
    static func idTokenVariable(_ audience: String) -> String {
        let isDigit = audience.utf8.first?.isASCIIDigit ?? false
        let name = audience.uppercased().unicodeScalars.map { scalar in
            UInt8(exactly: scalar.value).map { $0.isASCIICapital || $0.isASCIIDigit } ?? false ? scalar : "_"
        }
        return (isDigit ? "_" : "") + String(String.UnicodeScalarView(name.dropFirst(isDigit ? 1 : 0))) + "_ID_TOKEN"
    }

    /// The project's registry; an instance or a project may have none.
    private static func registry(_ environment: Environment) -> OwnLogin? {
        let address = environment["CI_REGISTRY"] ?? environment["CI_REGISTRY_IMAGE"]
        return address.flatMap(LoginAddress.host).map { host in
            OwnLogin(
                registry: host,
                credentials: [
                    Credentials("CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"),
                    Credentials(user: "gitlab-ci-token", "CI_JOB_TOKEN"),
                    Credentials("CI_DEPLOY_USER", "CI_DEPLOY_PASSWORD"),
                ])
        }
    }

    /// The group's cache of Docker Hub's images, which not every group has.
    ///
    /// Its address always has a port, `gitlab.example.com:443`; images are named with and without it.
    private static func dependencyProxy(_ environment: Environment) -> [OwnLogin] {
        guard let host = environment["CI_DEPENDENCY_PROXY_SERVER"].flatMap(LoginAddress.host),
            environment["CI_DEPENDENCY_PROXY_PASSWORD"] != nil
        else { return [] }
        let names = host.hasSuffix(":443") ? [host, String(host.dropLast(4))] : [host]
        return names.map {
            OwnLogin(
                registry: $0, credentials: [Credentials("CI_DEPENDENCY_PROXY_USER", "CI_DEPENDENCY_PROXY_PASSWORD")])
        }
    }
}
