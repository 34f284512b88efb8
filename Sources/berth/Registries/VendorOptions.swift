internal import ArgumentParser
internal import CIEnv
internal import DockerConfig
internal import Registry

/// Logins for what vendors have besides their registries; the variables are the way to give them, as everybody on the
/// machine can see a command line.
struct VendorOptions: ParsableArguments {
    @Option(help: VendorOptions.help("Docker Hub's access token, a user's or an organisation's.", .dockerHubToken))
    var repoDockerHubToken: String?

    @Option(help: VendorOptions.help("Docker Hub's user, or the organisation whose token it is.", .dockerHubUsername))
    var repoDockerHubUsername: String?

    @Option(help: VendorOptions.help("Docker Hub's password or access token.", .dockerHubPassword))
    var repoDockerHubPassword: String?

    @Option(help: VendorOptions.help("GitHub's token, a classic one or a job's.", .githubToken))
    var repoGithubToken: String?

    @Option(help: VendorOptions.help("GitLab's personal, project or group token.", .gitlabToken))
    var repoGitlabToken: String?

    @Option(help: VendorOptions.help("Harbor's user or robot.", .harborUsername))
    var repoHarborUsername: String?

    @Option(help: VendorOptions.help("Harbor's password or the robot's secret.", .harborPassword))
    var repoHarborPassword: String?

    @Option(help: VendorOptions.help("Quay's OAuth application token.", .quayToken))
    var repoQuayToken: String?

    @Option(help: VendorOptions.help("Artifactory's access token.", .jfrogToken))
    var repoJfrogToken: String?

    @Option(help: VendorOptions.help("Nexus's user.", .nexusUsername))
    var repoNexusUsername: String?

    @Option(help: VendorOptions.help("Nexus's password.", .nexusPassword))
    var repoNexusPassword: String?

    /// The options' names as they are written.
    static let names = Set(VendorSecret.allCases.map { "--repo-\($0.rawValue)" })

    /// The values that were given on the command line.
    private var arguments: [VendorSecret: String] {
        let all: [VendorSecret: String?] = [
            .dockerHubToken: repoDockerHubToken, .dockerHubUsername: repoDockerHubUsername,
            .dockerHubPassword: repoDockerHubPassword, .githubToken: repoGithubToken, .gitlabToken: repoGitlabToken,
            .harborUsername: repoHarborUsername, .harborPassword: repoHarborPassword, .quayToken: repoQuayToken,
            .jfrogToken: repoJfrogToken, .nexusUsername: repoNexusUsername, .nexusPassword: repoNexusPassword,
        ]
        return all.compactMapValues { $0 }
    }

    /// What the options, and else their variables, give.
    func secrets(_ environment: Environment) -> [VendorSecret: Secret] {
        var secrets: [VendorSecret: Secret] = [:]
        for secret in VendorSecret.allCases {
            let value =
                arguments[secret] ?? environment["BERTH_\(secret.variable)"] ?? environment["WERF_\(secret.variable)"]
            if let value, !value.isEmpty { secrets[secret] = Secret(value) }
        }
        return secrets
    }

    private static func help(_ text: String, _ secret: VendorSecret) -> ArgumentHelp {
        ArgumentHelp(
            "\(text) [BERTH_\(secret.variable), WERF_\(secret.variable)]",
            valueName: secret.rawValue.hasSuffix("username") ? "name" : "secret")
    }
}

extension VendorSecret {
    /// What stands behind `BERTH_` and `WERF_` in its variables.
    fileprivate var variable: String {
        "REPO_" + String(rawValue.map { $0 == "-" ? "_" : $0 }).uppercased()
    }
}
