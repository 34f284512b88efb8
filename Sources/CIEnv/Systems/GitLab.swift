/// What GitLab's row in the table cannot say.
///
/// https://docs.gitlab.com/ci/variables/predefined_variables/
enum GitLab {
    static let logins: @Sendable (inout LoginSet, Environment, JobFacts) -> Void = { logins, environment, facts in
        addRegistry(to: &logins, environment, isFork: facts.isFork)
        addDependencyProxy(to: &logins, environment, isFork: facts.isFork)
    }

    /// The project's registry; an instance or a project may have none.
    private static func addRegistry(to logins: inout LoginSet, _ environment: Environment, isFork: Bool) {
        let address = environment["CI_REGISTRY"] ?? environment["CI_REGISTRY_IMAGE"]
        guard let registry = address.flatMap(LoginAddress.host) else { return }
        logins.add(
            registry,
            firstOf: [
                Credentials("CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"),
                Credentials(user: "gitlab-ci-token", "CI_JOB_TOKEN"),
                Credentials("CI_DEPLOY_USER", "CI_DEPLOY_PASSWORD"),
            ], in: environment, isFork: isFork)
    }

    /// The group's cache of Docker Hub's images.
    ///
    /// Its address always has a port, `gitlab.example.com:443`; images are named with and without it.
    private static func addDependencyProxy(to logins: inout LoginSet, _ environment: Environment, isFork: Bool) {
        guard let proxy = environment["CI_DEPENDENCY_PROXY_SERVER"].flatMap(LoginAddress.host),
            environment["CI_DEPENDENCY_PROXY_PASSWORD"] != nil
        else { return }
        let names = proxy.hasSuffix(":443") ? [proxy, String(proxy.dropLast(4))] : [proxy]
        for name in names where !logins.logins.contains(where: { $0.registry == name }) {
            logins.add(
                name, firstOf: [Credentials("CI_DEPENDENCY_PROXY_USER", "CI_DEPENDENCY_PROXY_PASSWORD")],
                in: environment, isFork: isFork)
        }
    }
}
