/// The variables that `werf ci-env` gives a job.
///
/// For GitLab and GitHub names and values are werf's own (https://werf.io/docs/v2/reference/cli/werf_ci_env.html); other
/// systems have the same ones as far as they know the facts.
struct WerfVariables {
    private let facts: JobFacts
    private let environment: Environment
    private let project: String?

    init(facts: JobFacts, environment: Environment, project: String?) {
        self.facts = facts
        self.environment = environment
        self.project = project
    }

    /// All of them, in werf's order.
    var exports: [Export] {
        var exports = repository + deployment + annotations
        if facts.system == "github", environment["GITHUB_TOKEN"] != nil, isFree("WERF_REPO_GITHUB_TOKEN") {
            exports.append(Export("WERF_REPO_GITHUB_TOKEN", referringTo: "GITHUB_TOKEN"))
        }
        return exports + others
    }

    private var repository: [Export] {
        var exports: [Export] = []
        if let repository = werfRepository { exports += own("WERF_REPO", repository) }
        if facts.system == "gitlab", let image = environment.first("CI_REGISTRY_IMAGE"), isGitLabRegistry {
            exports += own("WERF_REPO_CONTAINER_REGISTRY", Sourced("gitlab", from: image.source))
        }
        return exports
    }

    /// GitHub's packages belong to a repository, which may have several projects.
    private var werfRepository: Sourced? {
        guard let repository = facts.repository, repository.source == "GITHUB_REPOSITORY", facts.system == "github",
            let project
        else { return facts.repository }
        return Sourced("\(repository.value)/\(project)", from: "\(repository.source), werf.yaml")
    }

    /// Whether werf's repository, if the user chose one, begins as the registry's addresses do.
    private var isGitLabRegistry: Bool {
        guard let chosen = environment.first("WERF_REPO", "BERTH_REPO") else { return true }
        return chosen.value.hasPrefix(environment["CI_REGISTRY"] ?? "")
    }

    private var deployment: [Export] { facts.environment.map { own("WERF_ENV", $0) } ?? [] }

    /// Always set anew: a job that another one started would keep the other's.
    private var annotations: [Export] {
        var annotations: [(variable: String, key: String, fact: Sourced?)] = [
            ("WERF_RELEASE_CHANNEL", "werf.io/release-channel", environment.first("TRDL_USE_WERF_GROUP_CHANNEL")),
            ("PROJECT_GIT", "project.werf.io/git", facts.projectURL),
            ("CI_COMMIT", "ci.werf.io/commit", facts.commit),
            ("CI_GIT_TAG", "ci.werf.io/tag", facts.tag),
        ]
        switch facts.system {
        case "gitlab":
            annotations += [
                ("GITLAB_CI_PIPELINE_URL", "gitlab.ci.werf.io/pipeline-url", facts.pipelineURL),
                ("GITLAB_CI_JOB_URL", "gitlab.ci.werf.io/job-url", facts.jobURL),
            ]
        case "github":
            annotations.append(("GITHUB_ACTIONS_RUN_URL", "github.ci.werf.io/workflow-run-url", facts.pipelineURL))
        default: break
        }
        return annotations.compactMap { variable, key, fact in
            fact.map { Export("WERF_ADD_ANNOTATION_\(variable)", "\(key)=\($0.value)", from: $0.source) }
        }
    }

    private var others: [Export] {
        let color = environment["CI_SERVER_VERSION"].map(GitLabVersion.colorMode) ?? "on"
        return [
            ("WERF_LOG_COLOR_MODE", color), ("WERF_LOG_PROJECT_DIR", "1"), ("WERF_ENABLE_PROCESS_EXTERMINATOR", "1"),
            ("WERF_LOG_TERMINAL_WIDTH", "130"),
        ].flatMap { own($0, Sourced($1, from: "werf's logs in CI")) }
    }

    /// The variable, unless the user set it already: then it stays as it is.
    private func own(_ name: String, _ value: Sourced) -> [Export] {
        isFree(name) ? [Export(name, value.value, from: value.source)] : []
    }

    private func isFree(_ name: String) -> Bool { environment[name] == nil }
}

/// What follows from GitLab's version.
enum GitLabVersion {
    /// `off` for the versions between 12.1.3 and 12.2.0, whose log viewer breaks on colours, else `on`.
    static func colorMode(_ version: String) -> String {
        let isPrerelease = version.contains("-")
        let numbers = version.prefix { $0 != "-" && $0 != "+" }.split(separator: ".").map { Int($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return "on"
        }
        let isBroken = major == 12 && ((minor == 1 && patch > 3) || (minor == 2 && patch == 0 && isPrerelease))
        return isBroken ? "off" : "on"
    }
}
